"""What models do order histories give? Fitted once for a company's run, or for a table that somebody holds in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.analyze.churn.sampling import sampled
from fenji.analyze.value.deciding import Outlook
from fenji.analyze.value.fitting import (
    ValueModels,
    fit_models,
    purchase_counts,
    spend_counts,
)
from fenji.analyze.value.order_days import OrderDays, order_days, order_days_of
from fenji.analyze.value.order_histories import (
    EXACT_CUSTOMERS,
    MOST_CELLS,
    SCALES,
    history_totals,
    interval_ratios,
    purchase_cells,
    spend_cells,
)
from fenji.analyze.value.purchase_models import PurchaseCounts
from fenji.analyze.value.scoring import SCORES, Discounting, score_customers
from fenji.analyze.value.simple_rules import clv_times, continued_scores
from fenji.analyze.value.spend import SpendCounts
from fenji.domain.value import ValueRules
from fenji.engines.engine import Engine

MOST_TRIED, MOST_DAYS = 20_000, 1_000_000
"""Customers, and their order days, on whom past days are tried: beyond, chance is no longer what an interval is made of."""
SEED = 7


@dataclass(frozen=True)
class FittedModels:
    """The models, and the groups of customers that they were fitted to."""

    models: ValueModels
    purchases: PurchaseCounts
    spends: SpendCounts
    totals: Mapping[str, Any]


def grouped_histories(engine: Engine, histories: ir.Table) -> PurchaseCounts:
    """The customers in groups of bounded number: exact where they are few, else as narrow as the bound allows."""
    if _rows_of(engine, histories) <= EXACT_CUSTOMERS:
        return purchase_counts(engine.fetch(purchase_cells(histories, scale=None)))
    for scale in SCALES:
        cells = engine.stage(purchase_cells(histories, scale=scale))
        if scale == SCALES[-1] or _rows_of(engine, cells) <= MOST_CELLS:
            break
    return purchase_counts(engine.fetch(cells))


def fit_histories(engine: Engine, order_line: ir.Table, histories: ir.Table, *, as_of: date) -> FittedModels:
    """The models of orders and of spending, and what they were fitted to.

    Args:
        engine: where the tables live.
        order_line: clean.order_line; later lines change nothing.
        histories: of ``order_histories`` at the date, computed once.
        as_of: the last day that counts.
    """
    (totals,) = engine.fetch(history_totals(histories)).to_pylist()
    purchases = grouped_histories(engine, histories)
    is_exact = totals["paying"] <= EXACT_CUSTOMERS
    spends = spend_counts(engine.fetch(spend_cells(histories, is_exact=is_exact)))
    (intervals,) = engine.fetch(interval_ratios(order_line, as_of=as_of)).to_pylist()
    return FittedModels(fit_models(totals, purchases, spends, intervals), purchases, spends, totals)


def sampled_days(engine: Engine, order_line: ir.Table, totals: Mapping[str, Any], *, as_of: date) -> OrderDays:
    """The order days of at most ``MOST_TRIED`` customers or so, with all of theirs: what past days are tried on."""
    order_days_known = (totals["repeats"] or 0) + totals["customers"]
    share = min(1.0, MOST_TRIED / max(totals["customers"], 1), MOST_DAYS / max(order_days_known, 1))
    some = sampled(order_line, share=share, seed=SEED)
    return order_days_of(engine.fetch(order_days(some, as_of=as_of)), share=share)


def scored_customers(
    engine: Engine, order_line: ir.Table, histories: ir.Table, found: Outlook, rules: ValueRules, *, as_of: date
) -> ir.Table:
    """What is expected of every customer by what is in use; columns of ``scoring.SCORES``, computed once.

    Args:
        engine: where the tables live.
        order_line: clean.order_line; later lines change nothing.
        histories: of ``order_histories`` at the date, computed once.
        found: what is used.
        rules: how lifetime value looks ahead.
        as_of: the last day that counts.
    """
    months, rate = rules.clv_months, float(rules.discount_rate_yearly)
    if found.rule is not None:
        times = clv_times(found.rule, months=months, rate_yearly=rate)
        return engine.stage(continued_scores(histories, order_line, found.rule, clv_times=times, as_of=as_of))
    return engine.map_customers(
        histories.select("customer_key", "repeats", "recency_days", "age_days", "revenue"),
        partial(score_customers, models=found.models, discounting=Discounting(months, rate), misfit=found.misfit),
        ibis.Schema.from_pyarrow(SCORES),
    )


def _rows_of(engine: Engine, table: ir.Table) -> int:
    return int(engine.fetch(table.aggregate(rows=table.count()))["rows"][0].as_py())
