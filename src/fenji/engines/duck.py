"""DuckDB over Parquet: one process, larger than memory through its scratch folder. Cannot: use more than one machine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.sql.datatypes import DuckDBType

from fenji.engines.duck_reading import DuckReading
from fenji.engines.engine import BATCH_ROWS, FETCH_LIMIT, RANGE_ROWS, BatchFunction, range_width
from fenji.engines.failures import disk_error, memory_error, too_many_rows


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp"), "timestamp('UTC')"))
def _utc_of(zone: str, local: object) -> object: ...


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp('UTC')"), "timestamp"))
def _local_of(zone: str, moment: object) -> object: ...


class DuckEngine(DuckReading):
    """The default engine."""

    name = "duckdb"

    def __init__(self, scratch: Path | None = None, *, threads: int | None = None, memory_limit: str | None = None) -> None:
        """Opens an in-memory session that spills into ``scratch`` (a folder of its own is made inside).

        Args:
            scratch: where intermediate results go; the system's temporary folder where None.
            threads: worker threads; all cores where None.
            memory_limit: such as 12GB; DuckDB's default of 80 % of memory where None.
        """
        if scratch is not None:
            scratch.mkdir(parents=True, exist_ok=True)
        self._scratch = Path(tempfile.mkdtemp(prefix="fenji-", dir=scratch))
        self._staged = 0
        options: dict[str, object] = {"temp_directory": str(self._scratch / "spill"), "preserve_insertion_order": False}
        if threads is not None:
            options["threads"] = threads
        if memory_limit is not None:
            options["memory_limit"] = memory_limit
        self.connection = ibis.duckdb.connect(**options)
        self.connection.raw_sql("SET TimeZone = 'UTC'")

    def read_parquet(self, files: Sequence[Path], schema: sch.Schema) -> ir.Table:
        """See Engine.read_parquet."""
        if not files:
            return self.from_arrow(schema.to_pyarrow().empty_table())
        # Our folders are named run=… and as_of=…; DuckDB would take these for columns.
        table = self.connection.read_parquet([str(file) for file in files], hive_partitioning=False)
        return table.select(list(schema.names)).cast(schema)

    def from_arrow(self, table: pa.Table) -> ir.Table:
        """See Engine.from_arrow."""
        self._staged += 1
        return self.connection.create_table(f"given_{self._staged}", table, temp=True)

    def stage(self, table: ir.Table) -> ir.Table:
        """See Engine.stage."""
        self._staged += 1
        folder = self._scratch / f"staged_{self._staged}"
        self.save(table, folder)
        return self.connection.read_parquet(str(folder / "*.parquet"), hive_partitioning=False)

    def save(self, table: ir.Table, folder: Path) -> int:
        """See Engine.save."""
        sql = self._typed(table)
        target = str(folder / "part-0.parquet").replace("'", "''")
        with _failures(folder):
            folder.mkdir(parents=True)
            result = self.connection.raw_sql(f"COPY ({sql}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        return int(result.fetchone()[0])

    def fetch(self, table: ir.Table, *, limit: int = FETCH_LIMIT) -> pa.Table:
        """See Engine.fetch."""
        with _failures(self._scratch):
            found = self.connection.to_pyarrow(table.limit(limit + 1))
        if found.num_rows > limit:
            raise too_many_rows(limit)
        return found

    def map_customers(self, table: ir.Table, function: BatchFunction, schema: sch.Schema) -> ir.Table:
        """See Engine.map_customers."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

        self._staged += 1
        file = self._scratch / f"mapped_{self._staged}.parquet"
        target, writer = schema.to_pyarrow(), None
        with _failures(self._scratch), ExitStack() as opened:
            for rows in self._ranges(table):
                result = _in_types(function(rows), target)
                writer = writer or opened.enter_context(pq.ParquetWriter(file, result.schema, compression="lz4"))
                writer.write_table(result, row_group_size=BATCH_ROWS)
        return self.connection.read_parquet(str(file), hive_partitioning=False).cast(schema)

    def to_utc(self, local: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """See Engine.to_utc."""
        return _utc_of(ibis.literal(zone), local)

    def to_local(self, moment: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """See Engine.to_local."""
        return _local_of(ibis.literal(zone), moment)

    def close(self) -> None:
        """See Engine.close."""
        self.connection.disconnect()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _ranges(self, table: ir.Table) -> Iterator[pa.Table]:
        """All rows, customers of one range of keys at a time; more than one range is split on disk first, in one pass."""
        key = table.customer_key
        (found,) = self.fetch(table.aggregate(rows=table.count(), lowest=key.min(), highest=key.max())).to_pylist()
        if found["rows"] <= RANGE_ROWS:
            yield self.connection.to_pyarrow(table)
            return
        self._staged += 1
        folder = self._scratch / f"ranges_{self._staged}"
        numbered = self._typed(table.mutate(key_range=(key - found["lowest"]) // range_width(**found)))
        target = str(folder).replace("'", "''")
        self.connection.raw_sql(f"COPY ({numbered}) TO '{target}' (FORMAT parquet, PARTITION_BY (key_range))")
        for part in sorted(folder.iterdir()):
            yield self.connection.to_pyarrow(self.connection.read_parquet(str(part / "*.parquet"), hive_partitioning=False))
            shutil.rmtree(part)

    def _typed(self, table: ir.Table) -> str:
        """The expression with every column in the type that it claims: DuckDB itself takes a literal such as 1.0 for a decimal."""
        columns = (
            f'"{name}"' if kind.is_null() else f'CAST("{name}" AS {DuckDBType.to_string(kind)}) AS "{name}"'
            for name, kind in table.schema().items()
        )
        return f"SELECT {', '.join(columns)} FROM ({self._compiled(table)})"  # noqa: S608 - our own columns

    def _compiled(self, table: ir.Table) -> str:
        self.connection._run_pre_execute_hooks(table)  # noqa: SLF001 - small literal tables of an expression become known to DuckDB
        return str(self.connection.compile(table))


def _in_types(result: pa.Table, target: pa.Schema) -> pa.Table:
    """The columns in their types; what is dictionary-encoded stays so, because it is written many times faster."""
    columns = {}
    for field in target:
        column = result[field.name]
        is_encoded = pa.types.is_dictionary(column.type) and column.type.value_type == field.type
        columns[field.name] = column if is_encoded else column.cast(field.type)
    return pa.table(columns)


@contextmanager
def _failures(folder: Path) -> Iterator[None]:
    """A disk or a memory that is full, in our words."""
    try:
        yield
    except (duckdb.IOException, OSError) as error:
        raise disk_error(error, folder) from error
    except duckdb.OutOfMemoryException as error:
        raise memory_error(error) from error
