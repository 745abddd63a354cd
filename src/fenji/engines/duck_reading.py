"""How does DuckDB read the company's files into raw tables? Every cell as text, in the file's order, by its parallel readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.types as ir

from fenji.domain.feeds import FEEDS, Cell
from fenji.engines.failures import disk_error
from fenji.errors import InvalidFile, Place
from fenji.language import message as _
from fenji.tables.contract import Contract
from fenji.tables.raw import FIRST_ROW, PROVENANCE
from fenji.tables.records import Layout, Outcome

REFUSALS_SHOWN = 10
"""Refused records that are handed back; one is enough to know that the file needs a closer look."""

_WRITING = "FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT 500"
"""Dictionaries only for columns of few values: trying one for every id column costs a fifth of the time of a copy."""

_SAFE_WHOLE = 2**53
"""Above it a float no longer holds every whole number."""


class DuckReading:
    """The reading half of DuckEngine: implements collect's RecordReader."""

    connection: Any
    """The Ibis connection of the engine."""
    _raw_views = 0

    def collect_delimited(self, file: Path, layout: Layout, folder: Path, *, delimiter: str, skip: int) -> Outcome:
        """See RecordReader.collect_delimited."""
        columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in layout.columns)
        relation = (
            f"read_csv({_text(str(file))}, auto_detect=false, header=false, skip={skip}, delim={_text(delimiter)}, quote='\"', "
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
        relation = f"read_parquet({_text(str(file))}, hive_partitioning=false)"
        ids = {field.name for field in FEEDS[layout.feed] if field.cell is Cell.ID}
        id_columns = {column for field, column in layout.fields.items() if field in ids}
        try:
            types = dict(self._query(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {relation})"))
            texts = {name: _as_text(name, types[name], is_id=name in id_columns) for name in layout.columns}
            return Outcome(self._write(layout, relation, texts, folder, file))
        except duckdb.InvalidInputException as error:
            raise _broken(error, layout) from error

    def collect_json(self, file: Path, layout: Layout, folder: Path) -> Outcome:
        """See RecordReader.collect_json."""
        records = f"read_parquet({_text(str(file))}, hive_partitioning=false)"
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
        self._raw_views += 1
        view = f"raw_{contract.name}_{self._raw_views}"
        if not files:
            return self.connection.create_table(view, schema=contract.schema, temp=True)
        number = f"coalesce(row_number, {FIRST_ROW} + file_row_number) AS row_number"
        columns = ", ".join(number if column.name == "row_number" else _name(column.name) for column in contract.columns)
        paths = ", ".join(_text(str(file)) for file in files)
        self._query(
            f"CREATE TEMP VIEW {view} AS SELECT {columns} "
            f"FROM read_parquet([{paths}], file_row_number=true, hive_partitioning=false)"
        )
        return self.connection.table(view).cast(contract.schema)

    def _write(self, layout: Layout, relation: str, texts: Mapping[str, str], folder: Path, file: Path) -> int:
        """Copies the relation into the folder as a raw table and returns the number of rows."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "part-0.parquet"
        sql = f"COPY (SELECT {_columns(layout, texts)} FROM {relation}) TO {_text(str(target))} ({_WRITING})"
        try:
            with self._in_order():
                return int(self._query(sql)[0][0])
        except duckdb.IOException as error:
            if not file.is_file():
                raise InvalidFile.of(_("the file went away while it was read."), place=Place(layout.file)) from error
            if "write" in str(error).lower() or "space" in str(error).lower():
                raise disk_error(error, folder) from error
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
    """The select list of a raw table's stored columns."""
    file = _text(layout.file)
    if layout.part is not None:
        file = f"{file} || '#' || coalesce({texts[layout.part]}, '')"
    hashed = ", ".join(texts[name] for name in layout.hashed)
    given = {
        "source": _text(layout.source),
        "file": file,
        "row_number": f"CAST({_name(layout.numbers)} AS BIGINT)" if layout.numbers else "CAST(NULL AS BIGINT)",
        "batch": _text(layout.batch),
        # Half of DuckDB's hashes are too large for a signed number; the lowest bit is given up.
        "row_hash": f"CAST(hash({hashed}) >> 1 AS BIGINT)",
        FIRST_ROW: "CAST(NULL AS BIGINT)" if layout.numbers else f"CAST({layout.first_row} AS BIGINT)",
    }
    return ", ".join(f"{one} AS {_name(name)}" for name, one in _in_contract_order(layout, given, texts))


def _in_contract_order(layout: Layout, given: Mapping[str, str], texts: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    from_file = {name: f"nullif({texts[column]}, '')" for name, column in layout.fields.items()}
    names = (*(column.name for column in PROVENANCE), *(field.name for field in FEEDS[layout.feed]), FIRST_ROW)
    return ((name, given.get(name) or from_file.get(name) or "CAST(NULL AS VARCHAR)") for name in names)


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
