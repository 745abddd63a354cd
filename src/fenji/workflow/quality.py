"""What became of every row that came in? Read back from the last run, or from a given one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from fenji.answers.runs import ColumnQuality, Duplicates, FileAccount, IdentityConflict, QualityResult, Unattributed
from fenji.tables.clean import COLUMN_QUALITY, CUSTOMER, FILE_ACCOUNT, IDENTITY_CONFLICT, REJECTED_ROW
from fenji.tables.contract import Contract
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.session import Session


def report_quality(root: Path, *, run_id: str | None = None) -> QualityResult:
    """The accounts of a run.

    Raises:
        NotFound: no workspace, no run, or no run of that id.
    """
    with open_question(open_workspace(root)) as session:
        run = session.latest() if run_id is None else session.runs.published(run_id)
        return quality_of(session, run.run_id)


def quality_of(session: Session, run_id: str) -> QualityResult:
    """The accounts of a published run, in an open session."""
    run = session.runs.published(run_id)
    accounts = _records(session, run_id, FILE_ACCOUNT)
    rejected = session.read(run_id, REJECTED_ROW)
    reasons = session.engine.fetch(rejected.group_by("reason").aggregate(rows=rejected.count())).to_pylist()
    as_of = run.new.as_of
    if as_of is None:
        message = f"run {run_id} has no as-of date"
        raise AssertionError(message)
    return QualityResult(
        run_id=run_id,
        as_of=as_of,
        rows_in=_sum(accounts, "rows_in"),
        kept=_sum(accounts, "kept"),
        rejected={each["reason"]: each["rows"] for each in sorted(reasons, key=lambda each: (-each["rows"], each["reason"]))},
        duplicates=Duplicates(**{name: _sum(accounts, name) for name in Duplicates.__dataclass_fields__}),
        unattributed=Unattributed(_sum(accounts, "unattributed_rows"), Decimal(_sum(accounts, "unattributed_net_revenue"))),
        customers=session.engine.fetch(session.read(run_id, CUSTOMER).aggregate(n=lambda t: t.count())).to_pylist()[0]["n"],
        files=tuple(FileAccount(**{name: each[name] for name in FileAccount.__dataclass_fields__}) for each in accounts),
        columns=tuple(ColumnQuality(**each) for each in _records(session, run_id, COLUMN_QUALITY)),
        conflicts=_conflicts(session, run_id),
        currency=PastRun(session, run).currency,
    )


def _records(session: Session, run_id: str, contract: Contract) -> list[dict[str, Any]]:
    table = session.read(run_id, contract)
    records: list[dict[str, Any]] = session.engine.fetch(table.order_by(list(contract.key))).to_pylist()
    return records


def _conflicts(session: Session, run_id: str) -> tuple[IdentityConflict, ...]:
    table = session.read(run_id, IDENTITY_CONFLICT)
    counted = table.group_by("kind").aggregate(
        identifiers=table.count(), ids=table["ids"].sum(), merged=table["merged"].cast("int64").sum()
    )
    return tuple(IdentityConflict(**each) for each in session.engine.fetch(counted.order_by("kind")).to_pylist())


def _sum(accounts: list[dict[str, Any]], name: str) -> Any:  # noqa: ANN401 - a count or an exact amount, as the column is
    return sum(each[name] for each in accounts)
