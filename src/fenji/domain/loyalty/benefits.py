"""What do tiers give, and what does that cost? benefits.yaml as frozen records, and costs per tier and year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from fenji.domain.loyalty.published import Heading
from fenji.domain.words import Words


class CostKind(StrEnum):
    """How the cost of a benefit is counted."""

    NOTHING = "nothing"
    EACH = "each"
    """What one use costs, by the uses of a customer and year."""
    METRIC = "metric"
    """What one use costs, by a metric that counts the uses."""
    YEAR = "year"
    """What a customer costs a year."""
    POINTS = "points"
    """The points beyond factor 1 of the loyalty program."""


@dataclass(frozen=True)
class BenefitCostRule:
    """What a benefit costs."""

    kind: CostKind
    cents: int = 0
    """One use, or one customer and year."""
    uses_a_year: Decimal = Decimal(0)
    metric: str | None = None


@dataclass(frozen=True)
class Benefit:
    """One thing that some tiers give."""

    slug: str
    name: Words
    tiers: tuple[str, ...]
    cost: BenefitCostRule
    capacity: int | None
    """How many customers it can serve."""


@dataclass(frozen=True)
class Benefits:
    """One version of benefits.yaml."""

    heading: Heading
    policy: str
    """Whose tiers they are."""
    benefits: tuple[Benefit, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics by which uses are counted, each once."""
        return tuple(dict.fromkeys(each.cost.metric for each in self.benefits if each.cost.metric is not None))


@dataclass(frozen=True)
class TierFacts:
    """One tier, as far as costs ask about it."""

    tier: str
    customers: int
    net_revenue_12m: Decimal
    sums: Mapping[str, Decimal] = field(default_factory=dict)
    """Sums of metrics over its customers; what is missing was not counted."""


@dataclass(frozen=True)
class TierCost:
    """What one benefit costs in one tier and year."""

    tier: str
    benefit: str
    customers: int
    cost: Decimal | None
    """None: it cannot be counted from what is known."""
