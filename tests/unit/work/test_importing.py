"""A step of an import that a worker wrote before it died is not done twice by the next one; what others have changed since is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fenji.domain.importing import ImportStatus
from fenji.domain.jobs import Job, JobKind, JobState
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict
from fenji.work.asking import job_of, start_job
from fenji.work.worker import work_once
from fenji.workflow.importing.drafting import add_file, one_import
from fenji.workflow.importing.proposing import answer_import, propose_import
from fenji.workspace.folder import SOURCES_FILE, open_workspace
from fenji.workspace.job_files import result_file
from fixtures.imports import new_workspace, sent, unrehearsed

__all__ = ["unrehearsed"]

pytestmark = pytest.mark.usefixtures("unrehearsed")

ANN = Principal(PrincipalKind.PERSON, "ann")
ORDERS = "订单号,会员编号,日期,实付金额\nB1,M01,03/04/2026,420.00\nB2,M02,05/04/2026,1260.00\nB3,M01,06/05/2026,88.00\n".encode()


class Killed(BaseException):
    """The end of a process at an unlucky moment."""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return new_workspace(tmp_path / "shop")


@pytest.fixture
def came(shop: Path) -> str:
    return sent(shop, {"orders.csv": ORDERS})


def done_by_the_second(shop: Path, told: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> Job:
    """The job after one worker died as soon as it had written."""
    job = start_job(shop, JobKind.IMPORT, told, principal=ANN)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("fenji.work.kinds.write_answer", die)
        work_once(shop)
    # A process that is told to end gives its job back and counts no attempt; one that is killed does neither.
    with open_workspace(shop).state.transaction(ANN) as t:
        t.work.claims.give_back(t.work.claims.claim().lease)
    assert work_once(shop) is not None
    return job_of(shop, job.job_id)


def die(*_arguments: object) -> str:
    raise Killed


def answer_of(shop: Path, job: Job) -> dict[str, object]:
    found: dict[str, object] = json.loads(result_file(open_workspace(shop), job).read_text("utf-8"))["en"]
    return found


def test_answers_that_were_written_down_are_no_conflict(shop: Path, came: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = propose_import(shop, came)
    (question,) = proposal.map.proposal.questions
    told = {"import_id": came, "step": "answer", "edition": proposal.import_.edition, "answers": {question.id: "dmy"}}
    job = done_by_the_second(shop, told, monkeypatch)
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert answer_of(shop, job)["may_be_accepted"] is True
    assert one_import(shop, came).import_.edition == proposal.import_.edition + 1


def test_an_import_that_was_accepted_is_told_as_it_is(shop: Path, came: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = propose_import(shop, came)
    (question,) = asked.map.proposal.questions
    seen = answer_import(shop, came, {question.id: "dmy"}, edition=asked.import_.edition)
    told = {"import_id": came, "step": "accept", "edition": seen.import_.edition, "fingerprint": seen.fingerprint}
    job = done_by_the_second(shop, told, monkeypatch)
    assert job.state is JobState.DONE, job.error
    now = one_import(shop, came).import_
    assert (now.status, now.changed_by) == (ImportStatus.ACCEPTED, "ann")
    assert (shop / SOURCES_FILE).read_text("utf-8").count("files: data/orders.csv") == 1


def test_what_somebody_has_changed_since_is_refused(shop: Path, came: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = propose_import(shop, came)
    (question,) = proposal.map.proposal.questions
    add_file(shop, came, "more.csv", [ORDERS.replace(b"B", b"C")])
    told = {"import_id": came, "step": "answer", "edition": proposal.import_.edition, "answers": {question.id: "dmy"}}
    start_job(shop, JobKind.IMPORT, told, principal=ANN)
    first = work_once(shop)
    assert first is not None
    assert first.error is not None
    assert (first.state, first.error.code) == (JobState.FAILED, Conflict.code)
