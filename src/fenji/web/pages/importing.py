"""How do files come in? Four steps, each at its own address: files, what they mean, how they will be read, and the run that reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from fenji.answers.importing import ImportsResult
from fenji.collect.headers import Confidence
from fenji.domain.access import Right
from fenji.domain.importing import OPEN, ImportStatus, ImportStep
from fenji.domain.jobs import JobState
from fenji.errors import Conflict, FenjiError, InvalidArgument
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.web.failing import told_problem, told_problems
from fenji.web.forms import Form, Sent
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import ChangingSources, Sourcing, Visit
from fenji.wording.feeds import SURENESS
from fenji.wording.quality import expected_words
from fenji.work.imports import ImportSoFar, ask_import_step, import_so_far
from fenji.workflow.importing.databases import list_databases
from fenji.workflow.importing.drafting import add_file, begin_import, drop_import, list_imports, take_file_out
from fenji.workflow.runs import first_run_waits
from fenji.workflow.starting_tiers import may_make_thresholds
from fenji.workspace.uploads import most_bytes

_TITLE, _RIGHT = _("Import"), Right.SOURCES_CHANGE
BEGIN = Page("/data/import", Entry.DATA, _TITLE, _RIGHT, place=1, has_scope=False)
FILES, COLUMNS, PREVIEW, ACCEPT = (
    Page(f"/data/import/{{import_id}}{ending}", Entry.DATA, _TITLE, _RIGHT, is_tab=False, has_scope=False)
    for ending in ("", "/columns", "/preview", "/accept")
)
PAGES = (BEGIN, FILES, COLUMNS, PREVIEW, ACCEPT)
_CHUNK = 1 << 20
_STATES = {
    ImportStatus.UPLOADED: _("files have come"),
    ImportStatus.ASKED: _("a question waits"),
    ImportStatus.READY: _("ready to be accepted"),
    ImportStatus.ACCEPTED: _("accepted"),
    ImportStatus.DROPPED: _("dropped"),
}
_ANSWERS, _COLUMN = "answer ", "column "
"""How the names of fields of the form begin that answer a question, or say what a column is."""

router = APIRouter()


@router.get(BEGIN.address)
def begin_page(visit: Sourcing) -> Response:
    """Where files are dropped, and the imports that wait."""
    return _begin_shown(visit)


@router.post(BEGIN.address)
def begin(visit: ChangingSources, sent: Sent) -> Response:
    """Begins an import with files, as a form without scripts sends them."""
    if not _uploads(sent):
        return _begin_shown(visit, InvalidArgument.of(_("no file was chosen.")))
    import_id = visit.changed(lambda root: begin_import(root, principal=visit.caller.principal)).import_.import_id
    return _taken(visit, import_id, sent)


@router.get(FILES.address)
def files_page(visit: Sourcing, import_id: str) -> Response:
    """The files of an import."""
    return _files_shown(visit, import_id)


@router.post("/data/import/{import_id}/files")
def send(visit: ChangingSources, sent: Sent, import_id: str) -> Response:
    """Takes more files."""
    return _taken(visit, import_id, sent)


@router.post("/data/import/{import_id}/without")
def take_out(visit: ChangingSources, sent: Sent, import_id: str) -> Response:
    """Takes a file out."""
    name = sent.text("name")
    visit.changed(lambda root: take_file_out(root, import_id, name, principal=visit.caller.principal))
    return visit.sent_to(_address(import_id))


@router.post("/data/import/{import_id}/drop")
def drop(visit: ChangingSources, sent: Sent, import_id: str) -> Response:
    """Drops the import; nothing of its files stays."""
    edition = _edition(sent)
    visit.changed(lambda root: drop_import(root, import_id, edition=edition, principal=visit.caller.principal))
    return visit.sent_to(BEGIN.address, _("The import is dropped; nothing of its files stays."))


@router.post("/data/import/{import_id}/look")
def look(visit: ChangingSources, _sent: Sent, import_id: str) -> Response:
    """Has its files looked into."""
    _asked(visit, import_id, ImportStep.PROPOSE)
    return visit.sent_to(_address(import_id, "columns"))


@router.get(COLUMNS.address)
def columns_page(visit: Sourcing, import_id: str) -> Response:
    """What its files mean: questions, and every column with a few cells."""
    return _columns_shown(visit, import_id)


def _columns_shown(visit: Visit, import_id: str, failed: FenjiError | None = None) -> Response:
    found = _so_far(visit, import_id)
    proposal = found.proposal
    values = {**_common(visit, found, 2), "sureness": {each.value: visit.say(text) for each, text in SURENESS.items()}}
    if proposal is not None:
        values |= {
            "proposal": proposal,
            "questions": proposal["map"]["questions"],
            "answered": [each for each in proposal["map"]["answered"] if each["kind"] != "column"],
            "to_look_at": _to_look_at(proposal),
        }
    if failed is not None:
        values["problems"] = told_problems(failed, visit.language)
    return visit.shown(COLUMNS, "pages/import_columns.html", values, status=200 if failed is None else status_of(failed))


@router.post(COLUMNS.address)
def answer(visit: ChangingSources, sent: Sent, import_id: str) -> Response:
    """Keeps what was answered, where that is new, and goes on."""
    found = _so_far(visit, import_id)
    answers = {} if found.proposal is None else dict(_new_answers(found.proposal, sent))
    try:
        if answers or sent.text("edition") != str(found.import_.edition):
            _asked(visit, import_id, ImportStep.ANSWER, edition=_edition(sent), answers=answers)
    except Conflict as changed:
        return _columns_shown(visit, import_id, changed)
    if sent.text("then") == "preview":
        _asked(visit, import_id, ImportStep.PREVIEW)
        return visit.sent_to(_address(import_id, "preview"))
    return visit.sent_to(_address(import_id, "columns"), _("Your answers are kept.") if answers else _("Nothing was changed."))


@router.get(PREVIEW.address)
def preview_page(visit: Sourcing, import_id: str) -> Response:
    """How its rows will be read, beside what came."""
    found = _so_far(visit, import_id)
    values = {**_common(visit, found, 3), "proposal": found.proposal}
    if found.preview is not None:
        reasons = {reason for each in found.preview["files"] for reason in each["rejected"]}
        values |= {
            "preview": found.preview,
            "fields": _field_words(found.proposal),
            "expected": {each: expected_words(each, visit.language) for each in reasons},
        }
    return visit.shown(PREVIEW, "pages/import_preview.html", values)


@router.post(PREVIEW.address)
def preview(visit: ChangingSources, _sent: Sent, import_id: str) -> Response:
    """Has its rows read once as they will be."""
    _asked(visit, import_id, ImportStep.PREVIEW)
    return visit.sent_to(_address(import_id, "preview"))


@router.get(ACCEPT.address)
def accept_page(visit: Sourcing, import_id: str) -> Response:
    """What would be written; afterwards, how the next run begins."""
    return _accept_shown(visit, import_id)


def _accept_shown(visit: Visit, import_id: str, failed: FenjiError | None = None) -> Response:
    found = _so_far(visit, import_id)
    is_first = visit.read(first_run_waits)
    values = {
        **_common(visit, found, 4),
        "proposal": found.proposal,
        "is_first": is_first,
        "may_run": is_first or visit.may(Right.RUNS_START),
        "may_make_thresholds": is_first and visit.read(may_make_thresholds),
    }
    if failed is not None:
        values["problems"] = told_problems(failed, visit.language)
    return visit.shown(ACCEPT, "pages/import_accept.html", values, status=200 if failed is None else status_of(failed))


@router.post(ACCEPT.address)
def accept(visit: ChangingSources, sent: Sent, import_id: str) -> Response:
    """Has its files and sources.yaml written, exactly as they were shown."""
    try:
        _asked(visit, import_id, ImportStep.ACCEPT, edition=_edition(sent), fingerprint=sent.text("fingerprint"))
    except Conflict as changed:
        return _accept_shown(visit, import_id, changed)
    return visit.sent_to(_address(import_id, "accept"))


def _so_far(visit: Visit, import_id: str) -> ImportSoFar:
    return visit.read(lambda root: import_so_far(root, import_id, visit.language))


def _asked(visit: Visit, import_id: str, step: ImportStep, **more: Any) -> None:  # noqa: ANN401 - as the step needs it
    visit.changed(lambda root: ask_import_step(root, import_id, step, principal=visit.caller.principal, **more))


def _common(visit: Visit, found: ImportSoFar, now: int) -> dict[str, object]:
    """What every step shows of an import."""
    import_ = found.import_
    is_ready = found.proposal is not None and found.proposal["may_be_accepted"]
    is_accepted = import_.status is ImportStatus.ACCEPTED
    error = None if found.failed is None else found.failed.error
    return {
        "import_id": import_.import_id,
        "edition": import_.edition,
        "status": import_.status.value,
        "status_words": visit.say(_STATES[import_.status]),
        "is_open": import_.status in OPEN,
        "is_accepted": is_accepted,
        "files": import_.files,
        "changed_by": import_.changed_by,
        "step_now": now,
        "reached": 4 if is_ready or is_accepted else 3 if found.preview is not None else 2 if import_.files else 1,
        "address": _address(import_.import_id),
        "at_work": found.at_work,
        "failed": None if found.failed is None or found.at_work is not None else found.failed,
        "is_cancelled": found.failed is not None and found.failed.state is JobState.CANCELLED,
        "problems": [] if error is None else [told_problem(visit.view.problem(each), visit.language) for each in error.problems],
    }


def _begin_shown(visit: Visit, failed: FenjiError | None = None) -> Response:
    found: ImportsResult = visit.read(list_imports)
    values = {
        "open_imports": [each for each in found.imports if each.status in OPEN],
        "past_imports": [each for each in found.imports if each.status is ImportStatus.ACCEPTED][:10],
        "states": {each.value: visit.say(text) for each, text in _STATES.items()},
        "most": most_bytes(visit.serving.workspace),
        "databases": visit.read(list_databases).databases,
        "is_first": visit.read(first_run_waits),
        "problems": [] if failed is None else told_problems(failed, visit.language),
    }
    return visit.shown(BEGIN, "pages/import_begin.html", values, status=200 if failed is None else status_of(failed))


def _files_shown(visit: Visit, import_id: str, failed: FenjiError | None = None) -> Response:
    databases = visit.read(list_databases).databases
    values = _common(visit, _so_far(visit, import_id), 1) | {"most": most_bytes(visit.serving.workspace), "databases": databases}
    if failed is not None:
        values["problems"] = told_problems(failed, visit.language)
    return visit.shown(FILES, "pages/import_files.html", values, status=200 if failed is None else status_of(failed))


def _taken(visit: Visit, import_id: str, sent: Form) -> Response:
    """Writes the files of a form to the disk; what is wrong with some of them is said beside those that have come."""
    replaces = sent.text("replaces") == "yes"
    problems = []
    for each in _uploads(sent):
        add = partial(
            add_file,
            import_id=import_id,
            name=each.filename or "",
            chunks=_pieces(each),
            replaces=replaces,
            principal=visit.caller.principal,
        )
        try:
            visit.changed(add)
        except FenjiError as error:
            problems.append(error)
    if problems:
        return _files_shown(visit, import_id, type(problems[0])(*(each for error in problems for each in error.problems)))
    _asked(visit, import_id, ImportStep.PROPOSE)
    return visit.sent_to(_address(import_id, "columns"))


def _uploads(sent: Form) -> list[UploadFile]:
    return [each for name, each in sent.files if name == "files" and each.filename]


def _pieces(upload: UploadFile) -> Iterator[bytes]:
    while piece := upload.file.read(_CHUNK):
        yield piece


def _edition(sent: Form) -> int | None:
    told = sent.text("edition")
    return int(told) if told.isdecimal() and len(told) < 10 else None  # noqa: PLR2004 - digits of what a database counts to


def _address(import_id: str, step: str = "") -> str:
    return f"/data/import/{import_id}{'/' if step else ''}{step}"


def _new_answers(proposal: Mapping[str, Any], sent: Form) -> Iterator[tuple[str, str]]:
    """What a form answers that is not so already."""
    told = proposal["map"]
    for question in (*told["questions"], *told["answered"]):
        given = sent.text(f"{_ANSWERS}{question['id']}")
        if given and given != question["answer"]:
            yield question["id"], given
    for file in proposal["files"]:
        for column in file["columns"]:
            given = sent.text(f"{_COLUMN}{column['question']}")
            if given and given != (column["field"] or "-"):
                yield column["question"], given


def _to_look_at(proposal: Mapping[str, Any]) -> int:
    """Columns that are used and not known for sure."""
    return sum(column["confidence"] == Confidence.GUESS for file in proposal["files"] for column in file["columns"])


def _field_words(proposal: Mapping[str, Any] | None) -> dict[str, dict[str, str]]:
    """What fields are called, by what the rows are."""
    files = [] if proposal is None else proposal["files"]
    return {each["feed"]: {field["field"]: field["words"] for field in each["fields"]} for each in files if each["feed"]}
