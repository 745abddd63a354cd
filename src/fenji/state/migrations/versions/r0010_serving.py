"""Migration 0010: what server processes count and remember together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Makes the two tables."""
    op.create_table(
        "rate",
        sa.Column("caller", sa.String(200), nullable=False),
        sa.Column("stretch", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "stretch", name="pk_rate"),
    )
    op.create_table(
        "repetition",
        sa.Column("caller", sa.String(200), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("caller", "key", name="pk_repetition"),
    )
    op.create_index("ix_repetition_began_at", "repetition", ["began_at"])
