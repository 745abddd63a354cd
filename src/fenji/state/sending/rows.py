"""How are events, webhooks and deliveries stored? No secret stands here: those of webhooks are made from a key in a file of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from fenji.state.models import Row, UtcMoment


class EventRow(Row):
    """One event."""

    __tablename__ = "event"

    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    run_id: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcMoment)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    spread_at: Mapped[datetime | None] = mapped_column(UtcMoment, index=True)
    """When its deliveries were made; null: not yet."""


class DerivationRow(Row):
    """How far the events of single customers of a run have been derived."""

    __tablename__ = "event_derivation"

    run_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    base_run_id: Mapped[str | None] = mapped_column(String(40))
    after_key: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    outcome: Mapped[str | None] = mapped_column(String(20))


class WebhookRow(Row):
    """One webhook."""

    __tablename__ = "webhook"

    webhook_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    secret_number: Mapped[int] = mapped_column(BigInteger)
    secret_check: Mapped[str] = mapped_column(String(16))
    rotated_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    created_at: Mapped[datetime] = mapped_column(UtcMoment)
    failing_since: Mapped[datetime | None] = mapped_column(UtcMoment)
    failures: Mapped[int] = mapped_column(BigInteger)
    why_disabled: Mapped[str | None] = mapped_column(String(20))


_IS_OPEN = text("alert IS NOT NULL AND acknowledged_at IS NULL")


class DeliveryRow(Row):
    """One event for one webhook, or one line for one channel."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "target", "state", "next_at"),
        Index("ix_delivery_last", "target", "last_at"),
        Index("ix_delivery_open", "event_id", "alert", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    delivery_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    target: Mapped[str] = mapped_column(String(80))
    event_id: Mapped[str] = mapped_column(String(36), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(BigInteger)
    next_at: Mapped[datetime] = mapped_column(UtcMoment)
    created_at: Mapped[datetime] = mapped_column(UtcMoment)
    lease: Mapped[str | None] = mapped_column(String(36))
    """Who is sending it; one lease of a channel is one message."""
    leased_until: Mapped[datetime | None] = mapped_column(UtcMoment)
    last_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    last_status: Mapped[str | None] = mapped_column(String(40))
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    alert: Mapped[str | None] = mapped_column(String(36))
    """The same for the lines that say the same of one event on several channels; null: for a webhook."""
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    acknowledged_by: Mapped[str | None] = mapped_column(String(200))
