"""How are our types written for DuckDB? Each once: writing one costs more than many a question."""

from __future__ import annotations

from functools import cache

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
from ibis.backends.sql.datatypes import DuckDBType


@cache
def type_name(kind: dt.DataType) -> str:
    """A type as DuckDB writes it."""
    return str(DuckDBType.to_string(kind))


def quoted(name: str) -> str:
    """The name of a column, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def typed(name: str, kind: dt.DataType) -> str:
    """A column under its name in the type that is claimed of it; one without a type as it is."""
    return quoted(name) if kind.is_null() else f"CAST({quoted(name)} AS {type_name(kind)}) AS {quoted(name)}"


def as_stored(schema: sch.Schema) -> sch.Schema:
    """The columns as DuckDB tells them once it has stored them: a type that it does not have becomes its nearest one."""
    return sch.Schema({name: _stored(kind) for name, kind in schema.items()})


@cache
def _stored(kind: dt.DataType) -> dt.DataType:
    return dt.int32 if kind.is_null() else DuckDBType.from_string(type_name(kind), nullable=True)
