"""Who may become a frequent customer: new or infrequent so far, but many orders are expected?

Reads   insight.customer_metric, insight.customer_value, insight.tier_assignment
Writes  insight.frequent_candidate: one row per candidate
Units   orders; expected ones are order days
Keeps   customers with an order, new or with few orders in twelve months, whose expected orders stand in the top share of all customers who
        have ever ordered; nobody where the same is expected of all
Source  decision 0024; the expectation is that of the value models (BG/NBD or its modified form), the threshold as in ``top n%``
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.rules.distributions import top_threshold
from fenji.domain.priority import Frequent, PriorityRules
from fenji.tables.insight_priority import FREQUENT_CANDIDATE


def frequent_candidates(panel: ir.Table, value: ir.Table, assignment: ir.Table, *, rules: PriorityRules, as_of: date) -> ir.Table:
    """insight.frequent_candidate.

    Args:
        panel: insight.customer_metric at the date.
        value: insight.customer_value at the date.
        assignment: insight.tier_assignment at the date.
        rules: who is new, what is infrequent, how large the top share is.
        as_of: last day that counts.
    """
    foretold = value.filter(value.expected_orders_12m.notnull())
    threshold = top_threshold(foretold, "expected_orders_12m", rules.frequent_share)
    lowest = foretold.aggregate(least=foretold.expected_orders_12m.min())
    wide = foretold.cross_join(threshold).cross_join(lowest)
    top = wide.filter(wide.expected_orders_12m >= wide.threshold, wide.expected_orders_12m > wide.least)
    top = top.select("expected_orders_12m", "expected_revenue_12m", "threshold", value_key="customer_key")
    seen = panel.select("customer_key", "orders_12m", "days_since_first_order", "net_revenue_12m")
    joined = seen.join(top, seen.customer_key == top.value_key).drop("value_key")
    tiers = assignment.select(tier_key="customer_key", tier="tier")
    joined = joined.left_join(tiers, joined.customer_key == tiers.tier_key).drop("tier_key")
    is_new = (joined.days_since_first_order <= rules.new_days).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
    found = joined.filter(joined.days_since_first_order.notnull(), is_new | (joined.orders_12m <= rules.frequent_orders))
    order = [found.expected_orders_12m.desc(), found.customer_key.asc()]
    return (
        found.mutate(
            as_of=ibis.literal(as_of, type="date"),
            place=(ibis.row_number().over(order_by=order) + 1).cast("int64"),
            kind=ibis.ifelse(found.days_since_first_order <= rules.new_days, str(Frequent.NEW), str(Frequent.INFREQUENT)),
            least_expected_orders=found.threshold,
        )
        .select(FREQUENT_CANDIDATE.schema.names)
        .cast(FREQUENT_CANDIDATE.schema)
    )
