"""What is answered to the question what became of a folder of exports?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fenji.answers.mapping import MapResult
from fenji.answers.policies import SuggestedTier
from fenji.answers.runs import RunResult
from fenji.answers.tiers import TiersResult
from fenji.collect.asking.questions import Question
from fenji.domain.policies import Policy
from fenji.domain.telling import HIDDEN, Named, told
from fenji.errors import Problem


@dataclass(frozen=True)
class FirstPolicy:
    """A policy made from a shop's own customers, not yet written anywhere."""

    as_of: date
    policy: Policy
    text: str
    """The policy as a file, with what each tier holds as comments above it."""
    tiers: tuple[SuggestedTier, ...]
    """Lowest first: threshold, customers, shares, revenue."""
    buyers: int
    """Customers with more than 0 of the metric; the shares are theirs. All others stand in the lowest tier."""
    metric: str
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class StartResult:
    """What became of a folder."""

    workspace: str
    """The folder."""
    is_new: bool
    """Whether the workspace was made now."""
    files: tuple[str, ...]
    """The files that were looked into; none where all were known."""
    currency: str
    mapped: Annotated[MapResult | None, Named("map")]
    """What is proposed for these files; null where all were known."""
    run: RunResult | None = None
    """What was published; null where questions wait or nothing can be used."""
    policy: Annotated[FirstPolicy | None, HIDDEN] = None
    """The thresholds that were made of the shop's own buyers; None where a policy stands there that people have changed."""
    tiers: TiersResult | None = None
    """The tiers of the run; null where nothing has been computed."""
    warnings: tuple[Problem, ...] = ()

    @property
    @told
    def run_id(self) -> str | None:
        """The run; null where nothing has been computed."""
        return self.run.run_id if self.run else None

    @property
    @told
    def as_of(self) -> date | None:
        """Its date."""
        return self.run.as_of if self.run else None

    @property
    @told
    def questions(self) -> tuple[Question, ...]:
        """Those that are open."""
        return self.mapped.questions if self.mapped else ()
