"""Migration 0006: what the clean tables of a run were made of. Locks ``run`` for the new column."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds the column; of the runs so far nobody knows it, so the next run prepares anew."""
    op.add_column("run", sa.Column("base_fingerprint", sa.String(64), nullable=True))
