"""Who brought whom? One referrer per customer: the earliest that is somebody else.

Reads   raw.referral and raw.customer (its referrer_id) as typed rows, clean.identity
Writes  clean.referral: one row per referred customer
Units   days of the workspace's zone
Keeps   the earliest referral of every customer, those to oneself apart; where referrals go round in a circle, the latest of it is out
Source  the order is: dated before undated, earlier before later, the referral feed before the customer feed, then source, file and row
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare.attribution import kept, key_of
from fenji.prepare.rows import PROVENANCE, Check, leave_out
from fenji.tables.clean import REFERRAL

STATEMENT = ibis.schema(
    {
        "feed": "string",
        "source": "string",
        "file": "string",
        "row_number": "int64",
        "referred_key": "int64",
        "customer_key": "int64",
        "referred_at": "timestamp('UTC')",
        "referred_on": "date",
        "reason": "string",
        "field": "string",
        "came": "string",
    }
)
"""What ``link_referrals`` returns."""

Circles = Callable[[ir.Table], ir.Table]
"""Links (left, right), each left once, in; the nodes that come back to themselves out: (node, component)."""


def link_referrals(
    referral_rows: ir.Table,
    customer_rows: ir.Table,
    identity: ir.Table,
    sources: Sequence[Source],
    *,
    stage: Callable[[ir.Table], ir.Table],
    circles: Circles,
) -> ir.Table:
    """Every statement that somebody brought a customer, and whether it counts.

    Grain: one row per kept row of the referral feed, and per kept row of the customer feed that names a referrer.
    Keeps: all of them; ``reason`` is null for one per referred customer at most.

    Args:
        referral_rows: typed rows of the referral feed.
        customer_rows: attributed rows of the customer feed.
        identity: clean.identity.
        sources: the entries of sources.yaml.
        stage: computes an intermediate table once.
        circles: finds who comes back to themselves; runs on the engine.

    Returns:
        feed, source, file, row_number, referred_key, customer_key, referred_at, referred_on, reason, field, came.
    """
    statements = _stated(referral_rows, customer_rows, identity, sources)
    unknown = statements["referred_key"].isnull() | statements["customer_key"].isnull()
    oneself = statements["referred_key"] == statements["customer_key"]
    judged = leave_out(statements, [Check(unknown, Reason.MISSING_CUSTOMER), Check(oneself, Reason.SELF_REFERRAL, "referrer_id")])
    counts = judged["reason"].isnull()
    earliest = ibis.row_number().over(group_by=[judged["referred_key"], counts], order_by=_earliest_first(judged))
    placed = judged.mutate(earlier=earliest)
    judged = stage(leave_out(placed, [Check(placed["earlier"] > 0, Reason.LATER_REFERRAL, "customer_id")]).drop("earlier"))
    return _without_circles(judged, circles)


def judge_referrals(referral_rows: ir.Table, statements: ir.Table) -> ir.Table:
    """The typed rows of the referral feed with the reason for which a referral does not count.

    Grain: one row per row given.
    Keeps: every row.
    """
    own = statements.filter(statements["feed"] == str(Feed.REFERRAL))
    own = own.select(**{f"own_{name}": own[name] for name in (*PROVENANCE, "reason", "field")})
    joined = referral_rows.left_join(own, [referral_rows[name] == own[f"own_{name}"] for name in PROVENANCE])
    found = joined.select(*referral_rows.columns, "own_reason", "own_field")
    reason = ibis.coalesce(found["reason"], found["own_reason"])
    field = ibis.ifelse(found["reason"].isnull(), found["own_field"], found["field"])
    return found.mutate(reason=reason, field=field).select(referral_rows.columns)


def make_referrals(statements: ir.Table, first_days: ir.Table) -> ir.Table:
    """clean.referral.

    Args:
        statements: from ``link_referrals``.
        first_days: customer_key, first_seen_on; the day where the statement has none.
    """
    counted = kept(statements)
    days = first_days.select(seen_key="customer_key", first_seen_on="first_seen_on")
    joined = counted.left_join(days, counted["referred_key"] == days["seen_key"])
    found = joined.select("referred_key", "customer_key", "referred_on", "first_seen_on")
    found = found.mutate(referred_on=ibis.coalesce(found["referred_on"], found["first_seen_on"]))
    return found.select(REFERRAL.schema.names).cast(REFERRAL.schema)


def _stated(referral_rows: ir.Table, customer_rows: ir.Table, identity: ir.Table, sources: Sequence[Source]) -> ir.Table:
    columns = ("feed", *PROVENANCE, "referred_key", "customer_key", "referred_at", "referred_on", "reason", "field", "came")
    told = kept(referral_rows)
    told = key_of(told, "customer_id", "referred_key", identity, sources)
    told = key_of(told, "referrer_id", "customer_key", identity, sources).mutate(feed=ibis.literal(str(Feed.REFERRAL)))
    registered = kept(customer_rows).filter(lambda t: t["referrer_id"].notnull())
    registered = registered.mutate(referred_key="customer_key", referred_at="registered_at", referred_on="registered_on")
    registered = key_of(registered.drop("customer_key"), "referrer_id", "customer_key", identity, sources)
    registered = registered.mutate(feed=ibis.literal(str(Feed.CUSTOMER)))
    return told.select(columns).union(registered.select(columns), distinct=False)


def _earliest_first(statements: ir.Table) -> list[ir.Value]:
    is_registration = statements["feed"] == str(Feed.CUSTOMER)
    return [
        statements["referred_at"].asc(nulls_first=False),
        is_registration.asc(),
        *(statements[name].asc() for name in PROVENANCE),
    ]


def _latest_first(statements: ir.Table) -> list[ir.Value]:
    is_registration = statements["feed"] == str(Feed.CUSTOMER)
    return [
        statements["referred_at"].desc(nulls_first=True),
        is_registration.desc(),
        *(statements[name].desc() for name in PROVENANCE),
    ]


def _without_circles(judged: ir.Table, circles: Circles) -> ir.Table:
    """The latest referral of every circle is out; without it, the others have a beginning."""
    counted = kept(judged)
    found = circles(counted.select(left="referred_key", right="customer_key"))
    joined = counted.join(found, counted["referred_key"] == found["node"])
    around = joined.select("feed", *PROVENANCE, "referred_at", "component")
    place = ibis.row_number().over(group_by="component", order_by=_latest_first(around))
    numbered = around.select(**{f"last_{name}": around[name] for name in ("feed", *PROVENANCE)}, place=place)
    last = numbered.filter(numbered["place"] == 0)
    marked = judged.left_join(last, [judged[name] == last[f"last_{name}"] for name in ("feed", *PROVENANCE)])
    marked = marked.select(*judged.columns, "place")
    return leave_out(marked, [Check(marked["place"].notnull(), Reason.CIRCULAR_REFERRAL, "referrer_id")]).drop("place")
