"""What does an operation find? Member rows are locked by ascending id first; everything else of them is read afterwards, and so as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from fenji.domain.loyalty.changes import Accounts, Drawn, Wanted
from fenji.domain.loyalty.kinds import HoldStatus, LotBucket, MemberStatus, PointsAccount, PointsKind
from fenji.domain.loyalty.records import Debt, Draw, Hold, LedgerTransaction, Lot, Member, OrderEarning, OrderKey, Transfer
from fenji.errors import NotFound, Unavailable
from fenji.language import message as _
from fenji.state.loyalty.rows import DebtRow, HoldRow, LotRow, MemberRow, OrderEarningRow, TransactionRow, TransferRow, table_of

CHUNK = 500
"""Ids that one statement names."""
TRIES = 5

Item = TypeVar("Item")

# Asked for by every operation: put together once, and not each time.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_PROGRAM: BindParameter[Any] = bindparam("asked")
_MEMBERS = table_of(MemberRow)
_MEMBERS_SEEN = (
    select(_MEMBERS).where(_MEMBERS.c.member_id.in_(_IDS), _MEMBERS.c.program == _PROGRAM).order_by(_MEMBERS.c.member_id)
)
_MEMBERS_LOCKED = _MEMBERS_SEEN.with_for_update()
_ORDERS = table_of(OrderEarningRow)
_ORDERS_KNOWN = select(_ORDERS).where(
    _ORDERS.c.program == _PROGRAM, _ORDERS.c.source == bindparam("of"), _ORDERS.c.order_id.in_(_IDS)
)
_TRANSACTIONS = table_of(TransactionRow)
_POSTED = select(_TRANSACTIONS).where(_TRANSACTIONS.c.program == _PROGRAM, _TRANSACTIONS.c.business_key.in_(_IDS))


def load(session: Session, program: str, wanted: Wanted, *, is_locked: bool = True) -> Accounts:
    """The accounts that an operation asks for, locked until the transaction ends unless they are only looked at.

    Raises:
        NotFound: there is no such member or transaction.
        Unavailable: members were merged again and again meanwhile.
    """
    is_plain = wanted.reversed_id is None and wanted.hold_id is None and not wanted.with_merged
    concerned = wanted.member_ids if is_plain else _concerned(session, program, wanted)
    members = _members(session, program, concerned, is_locked=is_locked)
    for _attempt in range(TRIES):
        orders = _orders(session, program, wanted)
        above = {each.held_by_member_id for each in members.values()} | {each.member_id for each in orders.values()}
        asked = above if is_plain else above | _concerned(session, program, wanted)
        lacking = {each for each in asked if each is not None and each not in members}
        if not lacking:
            return _accounts(session, program, wanted, members, orders)
        # Merged members, and orders of others: rare, and where two writers meet so, one of them begins again.
        members |= _members(session, program, lacking, is_locked=is_locked)
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


def _members(session: Session, program: str, ids: Collection[int], *, is_locked: bool) -> dict[int, Member]:
    members: dict[int, Member] = {}
    asked = _MEMBERS_LOCKED if is_locked else _MEMBERS_SEEN
    for chunk in chunks(sorted(ids)):
        found = session.connection().execute(asked, {"ids": chunk, "asked": program})
        members |= {each["member_id"]: member_of(dict(each)) for each in found.mappings()}
    if len(members) < len(ids):
        lacking = next(each for each in sorted(ids) if each not in members)
        raise NotFound.of(_("there is no member {member} in program {program}."), member=lacking, program=program)
    return members


def _orders(session: Session, program: str, wanted: Wanted) -> dict[OrderKey, OrderEarning]:
    orders: dict[OrderKey, OrderEarning] = {}
    for source, chunk in _by_source(wanted.orders):
        found = session.connection().execute(_ORDERS_KNOWN, {"ids": chunk, "asked": program, "of": source})
        for row in found.mappings():
            order = order_of(dict(row))
            orders[order.key] = order
    return orders


def _accounts(
    session: Session, program: str, wanted: Wanted, members: dict[int, Member], orders: dict[OrderKey, OrderEarning]
) -> Accounts:
    ids = sorted(members)
    reversed_transaction, draws = _reversed(session, program, wanted)
    # Balances are the sums of lots, debts and holds: where one is 0, there is nothing to look for.
    is_held = wanted.hold_id is not None or any(each.held for each in members.values())
    holds = tuple(_holds(session, ids, wanted.hold_id)) if is_held else ()
    drawn = {each.lot_id for each in draws} | {each.lot_id for hold in holds for each in hold.draws}
    lots: dict[int, Lot] = {}
    few = None if orders else wanted.draws
    with_lots = [each.member_id for each in members.values() if each.available or each.pending or each.held]
    if few is not None and few.on is None:
        with_lots = []
    for part in chunks(sorted(with_lots)):
        lots |= {each.lot_id: each for each in _lots(session, _asked_lots(part, few))}
    for part in chunks(sorted(drawn - lots.keys())):
        lots |= {each.lot_id: each for each in _lots(session, LotRow.lot_id.in_(part))}
    for source, chunk in _by_source(orders):
        own = (LotRow.source == source) & LotRow.order_id.in_(chunk)
        lots |= {each.lot_id: each for each in _lots(session, own) if each.origin_member_id in members}
    debts = [
        Debt(**row)
        for part in chunks(each for each in ids if members[each].owed)
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


def _asked_lots(part: Sequence[int], draws: Drawn | None) -> ColumnElement[bool]:
    """The lots of some members that an operation looks at."""
    if draws is None or draws.on is None:
        return LotRow.member_id.in_(part) & or_(LotRow.remaining > 0, LotRow.held > 0)
    is_due = (LotRow.bucket == str(LotBucket.PENDING)) & (LotRow.available_on <= draws.on)
    asked = LotRow.member_id.in_(part) & (LotRow.remaining > 0) & or_(is_due, LotRow.expires_on < draws.on)
    if draws.points <= 0:
        return asked
    is_valid = or_(LotRow.expires_on.is_(None), LotRow.expires_on >= draws.on)
    order = (LotRow.expires_on.is_(None), LotRow.expires_on, LotRow.lot_id)
    so_far = func.sum(LotRow.remaining).over(partition_by=LotRow.member_id, order_by=order, rows=(None, 0))
    available = select(LotRow.lot_id, LotRow.remaining, so_far.label("so_far")).where(
        LotRow.member_id.in_(part), LotRow.remaining > 0, LotRow.bucket == str(LotBucket.AVAILABLE), is_valid
    )
    sums = available.subquery()
    return asked | LotRow.lot_id.in_(select(sums.c.lot_id).where(sums.c.so_far - sums.c.remaining < draws.points))


def existing(session: Session, program: str, keys: Collection[str]) -> dict[str, LedgerTransaction]:
    """What was posted under some business keys."""
    found: dict[str, LedgerTransaction] = {}
    for chunk in chunks(sorted(keys)):
        posted = session.connection().execute(_POSTED, {"ids": chunk, "asked": program})
        found |= {row["business_key"]: transaction_of(dict(row)) for row in posted.mappings()}
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
