"""Is a customer still with us, and is today the customer's own day? Time since the last order or event, contracts, anniversaries of joining.

Reads   insight.customer_metric beside columns of clean.customer, as ``tiers.rule_basis`` joins them
Writes  nothing: expressions only
Units   local calendar days
Keeps   two-valued logic: where nothing is known of a customer's activity, the customer is not lost
Source  decision 0017
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.contracts import CONTRACTS_RUNNING
from fenji.analyze.metrics.events import LAST_EVENT
from fenji.analyze.rules.holds import CUSTOMER_PREFIX
from fenji.domain.periods import is_month_end
from fenji.domain.reviews import LostRule

LAST_ORDER = "days_since_last_order"
RHYTHM = "mean_days_between_orders"


def metrics_for_lost(lost: LostRule, known: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics of a workspace that tell who is lost; events only where the workspace has any."""
    if not lost.is_on:
        return ()
    wanted = (LAST_ORDER, LAST_EVENT.slug, CONTRACTS_RUNNING.slug, *((RHYTHM,) if lost.after_intervals is not None else ()))
    return tuple(each for each in wanted if each in known)


def is_lost(table: ir.Table, lost: LostRule, *, as_of: date) -> ir.BooleanValue:
    """Whether each customer has been silent for longer than the rule allows: true or false, never null.

    Who has a running contract is with us, however silent.
    """
    spans = [table[name] for name in (LAST_ORDER, LAST_EVENT.slug) if name in table.columns]
    first_seen = ibis.literal(as_of, type="date").delta(table[CUSTOMER_PREFIX + "first_seen_on"], unit="day").cast("int64")
    # Both engines leave nulls out of ``least``; in a customer without any activity only the day of joining is left.
    active = ibis.least(*spans) if len(spans) > 1 else spans[0]
    silent = ibis.coalesce(active, first_seen).cast("float64")
    fixed = ibis.null("float64") if lost.after_days is None else ibis.literal(float(lost.after_days), type="float64")
    limit = fixed if lost.after_intervals is None else ibis.coalesce(table[RHYTHM] * float(lost.after_intervals), fixed)
    lost_by_silence = (silent > limit).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
    if CONTRACTS_RUNNING.slug not in table.columns:
        return lost_by_silence
    return lost_by_silence & (table[CONTRACTS_RUNNING.slug] == 0)


def has_anniversary(table: ir.Table, *, as_of: date) -> ir.BooleanValue:
    """Whether the month of the review, up to its day, holds the day on which the customer joined in an earlier year.

    Who joined on 29 February has the day on 28 February of other years. Without any date the year ends with 31 December.
    """
    registered, seen = (table[CUSTOMER_PREFIX + name] for name in ("registered_on", "first_seen_on"))
    joined = ibis.coalesce(registered, seen, ibis.literal(date(1970, 12, 31), type="date"))
    is_month = joined.month() == as_of.month
    is_past = is_month if is_month_end(as_of) else is_month & (joined.day() <= as_of.day)
    return is_past & (joined.year() < as_of.year)
