"""How are drafts of policies and proposed overrides stored? They stay when all is decided: the record says who looked at what."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from fenji.state.models import Row, UtcMoment


class PolicyDraftRow(Row):
    """One draft of a policy."""

    __tablename__ = "policy_draft"

    draft_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    slug: Mapped[str | None] = mapped_column(String(64), index=True)
    text: Mapped[str] = mapped_column(Text)
    based_on: Mapped[int] = mapped_column(BigInteger)
    author_kind: Mapped[str] = mapped_column(String(20))
    author_name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    edition: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcMoment)
    changed_at: Mapped[datetime] = mapped_column(UtcMoment)
    why: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    decided_by_kind: Mapped[str | None] = mapped_column(String(20))
    decided_by_name: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    decision_reason: Mapped[str | None] = mapped_column(Text)
    is_self_approval: Mapped[bool]
    published_version: Mapped[int | None] = mapped_column(BigInteger)


class OverrideProposalRow(Row):
    """One override that somebody proposed."""

    __tablename__ = "override_proposal"

    proposal_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    policy: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[str] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(String(64))
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    person: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    author_kind: Mapped[str] = mapped_column(String(20))
    author_name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime] = mapped_column(UtcMoment)
    decided_by_kind: Mapped[str | None] = mapped_column(String(20))
    decided_by_name: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    decision_reason: Mapped[str | None] = mapped_column(Text)
    is_self_approval: Mapped[bool]
    override_number: Mapped[int | None] = mapped_column(BigInteger)
