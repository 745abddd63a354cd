"""How are jobs, the lines of their logs and the fired slots of the schedule stored?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from fenji.state.models import Row, UtcMoment


class JobRow(Row):
    """One job."""

    __tablename__ = "job"
    __table_args__ = (
        Index("uq_job_number", "number", unique=True),
        Index("uq_job_key", "key", unique=True),
        Index("ix_job_state", "state", "number"),
    )

    job_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(40))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    principal_kind: Mapped[str] = mapped_column(String(20))
    principal_name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    share: Mapped[float] = mapped_column(Float)
    sentence: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(BigInteger)
    run_id: Mapped[str | None] = mapped_column(String(40))
    file: Mapped[str | None] = mapped_column(String(200))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    key: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcMoment)
    started_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    ended_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    retry_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    is_cancel_asked: Mapped[bool]
    fence: Mapped[int] = mapped_column(BigInteger)
    beats: Mapped[int] = mapped_column(BigInteger)
    host: Mapped[str | None] = mapped_column(String(255))
    pid: Mapped[int | None] = mapped_column(BigInteger)


class JobLogRow(Row):
    """One line of a job's log."""

    __tablename__ = "job_log"

    job_id: Mapped[str] = mapped_column(String(40), ForeignKey("job.job_id"), primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcMoment)
    text: Mapped[str] = mapped_column(Text)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)


class SlotRow(Row):
    """The last slot of one entry of the schedule that was dealt with."""

    __tablename__ = "schedule_slot"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    rule: Mapped[str] = mapped_column(Text)
    fired_at: Mapped[datetime] = mapped_column(UtcMoment)
    job_id: Mapped[str | None] = mapped_column(String(40))
