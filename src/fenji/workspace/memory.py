"""What does a process remember between questions? What was read from published runs, which never change; the oldest is forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Value = TypeVar("Value")

MOST_REMEMBERED = 2_000
"""Things that one session remembers: tables, rows of small tables, what was derived from them. Rows are remembered up to ``SMALL``
a table, so that all together stay below some hundred megabytes."""

SMALL = 2_000
"""Rows of a table that is remembered whole."""


class Memory:
    """Values by what they were made from; a value must be the same whenever it is made again."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._values: OrderedDict[Hashable, Any] = OrderedDict()

    def forget(self) -> None:
        """Forgets everything, because a published run has been changed."""
        self._values.clear()

    def recall(self, key: Hashable, make: Callable[[], Value], *, keep: Callable[[Value], bool] = lambda _value: True) -> Value:
        """The value of a key, made now where it is not remembered.

        Args:
            key: names everything that the value depends on.
            make: makes it.
            keep: whether a value is worth remembering; the others are made again each time.
        """
        if key in self._values:
            self._values.move_to_end(key)
            found: Value = self._values[key]
            return found
        made = make()
        if keep(made):
            self._values[key] = made
            if len(self._values) > MOST_REMEMBERED:
                self._values.popitem(last=False)
        return made
