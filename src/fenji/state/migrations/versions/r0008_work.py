"""Migration 0008: jobs with the lines of their logs, and the slots of the schedule that have fired. New tables; locks nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Makes the three tables."""
    op.create_table(
        "job",
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("principal_kind", sa.String(20), nullable=False),
        sa.Column("principal_name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.String(40), nullable=True),
        sa.Column("file", sa.String(200), nullable=True),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("key", sa.String(255), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("retry_at", sa.DateTime(), nullable=True),
        sa.Column("is_cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.Column("host", sa.String(255), nullable=True),
        sa.Column("pid", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", name="pk_job"),
    )
    op.create_index("uq_job_number", "job", ["number"], unique=True)
    op.create_index("uq_job_key", "job", ["key"], unique=True)
    op.create_index("ix_job_state", "job", ["state", "number"])
    op.create_table(
        "job_log",
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.job_id"], name="fk_job_log_job_id_job"),
        sa.PrimaryKeyConstraint("job_id", "line", name="pk_job_log"),
    )
    op.create_table(
        "schedule_slot",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("fired_at", sa.DateTime(), nullable=False),
        sa.Column("job_id", sa.String(40), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_schedule_slot"),
    )
