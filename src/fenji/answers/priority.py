"""What is answered to the question whom to serve first, and who may rise, fall, or become a frequent customer?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy
from fenji.domain.priority import First, Frequent, Mark, ParetoRule, Part, PriorityRules, Watch
from fenji.domain.telling import COUNT, HIDDEN, PERSONAL, WHERE_KNOWN, told
from fenji.domain.words import Spoken
from fenji.errors import Problem


@dataclass(frozen=True)
class CountedPart:
    """One part of the score, and what it comes to."""

    part: Part
    """What the score is made of."""
    measure: str
    """What it is measured by."""
    weight_share: float
    """Its share of all weights."""
    first: First
    """Who comes first by it."""
    scale_low: float | None
    """Value of 0 points. Null: percentile."""
    scale_high: float | None
    """Value of 100 points. Null: percentile."""
    missing_points: float | None
    """Points without a value. Null: left out, the other weights grow."""
    customers_with_value: int
    """Customers who have a value of the measure."""
    mean_points: float | None
    """Mean of the points that it brings. Null: to nobody."""


@dataclass(frozen=True)
class MarkedCustomers:
    """The customers of one Pareto mark."""

    mark: Mark
    """A: those who bring most; B: those who bring most of the rest; C: all others."""
    measure: str
    """What is shared out."""
    customers: Annotated[int, COUNT]
    customer_share: float
    """Of all customers."""
    amount: Decimal
    """Their sum of the measure."""
    amount_share: float | None
    """Of the sum of all. Null: there is none."""
    within_capacity: Annotated[int, COUNT]
    """Of them, those who can be served; 0 where nobody has said how many can."""


@dataclass(frozen=True)
class PlacedCustomer:
    """One customer's place in the priority ranking; the points add up to the score."""

    customer_key: int
    """Our number of the customer."""
    customer_id: Annotated[str, PERSONAL]
    position: int
    """1: first."""
    score: Decimal | None
    """0 to 100. Null: no part has a value."""
    points_value: Decimal | None
    """Points that the part value brings. Null, as of the other parts: it does not count for this customer."""
    points_potential: Decimal | None
    """Points that the part potential brings."""
    points_tier: Decimal | None
    """Points that the part tier brings."""
    points_churn_risk: Decimal | None
    """Points that the part churn_risk brings."""
    points_satisfaction: Decimal | None
    """Points that the part satisfaction brings."""
    value: float | None
    """What the part value is measured by. Null, as of the other parts: not known."""
    potential: float | None
    """What the part potential is measured by."""
    tier: str | None
    """Null: lost."""
    churn_risk: float | None
    """What the part churn_risk is measured by."""
    satisfaction: float | None
    """What the part satisfaction is measured by."""
    pareto_value: Decimal | None
    """The customer's value of the measure that the marks go by."""
    mark: Mark
    """A, B or C."""
    is_within_capacity: bool | None
    """Whether the customer can be served. Null: nobody has said how many can."""
    sentences: Spoken[tuple[str, ...]]
    """Why the customer stands at this place."""

    def points(self, part: Part) -> Decimal | None:
        """Points that a part brings; None where it does not count."""
        return {
            Part.VALUE: self.points_value,
            Part.POTENTIAL: self.points_potential,
            Part.TIER: self.points_tier,
            Part.CHURN_RISK: self.points_churn_risk,
            Part.SATISFACTION: self.points_satisfaction,
        }[part]

    def measured(self, part: Part) -> float | None:
        """What a part is measured by; None where it is not known, and of the tier, which is no number."""
        return {
            Part.VALUE: self.value,
            Part.POTENTIAL: self.potential,
            Part.CHURN_RISK: self.churn_risk,
            Part.SATISFACTION: self.satisfaction,
        }.get(part)


@dataclass(frozen=True)
class ListedCustomer:
    """A customer's place on one of the three lists."""

    customer_key: int
    """Our number of the customer."""
    customer_id: Annotated[str, PERSONAL]
    place: int
    """1: the most urgent."""
    sentence: Spoken[str]
    net_revenue_12m: Decimal
    expected_revenue_12m: Decimal | None
    """Revenue expected in the next twelve months."""


@dataclass(frozen=True)
class UpgradeCandidate(ListedCustomer):
    """Who is close to the next tier, and likely to reach it."""

    tier: str
    next_tier: str
    """The tier above."""
    gap: float
    """What is missing for it: the sum of the missing parts of the thresholds of the cheapest way."""
    expected_gap: float | None
    """The same in twelve months, on what is expected. Null: nothing is expected of its metrics."""
    condition: str
    """The line of the rule that asks for most."""
    metric_value: float | None
    """The customer's value in it."""
    threshold: float | None
    """The threshold, after variants."""
    expected_orders_12m: float | None
    """Order days expected in the next twelve months."""


@dataclass(frozen=True)
class WatchedCustomer(ListedCustomer):
    """Who may lose the tier."""

    tier: str
    falls_to: str
    """Where the customer would stand, everything else being as it is."""
    watch: Watch
    """Why the customer is watched."""
    margin: float
    """By what part of its threshold the rule that keeps the tier is met, -1..1; below 0: what is missing."""
    expected_margin: float | None
    """The same in twelve months, on what is expected. Null: nothing is expected of its metrics."""
    margin_at_review: float | None
    """The same at the next review, if the customer does nothing until then. Null: it has a review day of its own."""
    condition: str
    """The line of the rule that is met by least."""
    metric_value: float | None
    """The customer's value in it: today's; of ``unless`` that at the next review, of ``expected`` the one expected in twelve months."""
    threshold: float | None
    """The threshold, after variants."""
    reviews_left: int
    """Reviews that hold and grace still cover."""
    falls_on: date | None
    """The first review at which it can happen. Null: the customer has a review day of its own."""


@dataclass(frozen=True)
class FrequentCandidate(ListedCustomer):
    """Who is new or ordered rarely, and is expected to order much."""

    tier: str | None
    """Null: lost."""
    kind: Frequent
    """Who is both is new."""
    orders_12m: int
    """Orders of twelve months."""
    days_since_first_order: int
    """Days since the first order."""
    expected_orders_12m: float
    """Order days expected in the next twelve months."""
    least_expected_orders: float
    """From how many on somebody stands in the top share."""


@dataclass(frozen=True)
class UpgradeList:
    """Upgrade candidates."""

    by: Mapping[str, int]
    """Next tier: customers."""
    net_revenue_12m: Decimal
    """Theirs, of twelve months."""
    first: tuple[UpgradeCandidate, ...]
    """The first of them."""

    @property
    @told
    def customers(self) -> int:
        """How long the list is."""
        return sum(self.by.values())


@dataclass(frozen=True)
class WatchList:
    """Customers who may lose their tier."""

    by: Mapping[Watch, int]
    """Why they are watched: customers."""
    net_revenue_12m: Decimal
    """Theirs, of twelve months."""
    first: tuple[WatchedCustomer, ...]
    """The first of them."""

    @property
    @told
    def customers(self) -> int:
        """How long the list is."""
        return sum(self.by.values())


@dataclass(frozen=True)
class FrequentList:
    """Customers who may become frequent ones."""

    by: Mapping[Frequent, int]
    """What they are: customers."""
    net_revenue_12m: Decimal
    """Theirs, of twelve months."""
    first: tuple[FrequentCandidate, ...]
    """The first of them."""

    @property
    @told
    def customers(self) -> int:
        """How long the list is."""
        return sum(self.by.values())


@dataclass(frozen=True)
class PriorityLists:
    """The three lists."""

    upgrades: UpgradeList
    """Who may rise."""
    watch: WatchList
    """Who may fall."""
    frequent: FrequentList
    """Who may become a frequent customer."""


@dataclass(frozen=True)
class ListsOfCustomer:
    """One customer's places on the lists; a list on which it does not stand is left out."""

    upgrades: Annotated[UpgradeCandidate | None, WHERE_KNOWN] = None
    """As an upgrade candidate."""
    watch: Annotated[WatchedCustomer | None, WHERE_KNOWN] = None
    """As somebody who may lose the tier."""
    frequent: Annotated[FrequentCandidate | None, WHERE_KNOWN] = None
    """As somebody who may become a frequent customer."""


@dataclass(frozen=True)
class PriorityResult(Answer):
    """All customers in one priority ranking, what each part brings, and the three lists."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: str
    version: int
    currency: str
    customers: int
    """Customers in the order."""
    capacity: int | None
    """How many can be served. Null: nobody has said."""
    tied_beyond: int
    """Customers beyond the capacity who have the same score as the last one within it."""
    parts: tuple[CountedPart, ...]
    """The parts that count."""
    pareto: ParetoRule
    """Where the marks end."""
    marks: tuple[MarkedCustomers, ...]
    """A first."""
    order: tuple[PlacedCustomer, ...]
    """The first customers."""
    lists: PriorityLists
    """Who may rise, fall, or become a frequent customer."""
    customer: PlacedCustomer | None
    """The one that was asked for. Null: none was."""
    customer_lists: ListsOfCustomer
    """The lists on which that customer stands; empty without one."""
    tier_policy: Annotated[Policy, HIDDEN]
    rules: Annotated[PriorityRules, HIDDEN]
    measures: Annotated[Mapping[str, Metric], HIDDEN]
    """Everything that can be measured, by name, for its words and units."""
    warnings: tuple[Problem, ...] = ()

    @property
    def served(self) -> int | None:
        """How many customers can be served; None where nobody has said."""
        return None if self.capacity is None else min(self.capacity, self.customers)

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.order
