"""How are referrals stored? One row for each friend; phones, devices and addresses only as keyed hashes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fenji.state.models import Row, UtcMoment


class ReferralCodeRow(Row):
    """The code with which a member brings friends; it is no secret."""

    __tablename__ = "referral_code"
    __table_args__ = (UniqueConstraint("program", "member_id"),)

    program: Mapped[str] = mapped_column(String(64), primary_key=True)
    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"))
    made_at: Mapped[datetime] = mapped_column(UtcMoment)


class ReferralRow(Row):
    """One friend who named who brought them."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint("referred_member_id <> advocate_member_id OR status = 'rejected'", name="two"),
        Index("ix_referral_status", "program", "status", "referred_member_id"),
        Index("ix_referral_advocate", "advocate_member_id", "decided_on"),
    )

    referred_member_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("member.member_id"), primary_key=True, autoincrement=False
    )
    program: Mapped[str] = mapped_column(String(64))
    advocate_member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"))
    claimed_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[Any] = mapped_column(JSON)
    not_checked: Mapped[Any] = mapped_column(JSON)
    rules_version: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str | None] = mapped_column(String(200))
    order_id: Mapped[str | None] = mapped_column(Text)
    decided_on: Mapped[date | None]
    advocate_points: Mapped[int] = mapped_column(BigInteger)
    friend_points: Mapped[int] = mapped_column(BigInteger)
    friend_voucher_number: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("voucher.number"))
    decided_by: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class ReferralMarkRow(Row):
    """That a member was seen with a phone, device or address."""

    __tablename__ = "referral_mark"

    program: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.member_id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    mark_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
