"""Which rows of stored tables answer a question? Read straight from Parquet, whatever the engine: a few rows need no expression to be compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.schema as sch
import pyarrow as pa
from ibis.backends.sql.datatypes import DuckDBType

from fenji.engines.duck_paths import literal_path
from fenji.engines.engine import FETCH_LIMIT
from fenji.engines.failures import disk_error, too_many_rows
from fenji.engines.held import HeldTables

_FEW = 4
"""Values whose rows are found faster by passing over the parts of files that cannot hold them."""
_FILES = "read_parquet(?, hive_partitioning = false)"


class StoredRows:
    """Reads rows of stored tables in this process. Not safe for use by two threads at once."""

    def __init__(self) -> None:
        """Opens an in-memory session that writes nothing."""
        # A few rows are found by one thread in half the processor time of two, and many who ask have threads of their own.
        self._connection = duckdb.connect(config={"threads": 1})
        self._held: HeldTables[str] = HeldTables(self._drop)
        self._named = 0
        self._connection.execute("SET TimeZone = 'UTC'; SET parquet_metadata_cache = true")

    def rows(
        self, files: Sequence[Path], schema: pa.Schema, *, where: Mapping[str, object] | None = None, limit: int = FETCH_LIMIT
    ) -> list[dict[str, Any]]:
        """The rows of Parquet files, in no order.

        Args:
            files: of one table; none: no rows.
            schema: the columns wanted, in the types that are given back.
            where: column: value that it must have; a list: one of several. Null meets nothing.
            limit: more rows than this are an error, never a silent cut.

        Raises:
            Unavailable: a file cannot be read.
            InvalidArgument: there are more rows than ``limit``.
        """
        if not files:
            return []
        # A list of one is one value: by that, DuckDB passes over the parts of a file that cannot hold it.
        asked = {
            name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in (where or {}).items()
        }
        conditions = [
            f"{_quoted(name)} IN (SELECT unnest(?))" if isinstance(value, list) else f"{_quoted(name)} = ?"
            for name, value in asked.items()
        ]
        only = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        columns = ", ".join(map(_quoted, schema.names))
        sql = f"SELECT {columns} FROM {_FILES}{only} LIMIT {limit + 1}"  # noqa: S608 - names are quoted, values are given apart
        found = self._found(sql, files, *asked.values())
        if found.num_rows > limit:
            raise too_many_rows(limit)
        # A cast brings in all of Arrow's functions, so it is made only where a file has other types.
        rows: list[dict[str, Any]] = (found if found.schema.equals(schema) else found.cast(schema)).to_pylist()
        return rows

    def rows_by_key(
        self, files: Sequence[Path], columns: sch.Schema, key: str, values: Sequence[int], *, rows: int
    ) -> list[dict[str, Any]]:
        """The rows of Parquet files whose key is one of some values, in no order; narrow ones that are asked for again come from memory.

        Args:
            files: of one table; none: no rows.
            columns: those wanted.
            key: a column of whole numbers.
            values: those of the rows wanted.
            rows: how many the table has.

        Raises:
            Unavailable: a file cannot be read.
        """
        if not files:
            return []
        held = None
        if len(values) > _FEW:
            held = self._held.table(tuple(files), columns, rows, lambda schema: self._hold(files, schema))
        if held is None:
            return self.rows(files, columns.to_pyarrow(), where={key: list(values)})
        names = ", ".join(map(_quoted, columns.names))
        sql = f"SELECT {names} FROM {held} WHERE {_quoted(key)} IN (SELECT unnest(?))"  # noqa: S608 - names are quoted
        found: list[dict[str, Any]] = self._connection.sql(sql, params=[list(values)]).to_arrow_table().to_pylist()
        return found

    def _hold(self, files: Sequence[Path], schema: sch.Schema) -> str:
        self._named += 1
        columns = ", ".join(
            f"CAST({_quoted(name)} AS {DuckDBType.to_string(kind)}) AS {_quoted(name)}" for name, kind in schema.items()
        )
        sql = f"CREATE TABLE held_{self._named} AS SELECT {columns} FROM {_FILES}"  # noqa: S608 - names are quoted
        try:
            self._connection.execute(sql, [[literal_path(file) for file in files]])
        except (duckdb.IOException, OSError) as error:
            raise disk_error(error, files[0].parent) from error
        return f"held_{self._named}"

    def _drop(self, table: str) -> None:
        self._connection.execute(f"DROP TABLE {table}")

    def has(self, files: Sequence[Path], column: str) -> bool:
        """Whether any row of Parquet files has a value in a column.

        Raises:
            Unavailable: a file cannot be read.
        """
        sql = f"SELECT 1 FROM {_FILES} WHERE {_quoted(column)} IS NOT NULL LIMIT 1"  # noqa: S608 - names are quoted
        return bool(files) and self._found(sql, files).num_rows > 0

    def values(self, files: Sequence[Path], column: str, *, limit: int) -> list[Any]:
        """The different values of a column of Parquet files in their order, null aside; the first ones where there are more than ``limit``.

        Raises:
            Unavailable: a file cannot be read.
        """
        if not files:
            return []
        name = _quoted(column)
        sql = f"SELECT {name} FROM (SELECT DISTINCT {name} FROM {_FILES} WHERE {name} IS NOT NULL LIMIT {limit}) ORDER BY 1"  # noqa: S608 - names are quoted
        found: list[Any] = self._found(sql, files).column(0).to_pylist()
        return found

    def _found(self, sql: str, files: Sequence[Path], *values: object) -> pa.Table:
        try:
            return self._connection.sql(sql, params=[[literal_path(file) for file in files], *values]).to_arrow_table()
        except (duckdb.IOException, OSError) as error:
            raise disk_error(error, files[0].parent) from error

    def close(self) -> None:
        """Ends the session."""
        self._connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
