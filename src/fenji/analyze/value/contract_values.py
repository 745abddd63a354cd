"""What will the contracts of each customer bring, if customers go on renewing at the same rates?

Reads   clean.contract
Writes  insight.contract_value: one row per customer with a contract in force
Units   money in the workspace's currency; whole months
Keeps   every customer with a contract in force at as_of, exactly once; its contracts together
Source  Fader and Hardie (2010), Customer-base valuation in a contractual setting, Marketing Science 29(1): who has renewed often is likelier
        to renew again, so what is expected of a contract grows with its age
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.analyze.value.contract_lengths import ALL_PLANS, completed_months
from fenji.analyze.value.sbg import SbgModel

_MONEY = "decimal(18, 2)"
YEAR = 12
OLDEST = 600
"""Months of age from which contracts count as equally old: fifty years."""
WEIGHTS = pa.schema(
    [
        ("curve", pa.string()),
        ("age", pa.int64()),
        ("staying", pa.float64()),
        ("fees_12m", pa.float64()),
        ("fees_clv", pa.float64()),
    ]
)


def renewal_weights(models: Mapping[str, SbgModel | None], *, months: int, rate_yearly: float) -> pa.Table:
    """How many fees are expected of a contract of each curve and age: curve, age, staying (after a year), fees_12m, fees_clv.

    Args:
        models: fitted curves by plan; plans without one use that of all.
        months: how far lifetime value looks ahead.
        rate_yearly: by how much less a year later is worth.
    """
    ages, ahead = np.arange(OLDEST + 1), np.arange(1, max(months, YEAR) + 1)
    discount = (1 + rate_yearly) ** (-ahead / YEAR)
    parts = []
    for curve, model in models.items():
        used = model or models.get(ALL_PLANS)
        if used is not None:
            # The k-th fee from now is paid by who renews k more times.
            still = used.survival((ages[:, None] + ahead).astype(np.float64)) / used.survival(ages.astype(np.float64))[:, None]
            columns = (still[:, YEAR - 1], still[:, :YEAR].sum(axis=1), (still * discount)[:, :months].sum(axis=1))
            parts.append(
                pa.table([pa.array([curve] * len(ages)), pa.array(ages, pa.int64()), *map(pa.array, columns)], schema=WEIGHTS)
            )
    return pa.concat_tables(parts) if parts else WEIGHTS.empty_table()


def contract_value(contract: ir.Table, weights: ir.Table, *, curves: list[str], as_of: date) -> ir.Table:
    """insight.contract_value.

    Args:
        contract: clean.contract; contracts that began after ``as_of`` and ends after it change nothing.
        weights: of ``renewal_weights``.
        curves: the plans that it knows; every other contract follows the curve of all.
        as_of: the last day that counts.
    """
    day = ibis.literal(as_of, type="date")
    running = contract.filter(contract.started_on <= day, ibis.coalesce(contract.ended_on > day, ibis.literal(True)))  # noqa: FBT003 - a value
    own = running.plan.isin(curves) if curves else ibis.literal(False)  # noqa: FBT003 - a value
    aged = running.select(
        "customer_key",
        fee=running.monthly_fee,
        plan_curve=ibis.ifelse(ibis.coalesce(own, ibis.literal(False)), running.plan, ibis.literal(ALL_PLANS)),  # noqa: FBT003 - a value
        months=ibis.least(completed_months(running.started_on, day), ibis.literal(OLDEST, type="int64")),
    )
    joined = aged.left_join(weights, (aged.plan_curve == weights.curve) & (aged.months == weights.age))
    fee = joined.fee.cast("float64")
    summed = joined.group_by("customer_key").aggregate(
        contracts=joined.count().cast("int64"),
        monthly_fee=joined.fee.sum().cast(_MONEY),
        contracts_12m=joined.staying.sum().round(6),
        # Each to the cent before they are added, so that no order of adding matters.
        expected_fees_12m=(fee * joined.fees_12m).cast(_MONEY).sum().cast(_MONEY),
        fee_clv=(fee * joined.fees_clv).cast(_MONEY).sum().cast(_MONEY),
    )
    return summed.mutate(as_of=day)
