"""How do the rows of a shaped table reach the engine? As Parquet on scratch disk, a few thousand at a time, with their row numbers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fenji.collect.reading.samples import PartRead, Target, Unreadable
from fenji.collect.reading.shaping import Row, Shaping

_NUMBERS = "n"
_PART = "part"
_HELD = 20_000


def read_shaped(target: Target, shaping: Shaping, rows: Iterable[tuple[int, Row]], refused: Iterable[Unreadable]) -> PartRead:
    """Writes the rows that come out of ``shaping`` into the target's folder.

    Args:
        target: where they go.
        shaping: the pass over the rows; a new one.
        rows: the rows of the file, with their numbers.
        refused: records that the reading of ``rows`` could not take; looked at when all rows have been read.

    Keeps: every row of the file that holds anything, as one row or several, or among the unreadable ones.
    """
    columns = tuple(f"c{position}" for position in range(len(shaping.headers)))
    part = _PART if shaping.has_parts else None
    cells = target.scratch / f"{target.batch}.cells"
    try:
        _write(cells, columns, shaping, rows, target.part)
        layout = target.layout(shaping.headers, columns, numbers=_NUMBERS, part=part)
        outcome = target.reader.collect_parquet(cells, layout, target.folder)
    finally:
        cells.unlink(missing_ok=True)
    unreadable = sorted([*refused, *shaping.unreadable], key=lambda each: each.row)
    return PartRead(outcome.records, tuple(unreadable))


def _write(file: Path, columns: tuple[str, ...], shaping: Shaping, rows: Iterable[tuple[int, Row]], part: int | None) -> None:
    names = [_NUMBERS, *columns, *([_PART] if shaping.has_parts else [])]
    schema = pa.schema([(name, pa.int64() if name == _NUMBERS else pa.string()) for name in names])
    held: list[tuple[object, ...]] = []

    def flush(writer: pq.ParquetWriter) -> None:
        arrays = [list(column) for column in zip(*held, strict=True)] if held else [[] for _name in names]
        writer.write_batch(
            pa.record_batch([pa.array(each, kind) for each, kind in zip(arrays, schema.types, strict=True)], schema)
        )
        held.clear()

    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for row in shaping.rows(rows):
            # A column of the source that says where a row is from still counts beside the header it was turned by.
            origin = () if row.part is None else (row.part if part is None else f"{row.cells[part] or ''}/{row.part}",)
            held.append((row.number, *row.cells, *origin))
            if len(held) >= _HELD:
                flush(writer)
        flush(writer)
