"""Which tier has a person decided for a customer at a date? Overrides in force, one per customer.

Reads   overrides: customer_key, tier, begins_on, ends_on
Writes  overridden_key, override_rank: one row per customer with an override in force
Units   ranks are positions on the policy's ladder; the days of beginning and end are included
Keeps   of several overrides of a customer the one that began last, then the higher tier; a tier that the policy lacks binds nobody
Source  DESIGN section 6, step 1
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.domain.policies import Policy

OVERRIDES = ibis.schema({"customer_key": "int64", "tier": "string", "begins_on": "date", "ends_on": "date"})
"""What an override is to the rules; ``ends_on`` is null where it has no end."""


def overrides_in_force(overrides: ir.Table, *, policy: Policy, as_of: date) -> ir.Table:
    """The overrides that count at a review.

    Grain: one row per customer who has one: ``overridden_key``, ``override_rank``.
    """
    day = ibis.literal(as_of, type="date")
    ladder = [(overrides.tier == tier.slug, ibis.literal(rank, type="int64")) for rank, tier in enumerate(policy.tiers)]
    ranked = overrides.mutate(override_rank=ibis.cases(*ladder, else_=ibis.null("int64")))
    here = ranked.filter(
        ranked.begins_on <= day, ranked.ends_on.isnull() | (ranked.ends_on >= day), ranked.override_rank.notnull()
    )
    latest_first = [here.begins_on.desc(), here.override_rank.desc()]
    numbered = here.mutate(number=ibis.row_number().over(group_by=here.customer_key, order_by=latest_first))
    return numbered.filter(numbered.number == 0).select("override_rank", overridden_key="customer_key")
