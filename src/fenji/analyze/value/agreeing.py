"""One probability of being active for value as for churn: what changes in the expectations where churn's was nearer to what came?

The expectation of a customer is that of one who still orders, times the probability of that. Where churn's probability of an order within
its limit is to be believed, the latter is replaced: it is churn's, divided by the model's probability of an order of one who still orders,
and at most 1. Past the limit churn has no probability; there the change fades, as priority's risk does, to nothing at twice the limit.

Reads   insight.churn_risk, scores of ``scoring``
Writes  nothing stored: the scores
Units   probabilities 0..1; orders are order days
Keeps   every customer of the scores; the sums of expected orders, revenue and lifetime value, on which trials were made: who brings it
        changes, not how much comes
Source  decision 0048
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.analyze.value.likelihoods import Floats
from fenji.analyze.value.purchase_forecast import alive_probability, order_probability
from fenji.analyze.value.purchase_models import PurchaseModel

IN_LIMIT = "order_probability_in_limit"
WITHIN = pa.schema([("within_key", pa.int64()), (IN_LIMIT, pa.float64())])
"""What ``orders_within`` makes of a customer."""
_PROBABILITIES = ("p_alive", "p_alive_12m", "order_probability_12m", IN_LIMIT)
_SUMS = ("expected_orders_12m", "expected_revenue_12m", "clv")
_OF_SUM = {
    "expected_orders_12m": ("expected_orders_12m", "expected_orders_12m_lower", "expected_orders_12m_upper"),
    "expected_revenue_12m": ("expected_revenue_12m", "expected_revenue_12m_lower", "expected_revenue_12m_upper"),
    "clv": ("clv",),
}
_MONEY = "decimal(18, 2)"


def chance_within(model: PurchaseModel, histories: pa.Table, *, days: int) -> Floats:
    """How probable it is that each customer of ``order_histories`` orders within so many days."""
    repeats, recency, age = (
        np.asarray(histories[name].to_numpy(), dtype=np.float64) for name in ("repeats", "recency_days", "age_days")
    )
    alive = alive_probability(model, repeats, recency / 7, age / 7)
    return np.asarray(alive * order_probability(model, repeats, age / 7, days / 7))


def orders_within(histories: pa.Table, model: PurchaseModel, *, days: int) -> pa.Table:
    """The batch step of ``chance_within``: rows of ``WITHIN``."""
    keys = histories["customer_key"].combine_chunks().cast(pa.int64())
    return pa.Table.from_arrays([keys, pa.array(chance_within(model, histories, days=days), pa.float64())], schema=WITHIN)


def with_limit(scores: ir.Table, within: ir.Table | None) -> ir.Table:
    """The scores with the probability of an order within churn's limit; null where it is not known.

    Args:
        scores: of ``score_customers``.
        within: of ``orders_within``; None: churn does not go by days, or there is no model.
    """
    if within is None:
        return scores.mutate(**{IN_LIMIT: ibis.null("float64")})
    return scores.left_join(within, scores.customer_key == within.within_key).drop("within_key")


def shared(scores: ir.Table, risk: ir.Table) -> ir.Table:
    """The scores beside ``share``: by what each customer's probability of being one is multiplied so that churn's is followed.

    Args:
        scores: of ``with_limit``.
        risk: insight.churn_risk of the date.
    """
    past = risk.silent_days.cast("float64") / risk.limit_days
    left = ibis.greatest(2.0 - past, 0.0)
    # Within the limit churn's own probability counts; past it that at the limit, which the fading one holds, counts for less and less.
    at_limit = ibis.ifelse(left > 0, risk.fading_probability / left, ibis.null("float64"))
    leaving = risk.churn_probability.fill_null(at_limit)
    weight = ibis.ifelse(risk.churn_probability.notnull(), 1.0, left)
    risks = risk.select(risk_key="customer_key", leaving=leaving, weight=weight)
    both = scores.left_join(risks, scores.customer_key == risks.risk_key).drop("risk_key")
    share = ibis.least((1.0 - both.leaving) / both[IN_LIMIT].nullif(0.0), 1.0 / both.p_alive.nullif(0.0))
    faded = 1.0 + both.weight * (share - 1.0)
    return both.mutate(share=faded.fill_null(1.0)).drop("leaving", "weight")


def sums_of(both: ir.Table) -> ir.Table:
    """One row: the sum of each expectation before, and as ``share`` would have it, in cents and millionths of orders."""
    before = {name: _parts(both[name].cast("float64"), name).sum() for name in _SUMS}
    after = {f"{name}_shared": _parts(both[name].cast("float64") * both.share, name).sum() for name in _SUMS}
    return both.aggregate(**before, **after)


def _parts(value: ir.FloatingValue, name: str) -> ir.IntegerValue:
    """Cents, or millionths of orders: the sum of doubles would depend on the order of rows."""
    return (value * (1_000_000 if name == "expected_orders_12m" else 100)).round().cast("int64")


def agreed(both: ir.Table, sums: Mapping[str, Any]) -> ir.Table:
    """The scores in which churn's probability of being active is followed.

    Args:
        both: of ``shared``.
        sums: the fetched row of ``sums_of``.
    """
    changed = {name: both[name] * both.share for name in _PROBABILITIES}
    for name, columns in _OF_SUM.items():
        before, after = float(sums[name] or 0), float(sums[f"{name}_shared"] or 0)
        keeps = before / after if after > 0 else 1.0
        for each in columns:
            value = both[each].cast("float64") * both.share * keeps
            changed[each] = value if each.startswith("expected_orders") else value.round(2).cast(_MONEY)
    return both.mutate(**changed).drop("share")
