"""Who has changed since the run before, and whose tier falls at the next review if nothing happens? For those who hear of it.

A run of every night decides the tiers of yesterday; a change is one between its last review and that of the run before, so that it
is found once and not on every night of a month.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from fenji.domain.events import EventKind
from fenji.domain.policies import Cause


def changes_of(before: ir.Table, after: ir.Table, ranks: Mapping[str, int]) -> ir.Table:
    """The events of single customers between two runs.

    Args:
        before: the assignments at the last review of the run before; one row per customer.
        after: those of this run.
        ranks: the tiers of this run's policy, 0 for the lowest. A tier that it does not have is neither above nor below another.

    Grain: one row per customer and event: customer_key, kind, from_tier, to_tier, cause; the last three null where there is none.
    Keeps: no one who stands where they stood, unless the tier will fall and would not have at the run before.
    """
    earlier = _with_ranks(before, ranks)
    earlier = earlier.select(
        earlier_key="customer_key", from_tier="tier", from_rank="rank", would_fall="falls_next", fell_from="tier"
    )
    later = _with_ranks(after, ranks)
    both = later.left_join(earlier, later.customer_key == earlier.earlier_key)
    kind = ibis.cases(
        (both.earlier_key.isnull() & both.tier.notnull(), ibis.literal(str(EventKind.CUSTOMER_NEW))),
        (both.earlier_key.notnull() & both.from_tier.isnull() & both.tier.notnull(), str(EventKind.CUSTOMER_RETURNED)),
        (both.from_tier.notnull() & both.tier.isnull(), str(EventKind.CUSTOMER_LOST)),
        (both["rank"] > both.from_rank, str(EventKind.TIER_UPGRADED)),
        (both["rank"] < both.from_rank, str(EventKind.TIER_DOWNGRADED)),
        else_=ibis.null("string"),
    )
    moved = both.mutate(kind=kind)
    moved = moved.filter(moved.kind.notnull()).select("customer_key", "kind", "from_tier", to_tier="tier", cause="cause")
    was_told = ibis.coalesce(both.would_fall, ibis.literal(value=False)) & (both.fell_from == both.tier)
    falling = both.filter(both.falls_next & ~ibis.coalesce(was_told, ibis.literal(value=False)))
    falling = falling.select(
        "customer_key",
        kind=ibis.literal(str(EventKind.TIER_WILL_FALL)),
        from_tier="tier",
        to_tier=ibis.null("string"),
        cause=ibis.null("string"),
    )
    return moved.union(falling)


def batch_of(changes: ir.Table, kinds: tuple[EventKind, ...], *, after_key: int, limit: int) -> ir.Table:
    """Events of the next customers behind a key, in the order of keys; a customer's events may be cut by the limit.

    Args:
        changes: see ``changes_of``.
        kinds: only these.
        after_key: of the last customer that is done.
        limit: rows.
    """
    wanted = changes.filter(changes.customer_key > after_key, changes.kind.isin([str(each) for each in kinds]))
    return wanted.order_by(wanted.customer_key.asc(), wanted.kind.asc()).limit(limit)


def counted(changes: ir.Table) -> ir.Table:
    """How many customers went from which tier to which. Grain: one row per kind and pair of tiers that occurs."""
    found = changes.group_by("kind", "from_tier", "to_tier").aggregate(customers=changes.count().cast("int64"))
    return found.order_by(found.kind.asc(), found.from_tier.asc(nulls_first=True), found.to_tier.asc(nulls_first=True))


def _with_ranks(assignment: ir.Table, ranks: Mapping[str, int]) -> ir.Table:
    rank = _rank(assignment.tier, ranks)
    kept = ibis.greatest(_or_below(_rank(assignment.kept_tier, ranks)), _or_below(_rank(assignment.qualified_tier, ranks)))
    nothing_left = (assignment.grace_left == 0) & (assignment.hold_left == 0) & (assignment.cause != str(Cause.OVERRIDE))
    falls = ibis.coalesce((kept < rank) & nothing_left, ibis.literal(value=False))
    return assignment.select("customer_key", "tier", "cause", rank=rank, falls_next=falls)


def _rank(tier: ir.StringValue, ranks: Mapping[str, int]) -> ir.IntegerValue:
    if not ranks:
        return ibis.null("int64")
    return ibis.cases(
        *((tier == slug, ibis.literal(rank, type="int64")) for slug, rank in ranks.items()), else_=ibis.null("int64")
    )


def _or_below(rank: ir.IntegerValue) -> ir.IntegerValue:
    return ibis.coalesce(rank, ibis.literal(-1, type="int64"))
