"""What becomes of a job in a worker's hands: done, tried again, failed, cancelled, given back or taken over; never done twice."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from fenji.domain.jobs import MOST_ATTEMPTS, JobKind, JobResult, JobState, Lease, StopReason, WorkStopped
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, InvalidInput, Unavailable
from fenji.language import Language
from fenji.state.runs import RunAtWork
from fenji.state.work.leases import holding
from fenji.work.arguments import Arguments
from fenji.work.asking import cancel_job, job_of, log_of, start_job
from fenji.work.kinds import KINDS, Declared
from fenji.work.processes import PARENT, has_lost_parent, work_side_by_side
from fenji.work.telling import show_job
from fenji.work.waiting import JobCancelled, JobFailed, wait_for
from fenji.work.watching import SILENT_SECONDS, Watch
from fenji.work.worker import Worker, work_once
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import open_workspace

MEI = Principal(PrincipalKind.TOKEN, "韩梅梅")
KIND = JobKind.SELFTEST


@pytest.fixture
def doing(monkeypatch):
    """Has jobs do what a test says."""

    def chosen(do, **named):
        monkeypatch.setitem(KINDS, KIND, Declared(Arguments, lambda doing, _told: do(doing), **named))

    return chosen


@pytest.fixture
def at_once(monkeypatch):
    """Lets a job that failed for a passing reason wait no time."""
    monkeypatch.setattr("fenji.work.attempt.back_off", lambda _attempts: timedelta(0))


def texts(root, job_id):
    return [each.text for each in log_of(root, job_id)]


def test_a_job_is_done_in_the_name_of_the_one_who_asked(shop, doing):
    seen = []

    def do(working):
        seen.append(acting_person())
        working.progress("counting tiers", 1, 4)
        return JobResult("a-run")

    doing(do)
    asked = start_job(shop, KIND, principal=MEI)
    done = work_once(shop)
    assert (done.job_id, done.state, done.result, done.attempts) == (asked.job_id, JobState.DONE, JobResult("a-run"), 1)
    assert seen == [MEI]
    assert acting_person() != MEI
    assert texts(shop, asked.job_id) == ["begun, attempt {count}", "done"]
    assert work_once(shop) is None
    assert wait_for(shop, asked.job_id) == done


def test_a_passing_failure_is_tried_again_a_few_times_only(shop, doing, at_once):
    def do(_working):
        raise Unavailable.of("the disk is full.")

    doing(do)
    start_job(shop, KIND)
    states = [work_once(shop).state for _each in range(MOST_ATTEMPTS)]
    assert states == [JobState.QUEUED] * (MOST_ATTEMPTS - 1) + [JobState.FAILED]
    assert work_once(shop) is None


def test_another_run_at_work_is_waited_for_however_long_it_takes(shop, doing, monkeypatch):
    monkeypatch.setattr("fenji.work.attempt.RUN_WAIT", timedelta(0))

    def do(_working):
        raise RunAtWork.of("another run is writing here.")

    doing(do)
    asked = start_job(shop, KIND)
    for _each in range(3 * MOST_ATTEMPTS):
        found = work_once(shop)
        assert (found.state, found.attempts) == (JobState.QUEUED, 0)
    assert texts(shop, asked.job_id) == ["begun, attempt {count}", "waits for another run"]
    doing(lambda _working: JobResult())
    assert work_once(shop).state is JobState.DONE


def test_a_failure_that_the_kind_does_not_try_again_ends_the_job(shop, doing):
    def do(_working):
        raise Conflict.of("sources.yaml is there.")

    doing(do, tried_again=(Unavailable,))
    start_job(shop, KIND)
    assert work_once(shop).state is JobState.FAILED


def test_a_failure_keeps_its_problems_in_both_languages_and_nothing_personal(shop, doing):
    def do(_working):
        raise InvalidInput.of(
            "there is no customer {id} in run {run}.", id="138 0013 8000, mei@shop.cn", run="20260203T050607-1a2b"
        )

    doing(do)
    asked = start_job(shop, KIND)
    error = work_once(shop).error
    assert (error.code, error.kind, error.is_retryable) == ("invalid_input", "invalid", False)
    (problem,) = show_job(shop, asked.job_id).job.error.problems
    assert problem.what(Language.EN) == "there is no customer ***, *** in run 20260203T050607-1a2b."
    with pytest.raises(JobFailed) as failed:
        wait_for(shop, asked.job_id)
    assert failed.value.kind == "invalid"


def test_what_nobody_foresaw_ends_the_job_and_not_the_worker(shop, doing):
    def do(_working):
        raise ZeroDivisionError("secret of 13800138000")

    doing(do)
    asked = start_job(shop, KIND)
    bugs = []
    done = Worker(shop, tell_bug=bugs.append).work_once()
    assert (done.state, done.error.code, done.error.problems) == (JobState.FAILED, "bug", ())
    assert [type(each) for each in bugs] == [ZeroDivisionError]
    assert "13800138000" not in str(log_of(shop, asked.job_id))


def test_a_job_that_is_cancelled_at_work_stops_at_its_next_step(shop, doing, monkeypatch):
    monkeypatch.setattr("fenji.work.attempt.REPORT_SECONDS", 0.0)
    reached = []

    def do(working):
        cancel_job(shop, working.job.job_id)
        working.progress("first", 0, 2)
        reached.append("too far")

    doing(do)
    asked = start_job(shop, KIND)
    assert work_once(shop).state is JobState.CANCELLED
    assert reached == []
    with pytest.raises(JobCancelled):
        wait_for(shop, asked.job_id)
    with pytest.raises(Conflict):
        cancel_job(shop, start_and_do(shop, doing).job_id)


def start_and_do(shop, doing):
    doing(lambda _working: JobResult())
    start_job(shop, KIND)
    return work_once(shop)


def test_the_heartbeat_tells_a_long_step_that_its_job_was_cancelled(shop, doing, monkeypatch):
    monkeypatch.setattr("fenji.work.attempt.BEAT_SECONDS", 0.05)
    monkeypatch.setattr("fenji.work.attempt.REPORT_SECONDS", 3600.0)

    def do(working):
        cancel_job(shop, working.job.job_id)
        for _each in range(200):
            time.sleep(0.05)
            working.progress("a long step", 0, 1)

    doing(do)
    start_job(shop, KIND)
    assert work_once(shop).state is JobState.CANCELLED


def test_a_worker_that_must_end_gives_its_job_back(shop, doing):
    ending = threading.Event()

    def do(working):
        ending.set()
        working.progress("next", 0, 1)

    doing(do)
    asked = start_job(shop, KIND)
    given = Worker(shop, ending.is_set).work_once()
    assert (given.state, given.attempts, given.fence) == (JobState.QUEUED, 0, 1)
    doing(lambda _working: JobResult("a-run"))
    assert work_once(shop).state is JobState.DONE
    assert "given back: the worker ends" in texts(shop, asked.job_id)


def test_whoever_ends_the_process_has_the_job_given_back(shop, doing):
    class Told(BaseException):
        pass

    def do(_working):
        raise Told

    doing(do)
    asked = start_job(shop, KIND)
    with pytest.raises(Told):
        work_once(shop)
    assert job_of(shop, asked.job_id).state is JobState.QUEUED


def test_a_job_whose_worker_is_dead_is_taken_over_and_the_dead_one_says_nothing_more(shop, doing):
    taken = []

    def first(working):
        claims = open_workspace(shop).state
        with claims.transaction(MEI) as t:
            taken.append(t.work.claims.claim(dead=[working.job.lease]))
        return JobResult("of the first")

    doing(first)
    asked = start_job(shop, KIND)
    found = work_once(shop)
    assert (found.state, found.fence, found.result.run_id) == (JobState.RUNNING, 2, None)
    assert taken[0].job_id == asked.job_id
    state = open_workspace(shop).state
    with holding(Lease(asked.job_id, 1)), pytest.raises(WorkStopped) as stop, state.transaction(MEI) as t:
        t.work.claims.confirm(published="r")
    assert stop.value.reason is StopReason.LOST


def test_a_job_at_which_workers_die_fails_in_the_end(shop, doing):
    done = []
    doing(lambda _working: done.append(1) or JobResult())
    start_job(shop, KIND)
    state = open_workspace(shop).state
    with state.transaction(MEI) as t:
        job = t.work.claims.claim()
        for _each in range(MOST_ATTEMPTS - 1):
            job = t.work.claims.claim(dead=[job.lease])
    assert job.attempts == MOST_ATTEMPTS
    worker = Worker(shop, watch=DeadWatch())
    found = worker.work_once()
    assert (found.state, found.error.code, done) == (JobState.FAILED, "worker_died", [])


class DeadWatch:
    """Holds everybody for dead."""

    def dead(self, running):
        return tuple(each.lease for each in running)


def test_who_is_dead_is_told_by_the_process_and_by_silence_not_by_clocks(shop, doing):
    doing(lambda _working: JobResult())
    start_job(shop, KIND)
    state = open_workspace(shop).state
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with state.transaction(MEI) as t:
        job = t.work.claims.claim()
    seconds = [0.0]
    watch = Watch(lambda: seconds[0])
    assert watch.dead([job]) == ()
    assert watch.dead([replace(job, pid=gone.pid)]) == (job.lease,)
    elsewhere = replace(job, pid=gone.pid, host="another host")
    assert watch.dead([elsewhere]) == ()
    seconds[0] = SILENT_SECONDS
    assert watch.dead([replace(elsewhere, beats=1)]) == ()
    seconds[0] = 2 * SILENT_SECONDS + 1
    assert watch.dead([replace(elsewhere, beats=1)]) == (job.lease,)


def test_a_worker_works_until_nothing_is_left_and_ends_when_told(shop, doing):
    doing(lambda _working: JobResult())
    for _each in range(3):
        start_job(shop, KIND)
    assert Worker(shop).work_forever(threading.Event(), until_done=True) == 3
    stop = threading.Event()
    stop.set()
    start_job(shop, KIND)
    assert Worker(shop).work_forever(stop) == 0


def test_workers_side_by_side_are_begun_again_and_end_with_their_parent(tmp_path):
    file = tmp_path / "begun"
    line = [sys.executable, "-c", f"import os; os.write(os.open({str(file)!r}, os.O_CREAT | os.O_APPEND | os.O_WRONLY), b'x')"]
    work_side_by_side(line, 2, until_done=True)
    assert file.read_bytes() == b"xx"
    assert not has_lost_parent({})
    assert not has_lost_parent({PARENT: str(os.getppid())})
    assert has_lost_parent({PARENT: "1" if os.getppid() != 1 else "2"})
