"""Small worlds on their way from raw text to the clean base: what a test writes as rows of cells, prepared as a run prepares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from zlib import crc32

import ibis
import pyarrow as pa

from fenji.domain.feeds import Feed, field_names
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.engine import Engine
from fenji.tables.raw import RAW, UNREADABLE
from fenji.workspace.preparing import PrepareOptions, prepare_base

OPTIONS = PrepareOptions("Asia/Shanghai", "CNY", as_of=date(2026, 6, 30))

Files = Mapping[str, Sequence[tuple[str | None, ...]]]
"""The rows of every file, cells in the order of the source's columns."""


def source(name: str, feed: Feed, fields: str, **options: object) -> Source:
    """A source whose columns are called as the fields are."""
    made = options.pop("made", ())
    columns = {field: ColumnMapping(field) for field in fields.split()}
    if made:
        columns["order_id"] = replace(columns.get("order_id", ColumnMapping()), made_of=tuple(made))
    return Source(name, feed, FileLocation((f"{name}*",)), columns, **options)


def prepared(
    engine: Engine, world: Sequence[tuple[Source, Files]], options: PrepareOptions = OPTIONS
) -> dict[str, list[dict[str, object]]]:
    """The clean tables of a world as rows, by their short names."""
    tables = prepared_tables(engine, world, options)
    return {name.removeprefix("clean."): engine.fetch(table).to_pylist() for name, table in tables.items()}


def prepared_tables(
    engine: Engine, world: Sequence[tuple[Source, Files]], options: PrepareOptions = OPTIONS
) -> dict[str, ibis.Table]:
    """The clean tables of a world."""
    raw = {feed: _raw(engine, feed, world) for feed in Feed}
    unreadable = engine.from_arrow(UNREADABLE.schema.to_pyarrow().empty_table())
    return prepare_base(
        engine,
        raw,
        unreadable,
        tuple(source for source, _files in world),
        options,
        previous_identity=None,
        on_step=lambda _words, _done: None,
    )


def _raw(engine: Engine, feed: Feed, world: Sequence[tuple[Source, Files]]) -> ibis.Table:
    rows = []
    for source, files in world:
        if source.feed is not feed:
            continue
        filled = [name for name, mapping in source.columns.items() if mapping.column is not None]
        rows += [
            dict.fromkeys(field_names(feed))
            | {"source": source.name, "file": file, "row_number": number, "batch": "b", "row_hash": crc32(repr(row).encode())}
            | dict(zip(filled, row, strict=True))
            for file, cells in files.items()
            for number, row in enumerate(cells, start=2)
        ]
    return engine.from_arrow(pa.Table.from_pylist(rows, schema=RAW[feed].schema.to_pyarrow()))
