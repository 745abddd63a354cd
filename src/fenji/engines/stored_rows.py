"""Which rows of stored tables answer a question? Read straight from Parquet, whatever the engine: a few rows need no expression to be compiled.

Narrow columns of customers that are asked for again stay in memory in the order of their key, once for all who ask in this process: a
customer is found there in a twentieth of a millisecond instead of four, and a page of them in a fifth.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.schema as sch
import numpy as np
import pyarrow as pa

from fenji.engines.duck_paths import literal_path
from fenji.engines.duck_types import quoted, typed
from fenji.engines.engine import FETCH_LIMIT
from fenji.engines.failures import disk_error, too_many_rows
from fenji.engines.held import HeldTables

MOST_SHARED = 16_000_000
"""Values that one process holds in the order of their keys: sixteen columns of a million customers, some 150 MB."""
_FILES = "read_parquet(?, hive_partitioning = false)"


class _InOrder:
    """Columns of one table in the order of a key. Nobody changes them, so any thread may read them."""

    def __init__(self, table: pa.Table, key: str) -> None:
        """Of rows in any order whose keys are not null."""
        keys = table[key].to_numpy()
        if len(keys) and (keys[1:] < keys[:-1]).any():
            table = table.take(pa.array(np.argsort(keys, kind="stable")))
        self._table = table.combine_chunks()
        self._keys = self._table[key].to_numpy()

    def rows(self, values: Sequence[int], columns: Sequence[str]) -> list[dict[str, Any]]:
        """The rows whose key is one of some values."""
        wanted = np.unique(np.asarray(values, dtype=np.int64))
        first, beyond = (np.searchsorted(self._keys, wanted, side) for side in ("left", "right"))
        places = [place for low, high in zip(first, beyond, strict=True) for place in range(low, high)]
        found: list[dict[str, Any]] = self._table.select(list(columns)).take(pa.array(places, pa.int64())).to_pylist()
        return found


_SHARED: HeldTables[_InOrder] = HeldTables(lambda _table: None, lambda: MOST_SHARED)
_SHARING = threading.Lock()


class StoredRows:
    """Reads rows of stored tables in this process. Not safe for use by two threads at once."""

    def __init__(self) -> None:
        """Opens an in-memory session that writes nothing."""
        # A few rows are found by one thread in half the processor time of two, and many who ask have threads of their own.
        self._connection = duckdb.connect(config={"threads": 1})
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
            f"{quoted(name)} IN (SELECT unnest(?))" if isinstance(value, list) else f"{quoted(name)} = ?"
            for name, value in asked.items()
        ]
        only = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        columns = ", ".join(map(quoted, schema.names))
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
        with _SHARING:
            held = _SHARED.table(
                (key, *files), columns, rows, lambda schema: self._in_order(files, schema, key), edition=_edition(files)
            )
        if held is None:
            return self.rows(files, columns.to_pyarrow(), where={key: list(values)})
        return held.rows(values, columns.names)

    def _in_order(self, files: Sequence[Path], schema: sch.Schema, key: str) -> _InOrder:
        columns = ", ".join(typed(name, kind) for name, kind in schema.items())
        sql = f"SELECT {columns} FROM {_FILES} WHERE {quoted(key)} IS NOT NULL"  # noqa: S608 - names are quoted
        return _InOrder(self._found(sql, files).cast(schema.to_pyarrow()), key)

    def has(self, files: Sequence[Path], column: str) -> bool:
        """Whether any row of Parquet files has a value in a column.

        Raises:
            Unavailable: a file cannot be read.
        """
        sql = f"SELECT 1 FROM {_FILES} WHERE {quoted(column)} IS NOT NULL LIMIT 1"  # noqa: S608 - names are quoted
        return bool(files) and self._found(sql, files).num_rows > 0

    def values(self, files: Sequence[Path], column: str, *, limit: int) -> list[Any]:
        """The different values of a column of Parquet files in their order, null aside; the first ones where there are more than ``limit``.

        Raises:
            Unavailable: a file cannot be read.
        """
        if not files:
            return []
        name = quoted(column)
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


def _edition(files: Sequence[Path]) -> Hashable:
    """Another one as soon as a file has been written anew under its name, as when a person is erased.

    Raises:
        Unavailable: a file is gone.
    """
    try:
        found = [file.stat() for file in files]
    except OSError as error:
        raise disk_error(error, files[0].parent) from error
    return tuple((each.st_ino, each.st_size, each.st_mtime_ns) for each in found)
