"""How does a Parquet file come in? As the engine reads it, every value turned into the text that people would write."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fenji.collect.reading.limits import check_width
from fenji.collect.reading.parquet_bounds import check_swelling
from fenji.collect.reading.samples import PartRead, Sample, Target
from fenji.domain.sources import Format
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

_SAFE_WHOLE = 2**53
"""Above it a float no longer holds every whole number."""


@dataclass(frozen=True)
class ParquetPart:
    """A Parquet file whose columns are known."""

    sample: Sample
    path: Path

    def read(self, target: Target) -> PartRead:
        """See Part.read."""
        layout = target.layout(self.sample.headers, self.sample.headers)
        return PartRead(target.reader.collect_parquet(self.path, layout, target.folder).records)


def open_parquet(path: Path, name: str, *, most: int) -> ParquetPart:
    """Looks into a Parquet file; ``most`` rows of it become the sample.

    Raises:
        InvalidFile: empty, damaged, or with two columns whose names differ only by case.
    """
    if not path.stat().st_size:
        raise InvalidFile.of(_("the file is empty."), place=Place(name))
    try:
        check_swelling(path, name)
        with pq.ParquetFile(path) as file:
            headers = tuple(file.schema_arrow.names)
            total = file.metadata.num_rows
            rows = tuple(row for group in _groups(file, most) for row in group)
    except (pa.ArrowException, OSError, UnicodeDecodeError, MemoryError) as error:
        detail = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise InvalidFile.of(
            _("this is no Parquet file, or it is damaged: {detail}"), place=Place(name), detail=detail
        ) from error
    check_width(len(headers), name)
    twice = [header for header, count in Counter(header.casefold() for header in headers).items() if count > 1]
    if twice:
        raise InvalidFile.of(_("several columns are called {names}."), place=Place(name), names=", ".join(twice))
    sample = Sample(name, None, Format.PARQUET, None, None, 0, headers, rows, is_whole=total <= most)
    return ParquetPart(sample, path)


def _groups(file: pq.ParquetFile, most: int) -> Iterator[tuple[tuple[str | None, ...], ...]]:
    """Rows from the start, from the middle and from the end of a file."""
    groups = file.num_row_groups
    if not most or not groups:
        return
    chosen = sorted({0, groups // 2, groups - 1}) if file.metadata.num_rows > most else range(groups)
    left = most
    for position, group in enumerate(chosen):
        share = left // (len(chosen) - position)
        taken = 0
        for batch in file.iter_batches(batch_size=min(share, 4096) or 1, row_groups=[group]):
            columns = [_values(column) for column in batch.slice(0, share - taken).columns]
            rows = tuple(tuple(_text(value) for value in row) for row in zip(*columns, strict=True))
            yield rows
            taken += len(rows)
            if taken >= share:
                break
        left -= taken


def _values(column: Any) -> list[Any]:  # noqa: ANN401 - pyarrow is untyped
    """The values of a column; as Arrow writes them where Python has no such values, as for the year 10,000."""
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        raise
    except (ValueError, OverflowError):
        return list(column.cast(pa.string()).to_pylist())


def _text(value: object) -> str | None:
    """A value of the sample as text; the engine writes alike when it reads the whole file."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _SAFE_WHOLE:
        value = int(value)
    match value:
        case None:
            text = None
        case bool():
            text = str(value).lower()
        case dt.datetime():
            text = value.replace(tzinfo=None).isoformat(sep=" ")
        case dict() | list():
            text = json.dumps(value, ensure_ascii=False, default=str)
        case bytes():
            text = value.decode("utf-8", errors="replace")
        case Decimal():
            text = format(value, "f")
        case _:
            text = str(value)
    return text
