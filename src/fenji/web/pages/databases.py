"""Which tables of a database come in? Those of a database that the server knows by name; then their columns are looked at like those of files."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.domain.importing import ImportStep
from fenji.errors import FenjiError, InvalidArgument
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.web.failing import told_problems
from fenji.web.forms import Sent
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import ChangingSources, Sourcing, Visit
from fenji.work.imports import ask_import_step
from fenji.workflow.importing.databases import list_tables
from fenji.workflow.importing.drafting import begin_import

PAGE = Page(
    "/data/databases/{database}", Entry.DATA, _("Tables of a database"), Right.SOURCES_CHANGE, is_tab=False, has_scope=False
)

router = APIRouter()


@router.get(PAGE.address)
def tables(visit: Sourcing, database: str, into: str = "") -> Response:
    """Its tables and views; ``into``: an import that has begun, which they join."""
    return _shown(visit, database, into)


@router.post(PAGE.address)
def take(visit: ChangingSources, sent: Sent, database: str) -> Response:
    """Has tables looked into, in an import of their own or in one that has begun."""
    chosen, into = tuple(dict.fromkeys(sent.texts("table"))), sent.text("into")
    if not chosen:
        return _shown(visit, database, into, InvalidArgument.of(_("no table was chosen.")))
    visit.read(lambda root: list_tables(root, database))  # refuses before an import has begun
    principal = visit.caller.principal
    import_id = into or visit.changed(lambda root: begin_import(root, principal=principal)).import_.import_id
    visit.changed(
        lambda root: ask_import_step(root, import_id, ImportStep.TABLES, principal=principal, database=database, tables=chosen)
    )
    return visit.sent_to(f"/data/import/{import_id}/columns")


def _shown(visit: Visit, database: str, into: str, failed: FenjiError | None = None) -> Response:
    found = visit.read(lambda root: list_tables(root, database))
    values = {
        "database": found.database,
        "tables": found.tables,
        "into": into,
        "problems": [] if failed is None else told_problems(failed, visit.language),
    }
    return visit.shown(PAGE, "pages/database_tables.html", values, status=200 if failed is None else status_of(failed))
