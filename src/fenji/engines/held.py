"""Which columns are asked for again and again? They stay in memory, narrow and unpacked: reading them from Parquet is most of what a list costs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

import ibis.expr.schema as sch

MOST_VALUES = 8_000_000
"""That one session holds for expressions: eight columns of a million customers, some 64 MB. Larger tables are read from their files
each time."""
_MOST_ASKED = 100

Table = TypeVar("Table")


@dataclass(frozen=True)
class _Held(Generic[Table]):
    schema: sch.Schema
    table: Table
    values: int
    edition: Hashable


class HeldTables(Generic[Table]):
    """Columns of stored tables in memory; those that were longest not asked for go first."""

    def __init__(self, let_go: Callable[[Table], None], most_values: Callable[[], int] = lambda: MOST_VALUES) -> None:
        """Nothing yet; ``let_go`` frees a table."""
        self._free = let_go
        self._most = most_values
        self._held: OrderedDict[Hashable, _Held[Table]] = OrderedDict()
        self._asked: OrderedDict[Hashable, None] = OrderedDict()

    def table(
        self, key: Hashable, wanted: sch.Schema, rows: int, hold: Callable[[sch.Schema], Table], *, edition: Hashable = None
    ) -> Table | None:
        """A table with at least the wanted columns; None where they are asked for the first time, or are too many to be held.

        Args:
            key: names the stored table.
            wanted: its columns; those that were wanted before are held along with them.
            rows: of the table.
            hold: reads some columns into memory.
            edition: of the stored table; what was held of another one is let go.
        """
        if key in self._held and self._held[key].edition != edition:
            self._let_go(key)
        found = self._held.get(key)
        if found is not None and wanted.items() <= found.schema.items():
            self._held.move_to_end(key)
            return found.table
        schema = sch.Schema({**(found.schema if found else {}), **wanted})
        values = rows * len(schema)
        if values > self._most() or self._is_first(key):
            return None
        self._let_go(key)
        while self._held and values + sum(each.values for each in self._held.values()) > self._most():
            self._let_go(next(iter(self._held)))
        self._held[key] = _Held(schema, hold(schema), values, edition)
        return self._held[key].table

    def _is_first(self, key: Hashable) -> bool:
        if key in self._asked:
            return False
        self._asked[key] = None
        if len(self._asked) > _MOST_ASKED:
            self._asked.popitem(last=False)
        return True

    def _let_go(self, key: Hashable) -> None:
        gone = self._held.pop(key, None)
        if gone is not None:
            self._free(gone.table)
