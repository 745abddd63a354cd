"""What does an operation find? Member rows are locked by ascending id first; everything else of them is read afterwards, and so as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from fenji.domain.loyalty.changes import Accounts, Wanted
from fenji.domain.loyalty.kinds import HoldStatus, LotBucket, MemberStatus, PointsAccount, PointsKind
from fenji.domain.loyalty.records import Debt, Draw, Hold, LedgerTransaction, Lot, Member, OrderEarning, OrderKey, Transfer
from fenji.errors import NotFound, Unavailable
from fenji.language import message as _
from fenji.state.loyalty.rows import DebtRow, HoldRow, LotRow, MemberRow, OrderEarningRow, TransactionRow, TransferRow, table_of

CHUNK = 500
"""Ids that one statement names."""
TRIES = 5

Item = TypeVar("Item")


def load(session: Session, program: str, wanted: Wanted) -> Accounts:
    """The accounts that an operation asks for, locked until the transaction ends.

    Raises:
        NotFound: there is no such member or transaction.
        Unavailable: members were merged again and again meanwhile.
    """
    is_plain = wanted.reversed_id is None and wanted.hold_id is None and not wanted.with_merged
    members = _locked(session, program, wanted.member_ids if is_plain else _concerned(session, program, wanted))
    for _attempt in range(TRIES):
        orders = _orders(session, program, wanted)
        above = {each.held_by_member_id for each in members.values()} | {each.member_id for each in orders.values()}
        asked = above if is_plain else above | _concerned(session, program, wanted)
        lacking = {each for each in asked if each is not None and each not in members}
        if not lacking:
            return _accounts(session, program, wanted, members, orders)
        # Merged members, and orders of others: rare, and where two writers meet so, one of them begins again.
        members |= _locked(session, program, lacking)
    raise Unavailable.of(_("these members change hands all the time."), advice=_("Try again."))


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """Items in lists that one statement can name."""
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def transaction_of(row: Mapping[str, Any]) -> LedgerTransaction:
    """A transaction as it is stored."""
    return LedgerTransaction(
        row["transaction_id"],
        row["program"],
        PointsKind(row["kind"]),
        row["business_key"],
        row["fingerprint"],
        row["member_id"],
        row["occurred_on"],
        row["occurred_at"],
        row["recorded_at"],
        row["actor"],
        row["reason"],
        None if row["order_id"] is None else OrderKey(row["source"], row["order_id"], row["bonus"]),
        row["rules_version"],
        row["reverses_id"],
    )


def member_of(row: Mapping[str, Any]) -> Member:
    """A member as it is stored."""
    return Member(**{**row, "status": MemberStatus(row["status"])})


def lot_of(row: Mapping[str, Any]) -> Lot:
    """A lot as it is stored."""
    return Lot(**{**row, "bucket": LotBucket(row["bucket"])})


def transfer_of(row: Mapping[str, Any]) -> Transfer:
    """A transfer as it is stored."""
    values = {name: row[name] for name in Transfer.__dataclass_fields__}
    return Transfer(**{**values, "debit": PointsAccount(row["debit"]), "credit": PointsAccount(row["credit"])})


def order_of(row: Mapping[str, Any]) -> OrderEarning:
    """What an order has earned, as it is stored."""
    values = {name: row[name] for name in OrderEarning.__dataclass_fields__ if name != "key"}
    return OrderEarning(key=OrderKey(row["source"], row["order_id"], row["bonus"]), **values)


def rows(session: Session, table: type[Any], condition: ColumnElement[bool], *order: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - columns
    """Rows as plain values, without objects that would be remembered."""
    found = session.execute(select(table_of(table)).where(condition).order_by(*order))
    return (dict(each) for each in found.mappings())


def _concerned(session: Session, program: str, wanted: Wanted) -> set[int]:
    """Every member that an operation may change, with those who hold its points and, where asked for, those whose points it holds."""
    ids = set(wanted.member_ids)
    if wanted.reversed_id is not None:
        lots = select(TransferRow.lot_id).where(TransferRow.transaction_id == wanted.reversed_id)
        ids |= set(session.scalars(select(LotRow.member_id).where(LotRow.lot_id.in_(lots))))
        asked = select(TransactionRow.member_id).where(_is_asked(program, wanted.reversed_id))
        ids |= {each for each in session.scalars(asked) if each is not None}
    if wanted.hold_id is not None:
        ids |= set(session.scalars(select(HoldRow.member_id).where(HoldRow.hold_id == wanted.hold_id)))
    return _with_holders(session, ids, with_merged=wanted.with_merged)


def _is_asked(program: str, transaction_id: str) -> ColumnElement[bool]:
    return (TransactionRow.transaction_id == transaction_id) & (TransactionRow.program == program)


def _with_holders(session: Session, ids: set[int], *, with_merged: bool) -> set[int]:
    found, new = set(ids), set(ids)
    while new:
        next_ids: set[int] = set()
        for chunk in chunks(sorted(new)):
            above = select(MemberRow.held_by_member_id).where(MemberRow.member_id.in_(chunk))
            next_ids |= {each for each in session.scalars(above) if each is not None}
            if with_merged:
                below = select(MemberRow.member_id).where(MemberRow.held_by_member_id.in_(chunk))
                next_ids |= set(session.scalars(below))
        new = next_ids - found
        found |= new
    return found


def _locked(session: Session, program: str, ids: Collection[int]) -> dict[int, Member]:
    members: dict[int, Member] = {}
    for chunk in chunks(sorted(ids)):
        asked = select(table_of(MemberRow)).where(MemberRow.member_id.in_(chunk), MemberRow.program == program)
        found = session.execute(asked.order_by(MemberRow.member_id).with_for_update())
        members |= {each["member_id"]: member_of(dict(each)) for each in found.mappings()}
    if len(members) < len(ids):
        lacking = next(each for each in sorted(ids) if each not in members)
        raise NotFound.of(_("there is no member {member} in program {program}."), member=lacking, program=program)
    return members


def _orders(session: Session, program: str, wanted: Wanted) -> dict[OrderKey, OrderEarning]:
    orders: dict[OrderKey, OrderEarning] = {}
    for source, chunk in _by_source(wanted.orders):
        is_asked = (OrderEarningRow.program == program) & (OrderEarningRow.source == source)
        for row in rows(session, OrderEarningRow, is_asked & OrderEarningRow.order_id.in_(chunk)):
            order = order_of(row)
            orders[order.key] = order
    return orders


def _accounts(
    session: Session, program: str, wanted: Wanted, members: dict[int, Member], orders: dict[OrderKey, OrderEarning]
) -> Accounts:
    ids = sorted(members)
    reversed_transaction, draws = _reversed(session, program, wanted)
    holds = tuple(_holds(session, ids, wanted.hold_id))
    drawn = {each.lot_id for each in draws} | {each.lot_id for hold in holds for each in hold.draws}
    is_left = or_(LotRow.remaining > 0, LotRow.held > 0)
    lots = {each.lot_id: each for part in chunks(ids) for each in _lots(session, LotRow.member_id.in_(part) & is_left)}
    for part in chunks(sorted(drawn - lots.keys())):
        lots |= {each.lot_id: each for each in _lots(session, LotRow.lot_id.in_(part))}
    for source, chunk in _by_source(orders):
        own = (LotRow.source == source) & LotRow.order_id.in_(chunk)
        lots |= {each.lot_id: each for each in _lots(session, own) if each.origin_member_id in members}
    debts = [
        Debt(**row)
        for part in chunks(ids)
        for row in rows(session, DebtRow, DebtRow.member_id.in_(part) & (DebtRow.remaining > 0), DebtRow.debt_id)
    ]
    return Accounts(
        program,
        members,
        tuple(lots.values()),
        tuple(debts),
        orders,
        holds,
        reversed_transaction,
        draws,
        _origin_qualifying(session, ids) if wanted.with_merged else {},
        existing(session, program, wanted.business_keys),
    )


def existing(session: Session, program: str, keys: Collection[str]) -> dict[str, LedgerTransaction]:
    """What was posted under some business keys."""
    found: dict[str, LedgerTransaction] = {}
    for chunk in chunks(sorted(keys)):
        asked = (TransactionRow.program == program) & TransactionRow.business_key.in_(chunk)
        found |= {row["business_key"]: transaction_of(row) for row in rows(session, TransactionRow, asked)}
    return found


def _lots(session: Session, condition: ColumnElement[bool]) -> Iterator[Lot]:
    return map(lot_of, rows(session, LotRow, condition, LotRow.lot_id))


def _by_source(orders: Iterable[OrderKey]) -> Iterator[tuple[str, list[str]]]:
    by_source: dict[str, set[str]] = {}
    for each in orders:
        by_source.setdefault(each.source, set()).add(each.order_id)
    return ((source, chunk) for source, ids in by_source.items() for chunk in chunks(sorted(ids)))


def _reversed(session: Session, program: str, wanted: Wanted) -> tuple[LedgerTransaction | None, tuple[Draw, ...]]:
    if wanted.reversed_id is None:
        return None, ()
    found = next(rows(session, TransactionRow, _is_asked(program, wanted.reversed_id)), None)
    if found is None:
        raise NotFound.of(_("there is no transaction {transaction}."), transaction=wanted.reversed_id)
    drawn = rows(session, TransferRow, TransferRow.transaction_id == wanted.reversed_id, TransferRow.number)
    left: dict[int, int] = {}
    for row in drawn:
        if row["lot_id"] is not None and row["credit"] == PointsAccount.REDEEMED:
            left[row["lot_id"]] = left.get(row["lot_id"], 0) + row["points"]
    undone = select(TransactionRow.transaction_id).where(TransactionRow.reverses_id == wanted.reversed_id)
    for row in rows(session, TransferRow, TransferRow.transaction_id.in_(undone) & (TransferRow.debit == "redeemed")):
        left[row["from_lot_id"] or row["lot_id"]] -= row["points"]
    return transaction_of(found), tuple(Draw(lot_id, points) for lot_id, points in left.items() if points)


def _holds(session: Session, ids: Collection[int], hold_id: str | None) -> Iterator[Hold]:
    for chunk in chunks(ids):
        is_open = HoldRow.member_id.in_(chunk) & (HoldRow.status == str(HoldStatus.OPEN))
        asked = is_open if hold_id is None else is_open | (HoldRow.hold_id == hold_id)
        for row in rows(session, HoldRow, asked, HoldRow.hold_id):
            draws = rows(session, TransferRow, TransferRow.transaction_id == row["hold_id"], TransferRow.number)
            held = tuple(Draw(each["lot_id"], each["points"]) for each in draws)
            yield Hold(row["hold_id"], row["member_id"], row["points"], row["until_at"], HoldStatus(row["status"]), held)


def _origin_qualifying(session: Session, ids: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for chunk in chunks(ids):
        for column, points in (
            (OrderEarningRow.member_id, OrderEarningRow.qualifying_now),
            (LotRow.origin_member_id, LotRow.qualifying),
        ):
            sums = select(column, func.sum(points)).where(column.in_(chunk)).group_by(column)
            for member_id, total in session.execute(sums):
                found[int(member_id or 0)] = found.get(int(member_id or 0), 0) + int(total or 0)
    return found
