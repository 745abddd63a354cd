"""Is a workspace whole? Files as they were published; deeply also every byte, the contracts, the laws of tiers and the audit log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import ibis.expr.types as ir

from fenji.analyze.metrics.panel import known_customers
from fenji.analyze.metrics.registry import builtin_metrics
from fenji.analyze.movements.flows import check_flows
from fenji.answers.checking import CheckResult, FoundDamage
from fenji.domain.audit import Verified
from fenji.domain.runs import DamageKind, StoredTable
from fenji.engines.checks import broken_rules
from fenji.errors import ContractBroken, FenjiError, Problem
from fenji.language import message as _
from fenji.state.audit import AuditBroken
from fenji.state.database import NEWEST
from fenji.state.parts import Depth
from fenji.tables import clean, insight
from fenji.tables.contract import Contract
from fenji.tables.contracts import CONTRACTS
from fenji.workspace.inventory import Damage, Inventory, damages, inventory_of
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import Session
from fenji.workspace.whole import damage

CHECKING_TABLES = _("checking contracts and laws")
OUR_MISTAKE = _("Its files are whole: it was published so. Compute it again with: fenji run")


def verify(session: Session, *, is_deep: bool = False, progress: Progress = silent) -> CheckResult:
    """Checks a workspace.

    Args:
        session: an open session.
        is_deep: whether every byte is read, and contracts, laws and the whole audit log are checked.
        progress: told about each folder and table.

    Raises:
        NotFound: nothing has been run yet.
    """
    began, last = time.monotonic(), session.latest()
    with session.state.reading() as t:
        inventory = inventory_of(t)
        audit = t.audit.verify() if is_deep else t.audit.verify_end()
    found = list(damages(session.store, inventory, depth=Depth.ALL if is_deep else Depth.GLANCE, progress=progress))
    broken = list(_broken_tables(session, inventory, found, progress)) if is_deep else []
    with session.state.reading() as t:
        now = t.upkeep.published()
    # What was taken out or mended meanwhile was whole when it stood there.
    same = {run_id for run_id, run in now.items() if inventory.runs.get(run_id) == run}
    return CheckResult(
        run_id=last.run_id,
        as_of=last.new.as_of,
        is_deep=is_deep,
        version=NEWEST,
        runs=len(inventory.runs),
        tables=sum(map(len, inventory.tables.values())),
        files=len(inventory.files),
        bytes=sum(each.size for each in inventory.files),
        unchecked=sum(each.parts is None for tables in inventory.tables.values() for each in tables)
        + sum(not each.parts for each in inventory.raw),
        entries=audit.entries,
        damages=(*_of_audit(audit), *(_told(each) for each in found if each.run_id in same), *broken),
        strays=inventory.strays(session.store),
        seconds=round(time.monotonic() - began, 3),
    )


def _of_audit(audit: Verified) -> Iterator[FoundDamage]:
    if audit.broken is not None:
        for each in AuditBroken.at(audit.broken).problems:
            yield FoundDamage(DamageKind.AUDIT, None, None, None, each)


def _told(found: Damage) -> FoundDamage:
    problem = damage(found.table, found.file, found.fault)
    return FoundDamage(DamageKind(str(found.fault)), found.table, found.run_id, found.file, problem)


@dataclass(frozen=True)
class _Checked:
    """The tables of one run that have no fault, as far as its laws are asked."""

    session: Session
    run_id: str
    damaged: frozenset[str]
    """Folders that are not whole."""
    tables: tuple[StoredTable, ...]

    def law(self, table: str, check: Callable[[], Iterator[Problem]]) -> Iterator[FoundDamage]:
        """What a check finds; what it cannot read is a fault of the table too."""
        for each in _problems(check):
            yield FoundDamage(DamageKind.LAW, table, self.run_id, None, replace(each, advice=OUR_MISTAKE))

    def are_whole(self, *contracts: Contract, as_of: date | None = None) -> bool:
        """Whether nothing that the run or its base keeps of some tables is damaged."""
        names = {each.full_name for each in contracts}
        return not any(
            each.path in self.damaged
            for each in self.session.tables_of(self.run_id)
            if each.table in names and as_of in {None, each.as_of}
        )


def _problems(check: Callable[[], Iterator[Problem]]) -> Iterator[Problem]:
    try:
        yield from check()
    except FenjiError as error:
        yield from error.problems


def _broken_tables(session: Session, inventory: Inventory, found: list[Damage], progress: Progress) -> Iterator[FoundDamage]:
    """What contracts and laws say of the tables whose files are whole."""
    damaged = frozenset(each.folder for each in found)
    broken: dict[str, tuple[Problem, ...]] = {}
    for done, (run_id, tables) in enumerate(inventory.tables.items()):
        progress(CHECKING_TABLES, done, len(inventory.tables))
        checked = _Checked(session, run_id, damaged, tables)
        for each in tables:
            if each.path in damaged:
                continue
            if each.path not in broken:
                broken[each.path] = tuple(_contract_faults(session, each))
            yield from (FoundDamage(DamageKind.CONTRACT, each.table, run_id, None, problem) for problem in broken[each.path])
        yield from _law_faults(checked)


def _contract_faults(session: Session, stored: StoredTable) -> Iterator[Problem]:
    files = session.store.files(stored.path)
    contract = _contract_of(session, stored)
    if contract is None or not files:
        return
    for each in _problems(lambda: iter(broken_rules(session.engine, files, contract, stored.rows))):
        yield replace(each, values={**each.values, "table": stored.table}, advice=OUR_MISTAKE)


def _contract_of(session: Session, stored: StoredTable) -> Contract | None:
    """What a table promises in the columns that it has: those of an older version may lack some. None where its key is not there."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

    files = session.store.files(stored.path)
    panel = insight.customer_metric(builtin_metrics())
    full = panel if stored.table == panel.full_name else CONTRACTS.get(stored.table)
    if full is None or not files:
        return None
    there = frozenset(pq.read_schema(files[0]).names)
    if not there.issuperset(full.key):
        return None
    return replace(full, columns=tuple(each for each in full.columns if each.name in there))


def _law_faults(checked: _Checked) -> Iterator[FoundDamage]:
    """Tier counts = assignments = known customers at each review, and flows that close."""
    days = [each.as_of for each in checked.tables if each.table == insight.TIER_COUNT.full_name and each.as_of is not None]
    for day in days:
        if checked.are_whole(insight.TIER_COUNT, insight.TIER_ASSIGNMENT, as_of=day) and checked.are_whole(clean.CUSTOMER):
            yield from checked.law(insight.TIER_COUNT.full_name, lambda day=day: _review_faults(checked, day))  # type: ignore[misc]
    if checked.are_whole(insight.TIER_FLOW, insight.TIER_MOVEMENT) and len(days) > 1:
        yield from checked.law(insight.TIER_FLOW.full_name, lambda: _flow_faults(checked))


def _review_faults(checked: _Checked, day: date) -> Iterator[Problem]:
    session, run_id = checked.session, checked.run_id
    assigned = session.read(run_id, insight.TIER_ASSIGNMENT, as_of=day)
    counted = sum(each["customers"] for each in session.rows(run_id, insight.TIER_COUNT, as_of=day))
    known = known_customers(session.read(run_id, clean.CUSTOMER), as_of=day)
    figures = {
        "customers": _count(session, known),
        "assigned": _count(session, assigned),
        "standing": _count(session, assigned.filter(assigned.tier.notnull())),
    }
    if figures["customers"] != figures["assigned"] or figures["standing"] != counted:
        text = _(
            "the review of {day} does not add up: {customers} customers are known, {assigned} are judged, {standing} stand in a tier, and {counted} are counted."
        )
        values: Mapping[str, object] = {"day": day, "counted": counted, **figures}
        yield Problem(text, values)


def _count(session: Session, table: ir.Table) -> int:
    return int(session.engine.fetch(table.aggregate(row_count=table.count()))["row_count"][0].as_py())


def _flow_faults(checked: _Checked) -> Iterator[Problem]:
    rows = checked.session.rows
    try:
        check_flows(rows(checked.run_id, insight.TIER_FLOW), rows(checked.run_id, insight.TIER_MOVEMENT))
    except ContractBroken as error:
        yield from error.problems
