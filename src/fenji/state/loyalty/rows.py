"""How is the ledger stored? Transactions and transfers only come, and nothing of them is ever changed; members, lots and debts say what is left."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fenji.state.models import Row, UtcMoment

Counted = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database gives: SQLite counts only INTEGER."""

LEFT = text("remaining > 0 OR held > 0")
OWED = text("remaining > 0")


def table_of(row: type[Row]) -> Table:
    """The table of a row: many rows are read and written as plain values, without objects that would be remembered."""
    return cast("Table", row.__table__)


class DocumentVersionRow(Row):
    """One version of a document, frozen when it was published."""

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("kind", "slug", "effective_on"),)

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    effective_on: Mapped[date]
    author: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcMoment)


class MemberRow(Row):
    """One account of a program."""

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint("available >= 0", name="available"),
        CheckConstraint("pending >= 0", name="pending"),
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("owed >= 0", name="owed"),
        CheckConstraint("qualifying_total >= 0", name="qualifying"),
        CheckConstraint("held_by_member_id <> member_id", name="holder"),
    )

    member_id: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    program: Mapped[str] = mapped_column(String(64), index=True)
    card: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    held_by_member_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    available: Mapped[int] = mapped_column(BigInteger)
    pending: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    owed: Mapped[int] = mapped_column(BigInteger)
    qualifying_total: Mapped[int] = mapped_column(BigInteger)
    waiting_cents: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)


class MemberIdRow(Row):
    """For which member an id of the company earns."""

    __tablename__ = "member_id_link"

    program: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(200), primary_key=True)
    customer_id: Mapped[str] = mapped_column(Text, primary_key=True)
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"), index=True)


class TransactionRow(Row):
    """One thing that happened to points."""

    __tablename__ = "ledger_transaction"
    __table_args__ = (
        UniqueConstraint("program", "business_key"),
        Index("ix_ledger_transaction_member", "member_id", "occurred_on"),
        Index("ix_ledger_transaction_order", "source", "order_id"),
    )

    transaction_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    program: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    business_key: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))
    member_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("member.member_id"))
    occurred_on: Mapped[date]
    """The local day on which it counts."""
    occurred_at: Mapped[datetime] = mapped_column(UtcMoment)
    recorded_at: Mapped[datetime] = mapped_column(UtcMoment)
    actor: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(String(200))
    order_id: Mapped[str | None] = mapped_column(Text)
    bonus: Mapped[str] = mapped_column(String(64))
    rules_version: Mapped[int | None] = mapped_column(BigInteger)
    reverses_id: Mapped[str | None] = mapped_column(String(36), index=True)
    qualifying_points: Mapped[int] = mapped_column(BigInteger)
    """How many more, or fewer, count for a tier of the member."""


class TransferRow(Row):
    """One movement of points."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("points > 0", name="points"),
        # An account of a member and an account of the program differ already; of two members' the ids must.
        CheckConstraint("debit <> credit OR coalesce(debit_member_id, 0) <> coalesce(credit_member_id, 0)", name="two_accounts"),
        CheckConstraint(
            "(debit IN ('issued', 'redeemed', 'expired', 'adjusted')) = (debit_member_id IS NULL)", name="debit_account"
        ),
        CheckConstraint(
            "(credit IN ('issued', 'redeemed', 'expired', 'adjusted')) = (credit_member_id IS NULL)", name="credit_account"
        ),
    )

    number: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    transaction_id: Mapped[str] = mapped_column(String(36), ForeignKey("ledger_transaction.transaction_id"), index=True)
    debit: Mapped[str] = mapped_column(String(20))
    debit_member_id: Mapped[int | None] = mapped_column(BigInteger)
    credit: Mapped[str] = mapped_column(String(20))
    credit_member_id: Mapped[int | None] = mapped_column(BigInteger)
    points: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    debt_id: Mapped[int | None] = mapped_column(BigInteger)
    from_lot_id: Mapped[int | None] = mapped_column(BigInteger)


class LotRow(Row):
    """Points that were granted together."""

    __tablename__ = "lot"
    __table_args__ = (
        CheckConstraint("granted > 0", name="granted"),
        CheckConstraint("remaining >= 0 AND held >= 0 AND expired >= 0", name="parts"),
        CheckConstraint("remaining + held + expired <= granted", name="sum"),
        CheckConstraint("qualifying >= 0", name="qualifying"),
        # PostgreSQL's condition stands in the migration alone; see RunRow.
        Index("ix_lot_left", "member_id", "expires_on", "lot_id", sqlite_where=LEFT),
        Index("ix_lot_order", "source", "order_id"),
    )

    lot_id: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"))
    origin_member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"), index=True)
    transaction_id: Mapped[str] = mapped_column(String(36), ForeignKey("ledger_transaction.transaction_id"))
    earned_on: Mapped[date]
    granted: Mapped[int] = mapped_column(BigInteger)
    remaining: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    expired: Mapped[int] = mapped_column(BigInteger)
    qualifying: Mapped[int] = mapped_column(BigInteger)
    bucket: Mapped[str] = mapped_column(String(20))
    available_on: Mapped[date]
    expires_on: Mapped[date | None]
    source: Mapped[str | None] = mapped_column(String(200))
    order_id: Mapped[str | None] = mapped_column(Text)
    bonus: Mapped[str] = mapped_column(String(64))


class DebtRow(Row):
    """Points that were taken back after they were spent."""

    __tablename__ = "debt"
    __table_args__ = (
        CheckConstraint("owed > 0", name="owed"),
        CheckConstraint("remaining >= 0 AND remaining <= owed", name="remaining"),
        Index("ix_debt_owed", "member_id", "debt_id", sqlite_where=OWED),
    )

    debt_id: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"))
    origin_member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"), index=True)
    transaction_id: Mapped[str] = mapped_column(String(36), ForeignKey("ledger_transaction.transaction_id"))
    owed: Mapped[int] = mapped_column(BigInteger)
    remaining: Mapped[int] = mapped_column(BigInteger)


class OrderEarningRow(Row):
    """What an order has earned."""

    __tablename__ = "order_earning"
    __table_args__ = (CheckConstraint("points_now >= 0 AND qualifying_now >= 0", name="points_now"),)

    program: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(200), primary_key=True)
    order_id: Mapped[str] = mapped_column(Text, primary_key=True)
    bonus: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("member.member_id"), index=True)
    ordered_on: Mapped[date | None]
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    refunded_cents: Mapped[int] = mapped_column(BigInteger)
    returned_cents: Mapped[int] = mapped_column(BigInteger)
    carried_cents: Mapped[int] = mapped_column(BigInteger)
    multiplier: Mapped[int] = mapped_column(BigInteger)
    most_points: Mapped[int | None] = mapped_column(BigInteger)
    rules_version: Mapped[int] = mapped_column(BigInteger)
    points_now: Mapped[int] = mapped_column(BigInteger)
    qualifying_now: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)


class HoldRow(Row):
    """Points that were reserved for a cart."""

    __tablename__ = "points_hold"
    __table_args__ = (Index("ix_points_hold_open", "member_id", sqlite_where=text("status = 'open'")),)

    hold_id: Mapped[str] = mapped_column(String(36), ForeignKey("ledger_transaction.transaction_id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"))
    points: Mapped[int] = mapped_column(BigInteger)
    until_at: Mapped[datetime] = mapped_column(UtcMoment)
    status: Mapped[str] = mapped_column(String(20))


class MemberMergeRow(Row):
    """Two members that are, or might be, one person."""

    __tablename__ = "member_merge"

    number: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    program: Mapped[str] = mapped_column(String(64), index=True)
    from_member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"))
    into_member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"))
    rule: Mapped[str] = mapped_column(String(64))
    proposed_by: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    proposed_at: Mapped[datetime] = mapped_column(UtcMoment)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    reason: Mapped[str | None] = mapped_column(Text)


class AdjustmentRow(Row):
    """Points that somebody would give or take by hand."""

    __tablename__ = "adjustment_request"

    number: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    program: Mapped[str] = mapped_column(String(64), index=True)
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"))
    points: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    business_key: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    proposed_at: Mapped[datetime] = mapped_column(UtcMoment)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    transaction_id: Mapped[str | None] = mapped_column(String(36))
