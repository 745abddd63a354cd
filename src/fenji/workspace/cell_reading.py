"""How does the proposal read cells? By the parsers of a run, on the embedded engine, every different text once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from fenji.choices import EngineName
from fenji.collect.ports import CellReading
from fenji.domain.sources import StatusClass
from fenji.engines.engine import Engine
from fenji.engines.opening import open_engine
from fenji.prepare.readings import read_values
from fenji.settings import Settings

_AT_ONCE = 200_000
"""Texts of one query: what comes back stays below the bound of what may be fetched."""


_YEAR_LAST = re.compile(r"\D*\d{1,2}\D+\d{1,2}\D+\d{2}")
"""Whatever may be 05/06/2025, and much that is not."""
_NEEDED = (
    *("value", "number_point", "number_comma", "currency", "at_plain", "at_mdy", "at_dmy"),
    *("phone", "email", "id", "is_nothing", "is_masked", "status_class"),
)


class EngineCellReader:
    """Reads texts with the expressions that a run uses for its rows."""

    def __init__(self, engine: Engine, *, currency: str) -> None:
        self.engine = engine
        self._currency = currency

    def read(self, texts: Collection[str]) -> Mapping[str, CellReading]:
        """The reading of every text. Memory: some 500 bytes a text."""
        found: dict[str, CellReading] = {}
        ordered = sorted(texts)
        may_end_in_year = any(_YEAR_LAST.match(each) for each in ordered)
        for start in range(0, len(ordered), _AT_ONCE):
            values = self.engine.from_arrow(pa.table({"value": pa.array(ordered[start : start + _AT_ONCE], pa.string())}))
            read = read_values(values, currency=self._currency, may_end_in_year=may_end_in_year).select(_NEEDED)
            found |= {row["value"]: _reading(row) for row in self.engine.fetch(read).to_pylist()}
        return found


@contextmanager
def cell_reader(settings: Settings) -> Iterator[EngineCellReader]:
    """A reader on an engine of its own; the embedded one, since samples are small."""
    with TemporaryDirectory(prefix="fenji-map-") as folder:
        engine = open_engine(settings, Path(folder), name=EngineName.DUCKDB)
        try:
            yield EngineCellReader(engine, currency=settings.currency)
        finally:
            engine.close()


def _reading(row: dict[str, Any]) -> CellReading:
    return CellReading(
        number=row["number_point"],
        number_comma=row["number_comma"],
        currency=row["currency"],
        at=_moment(row["at_plain"]),
        at_mdy=_moment(row["at_mdy"]),
        at_dmy=_moment(row["at_dmy"]),
        phone=row["phone"],
        email=row["email"],
        person_id=row["id"],
        is_nothing=bool(row["is_nothing"]),
        is_masked=bool(row["is_masked"]),
        status=StatusClass(row["status_class"]) if row["status_class"] else None,
    )


def _moment(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=None)
