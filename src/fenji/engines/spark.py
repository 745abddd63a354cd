"""Spark, for what does not fit one machine. Cannot: work with a store or scratch folder that its workers do not see.

One session serves a process: a second engine uses the same one, and the engine that started it ends it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.schema as sch
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fenji.engines.engine import FETCH_LIMIT, BatchFunction, PartFunction, range_width
from fenji.engines.failures import too_many_rows
from fenji.engines.functions import SPARK
from fenji.engines.spark_failures import spark_failures
from fenji.engines.spark_paths import literal_path
from fenji.engines.spark_reading import SparkReading
from fenji.engines.spark_session import open_session
from fenji.engines.spark_types import spark_type, struct_of
from fenji.engines.spark_writing import write_parquet
from fenji.scratch import own_folder
from fenji.tables.contract import Contract
from fenji.tables.raw import FIRST_ROW, stored_schema

_PART = "part_number"


class SparkEngine(SparkReading):
    """The distributed engine."""

    name = "spark"

    def __init__(
        self,
        scratch: Path | None = None,
        *,
        master: str = "local[*]",
        options: Mapping[str, str] | None = None,
        threads: int | None = None,
        memory_limit: str | None = None,
    ) -> None:
        """Opens (or joins) the process's session; see open_session for the arguments.

        Raises:
            Unavailable: pyspark or Java is missing, or the master cannot be reached.
        """
        self._scratch = own_folder(scratch)
        self._staged = 0
        try:
            opened = open_session(self._scratch, master=master, options=options or {}, threads=threads, memory_limit=memory_limit)
        except BaseException:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise
        self.session, self._opened = opened.session, opened
        self.connection = ibis.pyspark.connect(self.session)

    def read_parquet(self, files: Sequence[Path], schema: sch.Schema) -> ir.Table:
        """See Engine.read_parquet."""
        struct = struct_of(schema)
        if not files:
            return self._table_of(self.session.createDataFrame([], struct), schema)
        # With the schema given, Spark neither opens the files now nor takes folders named run=… for columns.
        frame = self.session.read.schema(struct).parquet(*(literal_path(file) for file in files))
        return self._table_of(frame, schema)

    def read_raw(self, folders: Sequence[Path], contract: Contract) -> ir.Table:
        """The raw table in the folders of its batches, exactly as its contract says."""
        files = [file for folder in folders for file in sorted(folder.glob("*.parquet"))]
        return self.read_parquet(files, stored_schema(contract)).drop(FIRST_ROW)

    def from_arrow(self, table: pa.Table) -> ir.Table:
        """See Engine.from_arrow."""
        file = self._next_folder("given").with_suffix(".parquet")
        pq.write_table(table, file, coerce_timestamps="us")
        return self.read_parquet([file], sch.Schema.from_pyarrow(table.schema))

    def stage(self, table: ir.Table) -> ir.Table:
        """See Engine.stage."""
        folder = self._next_folder("staged")
        self.save(table, folder)
        return self.read_parquet(sorted(folder.glob("*.parquet")), table.schema())

    def read_often(
        self,
        files: Sequence[Path],
        schema: sch.Schema,
        *,
        rows: int,  # noqa: ARG002 - a cluster reads where they are
        largest_first: str | None = None,  # noqa: ARG002
    ) -> ir.Table:
        """See Engine.read_often."""
        return self.read_parquet(files, schema)

    def save(self, table: ir.Table, folder: Path, *, in_order_of: str | None = None) -> int:
        """See Engine.save."""
        from pyspark.sql import functions  # noqa: PLC0415 - heavy third-party, an extra

        typed = [functions.col(f"`{name}`").cast(spark_type(kind)).alias(name) for name, kind in table.schema().items()]
        frame = self._frame_of(table).select(*typed)
        return write_parquet(frame.sortWithinPartitions(in_order_of) if in_order_of else frame, folder)

    def fetch(self, table: ir.Table, *, limit: int = FETCH_LIMIT) -> pa.Table:
        """See Engine.fetch."""
        frame = self._frame_of(table.limit(limit + 1))
        with spark_failures(self.session):
            found = frame.toArrow()
        if found.num_rows > limit:
            raise too_many_rows(limit)
        return found.cast(table.schema().to_pyarrow())

    def asked(self, value: int | str) -> ir.Value:
        """See Engine.asked."""
        return ibis.literal(value, type="int64" if isinstance(value, int) else "string")

    def map_customers(self, table: ir.Table, function: BatchFunction, schema: sch.Schema) -> ir.Table:
        """See Engine.map_customers."""
        (mapped,) = self.map_customers_apart(table, _alone(function), schema, parts=1)
        return mapped

    def map_customers_apart(
        self, table: ir.Table, function: PartFunction, schema: sch.Schema, *, parts: int
    ) -> tuple[ir.Table, ...]:
        """See Engine.map_customers_apart."""
        from pyspark.sql import functions  # noqa: PLC0415 - heavy third-party, an extra

        key = table.customer_key
        (found,) = self.fetch(table.aggregate(rows=table.count(), lowest=key.min(), highest=key.max())).to_pylist()
        target = schema.to_pyarrow()
        if not found["rows"]:
            return tuple(self.from_arrow(each.select(target.names).cast(target)) for each in function(self.fetch(table)))
        folder, whole = self._next_folder("mapped"), sch.Schema({**schema, _PART: "int32"})

        def numbered(rows: pa.Table) -> pa.Table:
            return _numbered(function(rows), target)

        key_range = functions.floor((functions.col("customer_key") - found["lowest"]) / range_width(**found))
        frame = self._frame_of(table).groupBy(key_range).applyInArrow(numbered, struct_of(whole))
        write_parquet(frame, folder, apart=_PART)
        return tuple(self.read_parquet(sorted((folder / f"{_PART}={part}").glob("*.parquet")), schema) for part in range(parts))

    def to_utc(self, local: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """See Engine.to_utc."""
        return SPARK.to_utc(local, zone)

    def to_local(self, moment: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """See Engine.to_local."""
        return SPARK.to_local(moment, zone)

    def clear(self) -> bool:
        """See Engine.clear; Spark's own files stand among the staged ones."""
        return False

    def close(self) -> None:
        """See Engine.close."""
        self._opened.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _table_of(self, frame: Any, schema: sch.Schema) -> ir.Table:  # noqa: ANN401 - pyspark is imported only where it is used
        """A data frame as a table of exactly this schema; for what Spark itself reads."""
        name = self._next_folder("view").name
        with spark_failures(self.session):
            frame.createOrReplaceTempView(name)
        # Not connection.table(name): Ibis would read the types back from Spark, and there a moment has no zone.
        return ops.DatabaseTable(name=name, schema=schema, source=self.connection, namespace=ops.Namespace()).to_expr()

    def _frame_of(self, table: ir.Table) -> Any:  # noqa: ANN401 - pyspark is imported only where it is used
        """A table's expression as a data frame, not yet computed."""
        with spark_failures(self.session):
            for literal in table.op().find(ops.InMemoryTable):
                # Not Ibis' own way, which goes through pandas and turns missing whole numbers into NaN.
                rows = literal.data.to_pyarrow(literal.schema).to_pylist()
                tuples = [tuple(row.values()) for row in rows]
                self.session.createDataFrame(tuples, struct_of(literal.schema)).createOrReplaceTempView(literal.name)
            return self.session.sql(self.connection.compile(SPARK.written(table)))

    def _next_folder(self, what: str) -> Path:
        self._staged += 1
        # The folder's name becomes that of a view: letters, digits and underscores.
        own = re.sub(r"\W", "_", self._scratch.name)
        return self._scratch / f"{what}_{own}_{self._staged}"


def _alone(function: BatchFunction) -> PartFunction:
    def apart(rows: pa.Table) -> tuple[pa.Table]:
        return (function(rows),)

    return apart


def _numbered(tables: Iterable[pa.Table], target: pa.Schema) -> pa.Table:
    """The results for all parts in one table, each row with the number of its part."""
    found = []
    for part, table in enumerate(tables):
        typed = table.select(target.names).cast(target)
        found.append(typed.append_column(_PART, pa.array(np.full(len(typed), part, np.int32))))
    return pa.concat_tables(found)
