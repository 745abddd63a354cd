"""How many customers will stand in each tier at the next reviews, if they go on as they did?

Reads   insight.tier_assignment, clean.order_line
Writes  insight.tier_forecast: one row per coming review and tier
Units   customers; expected counts are not rounded
Keeps   opening + new + returned + upgraded in + downgraded in - upgraded out - downgraded out - lost = customers, for every tier; the tiers
        sum to the total
Source  DESIGN section 6; the models and their sources stand in ``forecast_models``, the back-test in ``forecast_backtest``
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.analyze.forecast_backtest import backtest
from fenji.analyze.forecast_models import (
    Counts,
    Floats,
    Transitions,
    arrivals_of,
    expected_moves,
    fit_rates,
    fit_smoothing,
    simulated_counts,
)
from fenji.domain.forecasts import Backtest, ExpectedTier, ExpectedTotal, ForecastModel, TierForecast
from fenji.domain.policies import Policy
from fenji.tables.insight import TIER_FORECAST

BAND_ENDS = (31, 92, 183)
"""Days since the last order that end a band, for monthly reviews: within a month, a quarter, half a year; longer or never is the last."""
PATHS = 2000
"""Simulated futures: the ends of a 90 % interval then vary by about a fiftieth of its width."""
PAST_PATHS = 300
"""Simulated futures at each origin of the back-test, where only coverage is counted."""
PROBABILITY = 0.9
LEAST_MOVEMENTS = 3
"""Below that nothing is known of how rates differ from review to review."""

_TYPES = {"date": pa.date32(), "string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}
"""How Arrow calls the types of the contract."""

View = Callable[[Transitions], Transitions]
"""What a model sees of a history."""


def count_transitions(
    before: ir.Table, after: ir.Table, order_line: ir.Table | None, *, earlier_on: date, as_of: date, band_ends: Sequence[int]
) -> ir.Table:
    """Customers by tier and time since the last order at a review and at the one before.

    Args:
        before: the assignments of the earlier review; rows of other dates change nothing.
        after: the assignments of the later review; rows of other dates change nothing.
        order_line: clean.order_line; None where nothing is known of orders, then everybody is in band 0.
        earlier_on: the earlier review date.
        as_of: the later review date.
        band_ends: days since the last order that end a band.

    Grain: one row per combination that occurs: was_known (false: came from outside), from_tier (null: lost, or from outside),
    from_band, to_tier (null: lost), to_band, customers. At most (tiers + 1)^2 x bands^2 rows.
    Keeps: every customer known at the later review, exactly once.
    """
    earlier = before.filter(before.as_of == ibis.literal(earlier_on, type="date"))
    earlier = earlier.select(earlier_key="customer_key", from_tier="tier")
    later = after.filter(after.as_of == ibis.literal(as_of, type="date")).select("customer_key", to_tier="tier")
    both = later.left_join(earlier, later.customer_key == earlier.earlier_key)
    both = both.mutate(was_known=both.earlier_key.notnull())
    if order_line is None:
        first = ibis.literal(0, type="int64")
        banded = both.mutate(from_band=first, to_band=first)
    else:
        last = _last_orders(order_line, earlier_on, as_of)
        joined = both.left_join(last, both.customer_key == last.order_key)
        banded = joined.mutate(
            from_band=_band(joined.last_before, earlier_on, band_ends), to_band=_band(joined.last_after, as_of, band_ends)
        )
    keys = ("was_known", "from_tier", "from_band", "to_tier", "to_band")
    return banded.group_by(*keys).aggregate(customers=banded.count().cast("int64"))


def _last_orders(order_line: ir.Table, earlier_on: date, as_of: date) -> ir.Table:
    day = ibis.literal(as_of, type="date")
    sales = order_line.filter(order_line.kind == "sale", order_line.customer_key.notnull(), order_line.ordered_on <= day)
    return sales.group_by(order_key="customer_key").aggregate(
        last_before=sales.ordered_on.max(where=sales.ordered_on <= ibis.literal(earlier_on, type="date")),
        last_after=sales.ordered_on.max(),
    )


def _band(last_on: ir.DateValue, day: date, band_ends: Sequence[int]) -> ir.IntegerValue:
    """The number of the first band whose end the days since the last order do not exceed; the last one for who never ordered."""
    ends = [(last_on >= _days_before(day, days), ibis.literal(band, type="int64")) for band, days in enumerate(band_ends)]
    return ibis.cases(*ends, else_=ibis.literal(len(band_ends), type="int64"))


def _days_before(day: date, days: int) -> ir.DateValue:
    return ibis.literal(date.fromordinal(day.toordinal() - days), type="date")


def transitions_from(movements: Sequence[Iterable[Mapping[str, Any]]], tiers: Sequence[str], bands: int) -> Transitions:
    """The fetched rows of ``count_transitions`` as arrays.

    Args:
        movements: the rows of each pair of reviews, the earliest first.
        tiers: lowest first; every tier of the rows is one of them.
        bands: how many bands of time since the last order.
    """
    place = {tier: rank for rank, tier in enumerate(tiers)}
    lost = len(tiers) * bands
    moved = np.zeros((len(movements), lost + 2, lost + 1))
    for number, rows in enumerate(movements):
        for row in rows:
            was, now = row["from_tier"], row["to_tier"]
            source = lost + 1 if not row["was_known"] else lost if was is None else place[was] * bands + row["from_band"]
            target = lost if now is None else place[now] * bands + row["to_band"]
            moved[number, source, target] += row["customers"]
    return Transitions(moved, len(tiers), bands)


def forecast_tiers(
    known: Transitions, tiers: Sequence[str], coming: Sequence[date], *, period: int, seed: int, paths: int = PATHS
) -> TierForecast:
    """What to expect at the coming reviews, with intervals, and how well the models would have done before.

    Args:
        known: at least ``LEAST_MOVEMENTS`` movements, all under the same policy version.
        tiers: lowest first.
        coming: the review dates to foretell.
        period: reviews in a year.
        seed: the same seed, the same answer.
        paths: simulated futures.
    """
    steps = len(coming)
    views = _views(known.bands)
    predict = {model: partial(_counts_by_flows, view) for model, view in views.items()}
    intervals = {model: partial(_past_interval, view, seed) for model, view in views.items()}
    tried = backtest(known, steps=steps, period=period, predict=predict, intervals=intervals)
    model = _chosen(tried)
    used = views[model](known)
    arrivals, rates = fit_smoothing(arrivals_of(used), period), fit_rates(used)
    moves = expected_moves(used, rates, arrivals, steps)
    chance = np.random.default_rng(seed)
    futures = simulated_counts(used, rates, arrivals, steps=steps, paths=paths, chance=chance)
    expected = tuple(
        _expected(moves[step], futures[step, :, rank], rank, tier, review_on=review_on, step=step + 1)
        for step, review_on in enumerate(coming)
        for rank, tier in enumerate(tiers)
    )
    totals = tuple(_total(moves[step], futures[step].sum(axis=1), day, step + 1) for step, day in enumerate(coming))
    return TierForecast(expected, totals, model, arrivals.kind, PROBABILITY, len(known.moved), tried)


def forecast_rows(forecast: TierForecast, policy: Policy, *, as_of: date) -> pa.Table:
    """The forecast in the shape of its contract, insight.tier_forecast."""
    said = {"as_of": as_of, "policy": policy.slug, "version": policy.version, "model": str(forecast.model)}
    rows = [
        {**vars(each), **said, "rank": policy.rank_of(each.tier), "probability": forecast.probability} for each in forecast.tiers
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([(each.name, _TYPES[each.type]) for each in TIER_FORECAST.columns]))


def _chosen(tried: Backtest) -> ForecastModel:
    """Recency only where it has shown that it helps; both models keep the tiers adding up."""
    both = (ForecastModel.FLOWS, ForecastModel.FLOWS_BY_RECENCY)
    means = {model: [each.mean_absolute_error for each in tried.errors if each.model is model] for model in both}
    plain, banded = (means[model] for model in both)
    return ForecastModel.FLOWS_BY_RECENCY if banded and sum(banded) < sum(plain) else ForecastModel.FLOWS


def _views(bands: int) -> dict[ForecastModel, View]:
    """How much of the history each model of flows looks at."""
    found: dict[ForecastModel, View] = {ForecastModel.FLOWS: Transitions.without_bands}
    return found | ({ForecastModel.FLOWS_BY_RECENCY: lambda past: past} if bands > 1 else {})


def _counts_by_flows(view: View, past: Transitions, steps: int, period: int) -> Floats:
    used = view(past)
    moves = expected_moves(used, fit_rates(used), fit_smoothing(arrivals_of(used), period), steps)
    return np.asarray(moves[:, :, : used.tiers].sum(axis=1), dtype=np.float64)


def _past_interval(view: View, seed: int, past: Transitions, steps: int, period: int) -> tuple[Counts, Counts]:
    """The interval that would have been given at a past review: lower and upper, step x tier."""
    used = view(past)
    arrivals, rates = fit_smoothing(arrivals_of(used), period), fit_rates(used)
    chance = np.random.default_rng(seed)
    futures = simulated_counts(used, rates, arrivals, steps=steps, paths=PAST_PATHS, chance=chance)
    ends = [_ends(futures[step, :, rank]) for step in range(steps) for rank in range(used.tiers)]
    lower, upper = np.array(ends, dtype=np.int64).reshape(steps, used.tiers, 2).transpose(2, 0, 1)
    return lower, upper


def _ends(futures: Counts) -> tuple[int, int]:
    """Of equal tails, the counts that leave at most the rest outside."""
    tail = (1 - PROBABILITY) / 2
    lower, upper = np.quantile(futures, [tail, 1 - tail])
    return int(np.floor(lower)), int(np.ceil(upper))


def _around(futures: Counts, expected: float) -> tuple[int, int]:
    """The interval, which holds what is expected also where that is a fraction of a customer."""
    lower, upper = _ends(futures)
    # A millionth of a customer is rounding of the sums, not a customer.
    return min(lower, int(np.floor(expected + 1e-6))), max(upper, int(np.ceil(expected - 1e-6)))


def _expected(moves: Floats, futures: Counts, rank: int, tier: str, *, review_on: date, step: int) -> ExpectedTier:
    """One tier's flows: rows of ``moves`` are where customers come from (tiers, lost, outside), columns where they go."""
    tiers = moves.shape[1] - 1
    came, gone = moves[:, rank], moves[rank]
    customers = float(came.sum())
    lower, upper = _around(futures, customers)
    return ExpectedTier(
        review_on=review_on,
        step=step,
        tier=tier,
        opening=float(gone.sum()),
        new=float(came[tiers + 1]),
        returned=float(came[tiers]),
        upgraded_in=float(came[:rank].sum()),
        downgraded_in=float(came[rank + 1 : tiers].sum()),
        upgraded_out=float(gone[rank + 1 : tiers].sum()),
        downgraded_out=float(gone[:rank].sum()),
        lost=float(gone[tiers]),
        customers=customers,
        lower=lower,
        upper=upper,
    )


def _total(moves: Floats, futures: Counts, review_on: date, step: int) -> ExpectedTotal:
    customers = float(moves[:, :-1].sum())
    return ExpectedTotal(review_on, step, customers, *_around(futures, customers))
