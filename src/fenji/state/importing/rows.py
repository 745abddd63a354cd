"""How is an import stored? One row, without any cell of its files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from fenji.state.models import Row, UtcMoment


class ImportDraftRow(Row):
    """One import."""

    __tablename__ = "import_draft"

    import_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    status: Mapped[str] = mapped_column(String(20), index=True)
    edition: Mapped[int]
    begun_by: Mapped[str] = mapped_column(String(200))
    begun_at: Mapped[datetime] = mapped_column(UtcMoment)
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(UtcMoment)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    fingerprint: Mapped[str | None] = mapped_column(String(64))
