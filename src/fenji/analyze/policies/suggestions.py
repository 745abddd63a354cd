"""Where would the data themselves draw the lines between tiers? Suggestions that a person edits and publishes; never applied by themselves.

Reads   insight.customer_metric
Writes  nothing stored: at most ``2 x PARTS`` points, and one row per suggested tier
Units   values in the unit of the metric; money in the workspace's currency
Keeps   every customer who has a value, exactly once; who has none is counted apart and stands in the lowest tier
Source  natural breaks: Jenks (1967), computed exactly by the dynamic program of Fisher (1958), Journal of the American Statistical
        Association 53; tree: CART, Breiman, Friedman, Olshen, Stone (1984), regression by least squares, best split first
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from fenji.analyze.rules.round_numbers import round_between

PARTS = 999
"""Equal parts of customers, and as many equal parts of the range of values: together below 2000 points."""
FUTURE = "future_value"
"""Column that a tree looks at: what a customer brought after the day of the metric."""
SHARES: Mapping[int, tuple[Decimal, ...]] = {
    2: (Decimal("0.8"), Decimal("0.2")),
    3: (Decimal("0.6"), Decimal("0.3"), Decimal("0.1")),
    4: (Decimal("0.5"), Decimal("0.3"), Decimal("0.15"), Decimal("0.05")),
    5: (Decimal("0.4"), Decimal("0.3"), Decimal("0.15"), Decimal("0.1"), Decimal("0.05")),
    6: (Decimal("0.35"), Decimal("0.25"), Decimal("0.2"), Decimal("0.12"), Decimal("0.06"), Decimal("0.02")),
}
"""Shares of customers by number of tiers, lowest tier first, where none are declared."""
LEAST_IN_LEAF = 0.01
"""Share of customers that a tier of the tree must hold, so that no single large customer is a tier."""

Floats = npt.NDArray[np.float64]


class Method(StrEnum):
    """How thresholds are found."""

    BREAKS = "breaks"
    """Natural breaks: tiers within which customers are as alike as possible."""
    QUANTILES = "quantiles"
    """Tiers of declared shares of customers."""
    TREE = "tree"
    """Tiers that tell best what customers brought later."""


@dataclass(frozen=True)
class Points:
    """Customers in the order of a metric, equal and near values counted together."""

    customers: Floats
    lowest: Floats
    highest: Floats
    total: Floats
    """Sum of the values."""
    future: Floats
    """Sum of what they brought later; zeros where nobody asked."""

    @property
    def mean(self) -> Floats:
        """Mean value of each point."""
        return np.asarray(self.total / self.customers, dtype=np.float64)


def value_points(panel: ir.Table, metric: str) -> ir.Table:
    """The distribution of a metric as points.

    Two values share a point where they lie in the same of ``PARTS`` parts by number of customers and the same of ``PARTS`` parts by
    value: the one keeps crowds apart, the other the few at the top. Equal values always share a point.

    Args:
        panel: customers with the metric, and ``FUTURE`` where a tree shall be grown.
        metric: the metric's slug.

    Grain: one row per point: customers, lowest, highest, total, future. Fewer than 2 x ``PARTS`` rows.
    Keeps: every customer with a value.
    """
    known = panel.filter(panel[metric].notnull())
    future = known[FUTURE].cast("float64") if FUTURE in known.columns else ibis.literal(0.0)
    plain = known.select(value=known[metric].cast("float64"), future=future)
    counted = plain.group_by("value").aggregate(customers=plain.count(), future=plain.future.sum())
    until_here = counted.customers.sum().over(ibis.window(order_by=counted.value.asc(), preceding=None, following=0))
    ranked = counted.mutate(below=until_here - counted.customers)
    everyone = counted.aggregate(everyone=counted.customers.sum(), least=counted.value.min(), most=counted.value.max())
    wide = ranked.cross_join(everyone)
    span = (wide.most - wide.least).nullif(0.0)
    by_count = (wide.below.cast("float64") * PARTS / wide.everyone.cast("float64")).floor().cast("int64")
    by_value = ((wide.value - wide.least) * PARTS / span).floor().fill_null(0.0).cast("int64")
    parted = wide.mutate(by_count=by_count, by_value=ibis.least(by_value, PARTS - 1))
    found = parted.group_by("by_count", "by_value").aggregate(
        customers=parted.customers.sum().cast("int64"),
        lowest=parted.value.min(),
        highest=parted.value.max(),
        total=(parted.value * parted.customers.cast("float64")).sum(),
        future=parted.future.sum(),
    )
    return found.select("customers", "lowest", "highest", "total", "future")


def count_between(panel: ir.Table, metric: str, revenue: str, thresholds: Sequence[Decimal]) -> ir.Table:
    """Who would stand where, exactly.

    Args:
        panel: customers with the metric and the revenue.
        metric: the metric's slug.
        revenue: the slug of the revenue whose shares are shown.
        thresholds: ascending; a value at a threshold stands above it.

    Grain: one row per tier in which anybody stands: rank (0: lowest), customers, known (of them, with a value), lowest, highest, total,
    squares (of the values), net_revenue.
    Keeps: every customer, exactly once; who has no value stands at rank 0.
    """
    value = panel[metric].cast("float64")
    cuts = [(value >= float(each), ibis.literal(rank + 1, type="int64")) for rank, each in reversed(list(enumerate(thresholds)))]
    rank = ibis.cases(*cuts, else_=ibis.literal(0, type="int64")) if cuts else ibis.literal(0, type="int64")
    ranked = panel.select(rank=rank, value=value, net_revenue=panel[revenue])
    return ranked.group_by("rank").aggregate(
        customers=ranked.count().cast("int64"),
        known=ranked.value.count().cast("int64"),
        lowest=ranked.value.min(),
        highest=ranked.value.max(),
        total=ranked.value.sum(),
        squares=(ranked.value * ranked.value).sum(),
        net_revenue=ranked.net_revenue.sum().cast("decimal(18, 2)"),
    )


def points_from(rows: Iterable[Mapping[str, Any]]) -> Points:
    """The fetched rows of ``value_points``, lowest first."""
    ordered = sorted(rows, key=lambda each: each["lowest"])
    names = ("customers", "lowest", "highest", "total", "future")
    return Points(*(np.array([each[name] for each in ordered], dtype=np.float64) for name in names))


def suggested_thresholds(
    points: Points, method: Method, tiers: int, shares: Sequence[Decimal] = (), *, leeway: float = 0.0
) -> tuple[Decimal, ...]:
    """The lower ends of all tiers above the lowest, ascending, rounded to numbers that people read.

    Fewer than ``tiers`` - 1 where the values do not hold so many: equal values never stand in different tiers.

    Args:
        points: at least one customer.
        method: how to find them.
        tiers: how many tiers to aim for.
        shares: of customers, lowest tier first, for quantiles.
        leeway: for quantiles, by what part of itself the share of customers above a threshold may differ for the sake of a rounder
            number: 0.15 takes anything from 4.25 to 5.75 % for 5 %.
    """
    if method is Method.BREAKS:
        cuts = natural_breaks(points.mean, points.customers, tiers)
    elif method is Method.QUANTILES:
        cuts = quantile_cuts(points.customers, shares)
    else:
        cuts = tree_cuts(points.customers, points.future, tiers)
    found: list[Decimal] = []
    for cut in cuts:
        first, last = (cut, cut) if method is not Method.QUANTILES else _cuts_near(points.customers, cut, shares, leeway)
        below, above = float(points.highest[first - 1]), float(points.lowest[last])
        rounded = round_between(below, above)
        # A number that is round enough for people may lie within a crowd; it must not pass the lines beside it.
        if (found and rounded <= found[-1]) or not points.lowest[0] < float(rounded) <= points.highest[-1]:
            rounded = Decimal(repr(float(points.lowest[cut])))
        if not found or rounded > found[-1]:
            found.append(rounded)
    return tuple(found)


def natural_breaks(values: Floats, weights: Floats, tiers: int) -> list[int]:
    """Where to cut ascending values so that the squares within the parts are least; exact, by dynamic programming.

    Returns:
        The positions at which parts begin, the first part's 0 left out.

    >>> natural_breaks(np.array([1.0, 2.0, 50.0, 51.0, 99.0]), np.ones(5), 3)
    [2, 4]
    """
    count = len(values)
    parts = min(tiers, count)
    # Centered values keep the squares small, so that their differences keep their digits.
    centered = values - float(weights @ values) / float(weights.sum())
    sums = [np.concatenate([[0.0], np.cumsum(weights * centered**power)]) for power in (0, 1, 2)]
    ends = np.arange(count + 1)

    def within(end: int, starts: npt.NDArray[np.int64]) -> Floats:
        size, total, squares = (each[end] - each[starts] for each in sums)
        return np.asarray(np.maximum(squares - total**2 / size, 0.0), dtype=np.float64)

    cost = np.array([0.0, *(float(within(end, ends[:1])[0]) for end in range(1, count + 1))])
    begins = np.zeros((parts + 1, count + 1), dtype=np.int64)
    for part in range(2, parts + 1):
        better = np.full(count + 1, np.inf)
        for end in range(part, count + 1):
            starts = ends[part - 1 : end]
            costs = cost[starts] + within(end, starts)
            place = int(costs.argmin())
            better[end], begins[part, end] = costs[place], starts[place]
        cost = better
    cuts, end = [], count
    for part in range(parts, 1, -1):
        end = int(begins[part, end])
        cuts.append(end)
    return cuts[::-1]


def quantile_cuts(customers: Floats, shares: Sequence[Decimal]) -> list[int]:
    """Where to cut so that each part comes nearest to its share; parts for which no customers are left are left out.

    >>> quantile_cuts(np.array([5.0, 3.0, 2.0]), [Decimal("0.5"), Decimal("0.3"), Decimal("0.2")])
    [1, 2]
    """
    below = np.concatenate([[0.0], np.cumsum(customers)])
    wanted = np.cumsum([float(each) for each in shares])[:-1] * below[-1]
    found = [int(np.abs(below - each).argmin()) for each in wanted]
    return sorted({each for each in found if 0 < each < len(customers)})


def _cuts_near(customers: Floats, cut: int, shares: Sequence[Decimal], leeway: float) -> tuple[int, int]:
    """The first and the last cut with about as many customers above it as the share that the cut comes nearest to."""
    above = customers[::-1].cumsum()[::-1] / customers.sum()
    wanted = 1.0 - np.cumsum([float(each) for each in shares])[:-1]
    share = float(wanted[np.abs(wanted - above[cut]).argmin()])
    near = [int(each) for each in np.flatnonzero(np.abs(above - share) <= leeway * share) if each > 0]
    return min([cut, *near]), max([cut, *near])


def tree_cuts(customers: Floats, future: Floats, tiers: int) -> list[int]:
    """Where a regression tree with so many leaves splits the points, by what their customers brought later.

    The split that explains most comes first. A leaf holds ``LEAST_IN_LEAF`` of all customers at least; where no split explains anything,
    there are fewer leaves.

    >>> tree_cuts(np.ones(6), np.array([0.0, 0.0, 10.0, 10.0, 50.0, 50.0]), 3)
    [2, 4]
    """
    least = LEAST_IN_LEAF * float(customers.sum())
    leaves = [(0, len(customers))]
    cuts: list[int] = []
    while len(cuts) < tiers - 1:
        splits = [_best_split(customers[a:b], future[a:b], least) for a, b in leaves]
        best = max(range(len(leaves)), key=lambda each: splits[each][0])
        gain, place = splits[best]
        if gain <= 1e-9 * float(np.abs(future).sum()):
            break
        first, last = leaves[best]
        cuts.append(first + place)
        leaves[best : best + 1] = [(first, first + place), (first + place, last)]
    return sorted(cuts)


def _best_split(customers: Floats, future: Floats, least: float) -> tuple[float, int]:
    """By how much the best split lowers the squares, and where it is."""
    left, brought = np.cumsum(customers)[:-1], np.cumsum(future)[:-1]
    if not len(left):
        return 0.0, 0
    size, total = float(customers.sum()), float(future.sum())
    right = size - left
    gains = brought**2 / left + (total - brought) ** 2 / right - total**2 / size
    gains[(left < least) | (right < least)] = 0.0
    place = int(gains.argmax())
    return float(gains[place]), place + 1


def variance_explained(tiers: Sequence[Mapping[str, Any]]) -> float | None:
    """Of the variance of the metric, the share that lies between the tiers; None where all values are equal.

    Args:
        tiers: rows of ``count_between``.
    """
    known = [each for each in tiers if each["known"]]
    count = sum(each["known"] for each in known)
    if not count:
        return None
    mean = sum(each["total"] for each in known) / count
    everything = sum(each["squares"] for each in known) - count * mean**2
    between = sum(each["known"] * (each["total"] / each["known"] - mean) ** 2 for each in known)
    # What is left of equal values is rounding.
    return None if everything <= 1e-12 * max(1.0, count * mean**2) else min(1.0, between / everything)
