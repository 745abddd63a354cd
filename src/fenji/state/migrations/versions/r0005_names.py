"""Migration 0005: names of runs that people keep. Locks ``run`` for the new column."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds the column and its index; no run has a name so far."""
    op.add_column("run", sa.Column("name", sa.String(80), nullable=True))
    op.create_index("uq_run_name", "run", ["name"], unique=True)
