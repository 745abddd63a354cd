"""How many customers stand in another tier in one set of assignments than in another? For people who compare two runs."""

from __future__ import annotations

import ibis.expr.types as ir


def count_elsewhere(first: ir.Table, second: ir.Table) -> ir.Table:
    """Customers whose tier is not the same in both sets, by their tiers; customers are the same by their key.

    Args:
        first: assignments of one review (insight.tier_assignment).
        second: those of another review, or of the same one by another run.

    Grain: one row per pair of tiers that occurs: tier_a, tier_b, customers; null where they stand in no tier there or are not known.
    Keeps: everybody who stands in a tier in at least one of them, and not in the same in both.
    """
    both = first.select(key_a="customer_key", tier_a="tier").outer_join(
        second.select(key_b="customer_key", tier_b="tier"), [("key_a", "key_b")]
    )
    moved = both.filter(~both["tier_a"].identical_to(both["tier_b"]))
    return moved.group_by("tier_a", "tier_b").aggregate(customers=moved.count().cast("int64"))
