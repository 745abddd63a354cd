"""How are offers and vouchers stored? Limits that many writers share are numbers of one row, and the database itself lets none of them pass."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from fenji.state.loyalty.rows import Counted
from fenji.state.models import Row, UtcMoment

COUNTS = text("status IN ('reserved', 'redeemed')")
RESERVED = text("status = 'reserved'")


class VoucherRow(Row):
    """One code."""

    __tablename__ = "voucher"
    __table_args__ = (
        CheckConstraint("uses >= 0 AND (uses_limit IS NULL OR uses <= uses_limit)", name="uses"),
        Index("ix_voucher_offer", "program", "offer", "number"),
    )

    number: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    program: Mapped[str] = mapped_column(String(64))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    last_letters: Mapped[str] = mapped_column(String(8))
    offer: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(BigInteger)
    member_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("member.member_id"), index=True)
    uses: Mapped[int] = mapped_column(BigInteger)
    uses_limit: Mapped[int | None] = mapped_column(BigInteger)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime] = mapped_column(UtcMoment)
    issued_by: Mapped[str] = mapped_column(Text)
    campaign: Mapped[str | None] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    withdrawn_why: Mapped[str | None] = mapped_column(Text)


class VoucherUseRow(Row):
    """One use of a voucher for one order."""

    __tablename__ = "voucher_use"
    __table_args__ = (
        CheckConstraint("discount_cents >= 0 AND cost_cents >= 0", name="cents"),
        # PostgreSQL's conditions stand in the migration alone; see RunRow.
        Index("uq_voucher_use_order", "voucher_number", "source", "order_id", unique=True, sqlite_where=COUNTS),
        Index("ix_voucher_use_reserved", "program", "offer", "until_at", sqlite_where=RESERVED),
        Index("ix_voucher_use_open", "voucher_number", sqlite_where=RESERVED),
        Index("ix_voucher_use_order", "source", "order_id"),
        Index("ix_voucher_use_member", "member_id", "offer"),
    )

    number: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    program: Mapped[str] = mapped_column(String(64))
    voucher_number: Mapped[int] = mapped_column(BigInteger, ForeignKey("voucher.number"))
    offer: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200))
    order_id: Mapped[str] = mapped_column(Text)
    member_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("member.member_id"))
    status: Mapped[str] = mapped_column(String(20))
    discount_cents: Mapped[int] = mapped_column(BigInteger)
    cost_cents: Mapped[int] = mapped_column(BigInteger)
    used_on: Mapped[date]
    until_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    at: Mapped[datetime] = mapped_column(UtcMoment)
    actor: Mapped[str] = mapped_column(Text)


class OfferCountRow(Row):
    """How far the limits of an offer are used."""

    __tablename__ = "offer_count"
    __table_args__ = (CheckConstraint("issued >= 0 AND reserved >= 0 AND redeemed >= 0 AND cost_cents >= 0", name="counts"),)

    program: Mapped[str] = mapped_column(String(64), primary_key=True)
    offer: Mapped[str] = mapped_column(String(64), primary_key=True)
    issued: Mapped[int] = mapped_column(BigInteger)
    reserved: Mapped[int] = mapped_column(BigInteger)
    redeemed: Mapped[int] = mapped_column(BigInteger)
    cost_cents: Mapped[int] = mapped_column(BigInteger)


class VoucherRequestRow(Row):
    """What was asked for under a business key; kept for ever."""

    __tablename__ = "voucher_request"

    program: Mapped[str] = mapped_column(String(64), primary_key=True)
    business_key: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    voucher_number: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("voucher.number"))
    use_number: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("voucher_use.number"))
    recorded_at: Mapped[datetime] = mapped_column(UtcMoment)
    actor: Mapped[str] = mapped_column(Text)
