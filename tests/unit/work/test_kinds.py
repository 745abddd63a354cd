"""What the kinds of jobs really do in a small shop, and that a run whose worker died after publishing is not run again."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from fenji.domain.jobs import JobKind, JobState
from fenji.domain.runs import RunStatus
from fenji.errors import Conflict, InvalidArgument, NotFound
from fenji.work.asking import KeyReused, count_left, job_of, list_jobs, start_job
from fenji.work.kinds import KINDS
from fenji.work.worker import work_once
from fenji.workspace.folder import open_workspace
from fenji.workspace.job_files import FOLDER, KEPT_FOR, remove_all, result_file, sweep

AS_OF = "2025-06-30"


class Killed(BaseException):
    """The end of a process at an unlucky moment."""


def done(root, kind, arguments=None):
    start_job(root, kind, arguments)
    job = work_once(root)
    assert job.state is JobState.DONE, job.error
    return job


def runs(root, command):
    with open_workspace(root).state.reading() as t:
        return [each for each in t.runs.list_runs() if each.new.command == command]


@pytest.fixture(scope="module")
def published(one_shop):
    """The run of a job whose worker died between publishing and saying so, and the job after somebody else took it."""
    with pytest.MonkeyPatch.context() as patch:

        def die(*_arguments):
            raise Killed

        patch.setattr("fenji.work.kinds.write_answer", die)
        asked = start_job(one_shop, JobKind.RUN, {"as_of": AS_OF})
        with pytest.raises(Killed):
            work_once(one_shop)
    return job_of(one_shop, asked.job_id), work_once(one_shop)


def test_a_run_that_was_published_is_found_again_and_not_run_again(published, one_shop):
    before, after = published
    assert (before.state, after.state, after.attempts) == (JobState.QUEUED, JobState.DONE, 1)
    (run,) = runs(one_shop, "run")
    assert before.result.run_id == after.result.run_id == run.run_id
    assert run.status is RunStatus.PUBLISHED


def test_an_analysis_as_a_job_answers_with_the_run_that_holds_it(published, one_shop):
    first, second = done(one_shop, JobKind.RULES), done(one_shop, JobKind.RULES)
    assert first.result == second.result
    assert [each.run_id for each in runs(one_shop, "rules")] == [first.result.run_id]


def test_lists_stand_in_a_private_folder_and_go_after_a_week(published, one_shop):
    workspace = open_workspace(one_shop)
    job = done(one_shop, JobKind.LIST, {"where": ["net_revenue_12m >= 39"], "form": "csv"})
    file = result_file(workspace, job)
    assert len(file.read_text("utf-8-sig").splitlines()) == 3
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)
    backup = result_file(workspace, done(one_shop, JobKind.BACKUP))
    newer = done(one_shop, JobKind.BACKUP, {"keep": 1})
    assert [backup.exists(), result_file(workspace, newer).exists()] == [False, True]
    sweep(workspace, job.ended_at + KEPT_FOR / 2)
    assert file.exists()
    sweep(workspace, job.ended_at + KEPT_FOR * 2)
    with pytest.raises(NotFound, match="not kept any more"):
        result_file(workspace, job)
    assert result_file(workspace, newer).exists()


def test_another_policy_is_given_as_text_and_answered_in_both_languages(published, one_shop):
    text = (one_shop / "policies" / "retail.yaml").read_text("utf-8")
    job = done(one_shop, JobKind.WHATIF, {"text": text})
    answer = json.loads(result_file(open_workspace(one_shop), job).read_text("utf-8"))
    assert set(answer) == {"zh", "en"}
    assert answer["zh"]["run_id"] == answer["en"]["run_id"] == job.result.run_id
    assert [*(one_shop / "store" / ".scratch").glob("*/policy.yaml")] == []
    remove_all(open_workspace(one_shop))
    assert [each.suffix for each in (one_shop / "store" / FOLDER).iterdir() if each.suffix == ".json"] == []


def test_a_proposal_that_was_written_before_its_worker_died_is_no_conflict(shop, monkeypatch):
    sources = shop / "sources.yaml"
    sources.unlink()
    monkeypatch.setattr("fenji.work.kinds.map_files", proposing(sources))
    monkeypatch.setattr("fenji.work.kinds.write_answer", dying_once())
    told = {"files": ["orders.csv"], "write": True}
    start_job(shop, JobKind.MAP, told)
    with pytest.raises(Killed):
        work_once(shop)
    with open_workspace(shop).state.transaction(list_jobs(shop)[0].principal) as t:
        t.work.claims.give_back(t.work.claims.claim().lease)
    job = work_once(shop)
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    start_job(shop, JobKind.MAP, told)
    assert work_once(shop).error.code == Conflict.code


def proposing(sources):
    """What maps files: refuses to write over what is there."""

    def map_files(_root, _files, *, write, **_others):
        if write and sources.exists():
            raise Conflict.of("sources.yaml is there.")
        if write:
            sources.write_text("proposal")
        return SimpleNamespace(text="proposal")

    return map_files


def dying_once():
    deaths = []

    def write_answer(*_arguments):
        if not deaths:
            deaths.append(1)
            raise Killed
        return "answer.json"

    return write_answer


@pytest.mark.parametrize(
    ("kind", "arguments", "said"),
    [
        (JobKind.RUN, {"histroy": 3}, "history"),
        (JobKind.RUN, {"history": "3"}, "whole number"),
        (JobKind.RUN, {"as_of": "yesterday", "history": 0, "force": "yes"}, "history"),
        (JobKind.RUN, {"as_of": "9999-12-31"}, "2200-12-31"),
        (JobKind.WHATIF, {}, "'draft_id': one of them"),
        (JobKind.WHATIF, {"file": "../other/policies/x.yaml"}, "out of the workspace"),
        (JobKind.WHATIF, {"file": "/etc/passwd"}, "out of the workspace"),
        (JobKind.MAP, {"files": ["C:\\secret.csv"]}, "out of the workspace"),
        (JobKind.WHATIF, {"text": "policy: x", "draft_id": 7}, "'draft_id': one of them"),
        (JobKind.REPLAY, {"draft_id": "7", "reviews": 2}, "draft_id"),
        (JobKind.MAP, {"files": []}, "files"),
        (JobKind.IMPORT, {"import_id": "x", "step": "eat"}, "step"),
        (JobKind.IMPORT, {"import_id": "x", "step": "answer", "edition": 1}, "'edition' and 'answers'"),
        (JobKind.IMPORT, {"import_id": "x", "step": "accept", "edition": 1}, "'edition' and 'fingerprint'"),
        (JobKind.IMPORT, {"import_id": "x", "step": "preview", "edition": 1}, "other steps need none"),
        (JobKind.LIST, {"form": "exe"}, "form"),
        (JobKind.EXPORT, {"of": "nobody"}, "of"),
        (JobKind.TREND, {}, "measure"),
        (JobKind.VALUE, {"customer": "13800138000"}, "customer"),
    ],
)
def test_arguments_that_cannot_be_used_ask_for_no_job(shop, kind, arguments, said):
    with pytest.raises(InvalidArgument, match=said):
        start_job(shop, kind, arguments)
    assert list_jobs(shop) == ()


def test_all_problems_of_arguments_are_told_at_once(shop):
    with pytest.raises(InvalidArgument) as failed:
        start_job(shop, JobKind.RUN, {"as_of": "yesterday", "history": 0, "force": "yes"})
    assert len(failed.value.problems) == 3


def test_one_key_is_one_job_for_each_who_asks(shop):
    first = start_job(shop, JobKind.CHECK, key="k")
    assert start_job(shop, JobKind.CHECK, {"deep": False}, key="k") == first
    with pytest.raises(KeyReused):
        start_job(shop, JobKind.CHECK, {"deep": True}, key="k")
    assert start_job(shop, JobKind.CHECK).job_id != first.job_id
    assert count_left(shop) == 2


def test_every_kind_is_declared():
    assert set(KINDS) == set(JobKind)
