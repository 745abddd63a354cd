"""How is a list taken along as a file? At once where it is short, by a job where it is long; masked unless a reason is written down first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from fastapi.responses import Response

from fenji.answers.views import MASKED, OPEN
from fenji.domain.access import Right
from fenji.domain.jobs import JobKind
from fenji.errors import Forbidden
from fenji.language import message as _
from fenji.reports.lists import write_list
from fenji.scratch import own_folder_for_now
from fenji.web.visiting import Visit
from fenji.work.asking import start_job
from fenji.workflow.access.unmasking import note_unmasked_export
from fenji.workflow.customers import customers_at, open_customers
from fenji.workflow.named_lists import conditions_of
from fenji.workspace.customer_choice import Asked

MOST_AT_ONCE = 50_000
"""Rows that somebody waits for; longer lists are made by a job."""
FORMS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True)
class Export:
    """A list that somebody wants as a file."""

    asked: Asked
    form: str
    """One of ``FORMS``."""
    columns: tuple[str, ...]
    sort: str
    reason: str
    """Why it is not masked; empty: it is."""


def export(visit: Visit, wanted: Export) -> Response:
    """The file, or None of it yet and the page that shows the job.

    Raises:
        Forbidden: a reason was given by somebody who may not see personal fields.
        InvalidArgument: the reason is too long.
    """
    if wanted.reason and not visit.may(Right.PERSONAL_READ):
        raise Forbidden.of(_("personal fields as they are need the right {right}."), right=Right.PERSONAL_READ.value)
    scope = visit.scope
    found = visit.read(lambda root: customers_at(root, wanted.asked, limit=1, as_of=scope.as_of, run=scope.run))
    if wanted.reason:
        note_unmasked_export(visit.serving.workspace, found.run_id, found.count, wanted.reason, by=visit.caller)
    if found.count > MOST_AT_ONCE:
        _start(visit, wanted)
        return visit.sent_to("/customers/exports", _("A job makes the file; it stands here when it is done."))
    name = f"customers-{found.as_of}.{wanted.form}"
    headers = {
        "Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return Response(visit.read(lambda root: _written(visit, root, wanted)), media_type=FORMS[wanted.form], headers=headers)


def _written(visit: Visit, root: Path, wanted: Export) -> bytes:
    scope, settings = visit.scope, visit.serving.workspace.settings
    with (
        own_folder_for_now(settings.scratch_folder(root)) as folder,
        open_customers(root, wanted.asked, columns=wanted.columns, sort=wanted.sort, as_of=scope.as_of, run=scope.run) as listing,
    ):
        file = folder / f"customers.{wanted.form}"
        write_list(replace(listing, view=OPEN if wanted.reason else MASKED), file, language=visit.language)
        return file.read_bytes()


def _start(visit: Visit, wanted: Export) -> None:
    scope = visit.scope
    told = {
        **conditions_of(wanted.asked),
        "form": wanted.form,
        "columns": list(wanted.columns),
        "sort": wanted.sort,
        "is_masked": not wanted.reason,
        "limits": [{"column": each.column.value, "values": list(each.values)} for each in visit.caller.limits],
        "as_of": None if scope.as_of is None else str(scope.as_of),
        "run": scope.run,
    }
    given = {name: value for name, value in told.items() if value is not None}
    visit.changed(lambda root: start_job(root, JobKind.LIST, given, principal=visit.caller.principal))
