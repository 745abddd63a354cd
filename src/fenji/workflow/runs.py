"""Which runs have there been, and what is to be known of one? Those that failed and those at work among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fenji.answers.run_list import RunDetail, RunInput, RunRow, RunsResult
from fenji.answers.runs import StoredRows
from fenji.domain.runs import Run, RunStatus
from fenji.errors import NotFound, Problem
from fenji.language import message as _
from fenji.tables import clean
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.prepared_warnings import conflict_warnings, number_conflicts, status_warnings, unknown_statuses
from fenji.workspace.session import Session


def list_runs(root: Path, *, limit: int = 50) -> RunsResult:
    """The newest runs of any status.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root)
    if not workspace.state.is_there:
        return RunsResult(())
    with workspace.state.reading() as t:
        return RunsResult(tuple(map(RunRow.of, t.runs.list_runs(limit=limit))))


def first_run_waits(root: Path) -> bool:
    """Whether nothing has been published yet.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root, by_customer=True)
    if not workspace.state.is_there:
        return True
    with open_question(workspace) as session:
        return session.runs.latest_published(command="run") is None


def run_at(root: Path, run_id: str) -> RunDetail:
    """One run of any status.

    Raises:
        NotFound: no workspace, or no run of that id.
    """
    workspace = open_workspace(root)
    if not workspace.state.is_there:
        raise _unknown(run_id)
    with workspace.state.reading() as t:
        run = t.upkeep.find(run_id)
    if run is None:
        raise _unknown(run_id)
    if run.status is not RunStatus.PUBLISHED:
        return RunDetail(RunRow.of(run), 0, None, None, (), ())
    with open_question(workspace) as session:
        return _published(session, session.runs.published(run_id))


def _published(session: Session, run: Run) -> RunDetail:
    rows: dict[str, int] = {}
    for each in session.runs.tables_of(run.run_id):
        rows[each.table] = rows.get(each.table, 0) + each.rows
    account: dict[str, Any] = {"rows": None, "kept": None}
    warnings: tuple[Problem, ...] = ()
    if clean.FILE_ACCOUNT.full_name in rows:
        accounts = session.read(run.run_id, clean.FILE_ACCOUNT)
        sums = accounts.aggregate(rows=accounts["rows_in"].sum(), kept=accounts["kept"].sum())
        account = {name: int(count or 0) for name, count in session.engine.fetch(sums).to_pylist()[0].items()}
    told = (clean.ORDER_NUMBER_CONFLICT, clean.UNKNOWN_STATUS)
    if all(each.full_name in rows for each in told):
        tables = {each.full_name: session.read(run.run_id, each) for each in told}
        currency = PastRun(session, run).currency
        warnings = (
            *conflict_warnings(number_conflicts(session.engine, tables)),
            *status_warnings(unknown_statuses(session.engine, tables), currency),
        )
    stored = tuple(StoredRows(name, count) for name, count in sorted(rows.items()))
    read = sorted(run.inputs, key=lambda each: (each.source, each.file))
    inputs = tuple(RunInput(each.source, each.file, each.records, each.unreadable, each.fingerprint) for each in read)
    return RunDetail(
        RunRow.of(run), len(run.inputs), account["rows"], account["kept"], stored, warnings, inputs, run.base_fingerprint
    )


def _unknown(run_id: str) -> NotFound:
    return NotFound.of(_("there is no run {run_id}."), run_id=run_id[:40])
