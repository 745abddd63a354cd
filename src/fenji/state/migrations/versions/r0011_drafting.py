"""Migration 0011: drafts of policies and proposed overrides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def _decided() -> list[sa.Column[object]]:
    return [
        sa.Column("decided_by_kind", sa.String(20), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("is_self_approval", sa.Boolean(), nullable=False),
    ]


def upgrade() -> None:
    """Makes the two tables."""
    op.create_table(
        "policy_draft",
        sa.Column("draft_id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("slug", sa.String(64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("based_on", sa.BigInteger(), nullable=False),
        sa.Column("author_kind", sa.String(20), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        *_decided(),
        sa.Column("published_version", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("draft_id", name="pk_policy_draft"),
    )
    op.create_index("ix_policy_draft_slug", "policy_draft", ["slug"])
    op.create_table(
        "override_proposal",
        sa.Column("proposal_id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("policy", sa.String(64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("tier", sa.String(64), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_kind", sa.String(20), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        *_decided(),
        sa.Column("override_number", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_override_proposal"),
    )
