"""How does a table or query of a SQL database come in? Every value cast to text by the database itself, streamed to scratch disk."""

from __future__ import annotations

import hashlib
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from fenji.collect.reading.samples import PartRead, Target
from fenji.domain.sources import DatabaseLocation
from fenji.errors import InvalidDocument, Place, Problem, Unavailable, nearest, unknown_name
from fenji.language import message as _
from fenji.masking import MASK, masked, secrets_of

_NUMBERS = "n"
_PATIENCE = 5.0
"""Seconds until a server must have answered; one that is there answers in milliseconds."""

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class Dialect:
    """How one kind of database writes names and turns values into text."""

    scheme: str
    """As connectorx spells it."""
    quote: str
    as_text: str
    port: int
    listing: str
    """Asks for the columns of all tables and views that may be read, in their order: schema (empty where none need be named), table, whether it
    is a view (1 or 0), column."""


_SQLITE_TEXT = (
    "CASE WHEN typeof({column}) = 'real' AND {column} = CAST({column} AS INTEGER) AND abs({column}) < 9e15 "
    "THEN CAST(CAST({column} AS INTEGER) AS TEXT) ELSE CAST({column} AS TEXT) END"
)

_SQLITE_TABLES = (
    "SELECT '' AS s, m.name AS t, CASE m.type WHEN 'view' THEN '1' ELSE '0' END AS v, c.name AS c FROM sqlite_master AS m, "
    "pragma_table_info(m.name) AS c WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid"
)
_POSTGRESQL_TABLES = (
    "SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE CAST(n.nspname AS TEXT) END AS s, CAST(r.relname AS TEXT) AS t, "
    "CASE WHEN r.relkind IN ('v', 'm') THEN '1' ELSE '0' END AS v, CAST(a.attname AS TEXT) AS c FROM pg_catalog.pg_class AS r "
    "JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid "
    "WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND has_table_privilege(r.oid, 'SELECT') "
    "AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%' ORDER BY 1, 2, a.attnum"
)
_MYSQL_TABLES = (
    "SELECT '' AS s, CAST(r.TABLE_NAME AS CHAR) AS t, CASE r.TABLE_TYPE WHEN 'VIEW' THEN '1' ELSE '0' END AS v, "
    "CAST(c.COLUMN_NAME AS CHAR) AS c FROM information_schema.TABLES AS r JOIN information_schema.COLUMNS AS c "
    "ON c.TABLE_SCHEMA = r.TABLE_SCHEMA AND c.TABLE_NAME = r.TABLE_NAME WHERE r.TABLE_SCHEMA = DATABASE() "
    "ORDER BY r.TABLE_NAME, c.ORDINAL_POSITION"
)
_POSTGRESQL = Dialect("postgresql", '"', "CAST({column} AS TEXT)", 5432, _POSTGRESQL_TABLES)
_MYSQL = Dialect("mysql", "`", "CAST({column} AS CHAR)", 3306, _MYSQL_TABLES)

DIALECTS: dict[str, Dialect] = {
    "sqlite": Dialect("sqlite", '"', _SQLITE_TEXT, 0, _SQLITE_TABLES),
    "postgresql": _POSTGRESQL,
    "postgres": _POSTGRESQL,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
}
_PLAIN_NAME = re.compile(r"[\w$ -]{1,100}")
"""What a table may be called that is offered: a point parts it from its schema, and other signs mean something in paths and documents."""


class _UnknownType(InvalidDocument):
    """A column is of a type that the driver does not know; cast to text it can be read all the same."""


@dataclass(frozen=True)
class TableThere:
    """A table or view of a database."""

    name: str
    """As sources.yaml names it, with its schema where that must be said."""
    is_view: bool
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Database:
    """A database that can be reached, and the table or query that is asked of it."""

    source: str
    location: DatabaseLocation
    dialect: Dialect
    url: str
    """With its password: never shown."""

    @property
    def name(self) -> str:
        """What the raw table calls it: the table's name, or ``query``."""
        return self.location.table or "query"

    def columns(self) -> tuple[str, ...] | None:
        """The columns of the table or query; None where one is of a type that the driver does not know.

        Raises:
            InvalidDocument: no such table, or a query that the database refuses.
            Unavailable: the database is out of reach.
        """
        try:
            return tuple(self._ask(f"SELECT * FROM {self._asked()} LIMIT 0").schema.names)  # noqa: S608 - the query is the user's own
        except _UnknownType:
            return None

    def tables(self) -> tuple[TableThere, ...]:
        """The tables and views that may be read, those of the own schema first, each with its columns.

        Tables whose names hold other signs than letters, digits, blanks, ``_``, ``-`` and ``$`` are left out: a query can name them.

        Raises:
            Unavailable: the database is out of reach.
        """
        found: dict[tuple[str, str], list[str]] = {}
        views = set()
        for batch in self._ask(self.dialect.listing):
            for row in batch.to_pylist():
                place = (str(row["s"]), str(row["t"]))
                found.setdefault(place, []).append(str(row["c"]))
                views |= {place} if str(row["v"]) == "1" else set()
        return tuple(
            TableThere(f"{schema}.{table}" if schema else table, (schema, table) in views, tuple(columns))
            for (schema, table), columns in found.items()
            if _PLAIN_NAME.fullmatch(table) and (not schema or _PLAIN_NAME.fullmatch(schema))
        )

    def sample(self, columns: tuple[str, ...], file: Path, *, most: int) -> int:
        """Writes the first rows as Parquet, in the order in which the database hands them out; says how many.

        Args:
            columns: of the table.
            file: to write.
            most: rows.
        """
        fetched = self.fetch(columns, file.parent, most=most)
        table = pq.read_table(fetched.file).drop_columns([_NUMBERS])
        pq.write_table(table.rename_columns(list(columns)), file)
        fetched.file.unlink()
        return fetched.rows

    def fetch(self, columns: tuple[str, ...], scratch: Path, *, most: int | None = None) -> Fetched:
        """Streams columns to scratch disk, in the order in which the database hands rows out; all rows, or the first ones."""
        texts = [
            f"{self.dialect.as_text.format(column=self._quoted(column))} AS c{position}"
            for position, column in enumerate(columns)
        ]
        # Names are quoted; the query is the user's own.
        limit = "" if most is None else f" LIMIT {most}"
        stream = self._ask(f"SELECT {', '.join(texts)} FROM {self._asked()}{limit}")  # noqa: S608
        file = scratch / f"{hashlib.sha256(self.source.encode()).hexdigest()[:16]}.fetched"
        schema = pa.schema([(_NUMBERS, pa.int64()), *((f"c{position}", pa.string()) for position in range(len(columns)))])
        digest, rows = hashlib.sha256(), 0
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for batch in stream:
                texts_of = [column.cast(pa.string()) for column in batch.columns]
                numbers = pa.array(range(rows + 1, rows + batch.num_rows + 1), pa.int64())
                written = pa.record_batch([numbers, *texts_of], schema=schema)
                writer.write_batch(written)
                digest.update(written.serialize())
                rows += batch.num_rows
        return Fetched(file, len(columns), rows, digest.hexdigest())

    def _asked(self) -> str:
        if self.location.query is not None:
            return f"({self.location.query.strip().rstrip(';')}) AS fenji_source"
        return ".".join(self._quoted(part) for part in (self.location.table or "").split("."))

    def _quoted(self, name: str) -> str:
        mark = self.dialect.quote
        return mark + name.replace(mark, mark * 2) + mark

    def _ask(self, sql: str) -> Any:  # noqa: ANN401 - connectorx is untyped
        # The driver reports every failed attempt on standard error, where our own error follows.
        os.environ.setdefault("RUST_LOG", "off")
        import connectorx  # noqa: PLC0415 - heavy third-party library

        try:
            return connectorx.read_sql(self.url, sql, return_type="arrow_stream")
        except (RuntimeError, ValueError) as error:
            raise self._failure(str(error)) from None
        except BaseException as error:
            # A type that the driver does not know ends in a panic of its own kind, outside Exception.
            if type(error).__name__ != "PanicException":
                raise
            raise _UnknownType(*self._failure(str(error)).problems) from None

    def _failure(self, detail: str) -> InvalidDocument | Unavailable:
        # The URL itself first: a driver that cannot read it may name it whole.
        detail = masked(detail, {self.url, *secrets_of(self.url)})
        values = {"name": self.name, "detail": detail.splitlines()[0][:300] if detail else ""}
        if re.search(
            "timed out|connect|refused|authentication|password|role .* does not exist|database .* does not exist", detail
        ):
            return Unavailable(
                Problem(
                    _("source '{source}': the database cannot be reached: {detail}"),
                    {**values, "source": self.source},
                    advice=_("Check the URL, the network and the password in the environment, then run again."),
                )
            )
        return InvalidDocument(
            Problem(
                _("the database refuses '{name}': {detail}"),
                values,
                Place(column=f"{self.source}.database"),
                _("Check the name of the table, or the query; columns of rare types are best left out by a query."),
            )
        )


@dataclass(frozen=True)
class Fetched:
    """The result of a query on scratch disk."""

    file: Path
    """Parquet: the row number ``n`` and a text column ``c<position>`` for each column."""
    width: int
    rows: int
    sha256: str
    """Of all its texts, in order."""

    def read(self, target: Target) -> PartRead:
        """Writes the rows into the target's folder; ``target.fields`` are positions among the fetched columns."""
        columns = tuple(f"c{position}" for position in range(self.width))
        layout = target.layout(columns, columns, numbers=_NUMBERS)
        return PartRead(target.reader.collect_parquet(self.file, layout, target.folder).records)


def open_database(
    source: str, location: DatabaseLocation, root: Path, *, environment: Mapping[str, str] | None = None
) -> Database:
    """A database that answers.

    Args:
        source: name of the source, for errors.
        location: its URL, with ``${NAME}`` for environment variables, and the table or query.
        root: the workspace, to which paths of SQLite files are relative.
        environment: variables; those of the process where None.

    Raises:
        InvalidDocument: an unknown kind of database, or an environment variable that is not set.
        Unavailable: nobody answers there.
    """
    url = _with_variables(source, location.url, os.environ if environment is None else environment)
    scheme = url.split(":", maxsplit=1)[0].split("+", maxsplit=1)[0].lower()
    dialect = DIALECTS.get(scheme)
    if dialect is None:
        # Without these marks it may be a connection string, or a password alone.
        shown = scheme[:20] if re.match(r"[a-z0-9.-]+(\+[a-z0-9]+)?://", url.lower()) else MASK
        raise InvalidDocument(unknown_name(_("database"), shown, DIALECTS, place=Place(column=f"{source}.database.url")))
    rest = url.split(":", maxsplit=1)[1]
    if dialect.scheme == "sqlite":
        return Database(source, location, dialect, f"sqlite://{quote(str(_sqlite_file(source, rest, root)))}")
    _knock(source, f"{dialect.scheme}:{rest}", dialect)
    return Database(source, location, dialect, f"{dialect.scheme}:{rest}")


def missing_columns(database: Database, wanted: tuple[str, ...]) -> list[Problem]:
    """A problem for each wanted column that the table or query does not have.

    Where the columns cannot be listed, none: the database itself says what is missing when it is asked for the rows.
    """
    columns = database.columns()
    place = Place(database.name)
    return [unknown_name(_("column"), name, columns, place=place) for name in wanted if name not in columns] if columns else []


def _with_variables(source: str, url: str, environment: Mapping[str, str]) -> str:
    problems = [
        Problem(
            _("the environment variable {name} is not set{guess}."),
            {"name": name, "guess": f" ({nearest(name, environment)}?)" if nearest(name, environment) else ""},
            Place(column=f"{source}.database.url"),
        )
        for name in dict.fromkeys(_VARIABLE.findall(url))
        if name not in environment
    ]
    InvalidDocument.raise_if(problems)
    # A password may hold characters that mean something in a URL.
    whole = _VARIABLE.fullmatch(url)
    return environment[whole[1]] if whole else _VARIABLE.sub(lambda found: quote(environment[found[1]], safe=""), url)


def _sqlite_file(source: str, rest: str, root: Path) -> Path:
    """The file of ``sqlite:///relative`` or ``sqlite:////absolute``; with three slashes an absolute path is understood too."""
    written = rest.removeprefix("//").removeprefix("/")
    given = unquote(written)
    # A file may really be called a%20b.db.
    places = (path for name in (given, written) for path in (root / name, Path("/" + name)))
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise Unavailable.of(_("source '{source}': there is no database file {file}."), source=source, file=given)
    return found.resolve()


def _knock(source: str, url: str, dialect: Dialect) -> None:
    """Asks the server whether it is there: the driver itself would try for half a minute."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "localhost", parts.port or dialect.port
    except ValueError as error:
        raise InvalidDocument.of(_("the database URL cannot be read."), place=Place(column=f"{source}.database.url")) from error
    if unquote(host).startswith("/"):
        # A socket of this machine, whose file is there or not.
        return
    try:
        socket.create_connection((host, port), timeout=_PATIENCE).close()
    except OSError as error:
        raise Unavailable.of(
            _("source '{source}': the database cannot be reached: {detail}"),
            advice=_("Check the URL, the network and the password in the environment, then run again."),
            source=source,
            detail=masked(f"{host}:{port}: {error.strerror or error}", secrets_of(url)),
        ) from error
