"""One writer at a time; a run is published as a whole or leaves nothing; on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fenji.domain.audit import Action
from fenji.domain.collected import CollectedFile
from fenji.domain.feeds import Feed
from fenji.domain.principals import Principal, PrincipalKind
from fenji.domain.runs import NewRun, PolicyText, Run, RunStatus, StoredTable
from fenji.errors import Conflict, ContractBroken, NotFound
from fenji.language import Language
from fenji.state import run_life
from fenji.state.database import open_database
from fenji.state.heartbeat import PATIENCE
from fenji.state.parts import describe
from fenji.state.run_life import Runs

LI_LEI = Principal(PrincipalKind.PERSON, "李雷")
NEW = NewRun(
    command="run",
    engine="duckdb",
    language=Language.ZH,
    as_of=date(2026, 1, 31),
    settings={"currency": "CNY", "rates": {}},
    policy=PolicyText("retail", 1, "policy: retail  # 电商分级标准\n"),
    documents={"sources.yaml": "sources: {}\n"},
)
FILE = CollectedFile("shop", Feed.ORDER_LINE, "orders/一月.csv", "ab12", "shop-ab12", 3, 1, "raw.order_line/run=r/batch=b", None)


def table(run: Run, name: str, rows: int = 1, as_of: date | None = None) -> StoredTable:
    suffix = "" if as_of is None else f"/as_of={as_of}"
    return StoredTable(name, f"{name}/run={run.run_id}{suffix}", rows, as_of)


def written(store, stored: StoredTable) -> StoredTable:
    (store.root / stored.path).mkdir(parents=True)
    pq.write_table(pa.table({"n": list(range(stored.rows))}), store.root / stored.path / "part-0.parquet")
    return replace(stored, parts=describe(store, stored.path))


def folders(store) -> list[str]:
    return sorted(path.relative_to(store.root).as_posix() for path in store.root.glob("*/run=*"))


def test_a_run_comes_back_as_it_was_published(runs, store):
    run = runs.start(NEW)
    assert re.fullmatch("20260203T050609-[0-9a-f]{4}", run.run_id)
    assert runs.latest_published() is None
    with pytest.raises(NotFound):
        runs.published(run.run_id)

    customers, counts = (
        written(store, table(run, "clean.customer", 7)),
        written(store, table(run, "insight.tier_count", 4, NEW.as_of)),
    )
    runs.publish(run.run_id, [customers, counts], [FILE])

    ended = datetime(2026, 2, 3, 5, 6, 12, tzinfo=UTC)
    expected = replace(run, status=RunStatus.PUBLISHED, ended_at=ended, inputs=(FILE,), published_number=2)
    assert runs.latest_published() == runs.published(run.run_id) == expected
    assert runs.tables_of(run.run_id) == (customers, counts)
    assert runs.latest_inputs() == (FILE,)


def test_a_run_on_a_base_shows_the_base_tables_that_it_did_not_write(runs, store):
    base = runs.start(NEW)
    january, february = date(2026, 1, 31), date(2026, 2, 28)
    base_tables = [written(store, table(base, "clean.customer")), written(store, table(base, "insight.tier_count", 4, january))]
    runs.publish(base.run_id, base_tables, [FILE])
    run = runs.start(replace(NEW, command="tiers", as_of=february, base_run_id=base.run_id))
    own = written(store, table(run, "insight.tier_count", 5, february))
    runs.publish(run.run_id, [own])

    assert runs.tables_of(run.run_id) == (base_tables[0], own)
    assert runs.published(run.run_id).inputs == (FILE,)
    assert runs.latest_published().run_id == run.run_id
    assert runs.latest_published(command="run").run_id == base.run_id
    assert runs.latest_published(as_of=january).run_id == base.run_id
    assert runs.latest_published(as_of=date(2025, 1, 1)) is None


def test_a_second_writer_is_told_who_writes_and_nothing_happens(runs, store):
    run = runs.start(NEW)
    kept = written(store, table(run, "clean.customer"))
    with pytest.raises(Conflict, match=rf"`run`, process {os.getpid()} on .*, since 2026-02-03 05:06:09 UTC"):
        runs.start(replace(NEW, as_of=date(2026, 2, 28)))
    assert [each.run_id for each in runs.list_runs()] == [run.run_id]
    runs.publish(run.run_id, [kept])
    runs.start(NEW)


def test_a_run_and_different_analyses_on_one_base_write_side_by_side(runs):
    base = runs.start(NEW)
    runs.publish(base.run_id, [table(base, "clean.customer")], [FILE])
    other = runs.start(NEW)
    runs.publish(other.run_id, [table(other, "clean.customer")], [FILE])
    value = replace(NEW, command="value", base_run_id=base.run_id)
    started = [
        runs.start(each) for each in (NEW, value, replace(value, command="churn"), replace(value, base_run_id=other.run_id))
    ]
    for each in (NEW, value):
        with pytest.raises(Conflict, match=rf"`{each.command}`, process {os.getpid()} on "):
            runs.start(each)
    assert {each.run_id for each in runs.list_runs() if each.status is RunStatus.RUNNING} == {each.run_id for each in started}
    for each in reversed(started):
        runs.publish(each.run_id, [table(each, "clean.customer")])


def test_an_analysis_that_ends_after_a_newer_run_hides_none_of_its_files(runs):
    base = runs.start(NEW)
    runs.publish(base.run_id, [table(base, "clean.customer")], [FILE])
    analysis = runs.start(replace(NEW, command="value", base_run_id=base.run_id))
    newer, file = runs.start(NEW), replace(FILE, file="orders/二月.csv")
    runs.publish(newer.run_id, [table(newer, "clean.customer")], [FILE, file])
    runs.publish(analysis.run_id, [table(analysis, "insight.value_model")])
    assert runs.latest_published().run_id == analysis.run_id
    assert runs.latest_published().inputs == (FILE,)
    assert runs.latest_inputs() == (FILE, file)


def test_only_dead_runs_are_cleared_and_their_folders_alone(runs, store, monkeypatch):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    base = runs.start(NEW)
    runs.publish(base.run_id, [written(store, table(base, "clean.customer"))], [FILE])
    alive = runs.start(replace(NEW, command="value", base_run_id=base.run_id))
    written(store, table(alive, "insight.value_model"))
    with monkeypatch.context() as patch:
        patch.setattr("fenji.state.runs.os.getpid", lambda: gone.pid)
        dead = runs.start(replace(NEW, command="churn", base_run_id=base.run_id))
    written(store, table(dead, "insight.churn_risk"))
    runs.start(NEW)
    assert folders(store) == [f"clean.customer/run={base.run_id}", f"insight.value_model/run={alive.run_id}"]
    with runs._database.reading() as t:
        told = [(each.subject.name, dict(each.details)) for each in t.audit.list_entries(limit=9, action=Action.RUN_CLEARED)]
    assert told == [(dead.run_id, {"failure": "killed"})]
    runs.publish(alive.run_id, [table(alive, "insight.value_model")])


def test_a_run_that_beats_in_the_last_moment_is_not_cleared(postgres, store, clock, monkeypatch):
    """The moment is between reading that it is silent and giving it up; SQLite lets nobody write meanwhile."""
    database = open_database(postgres(), clock=clock)
    runs = Runs(database, store, LI_LEI)
    silent = runs.start(NEW)
    clock.now += PATIENCE + timedelta(seconds=1)

    def is_gone(**_seen):
        with database.transaction(LI_LEI) as other:
            other.runs.beat(silent.run_id)
        return True

    monkeypatch.setattr("fenji.state.runs.is_gone", is_gone)
    with database.transaction(LI_LEI) as t:
        assert t.runs.clear_dead() == ()
    runs.publish(silent.run_id, [])
    database.close()


def test_only_one_of_many_that_start_at_once_gets_in(url, store):
    databases = [open_database(url) for _ in range(6)]
    results = []

    def attempt(database):
        try:
            results.append(Runs(database, store, LI_LEI).start(NEW))
        except Conflict as error:
            results.append(error)

    threads = [threading.Thread(target=attempt, args=[database]) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.close()
    assert sorted(type(each).__name__ for each in results) == ["Run", *["RunAtWork"] * 5]


def test_a_run_whose_process_is_gone_is_cleared_at_once(runs, store, monkeypatch):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with monkeypatch.context() as patch:
        patch.setattr("fenji.state.runs.os.getpid", lambda: gone.pid)
        dead = runs.start(NEW)
    written(store, table(dead, "clean.customer"))
    run = runs.start(NEW)
    assert folders(store) == []
    assert [(each.run_id, each.status, each.failure) for each in runs.list_runs()] == [
        (run.run_id, RunStatus.RUNNING, None),
        (dead.run_id, RunStatus.FAILED, "killed"),
    ]


def test_a_silent_run_is_given_up_and_can_no_longer_publish(runs, store, clock):
    silent = runs.start(NEW)
    stored = written(store, table(silent, "clean.customer"))
    clock.now += PATIENCE - timedelta(seconds=10)
    runs.beat(silent.run_id)
    clock.now += PATIENCE - timedelta(seconds=10)
    with pytest.raises(Conflict):
        runs.start(NEW)
    clock.now += timedelta(seconds=20)
    run = runs.start(NEW)
    with pytest.raises(Conflict, match="was given up"):
        runs.publish(silent.run_id, [stored])
    assert runs.latest_published() is None
    runs.publish(run.run_id, [])


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_run_that_beats_by_another_clock_is_left_alone(minutes, runs, url, store, *, clock, monkeypatch):
    monkeypatch.setattr(run_life, "WATCHED_SECONDS", 60)
    run = runs.start(NEW)
    # Its own clock alone: another thread that sleeps in this process (that of a Spark of earlier tests) must not beat.
    watch = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _seconds: runs.beat(run.run_id))
    monkeypatch.setattr(run_life, "time", watch)
    elsewhere = Runs(open_database(url, clock=lambda: clock() + timedelta(minutes=minutes)), store, LI_LEI)
    with pytest.raises(Conflict):
        elsewhere.start(NEW)
    elsewhere.start(replace(NEW, command="value", base_run_id=None))
    runs.publish(run.run_id, [])
    elsewhere._database.close()


def test_a_block_that_ends_with_an_error_leaves_nothing_but_its_code(runs, store):
    with pytest.raises(ContractBroken), runs.running(NEW) as run:
        written(store, table(run, "clean.customer"))
        raise ContractBroken.of("customer 4711 is there twice")
    assert folders(store) == []
    (failed,) = runs.list_runs()
    assert (failed.status, failed.failure) == (RunStatus.FAILED, "contract_broken")


def test_a_block_that_does_not_publish_has_failed(runs, store):
    with runs.running(NEW) as run:
        written(store, table(run, "clean.customer"))
    assert folders(store) == []
    assert [each.failure for each in runs.list_runs()] == ["not_published"]


def test_what_was_published_survives_a_later_failure(runs, store):
    with runs.running(NEW) as first:
        kept = written(store, table(first, "clean.customer"))
        runs.publish(first.run_id, [kept])
    with pytest.raises(KeyboardInterrupt), runs.running(NEW) as second:
        written(store, table(second, "clean.customer"))
        raise KeyboardInterrupt
    assert folders(store) == [kept.path]
    assert runs.latest_published().run_id == first.run_id
    assert runs.tables_of(first.run_id) == (kept,)


def test_the_newest_runs_come_first_and_no_more_than_asked_for(runs):
    ids = []
    for _ in range(3):
        run = runs.start(NEW)
        runs.fail(run.run_id, "disk_full")
        ids.append(run.run_id)
    assert [each.run_id for each in runs.list_runs(limit=2)] == [ids[2], ids[1]]


def test_a_clock_that_is_set_back_hides_nothing(runs, clock):
    first = runs.start(NEW)
    runs.publish(first.run_id, [], [FILE])
    clock.now -= timedelta(days=400)
    second = runs.start(NEW)
    runs.publish(second.run_id, [], [replace(FILE, records=4)])
    assert second.run_id < first.run_id
    assert runs.latest_published().run_id == second.run_id
    assert runs.latest_inputs() == (replace(FILE, records=4),)
    assert [each.run_id for each in runs.list_runs()] == [second.run_id, first.run_id]


def test_a_dead_run_of_another_host_from_the_future_blocks_nobody(runs, clock, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("fenji.state.runs.socket.gethostname", lambda: "elsewhere")
        runs.start(NEW)
    clock.now -= timedelta(days=1)
    run = runs.start(NEW)
    runs.publish(run.run_id, [])
    assert [each.failure for each in runs.list_runs()] == [None, "killed"]


def test_an_edition_goes_up_with_every_change_of_a_published_run(runs, database):
    run = runs.start(NEW)
    runs.publish(run.run_id, [])
    assert runs.published(run.run_id).edition == 1
    with database.transaction(LI_LEI) as t:
        before = t.manifests.editions()
        t.manifests.raise_edition(run.run_id)
        assert t.manifests.editions() == before + 1
    assert runs.published(run.run_id).edition == 2


def test_a_table_that_runs_share_stays_until_the_last_of_them_goes(runs, store):
    first = runs.start(NEW)
    customers = written(store, table(first, "clean.customer", 7))
    runs.publish(first.run_id, [customers], [FILE])
    second = runs.start(NEW)
    own = written(store, table(second, "insight.tier_count", 4, NEW.as_of))
    runs.publish(second.run_id, [customers, own], [FILE], sharing=runs.published(first.run_id))
    assert runs.tables_of(second.run_id) == (customers, own)
    with runs._database.reading() as t:
        assert t.upkeep.runs_naming([customers.path]) == (first.run_id, second.run_id)
        assert t.upkeep.runs_naming([FILE.raw_path]) == (first.run_id, second.run_id)
        assert t.upkeep.runs_naming([own.path]) == (second.run_id,)

    def remove(run: Run) -> None:
        with runs._database.transaction(LI_LEI) as t:
            t.upkeep.remove([run.run_id])
        runs.sweep()

    remove(first)
    assert folders(store) == [customers.path, f"insight.tier_count/run={second.run_id}"]
    assert runs.tables_of(second.run_id) == (customers, own)
    remove(second)
    assert folders(store) == []
    assert runs.parts_by_folder([customers.path]) == {customers.path: ()}


def test_removing_the_run_that_shares_leaves_the_table_to_the_one_that_wrote_it(runs, store):
    first = runs.start(NEW)
    customers = written(store, table(first, "clean.customer", 7))
    runs.publish(first.run_id, [customers], [FILE])
    second = runs.start(NEW)
    runs.publish(second.run_id, [customers], [FILE], sharing=runs.published(first.run_id))
    with runs._database.transaction(LI_LEI) as t:
        t.upkeep.remove([second.run_id])
    runs.sweep()
    assert runs.tables_of(first.run_id) == (customers,)
    assert folders(store) == [customers.path]


@pytest.mark.parametrize(("rows", "known"), [(FILE.records, True), (FILE.records - 1, False)])
def test_raw_rows_without_checksums_get_theirs_where_they_are_as_many_as_then(runs, store, rows, known):
    written(store, StoredTable("raw.order_line", FILE.raw_path, rows))
    run = runs.start(NEW)
    runs.publish(run.run_id, [written(store, table(run, "clean.customer"))], [FILE])
    assert bool(runs.parts_by_folder([FILE.raw_path])[FILE.raw_path]) is known


def test_the_last_run_of_a_policy_is_found_also_after_it_was_removed(runs, database):
    def published(slug: str, **followed) -> str:
        run = runs.start(replace(NEW, policy=PolicyText(slug, 1, "policy: x\n")))
        runs.publish(run.run_id, [], **followed)
        return run.run_id

    assert runs.latest_of_policy("retail") is None
    published("retail")
    run_id = published("retail", settings={"history_begins_on": "2026-01-31"}, documents={"policies/retail@1.yaml": "x"})
    published("other")
    found = runs.latest_of_policy("retail")
    assert found is not None
    assert (found.run_id, found.status) == (run_id, RunStatus.PUBLISHED)
    # What it knew when it started, and what it learned.
    assert found.new.settings == {**NEW.settings, "history_begins_on": "2026-01-31"}
    assert found.new.documents == {**NEW.documents, "policies/retail@1.yaml": "x"}
    with database.transaction(LI_LEI) as t:
        t.upkeep.remove([run_id])
    removed = runs.latest_of_policy("retail")
    assert removed is not None
    assert (removed.run_id, removed.status) == (run_id, RunStatus.REMOVED)
