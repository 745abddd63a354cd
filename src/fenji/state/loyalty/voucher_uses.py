"""How often was each code used, and how far are limits used up? One conditional UPDATE decides a limit for all writers at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from fenji.domain.loyalty.offers import Offer
from fenji.domain.loyalty.records import OrderKey
from fenji.domain.loyalty.vouchers import COUNTING, OfferCount, UseStatus, Voucher, VoucherUse
from fenji.state.loyalty.loading import rows
from fenji.state.loyalty.rows import OrderEarningRow, table_of
from fenji.state.loyalty.voucher_rows import OfferCountRow, VoucherRow, VoucherUseRow

SWEPT = 500
"""Reservations whose time is over that are given back at once."""


class VoucherUses:
    """Uses of vouchers of one workspace, inside one transaction."""

    def __init__(self, session: Session, actor: str, clock: Callable[[], datetime]) -> None:
        """The uses in the state database of a session; ``actor`` is who uses them."""
        self._session = session
        self._actor = actor
        self._clock = clock

    def count_of(self, program: str, offer: str) -> OfferCount:
        """How far the limits of an offer are used."""
        key = (OfferCountRow.program == program) & (OfferCountRow.offer == offer)
        return next(map(_count, rows(self._session, OfferCountRow, key)), OfferCount(offer, 0, 0, 0, 0))

    def count_issued(self, program: str, offer: str, number: int) -> None:
        """Counts codes that were issued; of two writers who make the first ones at once the second does its work again."""
        key = (OfferCountRow.program == program) & (OfferCountRow.offer == offer)
        if next(rows(self._session, OfferCountRow, key), None) is None:
            none = {"reserved": 0, "redeemed": 0, "cost_cents": 0}
            self._session.execute(insert(table_of(OfferCountRow)), [{"program": program, "offer": offer, "issued": 0, **none}])
        self._add(program, offer, issued=number)

    def counts(self, program: str) -> tuple[OfferCount, ...]:
        """The same of every offer that ever had a voucher."""
        return tuple(map(_count, rows(self._session, OfferCountRow, OfferCountRow.program == program, OfferCountRow.offer)))

    def lock_order(self, program: str, order: OrderKey) -> None:
        """Has vouchers of one order be used one after the other; SQLite's writers are one after the other anyhow."""
        if self._session.get_bind().dialect.name == "postgresql":
            name = f"{program}\n{order.source}\n{order.order_id}".encode()
            number = int.from_bytes(hashlib.sha256(name).digest()[:8], signed=True)
            self._session.execute(select(func.pg_advisory_xact_lock(number)))

    def uses_of(self, number: int) -> tuple[VoucherUse, ...]:
        """Every use of a voucher, the oldest first."""
        return self._uses(VoucherUseRow.voucher_number == number)

    def reserved_of(self, number: int) -> tuple[VoucherUse, ...]:
        """Uses of a voucher that are only reserved, also those whose time is over."""
        return self._uses((VoucherUseRow.voucher_number == number) & (VoucherUseRow.status == str(UseStatus.RESERVED)))

    def uses_on(self, program: str, order: OrderKey) -> tuple[VoucherUse, ...]:
        """Every use on an order, the oldest first."""
        row = VoucherUseRow
        return self._uses((row.program == program) & (row.source == order.source) & (row.order_id == order.order_id))

    def redeemed_orders(self, program: str) -> dict[OrderKey, bool]:
        """Orders with a use that was redeemed and not given back, and whether the ledger has posted them."""
        u, o = VoucherUseRow, OrderEarningRow
        is_same = (o.program == u.program) & (o.source == u.source) & (o.order_id == u.order_id) & (o.bonus == "")
        asked = select(u.source, u.order_id, func.count(o.member_id)).outerjoin(o, is_same)
        redeemed = asked.where(u.program == program, u.status == str(UseStatus.REDEEMED)).group_by(u.source, u.order_id)
        found = self._session.execute(redeemed.order_by(u.source, u.order_id))
        return {OrderKey(source, order_id): bool(posted) for source, order_id, posted in found}

    def use(self, number: int) -> VoucherUse:
        """A use by its number."""
        return self._uses(VoucherUseRow.number == number)[0]

    def uses_by(self, members: Collection[int], offer: str, now: datetime) -> tuple[VoucherUse, ...]:
        """Uses of an offer by some members that count: redeemed, or reserved and not over."""
        row = VoucherUseRow
        is_open = (row.status == str(UseStatus.REDEEMED)) | ((row.status == str(UseStatus.RESERVED)) & (row.until_at > now))
        return self._uses(row.member_id.in_(members) & (row.offer == offer) & is_open)

    def take(
        self, program: str, voucher: Voucher, offer: Offer, *, order: OrderKey, member_id: int | None, values: dict[str, Any]
    ) -> VoucherUse | None:
        """Writes a use down if the code and the offer have one left; None where the offer or its budget has not.

        Args:
            program: whose voucher.
            voucher: locked, with a use left.
            offer: with its limits, to the last cent.
            order: on which it is used.
            member_id: who uses it.
            values: the other columns of the use.
        """
        status = UseStatus(values["status"])
        row, cost, limits = OfferCountRow, values["cost_cents"], offer.limits
        statement = update(row).where(row.program == program, row.offer == offer.slug)
        if limits.total is not None:
            statement = statement.where(row.reserved + row.redeemed < limits.total)
        if limits.budget_cents is not None:
            statement = statement.where(row.cost_cents + cost <= limits.budget_cents)
        if not self._changed(
            statement.values({status.value: getattr(row, status.value) + 1, "cost_cents": row.cost_cents + cost})
        ):
            return None
        self._session.execute(update(VoucherRow).where(VoucherRow.number == voucher.number).values(uses=VoucherRow.uses + 1))
        table = table_of(VoucherUseRow)
        told = {
            "program": program,
            "voucher_number": voucher.number,
            "offer": offer.slug,
            "source": order.source,
            "order_id": order.order_id,
            "member_id": member_id,
            "at": self._clock(),
            "actor": self._actor,
        }
        number = self._session.scalars(insert(table).returning(table.c.number), [{**told, **values}]).one()
        return self.use(number)

    def end(self, program: str, use: VoucherUse, status: UseStatus) -> None:
        """Has a use no longer count: its voucher is locked."""
        was = use.status
        self._session.execute(
            update(VoucherUseRow)
            .where(VoucherUseRow.number == use.number)
            .values(status=str(status), at=self._clock(), actor=self._actor)
        )
        number = use.voucher_number
        self._session.execute(update(VoucherRow).where(VoucherRow.number == number).values(uses=VoucherRow.uses - 1))
        self._add(program, use.offer, cost_cents=-use.cost_cents, **{was.value: -1})

    def sweep(self, program: str, offer: str, now: datetime) -> tuple[VoucherUse, ...]:
        """Gives back reservations of an offer whose time is over, as far as nobody else is at their vouchers now."""
        row = VoucherUseRow
        is_over = (
            (row.program == program) & (row.offer == offer) & (row.status == str(UseStatus.RESERVED)) & (row.until_at <= now)
        )
        theirs = select(row.voucher_number).where(is_over).order_by(row.until_at, row.number).limit(SWEPT)
        wanted = select(VoucherRow.number).where(VoucherRow.number.in_(theirs.scalar_subquery())).order_by(VoucherRow.number)
        free = self._session.scalars(wanted.with_for_update(skip_locked=True)).all()
        found = self._uses(is_over & row.voucher_number.in_(free))
        for each in found:
            self.end(program, each, UseStatus.RELEASED)
        return found

    def _add(self, program: str, offer: str, **more: int) -> None:
        row = OfferCountRow
        values = {name: getattr(row, name) + number for name, number in more.items()}
        self._session.execute(update(row).where(row.program == program, row.offer == offer).values(values))

    def _changed(self, statement: Any) -> int:  # noqa: ANN401 - an update of SQLAlchemy
        result: CursorResult[Any] = self._session.execute(statement)  # type: ignore[assignment]
        return result.rowcount

    def _uses(self, condition: ColumnElement[bool]) -> tuple[VoucherUse, ...]:
        return tuple(map(_use, rows(self._session, VoucherUseRow, condition, VoucherUseRow.number)))


def counting(uses: Sequence[VoucherUse]) -> tuple[VoucherUse, ...]:
    """Uses that count against limits."""
    return tuple(each for each in uses if each.status in COUNTING)


def _use(row: dict[str, Any]) -> VoucherUse:
    values = {name: row[name] for name in VoucherUse.__dataclass_fields__ if name != "order"}
    return VoucherUse(order=OrderKey(row["source"], row["order_id"]), **{**values, "status": UseStatus(row["status"])})


def _count(row: dict[str, Any]) -> OfferCount:
    return OfferCount(**{name: row[name] for name in OfferCount.__dataclass_fields__})
