"""Which rows of stored tables answer a question? Read straight from Parquet, whatever the engine: a few rows need no expression to be compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from fenji.engines.engine import FETCH_LIMIT
from fenji.engines.failures import disk_error, too_many_rows


class StoredRows:
    """Reads rows of stored tables in this process. Not safe for use by two threads at once."""

    def __init__(self) -> None:
        """Opens an in-memory session that writes nothing."""
        self._connection = duckdb.connect(config={"threads": 2})
        self._connection.execute("SET TimeZone = 'UTC'")

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
        columns = ", ".join(map(_quoted, schema.names))
        asked = where or {}
        conditions = [
            f"{_quoted(name)} IN (SELECT unnest(?))" if isinstance(value, list) else f"{_quoted(name)} = ?"
            for name, value in asked.items()
        ]
        only = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        sql = f"SELECT {columns} FROM read_parquet(?, hive_partitioning = false){only} LIMIT {limit + 1}"  # noqa: S608 - names are quoted, values are given apart
        try:
            asked_for = [[str(file) for file in files], *asked.values()]
            found: pa.Table = self._connection.sql(sql, params=asked_for).to_arrow_table()
        except (duckdb.IOException, OSError) as error:
            raise disk_error(error, files[0].parent) from error
        if found.num_rows > limit:
            raise too_many_rows(limit)
        rows: list[dict[str, Any]] = found.cast(schema).to_pylist()
        return rows

    def close(self) -> None:
        """Ends the session."""
        self._connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
