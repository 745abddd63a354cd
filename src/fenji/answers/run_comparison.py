"""What is answered to the question how two runs differ?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.answers.drafts import PolicyDifference
from fenji.answers.frames import Answer
from fenji.answers.run_list import RunRow
from fenji.answers.runs import FilesRead
from fenji.domain.telling import AS_IT_IS, COUNT, SPREAD, told
from fenji.domain.words import Words
from fenji.errors import Problem


@dataclass(frozen=True)
class ComparedRun:
    """One of two runs that are compared."""

    run: Annotated[RunRow, SPREAD]
    fenji_version: Annotated[str, AS_IT_IS]
    """Of the program that computed it."""
    currency: str
    rows_in: int
    """Rows that came in."""
    kept: int
    """Of them, those in the clean base."""
    rejected: Mapping[str, int]
    """Reason: number of rows."""
    duplicates: int
    """Rows that stand somewhere else too."""
    known: Annotated[int, COUNT]
    """Customers known."""
    customers: Annotated[int, COUNT]
    """Of them, those in a tier."""
    net_revenue_12m: Decimal
    """Theirs."""


@dataclass(frozen=True)
class SettingChange:
    """A setting that both runs had, with other values."""

    setting: Annotated[str, AS_IT_IS]
    """As fenji.toml writes it."""
    a: Annotated[str, AS_IT_IS]
    """As TOML in the first run; empty: none."""
    b: Annotated[str, AS_IT_IS]
    """In the second run."""


@dataclass(frozen=True)
class DocumentsRead:
    """The documents of the workspace that a run depends on, by what has become of them from the first run to the second."""

    new: tuple[str, ...]
    """That only the second run has."""
    changed: tuple[str, ...]
    """With other words in the second run."""
    gone: tuple[str, ...]
    """That only the first run has."""


@dataclass(frozen=True)
class TierInRuns:
    """One tier in both runs."""

    tier: str
    name: Words
    customers_a: Annotated[int, COUNT]
    """Customers in the tier in the first run; 0 also where its policy has no such tier."""
    customers_b: Annotated[int, COUNT]
    """In the second run."""
    net_revenue_12m_a: Decimal
    """Their revenue of twelve months in the first run, in its currency."""
    net_revenue_12m_b: Decimal
    """In the second run."""


@dataclass(frozen=True)
class Elsewhere:
    """Customers who stand in one tier in the first run, and in another one in the second."""

    tier_a: Annotated[str | None, AS_IT_IS]
    """In the first run; null: in no tier, because they were lost or not known."""
    tier_b: Annotated[str | None, AS_IT_IS]
    """In the second run."""
    customers: Annotated[int, COUNT]


@dataclass(frozen=True)
class RunsCompared(Answer):
    """What two runs were made of, and how their figures differ."""

    run_id: Annotated[str, AS_IT_IS]
    """The second run."""
    as_of: date
    """Its review."""
    policy: str
    version: Annotated[int, AS_IT_IS]
    a: ComparedRun
    b: ComparedRun
    files: FilesRead
    """What both have read, from the first run to the second."""
    documents: DocumentsRead
    settings: tuple[SettingChange, ...]
    """Those that change figures; by name."""
    rules: tuple[PolicyDifference, ...]
    """What the rules of the second run's policy change, compared with those of the first; by rule."""
    tiers: tuple[TierInRuns, ...]
    """Lowest first, by the policy of the second run; tiers that only the first run has stand below them."""
    elsewhere: tuple[Elsewhere, ...]
    """Each way from a tier of the first run to another one of the second, the most customers first."""
    warnings: tuple[Problem, ...] = ()

    @property
    @told
    def customers_elsewhere(self) -> Annotated[int, COUNT]:
        """Customers who stand in another tier in the second run than in the first, or in none."""
        return sum(each.customers for each in self.elsewhere)

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.tiers
