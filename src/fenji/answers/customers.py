"""What is answered to the question which customers these are, and to a list that was written to a file?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.lists import Chosen, ListColumn
from fenji.domain.policies import Policy
from fenji.domain.telling import AS_IT_IS, BY_COLUMN, HIDDEN, PERSONAL, WHERE_KNOWN
from fenji.domain.words import Spoken

Cell = str | int | float | bool | Decimal | date | None


@dataclass(frozen=True)
class Uploaded:
    """What became of a list of ids or phones."""

    file: str
    entries: int
    """Different ones."""
    found: int
    """Entries by which somebody is known."""
    several: int
    """Of them, those by which several customers are known; all of these are on the list."""
    not_found: Annotated[tuple[str, ...], PERSONAL]
    """The entries by which nobody is known, as they were written."""


@dataclass(frozen=True)
class CustomersResult(Answer):
    """One page of a list of customers."""

    run_id: Annotated[str, AS_IT_IS]
    as_of: date
    is_as_of_defaulted: bool
    policy: str
    version: int
    currency: str
    count: int
    """All customers who meet the conditions."""
    conditions: tuple[Spoken[str], ...]
    """What every one of them meets, in the language of the answer."""
    sort: str
    """The column by which they are sorted, a minus before it where the largest come first."""
    columns: tuple[ListColumn, ...]
    """In their order."""
    rows: Annotated[tuple[Mapping[str, Cell], ...], BY_COLUMN]
    """One per customer, by the columns' slugs."""
    after: Annotated[str | None, AS_IT_IS]
    """Where the next page begins; null: this is the last one."""
    chosen: Annotated[tuple[Chosen, ...], HIDDEN]
    """The conditions, before they are put into words."""
    uploaded: Uploaded | None
    """Only of a list that was chosen by a file."""
    tier_policy: Annotated[Policy, HIDDEN]

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.rows


@dataclass(frozen=True)
class TakenList:
    """A list was written to a file."""

    run_id: str
    as_of: date
    policy: str | None
    """Null for what follows none."""
    version: int | None
    """Null for what follows no policy."""
    file: Path
    """The file."""
    rows: int
    """Customers, or rows, in it."""
    columns: tuple[str, ...]
    """Their slugs, in the order of the file."""
    not_found: Annotated[int | None, WHERE_KNOWN] = None
    """Entries of the list that was given by which nobody is known."""
