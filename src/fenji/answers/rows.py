"""How does a row of a stored table become a record? By the names of its columns, its words from a fixed set as their enums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

Record = TypeVar("Record")


def record_of(kind: type[Record], row: Mapping[str, Any], **others: object) -> Record:
    """A record of a kind from the columns that bear the names of its fields; other columns are left out.

    Args:
        kind: a frozen dataclass.
        row: of a stored table.
        others: the fields that no column gives, or that another value than the column's.
    """
    class_: Any = kind
    columns = {
        name: row[name] if enum is None or row[name] is None else enum(row[name])
        for name, enum in _enums(class_).items()
        if name not in others
    }
    return kind(**columns, **others)


@cache
def _enums(kind: type) -> dict[str, type[Enum] | None]:
    """The fields of a kind, with the enum of those that hold one."""
    hints = get_type_hints(kind)
    return {each.name: _enum_in(hints[each.name]) for each in fields(kind)}


def _enum_in(hint: object) -> type[Enum] | None:
    """The enum that a field is declared as, alone or beside None."""
    parts = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    found = [each for each in parts if isinstance(each, type) and issubclass(each, Enum)]
    return found[0] if found else None
