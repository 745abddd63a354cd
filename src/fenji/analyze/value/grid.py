"""How many customers are high in value and low in potential, or the other way round, and in which tiers?

Reads   insight.customer_value, insight.tier_assignment
Writes  insight.value_grid: one row per tier, class of value and class of potential
Units   customers; money in the workspace's currency; expected numbers are not rounded to whole ones
Keeps   every customer of customer_value, exactly once: all rows sum to the whole base
Source  DESIGN section 4: value and potential are apart from the tier
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

_MONEY = "decimal(18, 2)"


def value_grid(customer_value: ir.Table, assignment: ir.Table, *, as_of: date) -> ir.Table:
    """Customers, revenue and expectations by tier and both classes.

    Args:
        customer_value: rows of other dates change nothing.
        assignment: insight.tier_assignment; rows of other dates change nothing.
        as_of: the date.
    """
    day = ibis.literal(as_of, type="date")
    values = customer_value.filter(customer_value.as_of == day)
    tiers = assignment.filter(assignment.as_of == day).select(tier_key="customer_key", tier="tier")
    joined = values.left_join(tiers, values.customer_key == tiers.tier_key)
    summed = joined.group_by("tier", "current_class", "potential_class").aggregate(
        customers=joined.count().cast("int64"),
        buyers=joined.count(where=joined.order_days > 0).cast("int64"),
        net_revenue_12m=joined.net_revenue_12m.sum().cast(_MONEY),
        margin_12m=joined.margin_12m.sum().cast(_MONEY),
        # Doubles added in another order differ in their last digits.
        alive=joined.p_alive.sum().round(6),
        expected_orders_12m=joined.expected_orders_12m.sum().round(6),
        expected_revenue_12m=joined.expected_revenue_12m.sum().cast(_MONEY),
        clv=joined.clv.sum().cast(_MONEY),
    )
    return summed.mutate(as_of=day)
