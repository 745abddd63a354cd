"""How are allowances and answered requests stored? Both may be lost without harm to any number, so both are cleared once they are old."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fenji.state.models import Row, UtcMoment


class RateRow(Row):
    """How many requests one caller has been granted in one stretch of time."""

    __tablename__ = "rate"

    caller: Mapped[str] = mapped_column(String(200), primary_key=True)
    stretch: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Number of the stretch since 1970."""
    granted: Mapped[int] = mapped_column(BigInteger)


class RepetitionRow(Row):
    """One request that may come again, and what it was answered."""

    __tablename__ = "repetition"

    caller: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[datetime] = mapped_column(UtcMoment, index=True)
    status: Mapped[int | None]
    """None while it is answered."""
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
