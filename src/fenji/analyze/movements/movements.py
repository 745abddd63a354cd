"""Who went from which tier to which between two reviews, and who is new, back or lost?

Reads   insight.tier_assignment
Writes  insight.tier_movement: one row per pair of tiers and cause that occurs
Units   customers; money in the workspace's currency, of the twelve months up to the later review
Keeps   every customer who stands in a tier at one of the two reviews, exactly once; who is lost at both, or at the first sight of
        them, stands nowhere and moves nowhere
Source  DESIGN section 6; a stay that began at or before the earlier review is no movement, and the flow statements hold that to the counts
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.domain.policies import Cause
from fenji.tables.insight import TIER_MOVEMENT


def count_movements(before: ir.Table, after: ir.Table, *, earlier_on: date, as_of: date) -> ir.Table:
    """Customers and their revenue by the tier that they came from, the tier that they stand in, and the cause.

    Args:
        before: the assignments of the earlier review; rows of other dates change nothing.
        after: the assignments of the later review; rows of other dates change nothing.
        earlier_on: the earlier review date.
        as_of: the later review date. Where reviews lie between the two, causes are those of this one.

    Grain: one row per pair of tiers and cause that occurs (insight.tier_movement), also where the tier stays.
    Keeps: every customer who stands in a tier at one of the reviews, exactly once.
    """
    pairs = paired_tiers(before, after, earlier_on=earlier_on, as_of=as_of)
    counted = pairs.group_by("from_tier", "to_tier", "cause").aggregate(
        customers=pairs.count().cast("int64"), net_revenue_12m=pairs.net_revenue_12m.sum().cast("decimal(18, 2)")
    )
    return counted.mutate(as_of=ibis.literal(as_of, type="date")).select(*TIER_MOVEMENT.schema.names)


def paired_tiers(before: ir.Table, after: ir.Table, *, earlier_on: date, as_of: date) -> ir.Table:
    """Each customer's tier at the one review beside that at the other.

    Args: as ``count_movements``.

    Grain: one row per customer: customer_key, from_tier, to_tier, cause, net_revenue_12m.
    Keeps: every customer who stands in a tier at one of the reviews.
    """
    later = after.filter(after.as_of == ibis.literal(as_of, type="date"))
    later = later.select(
        "customer_key",
        to_tier="tier",
        said="cause",
        net_revenue_12m="net_revenue_12m",
        is_stay=later.since_on <= ibis.literal(earlier_on, type="date"),
    )
    # Most stay where they are, and their own row says so; only the others are looked for in the earlier review.
    here = later.filter(later.is_stay, later.to_tier.notnull())
    stayed = here.select("customer_key", from_tier="to_tier", to_tier="to_tier", cause="said", net_revenue_12m="net_revenue_12m")
    return stayed.union(_arrived_and_moved(before, later.filter(~later.is_stay), earlier_on))


def _arrived_and_moved(before: ir.Table, later: ir.Table, earlier_on: date) -> ir.Table:
    """Those whose stay, or loss, is newer than the earlier review, with what they were then."""
    earlier = before.filter(before.as_of == ibis.literal(earlier_on, type="date"))
    earlier = earlier.select(earlier_key="customer_key", from_tier="tier")
    both = later.left_join(earlier, later.customer_key == earlier.earlier_key)
    cause = ibis.cases(
        (both.to_tier.isnull(), ibis.literal(Cause.LOST.value)),
        (both.earlier_key.isnull(), ibis.literal(Cause.NEW.value)),
        (both.from_tier.isnull(), ibis.literal(Cause.RETURNED.value)),
        else_=both.said,
    )
    stood = both.filter(both.from_tier.notnull() | both.to_tier.notnull())
    return stood.select("customer_key", "from_tier", "to_tier", cause=cause, net_revenue_12m=stood.net_revenue_12m)
