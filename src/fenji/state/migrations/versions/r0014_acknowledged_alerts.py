"""Migration 0014: who has acknowledged an alert, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Adds the columns; each line that was told before is an alert of its own."""
    op.add_column("delivery", sa.Column("alert", sa.String(36), nullable=True))
    op.add_column("delivery", sa.Column("acknowledged_at", sa.DateTime(), nullable=True))
    op.add_column("delivery", sa.Column("acknowledged_by", sa.String(200), nullable=True))
    op.execute("UPDATE delivery SET alert = delivery_id WHERE target LIKE 'channel:%'")
    is_open = sa.text("alert IS NOT NULL AND acknowledged_at IS NULL")
    op.create_index("ix_delivery_open", "delivery", ["event_id", "alert"], sqlite_where=is_open, postgresql_where=is_open)
