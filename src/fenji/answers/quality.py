"""What is answered about single rows that were left out, and about single identities in doubt?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fenji.domain.feeds import Feed
from fenji.domain.telling import AS_IT_IS, WITHHELD
from fenji.domain.words import Spoken


@dataclass(frozen=True)
class RejectedRow:
    """One row that came in and was left out."""

    source: str
    """The entry of sources.yaml."""
    feed: Feed
    file: str
    """Where it stands."""
    row_number: int
    """Its row in the file."""
    field: str | None
    """The field at fault; null where none is."""
    field_words: Spoken[str]
    came: Annotated[str | None, WITHHELD]
    """What stood there; null of personal fields."""


@dataclass(frozen=True)
class RejectedResult:
    """The rows of a run that were left out for one reason, page by page."""

    run_id: str
    as_of: date | None
    reason: str
    """See the page of reasons, or the words of a drop rule."""
    expected: Spoken[str]
    is_fault: bool
    """Whether the rows should have been read; false for unpaid orders and their like."""
    count: int
    """All rows of the reason."""
    rows: tuple[RejectedRow, ...]
    """By source, file and row."""
    after: Annotated[str | None, AS_IT_IS]
    """Where the next page begins; null: this is the last."""


@dataclass(frozen=True)
class ConflictRow:
    """One phone, e-mail or union id, or one customer, that ties ids together in a doubtful way."""

    kind: str
    """What is doubtful."""
    words: Spoken[str]
    identifier: Annotated[str, AS_IT_IS]
    """A mark of the value that is the same in every run; the value itself is stored nowhere."""
    ids: int
    """How many ids, or values, are tied together."""
    is_merged: bool
    """Whether they count as one customer all the same."""


@dataclass(frozen=True)
class ConflictsResult:
    """The doubtful identities of a run, the largest first."""

    run_id: str
    as_of: date | None
    count: int
    """All of them."""
    merged: int
    """Of them, those whose ids were merged."""
    rows: tuple[ConflictRow, ...]
    """As many as were asked for."""
