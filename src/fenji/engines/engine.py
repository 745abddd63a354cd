"""What can every engine do? Read and write Parquet, hold intermediate results, hand over bounded results, run batch functions over customers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa

from fenji.tables.contract import Contract

BatchFunction = Callable[[pa.RecordBatch], pa.RecordBatch]

FETCH_LIMIT = 200_000
"""Rows that may be collected into memory at once: about 200 MB at a thousand bytes a row, far above any report."""

BATCH_ROWS = 100_000
"""Rows of one Arrow batch in a batch step: large enough for compiled code, about 20 MB at 25 columns."""


class Engine(Protocol):
    """One place where Ibis tables live and run. Not safe for use by two threads at once."""

    name: str

    def read_parquet(self, files: Sequence[Path], schema: sch.Schema) -> ir.Table:
        """The rows of Parquet files that all have the schema; no files: an empty table of it."""
        ...

    def read_raw(self, folders: Sequence[Path], contract: Contract) -> ir.Table:
        """The raw table in the folders of its batches, exactly as its contract says, row numbers included."""
        ...

    def from_arrow(self, table: pa.Table) -> ir.Table:
        """A small in-memory table, usable in expressions with this engine's other tables."""
        ...

    def stage(self, table: ir.Table) -> ir.Table:
        """The same table, computed now and kept on scratch disk until the engine closes."""
        ...

    def save(self, table: ir.Table, folder: Path) -> int:
        """Writes the table as Parquet files into a new folder and returns the number of rows."""
        ...

    def fetch(self, table: ir.Table, *, limit: int = FETCH_LIMIT) -> pa.Table:
        """The rows in memory; more than ``limit`` of them is an error, never a silent cut."""
        ...

    def map_customers(self, table: ir.Table, function: BatchFunction, schema: sch.Schema) -> ir.Table:
        """A batch step: the function over Arrow batches of whole customers; the result is staged."""
        ...

    def to_utc(self, local: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """The UTC moment of a wall-clock time in an IANA zone; typed timestamp('UTC')."""
        ...

    def to_local(self, moment: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """The wall-clock time (no zone) of a UTC moment in an IANA zone."""
        ...

    def close(self) -> None:
        """Ends the session and removes its scratch files."""
        ...
