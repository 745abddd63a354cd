"""What does an operation write? Rows of several transactions at once, balances counted from the transfers themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, update

from fenji.domain.events import Event, EventKind, event_id_of
from fenji.domain.loyalty.changes import Changes, Moved, Posting
from fenji.domain.loyalty.kinds import OF_MEMBERS, PointsAccount, PointsKind
from fenji.domain.loyalty.records import Debt, Hold, LedgerTransaction, Lot, Member, OrderEarning, Transfer
from fenji.state.loyalty.loading import chunks
from fenji.state.loyalty.rows import DebtRow, HoldRow, LotRow, MemberRow, OrderEarningRow, TransactionRow, TransferRow, table_of
from fenji.state.models import Row
from fenji.state.prepared import Driver, Prepared
from fenji.state.sending.outbox import Outbox

_TOLD = {
    PointsKind.EARN: EventKind.POINTS_EARNED,
    PointsKind.BONUS: EventKind.POINTS_EARNED,
    PointsKind.RELEASE: EventKind.POINTS_RELEASED,
    PointsKind.REDEEM: EventKind.POINTS_REDEEMED,
    PointsKind.REDEEM_UNDO: EventKind.POINTS_REDEEMED,
    PointsKind.REFUND: EventKind.POINTS_REFUNDED,
    PointsKind.REFUND_UNDO: EventKind.POINTS_EARNED,
    PointsKind.EXPIRE: EventKind.POINTS_EXPIRED,
    PointsKind.ADJUST: EventKind.POINTS_ADJUSTED,
    PointsKind.MERGE: EventKind.POINTS_MOVED,
    PointsKind.UNMERGE: EventKind.POINTS_MOVED,
}
"""What others hear of; holds and payments of debts are nobody else's business."""


def _new(row: type[Row], *, number: str | None = None) -> Prepared:
    """A new row; ``number`` is the column that the database counts."""
    given = [each.name for each in table_of(row).c if each.name != number]
    return Prepared(insert(table_of(row)).inline(), given=given)


def _numbered_new(row: type[Row], number: str) -> Prepared:
    """A new row whose number is asked for."""
    columns = table_of(row).c
    given = [each.name for each in columns if each.name != number]
    return Prepared(insert(table_of(row)).inline().returning(columns[number]), given=given)


def _changed(row: type[Row], keys: Sequence[str], names: Iterable[str]) -> Prepared:
    """A row as it is now; values are named ``this_`` for the keys, and ``new_``."""
    columns = table_of(row).c
    statement = update(table_of(row)).where(*(columns[key] == bindparam(f"this_{key}") for key in keys))
    return Prepared(statement.values({columns[name]: bindparam(f"new_{name}") for name in names}))


_OF_ORDER = ("program", "source", "order_id", "bonus")
_OF_LOT = ("remaining", "held", "expired", "bucket", "member_id")
_OF_DEBT = ("remaining", "member_id")
_OF_MEMBER = ("status", "held_by_member_id", "qualifying_total", "waiting_cents")

_TRANSACTION_NEW = _new(TransactionRow)
_TRANSFER_NEW = _new(TransferRow, number="number")
_ORDER_NEW = _new(OrderEarningRow)
_ORDER_CHANGED = _changed(
    OrderEarningRow, _OF_ORDER, (each.name for each in table_of(OrderEarningRow).c if each.name not in _OF_ORDER)
)
_LOT_NEW = _numbered_new(LotRow, "lot_id")
_LOT_CHANGED = _changed(LotRow, ("lot_id",), _OF_LOT)
_DEBT_NEW = _numbered_new(DebtRow, "debt_id")
_DEBT_CHANGED = _changed(DebtRow, ("debt_id",), _OF_DEBT)
_MEMBERS = table_of(MemberRow)
_BALANCES = (
    update(_MEMBERS)
    .where(_MEMBERS.c.member_id == bindparam("this"))
    .values({_MEMBERS.c[str(each)]: _MEMBERS.c[str(each)] + bindparam(f"more_{each}") for each in OF_MEMBERS})
    .values({_MEMBERS.c.version: _MEMBERS.c.version + 1})
)
_BALANCES_MOVED = Prepared(_BALANCES)
_MEMBER_TOLD = Prepared(_BALANCES.values({_MEMBERS.c[name]: bindparam(f"new_{name}") for name in _OF_MEMBER}))


@dataclass(frozen=True)
class Writer:
    """Writes what an operation has decided, in one transaction of the database."""

    driver: Driver
    program: str
    actor: str
    now: datetime

    def write(
        self, changes: Changes, known_orders: Iterable[object], *, told_since: date | None
    ) -> list[tuple[LedgerTransaction, tuple[Transfer, ...]]]:
        """Writes everything; the caller holds the member rows.

        Args:
            changes: what to write.
            known_orders: keys of orders that have earned something already.
            told_since: transactions of earlier days make no events; None: all make one.

        Returns:
            Every transaction with its transfers, as they are stored.
        """
        known = frozenset(known_orders)
        orders = [(each.key in known, _order(self.program, each)) for each in changes.orders]
        driver = self.driver
        with driver.together():
            driver.send(_TRANSACTION_NEW, [self._transaction(each) for each in changes.postings])
            lot_ids = _write_counted(driver, _LOT_NEW, _LOT_CHANGED, changes.lots, key="lot_id")
            debt_ids = _write_counted(driver, _DEBT_NEW, _DEBT_CHANGED, changes.debts, key="debt_id")
            moved = [(each, tuple(_numbered(one, lot_ids, debt_ids) for one in each.transfers)) for each in changes.postings]
            driver.send(_TRANSFER_NEW, [_transfer(each.transaction_id, one) for each, transfers in moved for one in transfers])
            driver.send(_ORDER_NEW, [row for is_known, row in orders if not is_known])
            driver.send(_ORDER_CHANGED, [_told(row, _OF_ORDER) for is_known, row in orders if is_known])
            self._write_members(driver, changes)
            Outbox(driver.session, lambda: self.now).put(driver, self._events(changes.postings, told_since))
        self._write_holds(changes.holds)
        self._hand_over(changes.moved)
        return [(self._stored(each), transfers) for each, transfers in moved]

    def _stored(self, posting: Posting) -> LedgerTransaction:
        return LedgerTransaction(
            posting.transaction_id,
            self.program,
            posting.kind,
            posting.business_key,
            posting.fingerprint,
            posting.member_id,
            posting.occurred_on,
            self.now,
            self.now,
            self.actor,
            posting.reason,
            posting.order,
            posting.rules_version,
            posting.reverses_id,
        )

    def _transaction(self, posting: Posting) -> dict[str, Any]:
        order = posting.order
        return {
            "transaction_id": posting.transaction_id,
            "program": self.program,
            "kind": str(posting.kind),
            "business_key": posting.business_key,
            "fingerprint": posting.fingerprint,
            "member_id": posting.member_id,
            "occurred_on": posting.occurred_on,
            "occurred_at": self.now,
            "recorded_at": self.now,
            "actor": self.actor,
            "reason": posting.reason,
            "source": None if order is None else order.source,
            "order_id": None if order is None else order.order_id,
            "bonus": "" if order is None else order.bonus,
            "rules_version": posting.rules_version,
            "reverses_id": posting.reverses_id,
            "qualifying_points": posting.qualifying_points,
        }

    def _write_holds(self, holds: Sequence[Hold]) -> None:
        for each in holds:
            row = {name: _plain(getattr(each, name)) for name in ("hold_id", "member_id", "points", "until_at", "status")}
            changed = update(table_of(HoldRow)).where(HoldRow.hold_id == each.hold_id).values(status=row["status"])
            if not self.driver.session.execute(changed).rowcount:  # type: ignore[attr-defined]
                self.driver.session.execute(insert(table_of(HoldRow)), row)

    def _hand_over(self, moved: Sequence[Moved]) -> None:
        for hands_over in moved:
            for table in (LotRow, DebtRow):
                for chunk in chunks(sorted(hands_over.origin_member_ids)):
                    hands = update(table_of(table)).where(table_of(table).c.origin_member_id.in_(chunk))
                    self.driver.session.execute(hands.values(member_id=hands_over.into_member_id))

    def _write_members(self, driver: Driver, changes: Changes) -> None:
        balances = _balances(changes.postings)
        told = {each.member_id for each in changes.members}
        touched = {each.member_id for each in changes.postings if each.member_id is not None} | balances.keys()
        driver.send(_MEMBER_TOLD, [_member_values(each, balances.get(each.member_id, {})) for each in changes.members])
        driver.send(_BALANCES_MOVED, [_balance_values(each, balances.get(each, {})) for each in sorted(touched - told)])

    def _events(self, postings: Sequence[Posting], told_since: date | None) -> list[Event]:
        return [
            _event(each, _TOLD[each.kind], self.now)
            for each in postings
            if each.kind in _TOLD and each.transfers and (told_since is None or each.occurred_on >= told_since)
        ]


def _write_counted(
    driver: Driver, new: Prepared, changed: Prepared, records: Sequence[Lot] | Sequence[Debt], *, key: str
) -> dict[int, int]:
    """Writes lots or debts, and says which numbers the new ones were given."""
    without = [(getattr(each, key), {name: _plain(value) for name, value in vars(each).items()}) for each in records]
    given = {number: driver.ask(new, row) for number, row in without if number < 0}
    driver.send(changed, [_told(row, (key,)) for number, row in without if number > 0])
    return {number: answer.rows()[0][key] for number, answer in given.items()}


def _told(row: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """A row by the names that it has where it is changed."""
    return {f"{'this' if name in keys else 'new'}_{name}": value for name, value in row.items()}


def _event(posting: Posting, kind: EventKind, now: datetime) -> Event:
    subject = f"members/{posting.member_id}"
    data = {
        "kind": str(posting.kind),
        "transaction_id": posting.transaction_id,
        "member_id": posting.member_id,
        "points": sum(each.points for each in posting.transfers),
        "occurred_on": posting.occurred_on.isoformat(),
    }
    return Event(event_id_of(posting.transaction_id, subject, kind), kind, "", subject, now, data)


def _balances(postings: Sequence[Posting]) -> dict[int, dict[PointsAccount, int]]:
    """How each balance changes: a credit raises it, but what is owed is raised by a debit."""
    found: dict[int, dict[PointsAccount, int]] = {}
    for posting in postings:
        for each in posting.transfers:
            for member_id, account, sign in (
                (each.debit_member_id, each.debit, -1),
                (each.credit_member_id, each.credit, 1),
            ):
                if member_id is not None:
                    of_member = found.setdefault(member_id, {})
                    more = sign * each.points * (-1 if account is PointsAccount.OWED else 1)
                    of_member[account] = of_member.get(account, 0) + more
    return found


def _balance_values(member_id: int, balances: Mapping[PointsAccount, int]) -> dict[str, Any]:
    return {"this": member_id, **{f"more_{account}": balances.get(account, 0) for account in OF_MEMBERS}}


def _member_values(member: Member, balances: Mapping[PointsAccount, int]) -> dict[str, Any]:
    new = {f"new_{name}": _plain(getattr(member, name)) for name in _OF_MEMBER}
    return {**_balance_values(member.member_id, balances), **new}


def _numbered(transfer: Transfer, lot_ids: Mapping[int, int], debt_ids: Mapping[int, int]) -> Transfer:
    """A transfer with the numbers that its lots and debts were given."""
    lots = [None if each is None else lot_ids.get(each, each) for each in (transfer.lot_id, transfer.from_lot_id)]
    debt_id = None if transfer.debt_id is None else debt_ids.get(transfer.debt_id, transfer.debt_id)
    return replace(transfer, lot_id=lots[0], from_lot_id=lots[1], debt_id=debt_id)


def _transfer(transaction_id: str, transfer: Transfer) -> dict[str, Any]:
    return {"transaction_id": transaction_id, **{name: _plain(value) for name, value in vars(transfer).items()}}


def _order(program: str, order: OrderEarning) -> dict[str, Any]:
    values = {name: value for name, value in vars(order).items() if name != "key"}
    return {"program": program, **vars(order.key), **values}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value
