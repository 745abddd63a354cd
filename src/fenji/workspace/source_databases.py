"""Which databases may be read over the network? Those that whoever runs the server has named in its environment; nobody else sees their addresses or passwords."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fenji.collect.reading.databases import Database, TableThere, open_database
from fenji.collect.reading.samples import SAMPLE_ROWS
from fenji.domain.sources import DatabaseLocation
from fenji.errors import InvalidDocument, NotFound, unknown_name
from fenji.language import message as _

PREFIX = "FENJI_SOURCE_"
_NAME = re.compile(rf"{PREFIX}([A-Z][A-Z0-9_]*)")


def named_databases(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The names of the databases, in small letters: ``FENJI_SOURCE_SHOP`` is ``shop``.

    >>> named_databases({"FENJI_SOURCE_SHOP": "postgresql://reader@db/shop", "FENJI_STORE": "x"})
    ('shop',)
    """
    given = os.environ if environment is None else environment
    return tuple(sorted(found[1].lower() for name in given if given[name] and (found := _NAME.fullmatch(name))))


def location_of(database: str, table: str | None = None) -> DatabaseLocation:
    """A table as sources.yaml names it: by the environment variable, whose value stands in no file."""
    return DatabaseLocation(f"${{{PREFIX}{database.upper()}}}", table)


def opened(root: Path, database: str) -> Database:
    """A named database that answers.

    Raises:
        NotFound: none is called so.
        InvalidDocument: its variable holds no address of a database.
        Unavailable: nobody answers there.
    """
    names = named_databases()
    if database not in names:
        raise NotFound(unknown_name(_("database"), database[:80], names))
    return open_database(database, location_of(database), root)


def table_of(database: Database, table: str) -> TableThere:
    """A table or view of a database.

    Raises:
        NotFound: there is none that may be read.
        Unavailable: the database is out of reach.
    """
    found = {each.name: each for each in database.tables()}
    if table not in found:
        raise NotFound(unknown_name(_("table"), table[:80], list(found)))
    return found[table]


def sample_table(root: Path, database: str, table: str, file: Path) -> None:
    """Writes the first rows of a table as Parquet: one more than are looked at, so that it can be told whether these are all.

    Raises:
        NotFound: no such database or table.
        InvalidDocument: the table is empty, or the database refuses to hand it out.
        Unavailable: nobody answers there.
    """
    there = opened(root, database)
    own = table_of(there, table)
    asked = replace(there, location=location_of(database, table))
    if not asked.sample(own.columns, file, most=SAMPLE_ROWS + 1):
        raise InvalidDocument.of(_("{table} of database {database} has no rows."), table=table, database=database)
