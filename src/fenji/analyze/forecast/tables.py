"""How many customers will stand in each tier at the next reviews, if they go on as they did?

Reads   insight.tier_assignment, clean.order_line (as counted by ``tier_transitions``)
Writes  insight.tier_forecast: one row per coming review and tier; insight.tier_forecast_total, insight.tier_forecast_backtest,
        insight.tier_forecast_fit: all tiers together, the errors on the past, and what the forecast rests on
Units   customers; expected counts are not rounded
Keeps   opening + new + returned + upgraded in + downgraded in - upgraded out - downgraded out - lost = customers, for every tier; the tiers
        sum to the total
Source  DESIGN section 6, decision 0021; the models and their sources stand in ``forecast_models`` and ``forecast_outlooks``, the back-test
        in ``forecast_backtest``
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from fenji.analyze.forecast.backtest import chosen, judged, tried
from fenji.analyze.forecast.models import Transitions
from fenji.analyze.forecast.outlooks import BY_FLOWS, PROBABILITY
from fenji.analyze.forecast.series import Floats
from fenji.domain.forecasts import ExpectedTier, ExpectedTotal, ForecastModel, TierForecast
from fenji.domain.policies import Policy
from fenji.tables.contract import Contract
from fenji.tables.insight_forecasts import TIER_FORECAST, TIER_FORECAST_BACKTEST, TIER_FORECAST_FIT, TIER_FORECAST_TOTAL

PATHS = 2000
"""Simulated futures: the ends of a 90 % interval then vary by about a fiftieth of its width."""

_TYPES = {"date": pa.date32(), "string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}
"""How Arrow calls the types of the contracts."""


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
    trials = tried(known, steps=len(coming), period=period, seed=seed, paths=paths)
    found, last = judged(trials, steps=len(coming)), len(known.moved)
    model, outlook = chosen(trials, found), trials.outlooks[last]
    weights: dict[ForecastModel, float] = trials.weights(last) if model is ForecastModel.COMBINED else {model: 1.0}
    moves, widening = outlook.combined(weights), trials.widening(model, last)
    widths = outlook.width * widening
    expected = tuple(
        _expected(moves[step], widths[step, rank], rank, tier, review_on=review_on, step=step + 1)
        for step, review_on in enumerate(coming)
        for rank, tier in enumerate(tiers)
    )
    return TierForecast(
        tiers=expected,
        totals=tuple(_total(moves[step], widths[step, -1], day, step + 1) for step, day in enumerate(coming)),
        model=model,
        weights=weights,
        arrivals=outlook.arrivals,
        probability=PROBABILITY,
        widening=widening,
        movements=len(known.telling.moved),
        left_out=last - len(known.telling.moved),
        backtest=found,
    )


def forecast_tables(forecast: TierForecast, policy: Policy, *, starts_on: date, as_of: date) -> dict[Contract, pa.Table]:
    """The forecast in the shape of its four contracts.

    Args:
        forecast: what is expected.
        policy: the rules in force.
        starts_on: the review that the forecast leads on from.
        as_of: the last day that the run knew.
    """
    said = {"as_of": as_of, "policy": policy.slug, "version": policy.version, "model": str(forecast.model)}
    said |= {"probability": forecast.probability, "starts_on": starts_on}
    tried_on = forecast.backtest
    fit = {f"weight_{model}": forecast.weights.get(model) for model in BY_FLOWS} | {
        "arrivals": forecast.arrivals,
        "widening": forecast.widening,
        "movements": forecast.movements,
        "left_out": forecast.left_out,
        "basis": str(tried_on.basis),
        "coverage": forecast.coverage,
    }
    return {
        TIER_FORECAST: _rows(
            TIER_FORECAST, [{**said, **vars(each), "rank": policy.rank_of(each.tier)} for each in forecast.tiers]
        ),
        TIER_FORECAST_TOTAL: _rows(TIER_FORECAST_TOTAL, [{**said, **vars(each)} for each in forecast.totals]),
        TIER_FORECAST_BACKTEST: _rows(
            TIER_FORECAST_BACKTEST,
            [{**said, **vars(each), "model": str(each.model), "basis": str(each.basis)} for each in tried_on.errors],
        ),
        TIER_FORECAST_FIT: _rows(TIER_FORECAST_FIT, [{**said, **fit}]),
    }


def _rows(contract: Contract, rows: Sequence[dict[str, object]]) -> pa.Table:
    schema = pa.schema([(each.name, _TYPES[each.type]) for each in contract.columns])
    return pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in rows], schema=schema)


def _around(expected: float, width: float) -> tuple[int, int]:
    """The counts within a width of what is expected; those next to it always, as nobody is a fraction of a customer."""
    # A millionth of a customer is rounding of the sums, not a customer.
    lower = min(np.ceil(expected - width - 1e-6), np.floor(expected + 1e-6))
    upper = max(np.floor(expected + width + 1e-6), np.ceil(expected - 1e-6))
    return max(0, int(lower)), int(upper)


def _expected(moves: Floats, width: float, rank: int, tier: str, *, review_on: date, step: int) -> ExpectedTier:
    """One tier's flows: rows of ``moves`` are where customers come from (tiers, lost, outside), columns where they go."""
    tiers = moves.shape[1] - 1
    came, gone = moves[:, rank], moves[rank]
    customers = float(came.sum())
    lower, upper = _around(customers, width)
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


def _total(moves: Floats, width: float, review_on: date, step: int) -> ExpectedTotal:
    customers = float(moves[:, :-1].sum())
    return ExpectedTotal(review_on, step, customers, *_around(customers, width))
