"""A sender may be killed in any moment: no event is lost, none is half, and what comes twice comes under one id with the same bytes.

World: a shop whose 60 customers all change between two runs, so that 60 events of customers and one of the run must arrive.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from fenji.domain.events import EventKind
from fenji.domain.principals import Principal, PrincipalKind
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.sending import due
from fenji.workflow.sending.due import send_due
from fenji.workflow.sending.webhooks import add_webhook
from fenji.workspace.folder import open_workspace
from fenji.workspace.sending.deriving import Deriver
from fixtures.beginning import begin
from fixtures.receivers import receiving

pytestmark = pytest.mark.proof

MOMENTS = int(os.environ.get("FENJI_MOMENTS", "50"))
CUSTOMERS = 60
SYSTEM = Principal(PrincipalKind.SYSTEM, "test")
SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
"""
WORKER = "nursery"
"""With this argument the file is the process that forks senders: it has loaded all that they need, and opened nothing."""


def serve() -> None:
    """Forks a sender of the workspace that each line of the input names, says its number, and says how it ended."""
    due.Deriver = partial(Deriver, batch=10)
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            send_due(Path(line.strip()))
            os._exit(0)
        print(child, flush=True)  # noqa: T201
        sys.stdin.readline()  # until then its number belongs to nobody else
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


class Nursery:
    """The process that forks senders."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline() == "ready\n"

    def send(self, root: Path, *, kill_after: float | None = None) -> tuple[float, int]:
        """One sender, killed after so many seconds if it still works; how long it took, and how it ended."""
        began = time.monotonic()
        self.process.stdin.write(f"{root}\n")
        self.process.stdin.flush()
        child = int(self.process.stdout.readline())
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        self.process.stdin.write("end\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        return time.monotonic() - began, code

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


@pytest.fixture
def nursery():
    found = Nursery()
    yield found
    found.close()


def shop(root: Path, url: str) -> Path:
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    file = root / "fenji.toml"
    file.write_text(f'private_targets = ["127.0.0.0/8"]\ndatabase_url = "{url}"\n' + "".join(
        line + "\n" for line in file.read_text("utf-8").splitlines() if not line.startswith("database_url")), "utf-8")  # fmt: skip
    begin(root, date(2026, 3, 31))
    lines = [f"{number},C{number},2026-03-01,100" for number in range(CUSTOMERS)]
    (root / "orders.csv").write_text("\n".join(["order,customer,at,amount", *lines]) + "\n", "utf-8")
    run_all(root, as_of=date(2026, 3, 31))
    lines += [f"{CUSTOMERS + number},C{number},2026-04-01,{3000 + number}" for number in range(CUSTOMERS)]
    (root / "orders.csv").write_text("\n".join(["order,customer,at,amount", *lines]) + "\n", "utf-8")
    send_due(root)
    run_all(root, as_of=date(2026, 4, 30))
    return root


def state(root: Path, *statements: str) -> list:
    with open_workspace(root).state.transaction(SYSTEM) as t:
        found = [t.session.execute(text(each)) for each in statements]
        return list(found[-1]) if found[-1].returns_rows else []


def begin_again(root: Path, run_id: str) -> None:
    """As it was when the second run had just been published."""
    state(root, "DELETE FROM delivery", "DELETE FROM event_derivation", "DELETE FROM event WHERE kind <> 'run.published'",
          f"UPDATE event SET spread_at = NULL WHERE run_id = '{run_id}'")  # fmt: skip


def what_is_there(root: Path) -> set[tuple[str, str]]:
    return {tuple(row) for row in state(root, "SELECT kind, subject FROM event")}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_sender_is_killed_in_any_moment(database, tmp_path, request, nursery):
    url = "sqlite:///fenji.db" if database == "sqlite" else request.getfixturevalue("postgres")()
    root = shop(tmp_path / "work", url)
    run_id = max(row[0] for row in state(root, "SELECT run_id FROM event WHERE kind = 'run.published'"))
    seen: dict[str, set[bytes]] = defaultdict(set)
    with receiving() as receiver:

        def collected() -> dict[str, set[bytes]]:
            found = defaultdict(set)
            for each in receiver.requests:
                found[each.headers["webhook-id"]].add(each.body)
            return found

        webhook = add_webhook(root, f"{receiver.url}/hook", tuple(EventKind)).webhook.webhook_id
        seconds, code = nursery.send(root)
        assert code == 0
        expected, events = set(collected()), what_is_there(root)
        assert len(expected) == CUSTOMERS + 1
        killed = repeats = 0
        chance = random.Random(11)
        for moment in range(MOMENTS):
            begin_again(root, run_id)
            receiver.requests.clear()
            # Two in a row: the second one begins in the middle of what the first has left.
            for _ in range(2):
                killed += nursery.send(root, kill_after=chance.uniform(0, seconds))[1] == -signal.SIGKILL
                state(root, "UPDATE delivery SET leased_until = NULL")  # two minutes later
            assert nursery.send(root)[1] == 0
            seen = collected()
            where = f"{database}, moment {moment}"
            assert set(seen) == expected, where
            assert {len(bodies) for bodies in seen.values()} == {1}, where
            assert what_is_there(root) == events, where
            assert state(root, "SELECT DISTINCT state FROM delivery") == [("delivered",)], where
            repeats += len(receiver.requests) - len(expected)
    assert killed >= MOMENTS
    print(f"{database}: {killed} kills in {MOMENTS} moments, {seconds:.1f} s a pass, {repeats} repeats; {webhook}")  # noqa: T201


if __name__ == "__main__" and sys.argv[1:] == [WORKER]:
    serve()
