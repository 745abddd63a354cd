"""What is a customer worth, and what will it be worth? Models, classes and the company's choices; not the tier, which a policy decides."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class OrderModel(StrEnum):
    """Who orders how often, and until when."""

    BG_NBD = "bg_nbd"
    """Beta-geometric/NBD: a customer may leave after each order but the first."""
    MBG_NBD = "mbg_nbd"
    """Modified: a customer may leave after the first order too."""
    AVERAGE_RATE = "average_rate"
    """Everybody at the average rate of all: what is left where there is too little for a model."""
    CONTINUED = "continued"
    """Everybody goes on as in the last period."""
    RECENCY = "recency_rule"
    """Who ordered in the last period goes on as such customers did before; all others bring nothing."""


class SpendModel(StrEnum):
    """How much an order day of a customer brings."""

    GAMMA_GAMMA = "gamma_gamma"
    AVERAGE = "average_spend"
    """Everybody at the average of all."""


class Choice(StrEnum):
    """Why a model was chosen."""

    LIKELIER = "likelier"
    """The data are more probable under it."""
    EQUALLY_LIKELY = "equally_likely"
    """As probable under both; the modified model says of one-time buyers too how likely they still are customers."""
    RHYTHM_DOUBTFUL = "rhythm_doubtful"
    """Orders do not come by chance, so that the likelihood cannot tell who leaves when; the modified model is as good in
    foretelling, and says of one-time buyers too how likely they still are customers."""
    NOT_CHOSEN = "not_chosen"
    TOO_FEW_BUYERS = "too_few_buyers"
    TOO_FEW_REPEAT_BUYERS = "too_few_repeat_buyers"
    ENOUGH = "enough"
    """There was enough data for the only model that there is."""
    AT_BOUND = "at_bound"
    """A parameter stands at the end of what is looked at, or the likelihood has no clear peak: the data do not tell it."""
    NOBODY_LEAVES = "nobody_leaves"
    """The model takes everybody for a customer still."""
    UPSIDE_DOWN = "upside_down"
    """The model expects more per head of the lowest tier than of the highest, which has brought more."""
    LOSES = "loses"
    """A simple rule was nearer to what came after past days."""


REFUSALS = frozenset({Choice.AT_BOUND, Choice.NOBODY_LEAVES, Choice.UPSIDE_DOWN, Choice.LOSES})
"""Why a fitted model is not used, so that a simple rule stands in."""


class Rhythm(StrEnum):
    """How the days between orders are spread, beside what chance at a constant rate would do."""

    RANDOM = "random"
    """As the models assume."""
    REGULAR = "regular"
    CLUMPY = "clumpy"
    UNKNOWN = "unknown"
    """Too few customers with three orders."""


class ValueClass(StrEnum):
    """Where a customer stands by value or by potential; highest first."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


class CutBy(StrEnum):
    """What draws the lines between the classes."""

    REVENUE_SHARE = "revenue_share"
    """High are the best customers who bring that share of the sum; Pareto's ABC."""
    CUSTOMER_SHARE = "customer_share"
    """High is that share of all customers, the best ones."""
    AMOUNT = "amount"
    """High is who brings at least that much."""


class ValueMeasure(StrEnum):
    """By what the classes of current value are drawn."""

    NET_REVENUE_12M = "net_revenue_12m"
    MARGIN_12M = "margin_12m"
    NET_REVENUE_TOTAL = "net_revenue_total"


class PotentialMeasure(StrEnum):
    """By what the classes of potential value are drawn."""

    EXPECTED_REVENUE_12M = "expected_revenue_12m"
    CLV = "clv"


@dataclass(frozen=True)
class ClassCuts:
    """Where the classes end."""

    measure: str
    """One of ValueMeasure or PotentialMeasure."""
    by: CutBy
    """What draws the lines."""
    high: Decimal
    """Share or amount of the high class."""
    middle: Decimal
    """Share that the middle class adds, or the amount from which it begins."""


@dataclass(frozen=True)
class ValueRules:
    """What the company has chosen: analyses/value.yaml."""

    current: ClassCuts
    potential: ClassCuts
    discount_rate_yearly: Decimal
    """By how much less a year later is worth, 0.1 for 10 %."""
    clv_months: int
    """How far lifetime value looks ahead."""
    holdout_weeks: int
    """How many of the last weeks the models are tried on; at most a third of the history."""


DEFAULT_RULES = ValueRules(
    current=ClassCuts(ValueMeasure.NET_REVENUE_12M, CutBy.REVENUE_SHARE, Decimal("0.8"), Decimal("0.15")),
    potential=ClassCuts(PotentialMeasure.EXPECTED_REVENUE_12M, CutBy.REVENUE_SHARE, Decimal("0.8"), Decimal("0.15")),
    discount_rate_yearly=Decimal("0.1"),
    clv_months=36,
    holdout_weeks=26,
)
