"""Migration 0002: published policy versions and overrides, so that a past tier can be explained by who decided what. Locks nothing: the tables are new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes both tables."""
    op.create_table(
        "policy_version",
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("slug", "version", name="pk_policy_version"),
        sa.UniqueConstraint("slug", "effective_on", name="uq_policy_version_slug"),
    )
    op.create_table(
        "tier_override",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("policy", sa.String(64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("tier", sa.String(64), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("ended_from_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_tier_override"),
    )
    op.create_index("ix_tier_override_policy", "tier_override", ["policy"])
