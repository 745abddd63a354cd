"""Whatever ends a run before its time, the last published result stays readable and the next run succeeds.

World: six shops of two hundred orders; customer n of a shop spends n yuan on each order, so every tier is known beforehand.
"""

from __future__ import annotations

import json
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from fenji.answers.tiers import TiersResult
from fenji.domain.principals import Principal, PrincipalKind
from fenji.domain.runs import RunStatus
from fenji.language import Language
from fenji.state.database import NEWEST, VERSION_TABLE, open_database
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at

AS_OF = date(2025, 6, 30)
SHOPS, CUSTOMERS, ORDERS_EACH = 6, 40, 5
KILLS = 10

SOURCES = """
sources:
  - source: shops
    feed: order_line
    files: export/
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: paid}
"""


def add_shop(folder: Path, number: int) -> None:
    """One more file: customer n of the shop orders five times for n yuan."""
    lines = ["order,customer,at,paid"]
    lines += [
        f"S{number}-{customer}-{order},S{number}-{customer},2025-0{1 + order}-15 12:00,{customer}.00"
        for customer in range(1, CUSTOMERS + 1)
        for order in range(ORDERS_EACH)
    ]
    (folder / "export").mkdir(exist_ok=True)
    (folder / "export" / f"shop{number}.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    init_workspace(tmp_path / "work", language=Language.EN)
    (tmp_path / "work" / "sources.yaml").write_text(SOURCES)
    for number in range(SHOPS):
        add_shop(tmp_path / "work", number)
    return tmp_path / "work"


def told(answer: TiersResult) -> tuple[str, int, dict[str, int], float]:
    """What a reader sees: run, customers, customers of each tier, revenue."""
    return answer.run_id, answer.customers, {each.tier: each.customers for each in answer.tiers}, float(answer.net_revenue_12m)


def expected(shops: int) -> tuple[int, float]:
    return shops * CUSTOMERS, float(shops * ORDERS_EACH * CUSTOMERS * (CUSTOMERS + 1) // 2)


def command(*arguments: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "fenji.cli.main", *arguments, "--workspace", str(folder), "--json"]


def started(folder: Path, **options: object) -> subprocess.Popen:
    """A run in a process of its own, whose row already stands in the state database."""
    before = statuses(folder)
    process = subprocess.Popen(
        command("run", "--as-of", str(AS_OF), folder=folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )
    while len(statuses(folder)) == len(before) and process.poll() is None:
        time.sleep(0.005)
    return process


def statuses(folder: Path) -> dict[str, str]:
    """Run -> status, read without any of our own code."""
    connection = sqlite3.connect(f"file:{folder}/fenji.db?mode=ro", uri=True)
    try:
        return dict(connection.execute("SELECT run_id, status FROM run"))
    finally:
        connection.close()


def folders(folder: Path) -> set[str]:
    """The runs that have left anything in the store."""
    return {path.name.removeprefix("run=") for path in (folder / "store").glob("*/run=*")}


@pytest.mark.proof
def test_a_run_killed_at_any_moment_leaves_the_last_result_and_the_next_run_succeeds(folder: Path) -> None:
    published = run_all(folder, as_of=AS_OF)
    chance = random.Random(20250630)
    moments = [chance.random() for _ in range(KILLS)]
    killed = 0
    for number, moment in enumerate(moments):
        add_shop(folder, SHOPS + number)
        last = told(tiers_at(folder, as_of=AS_OF))
        assert last[0] == published.run_id
        process = started(folder)
        time.sleep(moment * published.seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        dead = {run for run, status in statuses(folder).items() if status == RunStatus.RUNNING}
        killed += len(dead)
        found = told(tiers_at(folder, as_of=AS_OF))
        if dead:
            assert found == last
        else:  # it was faster than the kill
            assert (found[1], found[3]) == expected(SHOPS + number + 1)
        published = run_all(folder, as_of=AS_OF)
        found = told(tiers_at(folder, as_of=AS_OF))
        assert (found[0], found[1], found[3]) == (published.run_id, *expected(SHOPS + number + 1))
        assert not dead & folders(folder)
    assert killed >= KILLS // 2
    assert set(statuses(folder).values()) == {RunStatus.PUBLISHED, RunStatus.FAILED}


@pytest.mark.proof
def test_of_two_runs_at_once_one_is_told_to_wait_and_changes_nothing(folder: Path) -> None:
    first = run_all(folder, as_of=AS_OF)
    add_shop(folder, SHOPS)
    with stopped(started(folder)) as process:
        second = subprocess.run(command("run", "--as-of", str(AS_OF), folder=folder), capture_output=True, text=True, check=False)
        assert second.returncode == 4
        error = json.loads(second.stdout)["error"]
        assert (error["code"], error["retryable"]) == ("conflict", True)
        assert f"process {process.pid} on " in second.stdout
        assert tiers_at(folder, as_of=AS_OF).run_id == first.run_id
    output, _ = process.communicate()
    assert process.returncode == 0
    assert tiers_at(folder, as_of=AS_OF).run_id == json.loads(output)["run_id"]
    assert sorted(statuses(folder).values()) == ["published", "published"]


@pytest.mark.proof
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_told_to_end_ends_as_after_an_error(folder: Path, told: signal.Signals) -> None:
    first = run_all(folder, as_of=AS_OF)
    add_random_shop(folder)
    # Whoever starts the tests with nohup has them ignore SIGHUP, and what they start too.
    process = started(folder, preexec_fn=lambda: signal.signal(told, signal.SIG_DFL))
    time.sleep(0.2)
    process.send_signal(told)
    _output, errors = process.communicate()
    assert (process.returncode, "Stopped. Nothing was published." in errors) == (128 + told, True), errors
    assert sorted(statuses(folder).values()) == [RunStatus.FAILED, RunStatus.PUBLISHED]
    assert folders(folder) == {first.run_id}
    assert list((folder / "store" / ".scratch").glob(f"fenji-{process.pid}@*")) == []


@pytest.mark.proof
def test_what_a_killed_run_leaves_in_scratch_goes_with_the_next_question(folder: Path) -> None:
    run_all(folder, as_of=AS_OF)
    add_random_shop(folder)
    process = started(folder)
    scratch = folder / "store" / ".scratch"
    while not list(scratch.glob(f"fenji-{process.pid}@*")):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert list(scratch.glob(f"fenji-{process.pid}@*"))
    subprocess.run(command("tiers", folder=folder), check=True, capture_output=True)
    assert list(scratch.glob(f"fenji-{process.pid}@*")) == []


class stopped:  # noqa: N801 - reads as a word in a with statement
    """A process that stands still for the block, so that no machine is too fast for the test."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process

    def __enter__(self) -> subprocess.Popen:
        self.process.send_signal(signal.SIGSTOP)
        return self.process

    def __exit__(self, *_error: object) -> None:
        self.process.send_signal(signal.SIGCONT)


@pytest.mark.proof
def test_a_store_from_a_newer_version_is_refused_and_left_alone(folder: Path) -> None:
    run_all(folder, as_of=AS_OF)
    database = open_database(f"sqlite:///{folder}/fenji.db")
    with database.transaction(Principal(PrincipalKind.SYSTEM, "test")) as t:
        t.session.connection().exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '0999'")
    database.close()
    before = (statuses(folder), folders(folder))
    for use in (["run", "--as-of", str(AS_OF)], ["tiers"], ["quality"]):
        done = subprocess.run(command(*use, folder=folder), capture_output=True, text=True, check=False)
        assert done.returncode == 4, use
        assert "0999" in done.stdout
        assert NEWEST in done.stdout
    assert (statuses(folder), folders(folder)) == before


def small_files() -> None:
    """No file of the process may grow beyond 200 KB: its writes fail in the middle, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


@pytest.mark.proof
def test_a_disk_that_fills_up_ends_the_run_and_nothing_else(folder: Path) -> None:
    first = run_all(folder, as_of=AS_OF)
    before = told(tiers_at(folder, as_of=AS_OF))
    add_random_shop(folder)
    process = started(folder, preexec_fn=small_files)
    output, errors = process.communicate()
    assert process.returncode == 5, output + errors
    error = json.loads(output)["error"]
    assert (error["code"], error["kind"]) == ("unavailable", "unavailable")
    assert told(tiers_at(folder, as_of=AS_OF)) == before
    assert before[0] == first.run_id
    assert folders(folder) == {first.run_id}
    assert tiers_at(folder, as_of=AS_OF).run_id != run_all(folder, as_of=AS_OF).run_id


def add_random_shop(folder: Path) -> None:
    """A file that does not shrink: its ids are drawn by chance."""
    chance = random.Random(7)
    lines = ["order,customer,at,paid"]
    lines += [f"X{chance.getrandbits(128):032x},C{chance.getrandbits(64):016x},2025-06-15 12:00,5.00" for _ in range(20_000)]
    (folder / "export" / "chance.csv").write_text("\n".join(lines) + "\n")
