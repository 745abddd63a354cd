"""What is answered to the question which lists people keep?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.lists import NamedList
from fenji.domain.telling import AS_IT_IS


@dataclass(frozen=True)
class NamedListRow:
    """One list: its conditions, and nobody who meets them."""

    list_id: Annotated[str, AS_IT_IS]
    """Of the list."""
    name: str
    conditions: Annotated[Mapping[str, str | tuple[str, ...]], AS_IT_IS]
    """As the parameters of GET /customers."""
    saved_by: Annotated[str, AS_IT_IS]
    """Who keeps it."""
    saved_at: datetime
    """Since when."""

    @classmethod
    def of(cls, kept: NamedList) -> NamedListRow:
        """A list as the state keeps it."""
        told = {name: tuple(value) if isinstance(value, list) else str(value) for name, value in kept.conditions.items()}
        return cls(kept.list_id, kept.name, told, kept.saved_by, kept.saved_at)


@dataclass(frozen=True)
class NamedListsResult(Answer):
    """Lists that people keep under a name."""

    lists: tuple[NamedListRow, ...]
    """By name."""
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.lists
