"""What does an operation find? Member rows are locked by ascending id first; everything else of them is read afterwards, and so as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Date, String, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session

from fenji.domain.loyalty.changes import Accounts, Drawn, Wanted
from fenji.domain.loyalty.kinds import HoldStatus, LotBucket, MemberStatus, PointsAccount, PointsKind
from fenji.domain.loyalty.records import Debt, Draw, Hold, LedgerTransaction, Lot, Member, OrderEarning, OrderKey, Transfer
from fenji.errors import NotFound, Unavailable
from fenji.language import message as _
from fenji.state.loyalty.rows import (
    DebtRow,
    HoldRow,
    LotRow,
    MemberRow,
    OrderEarningRow,
    TransactionRow,
    TransferRow,
    table_of,
)
from fenji.state.prepared import Answer, Driver, Prepared

CHUNK = 500
"""Ids that one statement names."""
TRIES = 5

Item = TypeVar("Item")

_PROGRAM: BindParameter[str] = bindparam("asked", type_=String())
_SOURCE: BindParameter[str] = bindparam("of", type_=String())
_MEMBER: BindParameter[int] = bindparam("member", type_=BigInteger())
_ON: BindParameter[date] = bindparam("on", type_=Date())
_POINTS: BindParameter[int] = bindparam("points", type_=BigInteger())
_NOTHING: ColumnElement[int] = literal_column("0")
"""Written out: the indexes of lots and debts know only rows of which something is left, and that has to stand in the statement."""

_MEMBERS = table_of(MemberRow)
_ORDERS = table_of(OrderEarningRow)
_TRANSACTIONS = table_of(TransactionRow)
_DEBTS = table_of(DebtRow)
_LOTS = table_of(LotRow)
_MEMBERS_ASKED = select(_MEMBERS).where(_MEMBERS.c.program == _PROGRAM).order_by(_MEMBERS.c.member_id)
_MEMBERS_SEEN = Prepared(_MEMBERS_ASKED, among=_MEMBERS.c.member_id)
_MEMBERS_LOCKED = Prepared(_MEMBERS_ASKED.with_for_update(), among=_MEMBERS.c.member_id)
_ORDERS_KNOWN = Prepared(
    select(_ORDERS).where(_ORDERS.c.program == _PROGRAM, _ORDERS.c.source == _SOURCE), among=_ORDERS.c.order_id
)
_POSTED = Prepared(select(_TRANSACTIONS).where(_TRANSACTIONS.c.program == _PROGRAM), among=_TRANSACTIONS.c.business_key)
_DEBTS_LEFT = Prepared(select(_DEBTS).where(_DEBTS.c.remaining > _NOTHING), among=_DEBTS.c.member_id)
_IS_LEFT = _LOTS.c.remaining > _NOTHING
_LOTS_LEFT = Prepared(select(_LOTS).where(or_(_IS_LEFT, _LOTS.c.held > _NOTHING)), among=_LOTS.c.member_id)
_LOTS_OF_ORDERS = Prepared(select(_LOTS).where(_LOTS.c.source == _SOURCE), among=_LOTS.c.order_id)
_IS_AVAILABLE = _LOTS.c.bucket == str(LotBucket.AVAILABLE)
_IS_OVER = _LOTS.c.expires_on < _ON
_OF_MEMBER = (_LOTS.c.member_id == _MEMBER) & _IS_LEFT
_LOTS_PENDING = Prepared(
    select(_LOTS).where(_OF_MEMBER, _LOTS.c.bucket == str(LotBucket.PENDING), or_(_LOTS.c.available_on <= _ON, _IS_OVER))
)
# Of the valid ones in the order in which they are drawn, as many as there are points are enough: each has one at least.
_IN_ORDER = (_LOTS.c.expires_on.nulls_last(), _LOTS.c.lot_id)
_VALID = (
    select(_LOTS)
    .where(_OF_MEMBER, _IS_AVAILABLE, or_(_LOTS.c.expires_on.is_(None), _LOTS.c.expires_on >= _ON))
    .order_by(*_IN_ORDER)
    .limit(_POINTS)
    .subquery()
)
_SO_FAR = func.sum(_VALID.c.remaining).over(order_by=(_VALID.c.expires_on.nulls_last(), _VALID.c.lot_id), rows=(None, 0))
_SUMMED = select(_VALID, _SO_FAR.label("so_far")).subquery()
_LOTS_DRAWN = Prepared(
    select(_LOTS)
    .where(_OF_MEMBER, _IS_AVAILABLE, _IS_OVER)
    .union_all(select(*(_SUMMED.c[each.name] for each in _LOTS.c)).where(_SUMMED.c.so_far - _SUMMED.c.remaining < _POINTS))
)


def load(driver: Driver, program: str, wanted: Wanted, *, is_locked: bool = True) -> Accounts:
    """The accounts that an operation asks for, locked until the transaction ends unless they are only looked at.

    Raises:
        NotFound: there is no such member or transaction.
        Unavailable: members were merged again and again meanwhile.
    """
    is_plain = wanted.reversed_id is None and wanted.hold_id is None and not wanted.with_merged
    concerned = wanted.member_ids if is_plain else _concerned(driver.session, program, wanted)
    members = _members(driver, program, concerned, is_locked=is_locked)
    for _attempt in range(TRIES):
        known = _known(driver, program, wanted)
        above = {each.held_by_member_id for each in members.values()} | {each.member_id for each in known.orders.values()}
        asked = above if is_plain else above | _concerned(driver.session, program, wanted)
        lacking = {each for each in asked if each is not None and each not in members}
        if not lacking:
            return _accounts(driver, program, wanted, members, known)
        # Merged members, and orders of others: rare, and where two writers meet so, one of them begins again.
        members |= _members(driver, program, lacking, is_locked=is_locked)
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


def _members(driver: Driver, program: str, ids: Collection[int], *, is_locked: bool) -> dict[int, Member]:
    asked = _MEMBERS_LOCKED if is_locked else _MEMBERS_SEEN
    found = [driver.ask(asked, {"ids": chunk, "asked": program}) for chunk in chunks(sorted(ids))]
    members = {row["member_id"]: member_of(row) for answer in found for row in answer.rows()}
    if len(members) < len(ids):
        lacking = next(each for each in sorted(ids) if each not in members)
        raise NotFound.of(_("there is no member {member} in program {program}."), member=lacking, program=program)
    return members


@dataclass(frozen=True)
class _Known:
    """What has become of the orders that are asked for, and of the business keys."""

    orders: dict[OrderKey, OrderEarning]
    posted: dict[str, LedgerTransaction]


def _known(driver: Driver, program: str, wanted: Wanted) -> _Known:
    with driver.together():
        orders = [
            driver.ask(_ORDERS_KNOWN, {"ids": chunk, "asked": program, "of": source})
            for source, chunk in _by_source(wanted.orders)
        ]
        posted = [driver.ask(_POSTED, {"ids": chunk, "asked": program}) for chunk in chunks(sorted(wanted.business_keys))]
    earned = (order_of(row) for answer in orders for row in answer.rows())
    done = (transaction_of(row) for answer in posted for row in answer.rows())
    return _Known({each.key: each for each in earned}, {each.business_key: each for each in done})


def _accounts(driver: Driver, program: str, wanted: Wanted, members: dict[int, Member], known: _Known) -> Accounts:
    ids, session, orders = sorted(members), driver.session, known.orders
    reversed_transaction, draws = _reversed(session, program, wanted)
    # Balances are the sums of lots, debts and holds: where one is 0, there is nothing to look for.
    is_held = wanted.hold_id is not None or any(each.held for each in members.values())
    holds = tuple(_holds(session, ids, wanted.hold_id)) if is_held else ()
    with driver.together():
        found = list(_ask_lots(driver, members.values(), _draws(wanted.draws, orders.values())))
        own = [driver.ask(_LOTS_OF_ORDERS, {"ids": chunk, "of": source}) for source, chunk in _by_source(orders)]
        owed = [driver.ask(_DEBTS_LEFT, {"ids": chunk}) for chunk in chunks(each for each in ids if members[each].owed)]
    lots = {row["lot_id"]: lot_of(row) for answer in found for row in answer.rows()}
    lots |= {row["lot_id"]: lot_of(row) for answer in own for row in answer.rows() if row["origin_member_id"] in members}
    drawn = {each.lot_id for each in draws} | {each.lot_id for hold in holds for each in hold.draws}
    for part in chunks(sorted(drawn - lots.keys())):
        lots |= {row["lot_id"]: lot_of(row) for row in rows(session, LotRow, LotRow.lot_id.in_(part))}
    return Accounts(
        program,
        members,
        tuple(lots.values()),
        tuple(Debt(**row) for answer in owed for row in answer.rows()),
        orders,
        holds,
        reversed_transaction,
        draws,
        _origin_qualifying(session, ids) if wanted.with_merged else {},
        known.posted,
    )


def _draws(asked: Drawn | None, orders: Collection[OrderEarning]) -> Drawn | None:
    """What is drawn at most: where orders are known, all that they have earned may be taken back."""
    if asked is None or not orders:
        return asked
    return None if asked.on is None else Drawn(asked.points + sum(each.points_now for each in orders), asked.on)


def _ask_lots(driver: Driver, members: Iterable[Member], draws: Drawn | None) -> Iterator[Answer]:
    """Asks for the lots of some members that an operation looks at."""
    if draws is None:
        for chunk in chunks(each.member_id for each in members if each.available or each.pending or each.held):
            yield driver.ask(_LOTS_LEFT, {"ids": chunk})
    elif draws.on is not None:
        for each in members:
            values = {"member": each.member_id, "on": draws.on, "points": max(0, draws.points)}
            if each.available:
                yield driver.ask(_LOTS_DRAWN, values)
            if each.pending:
                yield driver.ask(_LOTS_PENDING, values)


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
