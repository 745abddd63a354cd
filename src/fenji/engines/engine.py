"""What can every engine do? Read and write Parquet, hold intermediate results, hand over bounded results, run batch functions over customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa

from fenji.tables.contract import Contract

BatchFunction = Callable[[pa.Table], pa.Table]
"""From all rows of some customers to the rows of the result for them."""

PartFunction = Callable[[pa.Table], Iterable[pa.Table]]
"""The same with several results: one table for each part, always as many and in the same order; best made one after the other."""

FETCH_LIMIT = 200_000
"""Rows that may be collected into memory at once: about 200 MB at a thousand bytes a row, far above any report."""

BATCH_ROWS = 100_000
"""Rows of one Arrow batch on its way to Python and back, about 20 MB at 25 columns."""

RANGE_ROWS = 2_000_000
"""Rows that a batch step is given at once: customers of one range of keys, as many as have about so many rows. Large enough
for compiled code, and with what the step makes of them about 500 MB at 10 columns."""


def range_width(rows: int, lowest: int, highest: int) -> int:
    """How many keys a range holds so that it has about ``RANGE_ROWS`` rows, where customers have about as many each.

    >>> range_width(48_000_000, 1, 2_000_000)
    83334
    """
    return max(1, -(-(highest - lowest + 1) * RANGE_ROWS // max(rows, 1)))


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

    def read_often(self, files: Sequence[Path], schema: sch.Schema, *, rows: int, largest_first: str | None = None) -> ir.Table:
        """As ``read_parquet``, for narrow tables that many questions are about; from memory where the engine can.

        Args:
            files: of one table.
            schema: the columns wanted.
            rows: how many the table has.
            largest_first: a column by which most questions order and narrow the rows, where it is among them; None: there is none.
        """
        ...

    def save(self, table: ir.Table, folder: Path, *, in_order_of: str | None = None) -> int:
        """Writes the table as Parquet files into a new folder and returns the number of rows.

        Args:
            table: what is written.
            folder: must not exist yet.
            in_order_of: a column in whose order the rows of each file stand; None: in any.
        """
        ...

    def fetch(self, table: ir.Table, *, limit: int = FETCH_LIMIT) -> pa.Table:
        """The rows in memory; more than ``limit`` of them is an error, never a silent cut."""
        ...

    def asked(self, value: int | str) -> ir.Value:
        """A value that differs from question to question, for an expression that is fetched before the next one is asked for.

        Where the engine can, it is a variable of the session, so that the same question about somebody else is not compiled again.
        """
        ...

    def map_customers(self, table: ir.Table, function: BatchFunction, schema: sch.Schema) -> ir.Table:
        """A batch step, run now and kept on scratch disk.

        Args:
            table: has a ``customer_key`` without nulls, and customers with about as many rows each; may be read twice, so what
                is costly to compute is better staged.
            function: is given all rows of the customers of one range of keys, in any order (``RANGE_ROWS`` of them or so; at
                least once, maybe without rows), and returns the result for them.
            schema: of what the function returns.
        """
        ...

    def map_customers_apart(
        self, table: ir.Table, function: PartFunction, schema: sch.Schema, *, parts: int
    ) -> tuple[ir.Table, ...]:
        """A batch step with several results of one schema, such as one for each review; run now and kept on scratch disk.

        Args:
            table: as for ``map_customers``.
            function: is given customers as there, and returns ``parts`` tables for them.
            schema: of each table.
            parts: how many.

        Returns:
            A table for each part. Saving one as it is costs no second computation.
        """
        ...

    def to_utc(self, local: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """The UTC moment of a wall-clock time in an IANA zone; typed timestamp('UTC')."""
        ...

    def to_local(self, moment: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """The wall-clock time (no zone) of a UTC moment in an IANA zone."""
        ...

    def clear(self) -> bool:
        """Removes whatever was staged or given, so that the next question can use the session; False where it must be closed instead."""
        ...

    def close(self) -> None:
        """Ends the session and removes its scratch files."""
        ...
