"""How does DuckDB read the company's files into raw tables? Every cell as text, in the file's order, by its parallel readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from fenji.domain.feeds import FEEDS, Cell
from fenji.engines.duck_paths import literal_path
from fenji.engines.failures import disk_error, memory_error
from fenji.errors import InvalidFile, Place
from fenji.language import message as _
from fenji.private_files import private_folder
from fenji.tables.contract import Column, Contract
from fenji.tables.raw import FIRST_ROW
from fenji.tables.records import Layout, Outcome

REFUSALS_SHOWN = 10
"""Refused records that are handed back; one is enough to know that the file needs a closer look."""

_WRITING = "FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT 500"
"""Dictionaries only for columns of few values: trying one for every id column costs a fifth of the time of a copy."""

_FOOTER = "fenji_"
"""Before the names of what a raw file says of all its rows in its footer."""

_ORIGINS = pa.schema(
    [("filename", pa.string()), ("source", pa.string()), ("file", pa.string()), ("batch", pa.string()), (FIRST_ROW, pa.int64())]
)

_SAFE_WHOLE = 2**53
"""Above it a float no longer holds every whole number."""


class DuckReading:
    """The reading half of DuckEngine: implements collect's RecordReader."""

    connection: Any
    """The Ibis connection of the engine."""
    _raw_reads = 0

    def collect_delimited(self, file: Path, layout: Layout, folder: Path, *, delimiter: str, skip: int) -> Outcome:
        """See RecordReader.collect_delimited."""
        columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in layout.columns)
        relation = (
            f"read_csv({_text(literal_path(file))}, auto_detect=false, header=false, skip={skip}, delim={_text(delimiter)}, quote='\"', "
            f"escape='\"', columns={{{columns}}}, store_rejects=true, rejects_limit=0, null_padding=false)"
        )
        try:
            records = self._write(layout, relation, {name: _name(name) for name in layout.columns}, folder, file)
            refused = self._query(f"SELECT csv_line FROM reject_errors ORDER BY byte_position LIMIT {REFUSALS_SHOWN}")
            return Outcome(records, tuple(str(row[0])[:200] for row in refused))
        except duckdb.InvalidInputException as error:
            # The reader gives up on some files, such as one with two kinds of line ends, instead of refusing records.
            return Outcome(0, (str(error).splitlines()[0][:200],))
        finally:
            self._query("DROP TABLE IF EXISTS reject_errors")
            self._query("DROP TABLE IF EXISTS reject_scans")

    def collect_parquet(self, file: Path, layout: Layout, folder: Path) -> Outcome:
        """See RecordReader.collect_parquet."""
        relation = f"read_parquet({_text(literal_path(file))}, hive_partitioning=false)"
        ids = {field.name for field in FEEDS[layout.feed] if field.cell is Cell.ID}
        id_columns = {column for field, column in layout.fields.items() if field in ids}
        try:
            types = dict(self._query(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {relation})"))
            texts = {name: _as_text(name, types[name], is_id=name in id_columns) for name in layout.columns}
            return Outcome(self._write(layout, relation, texts, folder, file))
        except duckdb.OutOfMemoryException as error:
            raise memory_error(error) from error
        except duckdb.Error as error:
            raise _broken(error, layout) from error

    def collect_json(self, file: Path, layout: Layout, folder: Path) -> Outcome:
        """See RecordReader.collect_json."""
        records = f"read_parquet({_text(literal_path(file))}, hive_partitioning=false)"
        is_object = "coalesce(CASE WHEN json_valid(record) THEN json_type(record) = 'OBJECT' END, false)"
        wanted = {*layout.fields.values(), *([layout.part] if layout.part else [])}
        keys = {column: f"json_extract_string(record, {_text(_pointer(column))})" for column in wanted}
        texts = {**keys, "record": "record", str(layout.numbers): _name(str(layout.numbers))}
        written = self._write(layout, f"(SELECT * FROM {records} WHERE {is_object})", texts, folder, file)
        number = _name(str(layout.numbers))
        refused = self._query(
            f"SELECT {number} || chr(9) || left(record, 200) FROM {records} WHERE NOT {is_object} ORDER BY {number}"
        )
        return Outcome(written, tuple(row[0] for row in refused))

    def read_raw(self, folders: Sequence[Path], contract: Contract) -> ir.Table:
        """The raw table in the folders of its batches, exactly as its contract says, row numbers included."""
        files = [file for folder in folders for file in sorted(folder.glob("*.parquet"))]
        self._raw_reads += 1
        view, origins = f"raw_{contract.name}_{self._raw_reads}", f"origins_{self._raw_reads}"
        if not files:
            return self.connection.create_table(view, schema=contract.schema, temp=True)
        present: set[str] = set()
        rows: list[dict[str, object]] = []
        for file in files:
            footer = pq.read_metadata(file)
            present.update(footer.schema.to_arrow_schema().names)
            rows.append({"filename": str(file), **_said_once(footer.metadata or {})})
        self.connection.create_table(origins, pa.Table.from_pylist(rows, schema=_ORIGINS), temp=True)
        columns = ", ".join(f"{_stored(column, present)} AS {_name(column.name)}" for column in contract.columns)
        paths = ", ".join(_text(literal_path(file)) for file in files)
        self._query(
            f"CREATE TEMP VIEW {view} AS SELECT {columns} FROM read_parquet([{paths}], filename=true, file_row_number=true, "
            f"union_by_name=true, hive_partitioning=false) AS stored JOIN {origins} AS origin ON stored.filename = origin.filename"
        )
        return self.connection.table(view).cast(contract.schema)

    def _write(self, layout: Layout, relation: str, texts: Mapping[str, str], folder: Path, file: Path) -> int:
        """Copies the relation into the folder as a raw table and returns the number of rows."""
        private_folder(folder)
        target = folder / "part-0.parquet"
        sql = f"COPY (SELECT {_columns(layout, texts)} FROM {relation}) TO {_text(str(target))} ({_WRITING}, KV_METADATA {{{_footer(layout)}}})"
        try:
            with self._in_order():
                return int(self._query(sql)[0][0])
        except duckdb.IOException as error:
            if not file.is_file():
                raise InvalidFile.of(_("the file went away while it was read."), place=Place(layout.file)) from error
            if "write" in str(error).lower() or "space" in str(error).lower():
                raise disk_error(error, folder) from error
            raise _broken(error, layout) from error
        except duckdb.OutOfMemoryException as error:
            raise memory_error(error) from error
        except duckdb.InvalidInputException:
            raise
        except duckdb.Error as error:
            raise _broken(error, layout) from error

    @contextmanager
    def _in_order(self) -> Iterator[None]:
        """Rows are written as they stand in the file: their position is their number."""
        self._query("SET preserve_insertion_order = true")
        try:
            yield
        finally:
            self._query("SET preserve_insertion_order = false")

    def _query(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.connection.con.execute(sql).fetchall())


def _columns(layout: Layout, texts: Mapping[str, str]) -> str:
    """The select list of a raw file: what differs from row to row. What all rows share is said once, in the file's footer.

    Fields that nothing fills are left out too. Writing constants and nulls for each of ten million rows takes as long as
    reading them from the CSV file.
    """
    hashed = ", ".join(texts[name] for name in layout.hashed)
    # Half of DuckDB's hashes are too large for a signed number; the lowest bit is given up.
    written = {"row_hash": f"CAST(hash({hashed}) >> 1 AS BIGINT)"}
    if layout.numbers:
        written["row_number"] = f"CAST({_name(layout.numbers)} AS BIGINT)"
    if layout.part is not None:
        written["file"] = f"{_text(layout.file)} || '#' || coalesce({texts[layout.part]}, '')"
    written |= {field: f"nullif({texts[column]}, '')" for field, column in layout.fields.items()}
    return ", ".join(f"{value} AS {_name(name)}" for name, value in written.items())


def _footer(layout: Layout) -> str:
    """What all rows of a raw file share, as options of COPY."""
    said = {"source": layout.source, "file": layout.file, "batch": layout.batch}
    if layout.numbers is None:
        said[FIRST_ROW] = str(layout.first_row)
    return ", ".join(f"{_FOOTER}{name}: {_text(value)}" for name, value in said.items())


def _said_once(footer: Mapping[bytes, bytes]) -> dict[str, object]:
    """What a raw file says of all its rows."""
    said = {name: footer.get(f"{_FOOTER}{name}".encode()) for name in _ORIGINS.names if name != "filename"}
    texts: dict[str, object] = {name: value.decode() for name, value in said.items() if value is not None}
    return texts | {name: int(str(texts[name])) for name in (FIRST_ROW,) if name in texts}


def _stored(column: Column, present: set[str]) -> str:
    """A column of the contract, from the rows or from what the file says of all its rows."""
    own = f"stored.{_name(column.name)}" if column.name in present else None
    if column.name == "row_number":
        counted = f"origin.{FIRST_ROW} + stored.file_row_number"
        return f"coalesce({own}, {counted})" if own else counted
    if column.name in {"source", "file", "batch"}:
        return f"coalesce({own}, origin.{column.name})" if own else f"origin.{column.name}"
    return own or "CAST(NULL AS VARCHAR)"


def _as_text(name: str, kind: str, *, is_id: bool) -> str:
    """The SQL that writes a typed column as people do."""
    column = _name(name)
    if kind in {"FLOAT", "DOUBLE"}:
        return _float_text(column, is_id=is_id)
    if kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]"):
        return f"CAST(to_json({column}) AS VARCHAR)"
    if kind.startswith("TIMESTAMP") and kind != "TIMESTAMP WITH TIME ZONE":
        return f"CAST(CAST({column} AS TIMESTAMP) AS VARCHAR)"
    if kind == "BLOB":
        return f"try(decode({column}))"
    return column if kind == "VARCHAR" else f"CAST({column} AS VARCHAR)"


def _float_text(column: str, *, is_id: bool) -> str:
    plain = f"CAST({column} AS VARCHAR)"
    whole_below = f"{_SAFE_WHOLE}" if is_id else "1e37"
    otherwise = f"printf('%.5e', {column})" if is_id else plain
    decimals = f"rtrim(rtrim(printf('%.15f', {column}), '0'), '.')"
    return (
        f"CASE WHEN {column} IS NULL OR isnan({column}) THEN NULL "
        f"WHEN {column} = trunc({column}) AND abs({column}) < {whole_below} THEN CAST(CAST({column} AS HUGEINT) AS VARCHAR) "
        f"WHEN abs({column}) < 0.001 AND abs({column}) >= 1e-12 THEN {decimals} "
        f"WHEN {column} = trunc({column}) THEN {otherwise} ELSE {plain} END"
    )


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _broken(error: Exception, layout: Layout) -> InvalidFile:
    detail = str(error).splitlines()[0][:200]
    return InvalidFile.of(_("the file cannot be read: {detail}"), place=Place(layout.file), detail=detail)


def _text(value: str) -> str:
    """A text as a SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    """A name as a SQL identifier."""
    return '"' + value.replace('"', '""') + '"'
