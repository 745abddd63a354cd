"""DuckDB over Parquet: one process, larger than memory through its scratch folder. Cannot: use more than one machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import ibis
import ibis.expr.operations as ops
import ibis.expr.schema as sch
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.engines.asked_numbers import assignments, question_of, with_tables, without_what_is_apart
from fenji.engines.compiled import COMPILED
from fenji.engines.duck_paths import literal_path
from fenji.engines.duck_reading import DuckReading
from fenji.engines.duck_types import as_stored, quoted, typed
from fenji.engines.engine import BATCH_ROWS, FETCH_LIMIT, RANGE_ROWS, BatchFunction, PartFunction
from fenji.engines.failures import disk_error, memory_error, too_many_rows
from fenji.engines.functions import DUCKDB
from fenji.engines.held import HeldTables
from fenji.engines.part_files import PartFiles
from fenji.private_files import new_private_folder
from fenji.scratch import own_folder

MOST_READ = 200
"""Stored tables that one engine reads before it is let go: those of some fifteen runs. Views, what DuckDB knows of their files and what was
remembered of runs that nobody asks about any more would otherwise stay as long as a server does."""

ORDERED_GROUP_ROWS = 30_720
"""Rows of a group in files that stand in an order: one customer of a million is found in 8 ms instead of 22, and reading everybody
costs the same (2 cores, 22 columns)."""


@ibis.udf.scalar.builtin(name="getvariable", signature=(("string",), "int64"))
def _number_variable(variable: str) -> object: ...


@ibis.udf.scalar.builtin(name="getvariable", signature=(("string",), "string"))
def _text_variable(variable: str) -> object: ...


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
        self._scratch = _own_folder(scratch)
        self._staged = 0
        self._given: list[str] = []
        self._read = 0
        self._kept: dict[ops.Node, Path] = {}
        self._held: HeldTables[ir.Table] = HeldTables(lambda table: self._drop(f"TABLE {table.get_name()}"))
        options: dict[str, object] = {"temp_directory": str(self._scratch / "spill"), "preserve_insertion_order": False}
        if threads is not None:
            options["threads"] = threads
        if memory_limit is not None:
            options["memory_limit"] = memory_limit
        self.connection = ibis.duckdb.connect(**options)
        self.connection.raw_sql("SET TimeZone = 'UTC'; SET parquet_metadata_cache = true")

    def read_parquet(self, files: Sequence[Path], schema: sch.Schema) -> ir.Table:
        """See Engine.read_parquet."""
        self._read += 1
        if not files:
            self._staged += 1
            return self.connection.create_table(f"empty_{self._staged}", schema.to_pyarrow().empty_table(), temp=True)
        return self._viewed(files, schema)

    def from_arrow(self, table: pa.Table) -> ir.Table:
        """See Engine.from_arrow."""
        self._staged += 1
        name, schema = f"given_{self._staged}", as_stored(sch.Schema.from_pyarrow(table.schema))
        columns = ", ".join(typed(each, kind) for each, kind in schema.items())
        # Not by Ibis, which compiles a question for it and asks DuckDB for the types that it was given.
        self.connection.con.register(f"{name}_rows", table)
        self.connection.con.execute(f"CREATE TEMP TABLE {name} AS SELECT {columns} FROM {name}_rows")  # noqa: S608 - our own names
        self.connection.con.unregister(f"{name}_rows")
        self._given.append(f"TABLE {name}")
        return self._named(name, schema)

    def stage(self, table: ir.Table) -> ir.Table:
        """See Engine.stage."""
        self._staged += 1
        folder = self._scratch / f"staged_{self._staged}"
        self.save(table, folder)
        return self._of_scratch(folder / "part-0.parquet", as_stored(table.schema()))

    def read_often(self, files: Sequence[Path], schema: sch.Schema, *, rows: int, largest_first: str | None = None) -> ir.Table:
        """See Engine.read_often."""

        def hold(columns: sch.Schema) -> ir.Table:
            table = self.read_parquet(files, columns)
            # In such an order DuckDB passes over most of a table, to count its rows from a number on as well as to find the first ones.
            return self._hold(table.order_by(table[largest_first].desc()) if largest_first in columns else table)

        held = self._held.table(tuple(files), schema, rows, hold)
        return self.read_parquet(files, schema) if held is None else held.select(list(schema.names))

    def _hold(self, table: ir.Table) -> ir.Table:
        self._staged += 1
        return self.connection.create_table(f"held_{self._staged}", table, temp=True)

    def _drop(self, what: str) -> None:
        # Not by Ibis, which takes the name of a table as it tells it, temp.main.held_1, for a name with dots in it.
        self.connection.raw_sql(f"DROP {what}")

    def save(self, table: ir.Table, folder: Path, *, in_order_of: str | None = None) -> int:
        """See Engine.save."""
        if table.op() in self._kept:  # of map_customers, which goes from customer to customer
            return _linked(self._kept[table.op()], folder)
        sql, options = self._typed(table), "FORMAT parquet, COMPRESSION zstd"
        if in_order_of:
            sql, options = f'{sql} ORDER BY "{in_order_of}"', f"{options}, ROW_GROUP_SIZE {ORDERED_GROUP_ROWS}"
        target = str(folder / "part-0.parquet").replace("'", "''")
        with _failures(folder):
            new_private_folder(folder)
            result = self.connection.raw_sql(f"COPY ({sql}) TO '{target}' ({options})")
        return int(result.fetchone()[0])

    def fetch(self, table: ir.Table, *, limit: int = FETCH_LIMIT) -> pa.Table:
        """See Engine.fetch."""
        with _failures(self._scratch):
            found = self.connection.con.sql(self._compiled(table.limit(limit + 1), with_numbers=True)).to_arrow_table()
        if found.num_rows > limit:
            raise too_many_rows(limit)
        # Ibis would bring pandas in for this.
        return found.cast(table.schema().to_pyarrow())

    def asked(self, value: int | str) -> ir.Value:
        """See Engine.asked."""
        # DuckDB puts the value in before it plans, so that files are read for it alone.
        if isinstance(value, int):
            self.connection.con.execute("SET VARIABLE asked_number = ?::BIGINT", [value])
            return _number_variable("asked_number")
        self.connection.con.execute("SET VARIABLE asked_text = ?::VARCHAR", [value])
        return _text_variable("asked_text")

    def map_customers(self, table: ir.Table, function: BatchFunction, schema: sch.Schema) -> ir.Table:
        """See Engine.map_customers."""
        (mapped,) = self.map_customers_apart(table, lambda rows: (function(rows),), schema, parts=1)
        return mapped

    def map_customers_apart(
        self, table: ir.Table, function: PartFunction, schema: sch.Schema, *, parts: int
    ) -> tuple[ir.Table, ...]:
        """See Engine.map_customers_apart."""
        self._staged += 1
        files = [self._scratch / f"mapped_{self._staged}_{part}.parquet" for part in range(parts)]
        with _failures(self._scratch), PartFiles(files, schema.to_pyarrow()) as opened:
            for rows in self._ranges(table):
                for part, result in enumerate(function(rows)):
                    opened.write(part, result)
        found = tuple(self._of_scratch(file, schema) for file in files)
        self._kept |= {each.op(): file for each, file in zip(found, files, strict=True)}
        return found

    def to_utc(self, local: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """See Engine.to_utc."""
        return DUCKDB.to_utc(local, zone)

    def to_local(self, moment: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """See Engine.to_local."""
        return DUCKDB.to_local(moment, zone)

    def clear(self) -> bool:
        """See Engine.clear."""
        for given in self._given:
            self._drop(given)
        self._given.clear()
        self._kept.clear()
        for each in self._scratch.glob("*"):
            shutil.rmtree(each, ignore_errors=True) if each.is_dir() else each.unlink(missing_ok=True)
        return self._read < MOST_READ

    def close(self) -> None:
        """See Engine.close."""
        self.connection.disconnect()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _ranges(self, table: ir.Table) -> Iterator[pa.Table]:
        """All rows in the order of their customers, who are never cut in two: at least one table, maybe without rows."""
        in_order = f"{self._typed(table)} ORDER BY customer_key"
        reader = self.connection.con.sql(in_order).to_arrow_reader(BATCH_ROWS)
        gathered = reader.schema.empty_table()
        for batch in reader:
            gathered = pa.concat_tables([gathered, pa.Table.from_batches([batch])])
            while gathered.num_rows > RANGE_ROWS and (whole := _whole_customers(gathered, RANGE_ROWS)):
                yield gathered.slice(0, whole)
                gathered = gathered.slice(whole)
        yield gathered

    def _viewed(self, files: Sequence[Path], schema: sch.Schema) -> ir.Table:
        self._staged += 1
        name, columns = f"stored_{self._staged}", ", ".join(typed(each, kind) for each, kind in schema.items())
        paths = ", ".join("'" + literal_path(file).replace("'", "''") + "'" for file in files)
        # Our folders are named run=… and as_of=…; DuckDB would take these for columns.
        source = f"read_parquet([{paths}], hive_partitioning = false)"
        with _failures(files[0].parent):
            self.connection.con.execute(f"CREATE TEMP VIEW {name} AS SELECT {columns} FROM {source}")  # noqa: S608 - our own names
        return self._named(name, schema)

    def _of_scratch(self, file: Path, schema: sch.Schema) -> ir.Table:
        """A file that goes with the question."""
        table = self._viewed([file], schema)
        self._given.append(f"VIEW {table.get_name()}")
        return table

    def _named(self, name: str, schema: sch.Schema) -> ir.Table:
        """A table or view of this session. Its columns are not asked of DuckDB, which would have each described and parsed: they are known."""
        return ops.DatabaseTable(name, schema, self.connection, ops.Namespace("temp", "main")).to_expr()

    def _typed(self, table: ir.Table) -> str:
        """The expression with every column in the type that it claims: DuckDB itself takes a literal such as 1.0 for a decimal."""
        columns = ", ".join(typed(name, kind) for name, kind in table.schema().items())
        return f"SELECT {columns} FROM ({self._compiled(table, with_numbers=False)})"  # noqa: S608 - our own columns

    def _compiled(self, table: ir.Table, *, with_numbers: bool) -> str:
        """The SQL of an expression, compiled once in this process for whatever tables; also for whatever numbers, which DuckDB is given apart."""
        question = question_of(table.op(), with_numbers=with_numbers)
        if question is None:
            self.connection._run_pre_execute_hooks(table)  # noqa: SLF001 - rows that an expression brings along become known to DuckDB
            return self._written(table)
        sql = COMPILED.get(question.shape) or COMPILED.keep(question.shape, self._written(without_what_is_apart(table, question)))
        # DuckDB puts the values in before it plans, so that files are read for them alone.
        for statement, value in assignments(question.numbers):
            self.connection.con.execute(statement, [value])
        return with_tables(sql, [_full_name(each) for each in question.tables])

    def _written(self, table: ir.Table) -> str:
        return str(self.connection.compile(DUCKDB.written(table)))


def _full_name(table: ops.DatabaseTable) -> str:
    parts = (table.namespace.catalog, table.namespace.database, table.name)
    return ".".join(quoted(each) for each in parts if each is not None)


def _whole_customers(rows: pa.Table, wanted: int) -> int:
    """How many rows, as wanted or fewer, leave no customer cut in two; 0 where the only one may go on in rows to come."""
    keys = rows["customer_key"].to_numpy()
    before, after = (int(np.searchsorted(keys, keys[wanted], side)) for side in ("left", "right"))
    return before or (after if after < len(keys) else 0)


def _linked(file: Path, folder: Path) -> int:
    """A file that is already as it shall be, in another folder too; written again only where the disk knows no links."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

    with _failures(folder):
        new_private_folder(folder)
        target = folder / "part-0.parquet"
        try:
            os.link(file, target)
        except OSError:
            shutil.copyfile(file, target)
    return int(pq.read_metadata(target).num_rows)


def _own_folder(scratch: Path | None) -> Path:
    """A new folder for intermediate results; where none can be made, as on a full disk, a place that fails when something is written."""
    for parent in (scratch, None):
        try:
            return own_folder(parent)
        except OSError:
            continue
    return Path(tempfile.gettempdir()) / "fenji-no-space"


@contextmanager
def _failures(folder: Path) -> Iterator[None]:
    """A disk or a memory that is full, in our words."""
    try:
        yield
    except (duckdb.IOException, OSError) as error:
        raise disk_error(error, folder) from error
    except duckdb.OutOfMemoryException as error:
        raise memory_error(error) from error
