"""A job is done by one worker at a time and never twice: claims, fences, cancelling and retries, on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from fenji.domain.jobs import (
    BACK_OFF,
    MOST_LOG_LINES,
    JobError,
    JobKind,
    JobProgress,
    JobResult,
    JobState,
    Lease,
    NewJob,
    StopReason,
    WorkStopped,
)
from fenji.domain.principals import Principal, PrincipalKind
from fenji.domain.runs import NewRun
from fenji.errors import Conflict, NotFound
from fenji.language import Language
from fenji.state.database import open_database
from fenji.state.work.jobs import KeyTaken
from fenji.state.work.leases import holding

LI_LEI = Principal(PrincipalKind.PERSON, "李雷")
PASSING = JobError("unavailable", "unavailable", is_retryable=True)
NEW_RUN = NewRun("run", "duckdb", Language.EN)


def ask(database, kind=JobKind.VALUE, key=None, number=None):
    with database.transaction(LI_LEI) as t:
        place = number or len(t.work.jobs.list_jobs(limit=999)) + 1
        return t.work.jobs.add(NewJob(kind, {}, key), LI_LEI, job_id=t.work.jobs.new_job_id(), number=place)


def claim(database, *dead):
    with database.transaction(LI_LEI) as t:
        return t.work.claims.claim(dead=dead)


def job(database, job_id):
    with database.reading() as t:
        return t.work.jobs.get(job_id)


def told(database, name, *arguments, **named):
    with database.transaction(LI_LEI) as t:
        return getattr(t.work.claims, name)(*arguments, **named)


def test_jobs_are_taken_in_the_order_of_asking_each_by_one_worker(database):
    first, second = ask(database), ask(database, JobKind.CHURN)
    assert [each.job_id for each in (claim(database), claim(database))] == [first.job_id, second.job_id]
    assert claim(database) is None
    found = job(database, first.job_id)
    assert (found.state, found.attempts, found.fence, found.principal) == (JobState.RUNNING, 1, 1, LI_LEI)


def test_many_workers_at_once_take_each_job_once(database):
    asked = {ask(database).job_id for _each in range(12)}
    taken = []

    def work():
        while (found := claim(database)) is not None:
            taken.append(found.job_id)

    threads = [threading.Thread(target=work) for _each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(taken), set(taken)) == (12, asked)


def test_a_worker_whose_job_was_taken_can_neither_report_nor_finish_nor_give_back(database):
    ask(database)
    old = claim(database).lease
    new = claim(database, old).lease
    assert new == Lease(old.job_id, old.fence + 1)
    assert told(database, "beat", old) is StopReason.LOST
    assert told(database, "report", old, JobProgress(0.5, "x")) is StopReason.LOST
    for name, arguments in (("finish", (JobResult("r"),)), ("fail", (PASSING,)), ("end_cancelled", ()), ("give_back", ())):
        assert told(database, name, old, *arguments) is False
    assert told(database, "report", new, JobProgress(0.5, "x")) is None
    assert job(database, old.job_id).progress == JobProgress(0.5, "x")
    assert told(database, "finish", new, JobResult("r2", "f.csv")) is True
    assert told(database, "finish", new, JobResult("r3")) is False
    found = job(database, old.job_id)
    assert (found.state, found.result, found.attempts) == (JobState.DONE, JobResult("r2", "f.csv"), 2)


def test_a_lease_that_is_only_thought_dead_is_taken_once(database):
    ask(database)
    old = claim(database).lease
    assert claim(database, old) is not None
    assert claim(database, old) is None


def test_a_run_is_published_only_by_the_worker_that_has_the_job(database, runs, store):
    ask(database, JobKind.RUN)
    old = claim(database).lease
    with holding(old):
        run = runs.start(NEW_RUN)
    new = claim(database, old).lease
    with holding(old), pytest.raises(WorkStopped) as stop:
        runs.publish(run.run_id, [])
    assert stop.value.reason is StopReason.LOST
    with database.reading() as t:
        assert t.runs.latest_published() is None
        assert job(database, old.job_id).result.run_id is None
    with holding(old), pytest.raises(WorkStopped):
        runs.start(NEW_RUN)
    runs.fail(run.run_id, "lost")
    with holding(new):
        again = runs.start(NEW_RUN)
        runs.publish(again.run_id, [])
    assert job(database, old.job_id).result.run_id == again.run_id
    assert runs.latest_published().run_id == again.run_id


def test_a_cancelled_job_stops_and_publishes_nothing(database, runs):
    asked = ask(database, JobKind.RUN)
    lease = claim(database).lease
    with holding(lease):
        run = runs.start(NEW_RUN)
    with database.transaction(LI_LEI) as t:
        assert t.work.jobs.ask_cancel(asked.job_id).state is JobState.RUNNING
    with database.transaction(LI_LEI) as t:
        assert t.work.jobs.ask_cancel(asked.job_id).is_cancel_asked
    assert told(database, "beat", lease) is StopReason.CANCELLED
    with holding(lease), pytest.raises(WorkStopped) as stop:
        runs.publish(run.run_id, [])
    assert stop.value.reason is StopReason.CANCELLED
    assert told(database, "end_cancelled", lease)
    assert job(database, asked.job_id).state is JobState.CANCELLED
    with pytest.raises(Conflict), database.transaction(LI_LEI) as t:
        done = ask(database)
        told(database, "finish", claim(database).lease, JobResult())
        t.work.jobs.ask_cancel(done.job_id)


def test_a_waiting_job_is_cancelled_at_once(database):
    asked = ask(database)
    with database.transaction(LI_LEI) as t:
        assert t.work.jobs.ask_cancel(asked.job_id).state is JobState.CANCELLED
    assert claim(database) is None


def test_what_failed_for_a_passing_reason_waits_and_a_clock_set_back_does_not_hold_it(database, clock):
    asked = ask(database)
    lease = claim(database).lease
    told(database, "give_back", lease, retry_at=clock.now + timedelta(seconds=60), error=PASSING)
    assert claim(database) is None
    with database.reading() as t:
        assert not t.work.jobs.has_waiting()
        assert t.work.jobs.has_waiting(now_or_later=True)
    clock.now += timedelta(seconds=60)
    found = claim(database)
    assert (found.attempts, found.error) == (2, PASSING)
    told(database, "give_back", found.lease, retry_at=clock.now + timedelta(seconds=60))
    clock.now -= timedelta(days=300) + BACK_OFF[-1]
    assert claim(database).job_id == asked.job_id


def test_a_job_that_is_given_back_in_good_order_counts_no_attempt(database):
    ask(database)
    told(database, "give_back", claim(database).lease, counts=False)
    found = claim(database)
    assert (found.attempts, found.fence) == (1, 2)


def test_one_key_asks_for_one_job(database):
    ask(database, key="k")
    with pytest.raises(KeyTaken):
        ask(database, key="k", number=77)
    with database.reading() as t:
        assert t.work.jobs.by_key("k").number == 1
        assert t.work.jobs.by_key("other") is None


def test_of_many_that_see_a_slot_for_the_first_time_one_writes_it_down(database):
    seen = []

    def look():
        try:
            with database.transaction(LI_LEI) as t:
                if t.work.slots.last("nightly", for_update=True) is None:
                    t.work.slots.begin("nightly", "rule", t.clock())
                    seen.append(1)
        except Conflict:
            seen.append(0)

    threads = [threading.Thread(target=look) for _each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(seen) == 1


def test_lists_are_newest_first_and_go_on_from_page_to_page(database):
    for kind in (JobKind.VALUE, JobKind.CHURN, JobKind.VALUE):
        ask(database, kind)
    claim(database)
    with database.reading() as t:
        assert [each.number for each in t.work.jobs.list_jobs(limit=2)] == [3, 2]
        assert [each.number for each in t.work.jobs.list_jobs(before=2)] == [1]
        assert [each.number for each in t.work.jobs.list_jobs(states=[JobState.QUEUED])] == [3, 2]
        assert [each.number for each in t.work.jobs.list_jobs(kind=JobKind.CHURN)] == [2]
        assert t.work.jobs.counts() == {JobState.QUEUED: 2, JobState.RUNNING: 1}
        assert [each.number for each in t.work.jobs.running()] == [1]
        with pytest.raises(NotFound):
            t.work.jobs.get("nobody")


def test_the_log_of_a_job_is_bounded(database):
    asked = ask(database)
    with database.transaction(LI_LEI) as t:
        for each in range(MOST_LOG_LINES + 3):
            t.work.jobs.log(asked.job_id, "line", number=each)
    with database.reading() as t:
        lines = t.work.jobs.log_of(asked.job_id)
    assert (len(lines), lines[0].values, lines[-1].line) == (MOST_LOG_LINES, {"number": 3}, MOST_LOG_LINES + 3)


def test_a_copy_of_the_state_leaves_out_what_is_not_done(database, tmp_path):
    done, waiting = ask(database), ask(database)
    told(database, "finish", claim(database).lease, JobResult("r"))
    with database.transaction(LI_LEI) as t:
        t.work.jobs.log(done.job_id, "line")
        t.work.jobs.log(waiting.job_id, "line")
        t.work.slots.begin("nightly", "rule", t.clock())
    with database.reading() as t:
        lines = [*t.rows.lines()]
    with database.transaction(LI_LEI) as t:
        kept = t.work.slots.last("nightly")
    copy = open_database(f"sqlite:///{tmp_path}/copy.db")
    with copy.transaction(LI_LEI) as t:
        t.rows.load(lines)
    with copy.reading() as t:
        assert t.work.jobs.list_jobs() == (job(database, done.job_id),)
        assert len(t.work.jobs.log_of(done.job_id)) == 1
        assert t.work.slots.last("nightly") == kept
    copy.close()
