"""Migration 0009: events, webhooks and deliveries, so that others hear of what has happened. Adds four tables and changes none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "event",
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("spread_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name="pk_event"),
    )
    op.create_index("ix_event_run_id", "event", ["run_id"])
    op.create_index("ix_event_spread_at", "event", ["spread_at"])
    op.create_table(
        "event_derivation",
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("base_run_id", sa.String(40), nullable=True),
        sa.Column("after_key", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name="pk_event_derivation"),
    )
    op.create_table(
        "webhook",
        sa.Column("webhook_id", sa.String(20), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("secret_number", sa.BigInteger(), nullable=False),
        sa.Column("secret_check", sa.String(16), nullable=False),
        sa.Column("rotated_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("failing_since", sa.DateTime(), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("why_disabled", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("webhook_id", name="pk_webhook"),
    )
    _make_delivery()


def _make_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.String(36), nullable=False),
        sa.Column("target", sa.String(80), nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("lease", sa.String(36), nullable=True),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.Column("last_status", sa.String(40), nullable=True),
        sa.Column("data", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_delivery"),
    )
    op.create_index("ix_delivery_event_id", "delivery", ["event_id"])
    op.create_index("ix_delivery_due", "delivery", ["target", "state", "next_at"])
    op.create_index("ix_delivery_last", "delivery", ["target", "last_at"])
