"""How are runs, policy versions, overrides and the audit log stored? The rows of the state database; everyone outside this room gets the frozen records of the domain."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, foreign, mapped_column, relationship

from fenji.domain.runs import RunStatus

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names from the first day, so that any later migration can name the one that it changes."""

RUNNING = text(f"status = '{RunStatus.RUNNING}'")
RUNNING_ALONE = text(f"status = '{RunStatus.RUNNING}' AND base_run_id IS NULL")


class UtcMoment(TypeDecorator[datetime]):
    """A moment, kept in UTC without zone: SQLite has no type for zones, and all databases should hold the same."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Into the database."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Out of the database."""
        return None if value is None else value.replace(tzinfo=UTC)


class Row(DeclarativeBase):
    """Base of all stored rows."""

    metadata = MetaData(naming_convention=NAMING)


class PartRow(Row):
    """One Parquet file of a folder of the store, as it was published."""

    __tablename__ = "part"

    folder: Mapped[str] = mapped_column(String(400), primary_key=True)
    file: Mapped[str] = mapped_column(String(200), primary_key=True)
    row_count: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    modified: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))


class RunTableRow(Row):
    """One table that a run published."""

    __tablename__ = "run_table"

    run_id: Mapped[str] = mapped_column(String(40), ForeignKey("run.run_id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(400), primary_key=True)
    table_name: Mapped[str] = mapped_column(String(80))
    as_of: Mapped[date | None]
    row_count: Mapped[int] = mapped_column(BigInteger)
    has_manifest: Mapped[bool]
    """False of runs that were published before parts were written down."""

    parts: Mapped[list[PartRow]] = relationship(
        primaryjoin=lambda: foreign(PartRow.folder) == RunTableRow.path,
        order_by=PartRow.file,
        lazy="raise",
        uselist=True,
        viewonly=True,
    )


class RunRow(Row):
    """One run."""

    __tablename__ = "run"
    # The database itself holds the law of one writer per command and base run; a run without a base needs an index of its own,
    # because a missing value equals no other. The migration gives PostgreSQL the same conditions: said here they would load that
    # dialect, 40 ms, wherever the state is SQLite.
    __table_args__ = (
        Index("uq_run_running_base", "command", "base_run_id", unique=True, sqlite_where=RUNNING),
        Index("uq_run_running_alone", "command", unique=True, sqlite_where=RUNNING_ALONE),
        Index("uq_run_name", "name", unique=True),
    )

    run_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    command: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime] = mapped_column(UtcMoment)
    heartbeat_at: Mapped[datetime] = mapped_column(UtcMoment)
    ended_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int] = mapped_column(BigInteger)
    as_of: Mapped[date | None]
    engine: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    policy: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    documents: Mapped[dict[str, str]] = mapped_column(JSON)
    inputs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    keys_given: Mapped[int] = mapped_column(BigInteger)
    base_run_id: Mapped[str | None] = mapped_column(String(40), ForeignKey("run.run_id"))
    package_version: Mapped[str] = mapped_column(String(40))
    # Clocks are set back; what came first is told by numbers of the audit log, which has no gaps.
    started_number: Mapped[int | None] = mapped_column(BigInteger)
    published_number: Mapped[int | None] = mapped_column(BigInteger, index=True)
    edition: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str | None] = mapped_column(String(80))
    base_fingerprint: Mapped[str | None] = mapped_column(String(64))
    failure: Mapped[str | None] = mapped_column(String(80))

    tables: Mapped[list[RunTableRow]] = relationship(lazy="raise", order_by=RunTableRow.path)


class PolicyVersionRow(Row):
    """One version of a policy, frozen when it was published."""

    __tablename__ = "policy_version"
    # The database itself holds the law that no day begins with two versions of one policy.
    __table_args__ = (UniqueConstraint("slug", "effective_on"),)

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    effective_on: Mapped[date]
    author: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcMoment)


class OverrideRow(Row):
    """One tier that a person decided."""

    __tablename__ = "tier_override"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    policy: Mapped[str] = mapped_column(String(64), index=True)
    source: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[str] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(String(64))
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    person: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcMoment)
    ended_from_on: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    ended_by: Mapped[str | None] = mapped_column(Text)
    ended_why: Mapped[str | None] = mapped_column(Text)


class AuditRow(Row):
    """One entry of the audit log. Triggers refuse to change or remove it; ``at`` and ``details`` are kept as the text that is hashed."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(27))
    principal_kind: Mapped[str] = mapped_column(String(20))
    principal_name: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(Text, index=True)
    details: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Row):
    """The one row that says where the audit log ends; whoever adds an entry holds it until the transaction ends."""

    __tablename__ = "audit_head"

    head: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64))
