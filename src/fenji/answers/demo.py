"""What does the demo show, from its own run?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fenji.answers.loyalty.points import LiabilityResult, PostResult
from fenji.answers.loyalty.referrals import ReferralsResult
from fenji.answers.moves import MovesResult
from fenji.answers.runs import QualityResult, RunResult
from fenji.answers.tiers import TiersResult
from fenji.answers.whatif import WhatIfResult
from fenji.answers.why import WhyResult
from fenji.domain.telling import told


@dataclass(frozen=True)
class DemoReview:
    """The customers of every tier at one review."""

    as_of: date
    customers: Mapping[str, int]
    """Tier: customers, lowest tier first."""


@dataclass(frozen=True)
class DemoResult:
    """The whole thread on the data set that ships with fenji."""

    workspace: str
    """Where it was made."""
    run: RunResult
    """The run that decided two years of reviews."""
    quality: QualityResult
    """What became of the rows."""
    tiers: TiersResult
    """The tiers at the last day of the data."""
    reviews: tuple[DemoReview, ...]
    """Each review, the earliest first."""
    moves: MovesResult
    """Who moved in the last quarter."""
    why: WhyResult
    """The largest customer who fell at the last review."""
    whatif: WhatIfResult
    """What a policy would change that nobody has decided on."""
    points: PostResult
    """Orders of the last quarter as points."""
    liability: LiabilityResult
    """What these points will cost."""
    referral: ReferralsResult
    """A friend who says who brought them."""
    seconds: float
    """How long it took."""

    @property
    @told
    def run_id(self) -> str:
        """The demo's run."""
        return self.run.run_id

    @property
    @told
    def as_of(self) -> date:
        """The last day of the data."""
        return self.run.as_of

    @property
    @told
    def policy(self) -> str:
        """The policy that it follows."""
        return self.run.policy

    @property
    @told
    def version(self) -> int:
        """Of the policy."""
        return self.run.version
