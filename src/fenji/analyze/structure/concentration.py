"""On how few customers does the revenue rest? The Pareto curve, the share of the best customers, and the Gini coefficient.

Reads   insight.customer_metric, insight.tier_assignment
Units   money in the workspace's currency; shares and Gini 0..1
Keeps   every customer given: those who brought something are in the curve; those with nothing are told apart, and those with less than
        nothing (refunds of older orders) add no revenue to it, but are counted with their amount
Source  Gini of ordered values, G = 2 sum(i x_i) / (n sum(x_i)) - (n + 1) / n: Dixon, Weiner, Mitchell-Olds and Woodley (1987), Ecology 68(5)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import ibis
import ibis.expr.types as ir

from fenji.analyze.rules.distributions import value_counts
from fenji.domain.metrics import REVENUE
from fenji.domain.telling import AS_IT_IS, COUNT

CURVE_PERCENTS = tuple(range(5, 101, 5))
"""Twenty points of the Pareto curve."""
TOP_PERCENTS = (1, 5, 10, 20)
"""The best customers that people ask for."""
_PERCENTS = tuple(sorted({*CURVE_PERCENTS, *TOP_PERCENTS}))

_AMOUNT = "decimal(18, 2)"
_GINI_DECIMALS = 6
"""Doubles added in another order differ beyond."""


@dataclass(frozen=True)
class BestCustomers:
    """What the best customers bring."""

    percent: Annotated[int, AS_IT_IS]
    """Of the customers, the best first."""
    customers: Annotated[int, COUNT]
    """That many of them, rounded up to whole ones."""
    net_revenue_12m: Decimal
    revenue_share: float
    """Of all positive revenue."""


@dataclass(frozen=True)
class Inequality:
    """How unevenly the revenue is spread over some customers."""

    customers: Annotated[int, COUNT]
    gini: float
    """0: all bring the same; towards 1: one brings everything."""
    top: tuple[BestCustomers, ...]
    """The best 1, 5, 10 and 20 percent."""
    curve: tuple[BestCustomers, ...]
    """The Pareto curve: the best 5, 10, ... 100 percent."""


@dataclass(frozen=True)
class Concentration:
    """On how few customers the revenue of twelve months rests."""

    customers: Annotated[int, COUNT]
    positive: Annotated[int, COUNT]
    """Customers with revenue above zero."""
    zero: Annotated[int, COUNT]
    """Customers without revenue."""
    negative: Annotated[int, COUNT]
    """Customers to whom more was refunded than they paid."""
    positive_revenue_12m: Decimal
    """Of the customers with revenue above zero."""
    negative_revenue_12m: Decimal
    """Zero or less; not in the curves."""
    buyers: Inequality | None
    """Among customers with revenue above zero; null where there are none."""
    everyone: Inequality | None
    """Among all customers, who brought nothing or less counting as nothing; null where nobody brought anything."""


def concentrate(standing: ir.Table) -> ir.Table:
    """The sums that ``concentration_of`` reads.

    How the best customers are cut is exact: of those who bring equally much at the cut, as many count as are still wanted, so
    that no order among equals matters.

    Args:
        standing: one row per customer with ``net_revenue_12m``.

    Grain: one row.
    """
    amount = standing[REVENUE]
    totals = standing.aggregate(
        customers=standing.count().cast("int64"),
        positive=amount.count(where=amount > 0).cast("int64"),
        negative=amount.count(where=amount < 0).cast("int64"),
        positive_revenue=amount.sum(where=amount > 0),
        negative_revenue=amount.sum(where=amount < 0),
    )
    counts = value_counts(standing.filter(amount > 0), REVENUE)
    ranked = counts.cross_join(totals)
    sums = ranked.aggregate(**_revenue_of_best(ranked), **_gini_sums(ranked))
    money = {name: totals[name].fill_null(0).cast(_AMOUNT) for name in ("positive_revenue", "negative_revenue")}
    one = totals.select("customers", "positive", "negative", **money)
    return one.cross_join(sums)


def concentration_of(row: Mapping[str, Any]) -> Concentration:
    """The fetched row of ``concentrate`` as a result."""
    return Concentration(
        customers=row["customers"],
        positive=row["positive"],
        zero=row["customers"] - row["positive"] - row["negative"],
        negative=row["negative"],
        positive_revenue_12m=row["positive_revenue"],
        negative_revenue_12m=row["negative_revenue"],
        buyers=_inequality(row, "buyers", row["positive"]),
        everyone=_inequality(row, "everyone", row["customers"]),
    )


def best_count(customers: int, percent: int) -> int:
    """How many customers a percentage is, rounded up to whole ones.

    >>> best_count(201, 1)
    3
    """
    return -(-customers * percent // 100)


def _revenue_of_best(ranked: ir.Table) -> dict[str, ir.Scalar]:
    """Revenue of the best customers for every percentage, among the buyers and among everyone."""
    above = ranked.positive - ranked.below - ranked.customers
    found = {}
    for base, people in (("buyers", ranked.positive), ("everyone", ranked.customers_right)):
        for percent in _PERCENTS:
            wanted = (people * percent + 99) // 100
            taken = ibis.least(ibis.greatest(wanted - above, 0), ranked.customers)
            revenue = ranked.value.cast(_AMOUNT) * taken.cast("decimal(18, 0)")
            found[f"{base}_{percent}"] = revenue.sum().cast(_AMOUNT)
    return found


def _gini_sums(ranked: ir.Table) -> dict[str, ir.Scalar]:
    """Sum of place times revenue, places ascending: of c equal values behind b smaller ones the places add up to c (2 b + c + 1) / 2."""
    count, below = ranked.customers.cast("float64"), ranked.below.cast("float64")
    others = (ranked.customers_right - ranked.positive).cast("float64")
    value = ranked.value.cast("float64")

    def placed(smaller: ir.FloatingValue) -> ir.Scalar:
        return (value * count * (smaller * 2 + count + 1) / 2).sum()

    return {"buyers_places": placed(below), "everyone_places": placed(below + others)}


def _inequality(row: Mapping[str, Any], base: str, customers: int) -> Inequality | None:
    total: Decimal = row["positive_revenue"]
    if not row["positive"]:
        return None

    def best(percent: int) -> BestCustomers:
        revenue: Decimal = row[f"{base}_{percent}"]
        return BestCustomers(percent, best_count(customers, percent), revenue, float(revenue / total))

    gini = 2 * row[f"{base}_places"] / (customers * float(total)) - (customers + 1) / customers
    return Inequality(
        customers=customers,
        gini=round(max(gini, 0.0), _GINI_DECIMALS),
        top=tuple(best(percent) for percent in TOP_PERCENTS),
        curve=tuple(best(percent) for percent in CURVE_PERCENTS),
    )
