"""Migration 0001: runs and the tables that they publish, so that readers see whole runs only. Locks nothing: the tables are new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes both tables."""
    op.create_table(
        "run",
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("command", sa.String(80), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("engine", sa.String(20), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=True),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("keys_given", sa.BigInteger(), nullable=False),
        sa.Column("base_run_id", sa.String(40), nullable=True),
        sa.Column("package_version", sa.String(40), nullable=False),
        sa.Column("failure", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name="pk_run"),
        sa.ForeignKeyConstraint(["base_run_id"], ["run.run_id"], name="fk_run_base_run_id_run"),
    )
    running = sa.text("status = 'running'")
    op.create_index("uq_run_running", "run", ["status"], unique=True, sqlite_where=running, postgresql_where=running)
    op.create_table(
        "run_table",
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("path", sa.String(400), nullable=False),
        sa.Column("table_name", sa.String(80), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "path", name="pk_run_table"),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_run_table_run_id_run"),
    )
