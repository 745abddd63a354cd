"""Migration 0007: people, roles, what they come in with, and how often somebody tried. Locks nothing: the tables are new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def _login() -> sa.Column[str]:
    return sa.Column("login", sa.String(80), nullable=False)


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["login"], ["person.login"], name=f"fk_{table}_login_person")


def upgrade() -> None:
    """Makes the seven tables."""
    op.create_table(
        "person",
        _login(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("identity", sa.String(255), nullable=True),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("logged_in_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("login", name="pk_person"),
        sa.UniqueConstraint("identity", name="uq_person_identity"),
    )
    op.create_table(
        "person_role",
        _login(),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("login", "role", name="pk_person_role"),
        _of_person("person_role"),
    )
    op.create_table(
        "credential",
        _login(),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_sealed", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("login", name="pk_credential"),
        _of_person("credential"),
    )
    _make_ways_in()
    op.create_table(
        "login_failure",
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("minute_began_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("waits", sa.BigInteger(), nullable=False),
        sa.Column("wait_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key_hash", name="pk_login_failure"),
    )
    op.create_index("ix_login_failure_last_at", "login_failure", ["last_at"])


def _make_ways_in() -> None:
    op.create_table(
        "login_session",
        sa.Column("session_hash", sa.String(64), nullable=False),
        _login(),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("awaits", sa.String(20), nullable=True),
        sa.Column("totp_sealed", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("session_hash", name="pk_login_session"),
        _of_person("login_session"),
    )
    op.create_index("ix_login_session_login", "login_session", ["login"])
    op.create_table(
        "token",
        _login(),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("login", "name", name="pk_token"),
        sa.UniqueConstraint("token_hash", name="uq_token_token_hash"),
        _of_person("token"),
    )
    op.create_table(
        "one_time_link",
        sa.Column("link_hash", sa.String(64), nullable=False),
        _login(),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("link_hash", name="pk_one_time_link"),
        _of_person("one_time_link"),
    )
    op.create_index("ix_one_time_link_login", "one_time_link", ["login"])
