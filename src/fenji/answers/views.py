"""How much does a reader see? Everything, or with personal values masked; and small groups of people as they are, or only as small.

In a masked view every text is masked for phones, e-mails and numbers of identity cards wherever they stand, marked or not; marks add
what no pattern can find (names, whole texts) and take out codes that only look like numbers of people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from fenji.domain.contacts import UNTOLD, masked, masked_id, masked_name
from fenji.domain.telling import AS_IT_IS, PERSON_NAME, PERSONAL, WITHHELD, Mark
from fenji.domain.words import Spoken, Words
from fenji.errors import Place, Problem

SMALL_GROUP = 5
"""People from which on a group is counted to whoever sees no small ones."""


@dataclass(frozen=True)
class View:
    """What a reader sees of an answer.

    Small groups: a count of 1 to 4 people is told as ``small``, and every other figure that stands beside it in the same record is null, as
    revenue, shares and averages of few would tell of each of them. It does not hide what subtraction finds: where all groups but one
    are told, the total less the others is the one; and two answers a day apart differ by the people of that day.
    """

    is_masked: bool = False
    """Whether personal values are masked."""
    hides_small_groups: bool = False
    """Whether counts of 1 to 4 people are told only as small."""
    small: str | None = f"<{SMALL_GROUP}"
    """How they are told; null in tables, whose columns hold numbers only."""
    is_beside_few: bool = False
    """Whether what is told now stands beside a count that is not told."""

    def in_tables(self) -> View:
        """The same for columns of numbers."""
        return replace(self, small=None)

    def text(self, value: str, mark: Mark | None = None) -> str:
        """A text as the reader sees it."""
        if not self.is_masked or mark is AS_IT_IS:
            return value
        if mark is WITHHELD:
            return UNTOLD
        found = masked_id(value) if mark is PERSONAL else masked(value)
        # A phone or an e-mail that stands where names do is masked as what it is.
        return masked_name(value) if mark is PERSON_NAME and found == value else found

    def figure(self, value: object, mark: Mark | None = None) -> Any:  # noqa: ANN401 - as it came
        """A number, day or anything else without letters; null where nothing of it may be told."""
        is_withheld = self.is_masked and mark is WITHHELD
        is_of_few = self.is_beside_few and mark is not AS_IT_IS and _is_number(value)
        return None if is_withheld or is_of_few else value

    def count(self, value: object) -> Any:  # noqa: ANN401 - as it came
        """How many people, as the reader sees it; of several groups each."""
        if isinstance(value, Mapping):
            return {key: self.count(each) for key, each in value.items()}
        return self.small if self.is_small(value) else value

    def beside(self, *, few: bool) -> View:
        """What the reader sees of what stands beside a count."""
        return self if few is self.is_beside_few else replace(self, is_beside_few=few)

    def is_small(self, count: object) -> bool:
        """Whether a count, or one of several, is not told."""
        if isinstance(count, Mapping):
            return any(map(self.is_small, count.values()))
        return self.hides_small_groups and isinstance(count, int) and 0 < count < SMALL_GROUP

    def problem(self, value: Problem) -> Problem:
        """A problem whose values, also those that repeat what was asked, are masked."""
        if not self.is_masked:
            return value
        values = {name: _seen(each) for name, each in value.values.items()}
        place = value.place
        known = None if place is None else Place(None if place.file is None else masked(place.file), place.row, place.column)
        return replace(value, values=values, place=known)


OPEN = View()
"""Everything as it is: the command line and the Python face, which read the files of the workspace anyway."""

MASKED = View(is_masked=True)
"""For whoever may see customers, but not their names, phones and e-mails."""

VIEWER = View(is_masked=True, hides_small_groups=True)
"""For whoever looks at figures only: small groups are not counted either."""

VEILS = frozenset({PERSONAL, PERSON_NAME, WITHHELD, AS_IT_IS})
"""The marks that say how a text is masked."""


def veil_of(marks: Iterable[Mark]) -> Mark | None:
    """How a field's text is masked; None: as every text."""
    return next((each for each in marks if each in VEILS), None)


def _seen(value: object) -> object:
    """A value of a sentence with phones, e-mails and cards masked, whatever holds its text."""
    if isinstance(value, str | Path):
        return masked(str(value))
    if isinstance(value, list | tuple):
        return [_seen(each) for each in value]
    return Spoken(lambda language: masked(str(value.in_language(language)))) if isinstance(value, Words | Spoken) else value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
