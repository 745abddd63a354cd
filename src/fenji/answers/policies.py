"""What is answered about the rules of a company, their versions, drafts from the data, and tiers that people gave by hand?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.policies.findings import Severity
from fenji.analyze.policies.suggestions import Method
from fenji.domain.overrides import Override, OverrideState
from fenji.domain.policies import Policy, PublishedPolicy, Review, Variant
from fenji.domain.telling import HIDDEN, PERSONAL, SPREAD, WHERE_KNOWN, WITHHELD, Named, told
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem


@dataclass(frozen=True)
class RuleInWords:
    """A rule of a policy."""

    rule: str
    """As the policy file writes it."""
    sentence: Spoken[str]


@dataclass(frozen=True)
class PolicyTier:
    """One tier and what gains and keeps it."""

    tier: str
    name: Words
    qualify: RuleInWords | None
    """What gains it; null for the lowest tier, which has everyone else."""
    keep: RuleInWords | None
    """What keeps it; null: what gains it."""


@dataclass(frozen=True)
class PolicyCap:
    """A veto: while the rule holds, a customer stands no higher."""

    when: RuleInWords
    """The rule."""
    at_most: str
    """The highest tier that it allows."""
    why: str
    """The reason that the policy gives."""


@dataclass(frozen=True)
class PolicyScorePart:
    """One weighted part of the score."""

    metric: str
    """The metric's name in rules."""
    weight: Decimal
    """How much it counts."""
    scale: tuple[Decimal, Decimal] | Literal["percentile"]
    """The lowest and highest value that count, or percentile: the rank among all customers."""


@dataclass(frozen=True)
class PolicyRules:
    """The rules of a policy, in words."""

    tiers: tuple[PolicyTier, ...]
    """Lowest first."""
    caps: tuple[PolicyCap, ...]
    """As in the policy file."""
    review: Review
    """When tiers are decided and how gently they are lost."""
    variants: tuple[Variant, ...]
    """As in the policy file."""
    score: tuple[PolicyScorePart, ...]
    """As in the policy file."""


@dataclass(frozen=True)
class PolicyResult:
    """The version of a policy that is in force at a date."""

    as_of: date
    policy: str
    version: int
    effective_on: date
    """The first day on which it counts."""
    author: str
    """Who decided it."""
    why: str
    """The reason that was given."""
    currency: str
    rules: Annotated[PolicyRules, SPREAD]
    document: Annotated[Policy, HIDDEN]
    registry: Annotated[Registry, HIDDEN]
    """The metrics that put it into words."""
    warnings: tuple[Problem, ...] = ()
    run_id: None = None


@dataclass(frozen=True)
class LintFinding:
    """One thing that the linter has to say."""

    severity: Severity
    """With an error a run would refuse the policy."""
    problem: Annotated[Problem, SPREAD]
    """What is wrong, where, and what to do about it."""
    code: str
    """Stable; ``unreadable`` where the file cannot be read as a policy."""
    tier: str | None
    """Null: not about one tier."""

    @property
    @told
    def pointer(self) -> str | None:
        """Where in the document, as RFC 6901 writes it: ``/tiers/2/qualify``; null where no part of it is meant."""
        return self.problem.place.pointer if self.problem.place else None


@dataclass(frozen=True)
class LintedFile:
    """What the linter says about one policy file."""

    file: str
    """Its name in the workspace, or its path."""
    policy: str | None
    version: int | None
    """Null, as ``policy``, where the file cannot be read as a policy."""
    findings: tuple[LintFinding, ...]
    """In the order of the file."""

    @property
    @told
    def is_usable(self) -> bool:
        """Whether a run would accept it."""
        return all(each.severity is not Severity.ERROR for each in self.findings)


@dataclass(frozen=True)
class LintResult:
    """What the linter says about every policy file it was given."""

    files: tuple[LintedFile, ...]
    """In the order in which they were given; else by name."""
    run_id: None = None
    as_of: None = None

    @property
    @told
    def is_usable(self) -> bool:
        """Whether a run would accept every file."""
        return all(each.is_usable for each in self.files)


@dataclass(frozen=True)
class PublishResult:
    """A version was frozen."""

    published: Annotated[PublishedPolicy, HIDDEN]
    warnings: tuple[Problem, ...]
    run_id: None = None
    as_of: None = None

    @property
    @told
    def policy(self) -> str:
        """The policy's name in commands."""
        return self.published.slug

    @property
    @told
    def version(self) -> int:
        """The version that can no longer be changed."""
        return self.published.version

    @property
    @told
    def effective_on(self) -> date:
        """The first day on which it counts."""
        return self.published.effective_on

    @property
    @told
    def author(self) -> str:
        """Who decided it."""
        return self.published.author

    @property
    @told
    def why(self) -> str:
        """The reason that was given."""
        return self.published.why

    @property
    @told
    def published_at(self) -> datetime:
        """When it was frozen."""
        return self.published.published_at


@dataclass(frozen=True)
class VersionRow:
    """One version of a policy."""

    policy: str
    version: int
    effective_on: date
    """The first day on which it counts."""
    is_in_force: bool
    """Whether a review on the day of the answer follows it."""
    published_at: datetime | None
    """Null for a draft."""
    author: str
    """Who decided it."""
    why: str
    """The reason that was given."""
    file: str | None
    """Null where the file of a published version is gone; it counts all the same."""
    is_file_changed: bool
    """Whether the file says something else than what was published: every run refuses it. The row is as published."""
    approved_by: str | None
    """Who approved the draft that it was; null: it was published from a file."""
    is_self_approval: bool
    """Whether its own author approved it, because nobody else could: nobody else has looked at it."""


@dataclass(frozen=True)
class VersionsResult:
    """Every version of every policy."""

    as_of: date
    versions: tuple[VersionRow, ...]
    """By policy and version."""
    run_id: None = None


@dataclass(frozen=True)
class SuggestedTier:
    """One tier of the draft, with what it would hold today."""

    tier: str
    name: Words
    at_least: Decimal | None
    """The threshold on the metric; null for the lowest tier: everyone else."""
    customers: int
    share: float | None
    net_revenue_12m: Decimal
    revenue_share: float | None
    """Of all revenue; null where there is none."""
    average: float | None
    """Mean of the metric over its customers; null where it has none."""


@dataclass(frozen=True)
class SuggestResult:
    """A draft of a policy from the data, and what speaks for and against it."""

    run_id: str
    as_of: date
    policy: str
    version: int
    """Of the draft: one above the newest."""
    metric: str
    """Whose thresholds they are."""
    metric_name: Annotated[Words, HIDDEN]
    method: Method
    """How the thresholds were found."""
    tiers_asked: int
    """How many tiers were asked for."""
    tiers: tuple[SuggestedTier, ...]
    """Lowest first."""
    variance_explained: float | None
    """Of the metric's variance, the share between the tiers; null where all values are equal."""
    without_value: int
    """Customers who have no value of the metric; they stand in the lowest tier."""
    currency: str
    text: Annotated[str, Named("draft")]
    """The draft as a file."""
    file: str | None
    """Where it was written; null: nowhere."""
    warnings: tuple[Problem, ...] = ()
    draft_id: Annotated[int | None, WHERE_KNOWN] = None
    """The draft that was begun with it."""


@dataclass(frozen=True)
class OverrideRow:
    """One tier that a person gave by hand, with what has become of it."""

    number: int
    """Counts up in the order of recording."""
    policy: str
    source: str
    """The id space of the customer's id."""
    customer_id: Annotated[str, PERSONAL]
    tier: str
    begins_on: date
    """The first day on which it counts."""
    ends_on: date
    """The last day on which it counts, unless it is ended before."""
    person: str
    """Who decided it."""
    reason: Annotated[str, WITHHELD]
    """Why."""
    state: OverrideState
    """What has become of it by the day of the answer."""
    recorded_at: datetime
    """When it was recorded."""
    ended_from_on: date | None
    """The first day on which it no longer counts; null where nobody has ended it."""
    ended_by: str | None
    """Who ended it; null where nobody has, or it was not said."""
    ended_why: Annotated[str | None, WITHHELD]
    """Why it was ended; null where nobody has, or it was not said."""

    @classmethod
    def of(cls, override: Override, state: OverrideState) -> OverrideRow:
        """An override of the record."""
        ending = override.ending
        return cls(
            number=override.number,
            **vars(override.decided),
            state=state,
            recorded_at=override.recorded_at,
            ended_from_on=ending.from_on if ending else None,
            ended_by=ending.person if ending else None,
            ended_why=ending.reason if ending else None,
        )


@dataclass(frozen=True)
class OverridesResult:
    """Tiers that people gave by hand, as they stand today."""

    as_of: date
    overrides: tuple[OverrideRow, ...]
    """In the order of recording."""
    run_id: None = None
