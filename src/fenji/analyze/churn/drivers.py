"""What drives the risk over all customers, and does it raise or lower it where it is true?

Reads   insight.churn_risk as scored, with what each driver adds
Writes  insight.churn_driver: one row per driver that the model uses
Units   contributions in log odds
Keeps   active customers only; shares sum to 1 where anything contributes
Source  decision 0026
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.churn.reasons import MOST_REASONS
from fenji.analyze.churn.scoring import MICRO
from fenji.domain.churn import Driver
from fenji.tables.insight_churn import CHURN_DRIVER


def churn_driver(scored: ir.Table, *, drivers: Sequence[Driver], as_of: date) -> ir.Table:
    """How much each driver weighs.

    Args:
        scored: rows of ``scoring.scored_schema``.
        drivers: the drivers whose columns it has.
        as_of: the date.
    """
    active = scored.filter(scored.is_at_risk_set)
    taken: dict[str, ir.Value] = {}
    for number, driver in enumerate(drivers):
        added, is_true = active[f"added_{driver}"], active[f"true_{driver}"]
        named = ibis.or_(*(active[f"reason_{place}"] == str(driver) for place in range(1, MOST_REASONS + 1))).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
        taken |= {
            f"weight_{number}": added.abs().sum(),
            f"true_{number}": is_true.cast("int64").sum(),
            f"raised_{number}": added.sum(where=is_true),
            f"named_{number}": named.cast("int64").sum(),
        }
    if not drivers:
        return _nothing(active, as_of)
    sums = active.aggregate(customers=active.count(), **taken)
    everything = sum((sums[f"weight_{number}"] for number in range(1, len(drivers))), sums["weight_0"]).cast("float64")
    rows = [_row(sums, number, driver, everything, as_of) for number, driver in enumerate(drivers)]
    return ibis.union(*rows) if len(rows) > 1 else rows[0]


def _row(sums: ir.Table, number: int, driver: Driver, everything: ir.FloatingValue, as_of: date) -> ir.Table:
    weight, customers = sums[f"weight_{number}"].cast("float64"), sums.customers.cast("float64").nullif(0)
    true = sums[f"true_{number}"]
    return sums.select(
        as_of=ibis.literal(as_of, type="date"),
        driver=ibis.literal(str(driver)),
        mean_contribution=(weight / customers / MICRO).fill_null(0.0),
        share=(weight / everything.nullif(0)).fill_null(0.0),
        customers=true.fill_null(0).cast("int64"),
        contribution_where_true=sums[f"raised_{number}"].cast("float64") / true.cast("float64").nullif(0) / MICRO,
        reasons=sums[f"named_{number}"].fill_null(0).cast("int64"),
    )


def _nothing(active: ir.Table, as_of: date) -> ir.Table:
    """No rows: the recency rule weighs nothing else."""
    none = active.filter(ibis.literal(False))  # noqa: FBT003 - Ibis takes the value alone
    kinds = {each.name: ibis.null(each.type) for each in CHURN_DRIVER.columns}
    return none.select(**{**kinds, "as_of": ibis.literal(as_of, type="date")})
