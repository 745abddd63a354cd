"""Migration 0003: the audit log, so that every change has a name behind it, and one writer per command and base run. Locks ``run`` for the new indexes."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_SQLITE = (
    """CREATE TRIGGER audit_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never changed or removed'); END""",
    """CREATE TRIGGER audit_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never changed or removed'); END""",
    # INSERT OR REPLACE would remove a row without asking the trigger above.
    """CREATE TRIGGER audit_insert BEFORE INSERT ON audit
    WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number), 0) + 1 FROM audit)
    BEGIN SELECT RAISE(ABORT, 'entries of the audit log are numbered without a gap'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'entries of the audit log are never changed or removed'; END $$""",
    "CREATE TRIGGER audit_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_kept()",
    "CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()",
)


def upgrade() -> None:
    """Changes the indexes of ``run`` and makes both tables with their triggers."""
    _index_writers()
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("principal_kind", sa.String(20), nullable=False),
        sa.Column("principal_name", sa.Text(), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject_kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])
    head = op.create_table(
        "audit_head",
        sa.Column("head", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("head", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"head": 1, "number": 0, "hash": "0" * 64, "key": secrets.token_hex(32)}])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def _index_writers() -> None:
    running, alone = sa.text("status = 'running'"), sa.text("status = 'running' AND base_run_id IS NULL")
    op.drop_index("uq_run_running", "run")
    op.create_index(
        "uq_run_running_base", "run", ["command", "base_run_id"], unique=True, sqlite_where=running, postgresql_where=running
    )
    op.create_index("uq_run_running_alone", "run", ["command"], unique=True, sqlite_where=alone, postgresql_where=alone)
