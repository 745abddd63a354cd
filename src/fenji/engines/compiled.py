"""The SQL of questions that were asked lately, one store for all engines of a process: a run compiles what the run before has compiled."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock


class CompiledQuestions:
    """SQL by the shape of its question, the newest kept."""

    def __init__(self, most: int) -> None:
        """Keeps up to ``most`` questions, some kilobytes each."""
        self._most = most
        self._sql: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = Lock()  # servers ask from many threads

    def get(self, shape: Hashable) -> str | None:
        """The SQL, or None where the question is new or was asked long ago."""
        with self._lock:
            sql = self._sql.get(shape)
            if sql is not None:
                self._sql.move_to_end(shape)
            return sql

    def keep(self, shape: Hashable, sql: str) -> str:
        """Keeps the SQL and gives it back."""
        with self._lock:
            self._sql[shape] = sql
            if len(self._sql) > self._most:
                self._sql.popitem(last=False)
        return sql


COMPILED = CompiledQuestions(2_000)
"""A run with all its analyses asks about a thousand questions."""
