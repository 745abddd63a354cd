"""What has an operation moved so far? Accounts that it works on, and every transaction with its transfers, until they are handed to those who write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from fenji.domain.loyalty.changes import Accounts, Changes, Moved, Posting, fingerprint_of, transaction_id_of
from fenji.domain.loyalty.kinds import LotBucket, PointsAccount, PointsKind
from fenji.domain.loyalty.program import Program
from fenji.domain.loyalty.records import Debt, Hold, Lot, Member, OrderEarning, OrderKey, Transfer

BUCKET = {LotBucket.PENDING: PointsAccount.PENDING, LotBucket.AVAILABLE: PointsAccount.AVAILABLE}


@dataclass
class Entry:
    """One transaction while it is made."""

    kind: PointsKind
    business_key: str
    transaction_id: str
    fingerprint: str
    member_id: int | None
    occurred_on: date
    reason: str | None = None
    order: OrderKey | None = None
    rules_version: int | None = None
    reverses_id: str | None = None
    qualifying_points: int = 0
    transfers: list[Transfer] = field(default_factory=list)


class Book:
    """Accounts as an operation leaves them. Balances follow from the transfers and are counted by those who write."""

    def __init__(
        self,
        found: Accounts,
        rules: Mapping[int, Program],
        program: Program,
        *,
        today: date,
        now: datetime,
        day_of: Callable[[datetime], date],
    ) -> None:
        """The accounts that were found.

        Args:
            found: locked accounts.
            rules: every version of the program, for orders that were granted under it.
            program: the version in force.
            today: the local day of whoever posts; an operation may have happened before.
            now: the moment of posting, UTC.
            day_of: the local day of a moment.
        """
        self.found, self.rules, self.program, self.today, self.now = found, rules, program, today, now
        self.day_of = day_of
        self.members = dict(found.members)
        self.lots = {each.lot_id: each for each in found.lots}
        self.debts = {each.debt_id: each for each in found.debts}
        self.orders = dict(found.orders)
        self.holds = {each.hold_id: each for each in found.holds}
        self.entries: list[Entry] = []
        self.moved: list[Moved] = []
        self._lots_of: dict[int, set[int]] = {}
        self._debts_of: dict[int, set[int]] = {}
        self._own_lots: dict[OrderKey, list[int]] = {}
        self._changed: dict[str, set[object]] = {name: set() for name in ("lots", "debts", "orders", "holds", "members")}
        self._automatic: dict[int, int] = {}
        self._next_id = 0
        for lot in found.lots:
            self._know(lot)
        for debt in found.debts:
            self._debts_of.setdefault(debt.member_id, set()).add(debt.debt_id)

    def begin(
        self,
        kind: PointsKind,
        business_key: str,
        member_id: int | None,
        on: date,
        *,
        fingerprint: str | None = None,
        reason: str | None = None,
        order: OrderKey | None = None,
        rules_version: int | None = None,
        reverses_id: str | None = None,
    ) -> Entry:
        """A new transaction without transfers."""
        entry = Entry(
            kind,
            business_key,
            transaction_id_of(self.found.program, business_key),
            fingerprint or fingerprint_of(key=business_key),
            member_id,
            on,
            reason,
            order,
            rules_version,
            reverses_id,
        )
        self.entries.append(entry)
        return entry

    def begin_own(self, kind: PointsKind, member_id: int, on: date) -> Entry:
        """A transaction that nobody asked for, such as an expiry: its key counts the operations on the member."""
        number = self._automatic[member_id] = self._automatic.get(member_id, 0) + 1
        return self.begin(kind, f"{kind}:{member_id}:{self.members[member_id].version}:{number}", member_id, on)

    def holder_of(self, member_id: int) -> int:
        """Who holds a member's points, after what has been merged so far."""
        member = self.members[member_id]
        return member_id if member.held_by_member_id is None else self.holder_of(member.held_by_member_id)

    def lots_of(self, holder: int) -> list[Lot]:
        """The lots of a holder, those that are spent included as far as they were asked for; in no order."""
        return [self.lots[each] for each in self._lots_of.get(holder, ())]

    def own_lots(self, key: OrderKey) -> list[Lot]:
        """The lots that an order has earned."""
        return [self.lots[each] for each in self._own_lots.get(key, ())]

    def debts_of(self, holder: int) -> list[Debt]:
        """The debts of a holder that are not paid, the oldest first."""
        found = [self.debts[each] for each in self._debts_of.get(holder, ())]
        return sorted((each for each in found if each.remaining), key=lambda each: id_order(each.debt_id))

    def open_holds(self, holder: int) -> list[Hold]:
        """Points of a holder that are reserved for carts."""
        return [each for each in self.holds.values() if each.member_id == holder and each.status == "open"]

    def add_lot(self, entry: Entry, lot: Lot, debit: PointsAccount, *, from_lot_id: int | None = None) -> Lot:
        """Grants a lot: its points come from an account of the program."""
        self._next_id -= 1
        new = replace(lot, lot_id=self._next_id, transaction_id=entry.transaction_id)
        self.put(new)
        self._know(new)
        transfer = Transfer(debit, None, BUCKET[new.bucket], new.member_id, new.granted, new.lot_id, None, from_lot_id)
        entry.transfers.append(transfer)
        return new

    def add_debt(self, entry: Entry, holder: int, origin: int, points: int, credit: PointsAccount) -> Debt:
        """Writes down points that are taken back and are not there."""
        self._next_id -= 1
        debt = Debt(self._next_id, holder, origin, entry.transaction_id, points, points)
        self.put(debt)
        self._debts_of.setdefault(holder, set()).add(debt.debt_id)
        entry.transfers.append(Transfer(PointsAccount.OWED, holder, credit, None, points, None, debt.debt_id))
        return debt

    def take(self, entry: Entry, lot: Lot, points: int, credit: PointsAccount) -> Lot:
        """Moves points of a lot to an account of the program."""
        left = replace(lot, remaining=lot.remaining - points)
        self.put(left)
        entry.transfers.append(Transfer(BUCKET[lot.bucket], lot.member_id, credit, None, points, lot.lot_id))
        return left

    def put(self, record: Lot | Debt | Hold | Member) -> None:
        """A lot, a debt, a hold or a member as it is now; balances of members follow from transfers."""
        if isinstance(record, Lot):
            self.lots[record.lot_id] = record
            self._changed["lots"].add(record.lot_id)
        elif isinstance(record, Debt):
            self.debts[record.debt_id] = record
            self._changed["debts"].add(record.debt_id)
        elif isinstance(record, Hold):
            self.holds[record.hold_id] = record
            self._changed["holds"].add(record.hold_id)
        else:
            self.members[record.member_id] = record
            self._changed["members"].add(record.member_id)

    def put_order(self, order: OrderEarning) -> None:
        """What an order has earned now, and what follows for the total of qualifying points."""
        before = self.orders.get(order.key)
        self.orders[order.key] = replace(order, version=0 if before is None else before.version + 1)
        self._changed["orders"].add(order.key)
        if before is not None and before.member_id is not None:
            self.add_qualifying(before.member_id, -before.qualifying_now)
        if order.member_id is not None:
            self.add_qualifying(order.member_id, order.qualifying_now)

    def add_qualifying(self, origin: int, points: int) -> None:
        """Counts qualifying points for whoever holds a member's points."""
        if points:
            holder = self.members[self.holder_of(origin)]
            self.put(replace(holder, qualifying_total=holder.qualifying_total + points))

    def move_all(self, origins: frozenset[int], giver: int, taker: int, entry: Entry) -> None:
        """Moves the lots and debts of some origins from one holder to another, those that are spent included."""
        for lot in self.lots_of(giver):
            if lot.origin_member_id in origins:
                self._lots_of[giver].discard(lot.lot_id)
                moved = replace(lot, member_id=taker)
                self.put(moved)
                self._lots_of.setdefault(taker, set()).add(lot.lot_id)
                if lot.remaining:
                    bucket = BUCKET[lot.bucket]
                    entry.transfers.append(Transfer(bucket, giver, bucket, taker, lot.remaining, lot.lot_id))
        for debt in self.debts_of(giver):
            if debt.origin_member_id in origins:
                self._debts_of[giver].discard(debt.debt_id)
                self.put(replace(debt, member_id=taker))
                self._debts_of.setdefault(taker, set()).add(debt.debt_id)
                owed = PointsAccount.OWED
                entry.transfers.append(Transfer(owed, taker, owed, giver, debt.remaining, None, debt.debt_id))
        self.moved.append(Moved(origins, taker))

    def changes(self) -> Changes:
        """What is to be written."""
        return Changes(
            tuple(Posting(**{**vars(each), "transfers": tuple(each.transfers)}) for each in self.entries),
            tuple(self.lots[each] for each in self._in_order("lots")),
            tuple(self.debts[each] for each in self._in_order("debts")),
            tuple(self.orders[each] for each in self._changed["orders"]),  # type: ignore[index]
            tuple(self.holds[each] for each in self._changed["holds"]),  # type: ignore[index]
            tuple(self.members[each] for each in self._changed["members"]),  # type: ignore[index]
            tuple(self.moved),
        )

    def _in_order(self, name: str) -> list[int]:
        return sorted((each for each in self._changed[name] if isinstance(each, int)), key=id_order)

    def _know(self, lot: Lot) -> None:
        self._lots_of.setdefault(lot.member_id, set()).add(lot.lot_id)
        if lot.order is not None:
            self._own_lots.setdefault(lot.order, []).append(lot.lot_id)


def id_order(number: int) -> tuple[bool, int]:
    """The order in which rows came: those that are not written yet (below zero) last.

    >>> sorted([-2, 7, -1, 3], key=id_order)
    [3, 7, -1, -2]
    """
    return number < 0, abs(number)
