"""What number do we know of every customer at a date? A metric is declared once, as data; tiers, charts, exports and docs read the same record."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fenji.domain.periods import Window
from fenji.domain.words import Words

REVENUE = "net_revenue_12m"
"""What tiers are counted and compared by: every part of fenji that speaks of the revenue of customers means this metric."""


class Fact(StrEnum):
    """The clean tables that metrics are made from."""

    ORDER_LINE = "order_line"
    EVENT = "event"
    FEEDBACK = "feedback"
    REFERRAL = "referral"
    CONTRACT = "contract"
    POINTS_ENTRY = "points_entry"
    VOUCHER_USE = "voucher_use"
    BALANCE = "balance"
    """Totals instead of orders; no metric is made from its rows, they answer for those of orders (decision 0032)."""


class Aggregate(StrEnum):
    """How the rows of a customer become one number."""

    SUM = "sum"
    COUNT = "count"
    MEAN = "mean"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    COUNT_DISTINCT = "count_distinct"
    DEVIATION = "deviation"
    """Population standard deviation; no value with fewer than two rows: one number says nothing about spread."""
    DAYS_SINCE_FIRST = "days_since_first"
    DAYS_SINCE_LAST = "days_since_last"
    RATIO = "ratio"
    """One metric over another; null where the lower one is 0 or null. Held between 0 and 1 where the unit is a share."""
    NET_PROMOTER = "net_promoter"
    """100 x (share of scores >= 90 minus share of scores <= 60), scores on 0..100."""


class Unit(StrEnum):
    """What a metric's number counts."""

    MONEY = "money"
    COUNT = "count"
    DAYS = "days"
    HOURS = "hours"
    SHARE = "share"
    SCORE = "score"
    RATIO = "ratio"


class Better(StrEnum):
    """Which direction is the good one; the policy linter and every chart's colour read it."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True)
class RowFilter:
    """Which rows of the fact count: ``column`` is (or, with ``negate``, is not) one of ``values``; no values: is (not) null."""

    column: str
    values: tuple[str | int, ...] = ()
    negate: bool = False


@dataclass(frozen=True)
class Metric:
    """One number per customer per as-of date."""

    slug: str
    """Column name in the panel; units and window last."""
    name: Words
    sentence: Words
    """What it is, in one sentence."""
    unit: Unit
    aggregate: Aggregate
    window: Window
    fact: Fact | None = None
    """None only for a ratio."""
    column: str | None = None
    """What is summed, averaged or counted distinct; None where rows are counted."""
    where: tuple[RowFilter, ...] = ()
    ratio_of: tuple[str, str] | None = None
    """Numerator and denominator slugs of a ratio."""
    better: Better = Better.HIGHER
    adds_up: bool = False
    """Whether the sum over customers is the number of the group: true for money and counts, false for days, shares, scores."""
    source: str = ""
    """Paper, standard or decision the definition follows."""
    per: Decimal | None = None
    """Only for a sum: how much makes one, such as 100 yuan a point. Whole ones are counted, and never fewer than 0."""

    @property
    def is_null_when_empty(self) -> bool:
        """A customer without rows has 0 in sums and counts, and no value in everything else."""
        return self.aggregate not in (Aggregate.SUM, Aggregate.COUNT, Aggregate.COUNT_DISTINCT)
