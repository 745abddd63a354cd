"""Two servers and two workers over one workspace, ten minutes ahead and ten behind: nobody is let in or thrown out by it, no job is lost or done twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from fenji.domain.access import RIGHTS_OF, Role
from fenji.domain.people import NEVER_FOR_TOKENS
from fenji.domain.principals import Principal, PrincipalKind
from fenji.state.access.rows import TokenRow
from fenji.workflow.access.people import add_person
from fenji.workflow.access.tokens import make_token, revoke_token
from fenji.workspace.folder import open_workspace
from fixtures.forty_customers import forty_customers, shop
from fixtures.running_server import Running, free_port, wait_for

pytestmark = pytest.mark.proof

MACHINE = Path(__file__).parents[2] / "fixtures/wrong_clock.py"
PASSWORD = "a long sentence that nobody guesses 7"  # noqa: S105 - of people in tests
PER_MINUTE = 120


@dataclass
class Company:
    """A workspace with a server ahead of the time and one behind."""

    root: Path
    ahead: Running
    behind: Running

    def token(self, login: str) -> dict[str, str]:
        add_person(self.root, login, login, [Role.MANAGER])
        made = make_token(self.root, login, "test", RIGHTS_OF[Role.MANAGER] - NEVER_FOR_TOKENS)
        return {"authorization": f"Bearer {made.text}"}


@contextmanager
def machine(minutes: int, root: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """One process of a machine whose clock is wrong."""
    line = [sys.executable, str(MACHINE), str(minutes), *words, "--workspace", str(root), "--lang", "en"]
    with (root.parent / f"{words[0]}{minutes}.log").open("ab") as log:
        process = subprocess.Popen(line, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    root = shop(tmp_path_factory.mktemp("clocks") / "shop", forty_customers())
    settings = root / "fenji.toml"
    url = f'database_url = "{request.getfixturevalue("postgres")()}"\n' if request.param == "postgresql" else ""
    settings.write_text(f"requests_per_minute = {PER_MINUTE}\n{url}{settings.read_text('utf-8')}", "utf-8")
    if url:
        from fenji.workflow.running import run_all
        from fixtures.forty_customers import AS_OF

        run_all(root, as_of=AS_OF)
    with ExitStack() as stack:
        servers = []
        for minutes in (10, -10):
            port = free_port()
            process = stack.enter_context(machine(minutes, root, "serve", "--port", str(port), "--workers", "1", "--no-work"))
            servers.append(Running(root, port, process, root.parent / f"serve{minutes}.log"))
        for each in servers:
            wait_for(each)
        yield Company(root, *servers)


def both(company: Company, ask: Callable[[Running], int]) -> list[int]:
    return [ask(company.ahead), ask(company.behind)]


def test_a_token_is_in_force_at_both_and_revoked_at_both_at_once(company: Company) -> None:
    headers = company.token("li")
    assert both(company, lambda server: server.get("/api/v1/tiers", headers=headers).status_code) == [200, 200]
    revoke_token(company.root, "li", "test")
    assert both(company, lambda server: server.get("/api/v1/tiers", headers=headers).status_code) == [401, 401]


def test_a_token_ends_by_the_clock_of_the_machine_that_is_asked(company: Company) -> None:
    headers = company.token("wang")
    over = datetime.now(UTC) + timedelta(minutes=5)
    with open_workspace(company.root).state.transaction(Principal(PrincipalKind.SYSTEM, "test")) as t:
        t.session.execute(update(TokenRow).where(TokenRow.login == "wang").values(ends_at=over))
    assert both(company, lambda server: server.get("/api/v1/tiers", headers=headers).status_code) == [401, 200]


def test_a_login_at_one_is_a_login_at_the_other(company: Company) -> None:
    for number, (first, second) in enumerate([(company.ahead, company.behind), (company.behind, company.ahead)]):
        link = add_person(company.root, "Han", f"han{number}", [Role.MANAGER]).link
        assert link is not None
        came = httpx2.post(f"{first.url}/api/v1/login/link", json={"link": link.code, "password": PASSWORD}, timeout=60)
        assert came.status_code == 200, came.text
        cookie = came.headers["set-cookie"].partition(";")[0]
        headers = {"cookie": cookie, "x-csrf-token": came.json()["csrf_token"]}
        for server in (first, second, first):
            assert server.get("/api/v1/tiers", headers=headers).status_code == 200
            body = {"kind": "check"}
            key = {"idempotency-key": f"login{number}"}
            asked = httpx2.post(f"{server.url}/api/v1/jobs", json=body, headers={**headers, **key}, timeout=60)
            assert asked.status_code == 202, asked.text


def test_allowances_are_as_many_as_there_are_clocks_and_no_more(company: Company) -> None:
    most = PER_MINUTE // 6
    headers, others = company.token("zhao"), [company.token(f"other{number}") for number in range(12)]
    ended = threading.Event()

    def crowd() -> None:
        while not ended.is_set():
            for each in others:
                company.ahead.get("/api/v1/tiers", headers=each)

    beside = threading.Thread(target=crowd)
    beside.start()
    try:
        began, granted = time.monotonic(), {company.ahead.port: 0, company.behind.port: 0}
        while time.monotonic() - began < 12:
            for server in (company.ahead, company.behind):
                granted[server.port] += server.get("/api/v1/tiers", headers=headers).status_code != 429
    finally:
        ended.set()
        beside.join()
    # Twelve seconds touch two or three stretches of ten.
    assert all(most <= each <= 3 * most for each in granted.values()), granted


def test_no_job_is_lost_or_done_twice_and_a_dead_worker_is_followed_at_once(company: Company) -> None:
    headers = company.token("sun")
    wanted: dict[str, Any] = {}
    for number, kind in enumerate(["check", "rules", "value", "check", "tiers", "check", "segments", "check"]):
        server = (company.ahead, company.behind)[number % 2]
        for _twice in range(2):
            key = {**headers, "idempotency-key": f"job{number}"}
            asked = httpx2.post(f"{server.url}/api/v1/jobs", json={"kind": kind}, headers=key, timeout=60)
            assert asked.status_code == 202, asked.text
            wanted.setdefault(str(number), asked.json()["job_id"])
            assert wanted[str(number)] == asked.json()["job_id"]
            server = (company.behind, company.ahead)[number % 2]
    with machine(10, company.root, "work") as doomed:
        until(lambda: states(company, headers, wanted).count("running") > 0)
        doomed.kill()
        doomed.wait()  # what nobody has waited for is still a process
        with machine(-10, company.root, "work"), machine(10, company.root, "work"):
            until(lambda: set(states(company, headers, wanted)) == {"done"})
    for each in wanted.values():
        shown = company.behind.get(f"/api/v1/jobs/{each}", headers=headers).json()
        assert shown["attempts"] <= 2, shown
        assert sum(line["text"] == "done" for line in shown["log"]) == 1, shown


def states(company: Company, headers: dict[str, str], jobs: dict[str, Any]) -> list[str]:
    time.sleep(1)
    told = company.ahead.get("/api/v1/jobs?limit=200", headers=headers)
    return [each["state"] for each in told.json().get("jobs", []) if each["job_id"] in jobs.values()]


def until(holds: Callable[[], bool], seconds: float = 400) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds
        time.sleep(0.2)
