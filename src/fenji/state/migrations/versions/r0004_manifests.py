"""Migration 0004: what every published file was to the byte, the order of runs without a clock, and their editions. Locks ``run`` and ``run_table`` for the new columns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes ``part`` and the new columns; runs so far keep the order that their times give them, before all that come."""
    op.create_table(
        "part",
        sa.Column("folder", sa.String(400), nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("folder", "file", name="pk_part"),
    )
    op.add_column("run_table", sa.Column("has_manifest", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("run", sa.Column("started_number", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("published_number", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("edition", sa.BigInteger(), nullable=False, server_default="1"))
    op.create_index("ix_run_published_number", "run", ["published_number"])
    run = sa.table("run", *(sa.column(name) for name in ("run_id", "ended_at", "status", "started_number", "published_number")))
    _number(run, run.c.started_number, sa.select(run.c.run_id).order_by(run.c.run_id.desc()))
    published = sa.select(run.c.run_id).where(run.c.status == "published")
    _number(run, run.c.published_number, published.order_by(run.c.ended_at.desc(), run.c.run_id.desc()))


def _number(run: sa.TableClause, column: sa.ColumnClause[int], newest_first: sa.Select[tuple[str]]) -> None:
    """Numbers of the audit log begin with 1: what comes before gets the numbers from 0 downwards."""
    ids = op.get_bind().execute(newest_first).scalars().all()
    for position, run_id in enumerate(ids):
        op.execute(run.update().where(run.c.run_id == run_id).values({column.name: -position}))
