"""In which order do customers deserve attention? Weighted parts of one score, and the company's choices; not the tier, which a policy decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum


class Part(StrEnum):
    """What a priority is made of."""

    VALUE = "value"
    POTENTIAL = "potential"
    TIER = "tier"
    CHURN_RISK = "churn_risk"
    SATISFACTION = "satisfaction"


class First(StrEnum):
    """Who comes first by a part."""

    HIGH = "high"
    LOW = "low"


class Mark(StrEnum):
    """Pareto's classes: the few who bring most, those who bring most of the rest, and all others."""

    A = "A"
    B = "B"
    C = "C"


class Watch(StrEnum):
    """Why a customer stands on the downgrade watch list; the most urgent first."""

    FALLS_NEXT = "falls_next"
    """Nothing keeps the tier, and neither hold nor grace is left: it is lost at the next review."""
    FALLS_LATER = "falls_later"
    """Nothing keeps the tier; only hold or grace still does."""
    UNLESS = "unless"
    """A rule keeps the tier today, but will not at the next review if the customer does nothing until then."""
    NEARLY = "nearly"
    """The rule that keeps the tier is met by little."""
    EXPECTED = "expected"
    """The rule is met, but would not be on what is expected of the customer."""


class Frequent(StrEnum):
    """Why somebody is not yet a frequent customer."""

    NEW = "new"
    INFREQUENT = "infrequent"


TIER_MEASURE = "tier_position"
"""The measure of the part tier: 0 for the lowest tier and for lost customers, 1 for the highest tier."""

CHURN_MEASURE = "churn_probability"


@dataclass(frozen=True)
class PartRule:
    """How one part of the score is taken."""

    part: Part
    measure: str
    """A metric of the panel, a column of insight.customer_value, churn_probability or tier_position."""
    weight: Decimal
    """Weights are divided by their sum, so that they need not come to 1."""
    first: First = First.HIGH
    scale: tuple[Decimal, Decimal] | None = None
    """Lowest and highest value, mapped to 0..100 points and clipped; None: percentile among all customers, equal values alike."""
    missing: Decimal | None = None
    """Points of a customer without a value; None: the part is left out and the weights of the others grow."""


@dataclass(frozen=True)
class ParetoRule:
    """Where the classes A, B and C end, as shares of the sum of a measure."""

    measure: str
    """What is shared out."""
    a: Decimal
    """Share that the customers of A bring."""
    b: Decimal
    """Share that those of A and B bring."""


@dataclass(frozen=True)
class PriorityRules:
    """What the company has chosen: analyses/priority.yaml."""

    parts: tuple[PartRule, ...]
    """In the order of ``Part``; those of weight 0 are not in it."""
    pareto: ParetoRule
    capacity: int | None
    """How many customers can be served; None: nobody has said."""
    upgrade_gap: Decimal
    """What may be missing for the next tier: the sum of the missing parts of the thresholds of its rule."""
    upgrade_expected_gap: Decimal
    """What may still be missing on what is expected of the customer in the next twelve months."""
    watch_margin: Decimal
    """By what part of its threshold a rule may be met and the customer still be watched."""
    frequent_orders: int
    """With at most so many orders in twelve months somebody is an infrequent customer."""
    new_days: int
    """Up to so many days after the first order somebody is new."""
    frequent_share: Decimal
    """How large a share of all customers, by the orders expected of them, counts as the top."""

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that are asked for, each once."""
        return tuple(dict.fromkeys((*(each.measure for each in self.parts), self.pareto.measure)))

    def rule_of(self, part: Part) -> PartRule | None:
        """How a part is taken; None where it does not count."""
        return next((each for each in self.parts if each.part is part), None)

    def share_of(self, rule: PartRule) -> float:
        """The part's share of all weights, 0 to 1."""
        return float(rule.weight / sum(each.weight for each in self.parts))


DEFAULT_RULES = PriorityRules(
    parts=(
        PartRule(Part.VALUE, "net_revenue_12m", Decimal("0.35")),
        PartRule(Part.POTENTIAL, "expected_revenue_12m", Decimal("0.25")),
        PartRule(Part.TIER, TIER_MEASURE, Decimal("0.15"), scale=(Decimal(0), Decimal(1))),
        # Who has left, or never ordered, cannot leave any more: no risk, and not "not known".
        PartRule(Part.CHURN_RISK, CHURN_MEASURE, Decimal("0.15"), scale=(Decimal(0), Decimal(1)), missing=Decimal(0)),
        PartRule(Part.SATISFACTION, "satisfaction_12m", Decimal("0.10"), First.LOW, scale=(Decimal(0), Decimal(100))),
    ),
    pareto=ParetoRule("net_revenue_12m", Decimal("0.80"), Decimal("0.95")),
    capacity=None,
    upgrade_gap=Decimal("0.5"),
    upgrade_expected_gap=Decimal("0.2"),
    watch_margin=Decimal("0.1"),
    frequent_orders=2,
    new_days=90,
    frequent_share=Decimal("0.2"),
)

_BY_CONTRACT = {Part.VALUE: "monthly_fee_running", Part.POTENTIAL: "expected_fees_12m"}

CONTRACT_RULES = replace(
    DEFAULT_RULES,
    parts=tuple(replace(each, measure=_BY_CONTRACT.get(each.part, each.measure)) for each in DEFAULT_RULES.parts),
    pareto=replace(DEFAULT_RULES.pareto, measure="monthly_fee_running"),
)
"""The defaults of a workspace that knows contracts but no orders."""
