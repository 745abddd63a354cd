"""How long do the customers of each tier stay, counted from a past date?

Reads   insight.tier_assignment, insight.customer_metric, clean.order_line, clean.contract
Writes  insight.churn_survival: one row per tier and 30 days
Units   days after the past date; shares 0..1
Keeps   customers who were active on that day; who has not left by as_of is known to have stayed until then, and no longer. What leaving is,
        is the outcome that is predicted (``examples``): at the end of the horizon the share is what the back-test of that day observes
Source  Kaplan and Meier 1958, with Greenwood's variance (``analyze/value/survival.py``); of contracts plain shares with Wilson's interval;
        decisions 0026 and 0048
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.analyze.churn.figures import share_interval
from fenji.analyze.value.survival import SurvivalCurve, kaplan_meier
from fenji.domain.churn import ChurnBy, ChurnRules
from fenji.tables.insight_churn import CHURN_SURVIVAL

STEP_DAYS = 30


def times_to_leaving(
    panel: ir.Table, order_line: ir.Table | None, assignment: ir.Table, *, from_on: date, rules: ChurnRules, as_of: date
) -> ir.Table:
    """Days from a past date to leaving, or to the end of what is known.

    A customer leaves at the end of the customer's limit, as it was on the past date, where no order came within it: counted from the past
    date, as in the outcome that is predicted, and then from each order. An order after that is a return, and does not undo the leaving.

    Args:
        panel: the panel of the past date with days_since_last_order, and by rhythm mean_days_between_orders.
        order_line: clean.order_line; rows after ``as_of`` change nothing. None where there are no orders.
        assignment: tiers of the past date; who has none is left out.
        from_on: the past date.
        rules: when a customer has left.
        as_of: the last day that counts.

    Grain: one row per tier, days and has_left that occurs: customers.
    """
    active = _active(panel, assignment, rules)
    ended = _first_gap(active, order_line, from_on, as_of) if order_line is not None else None
    if ended is None:
        timed = active.mutate(leaves_after=ibis.null("int64"))
    else:
        timed = active.left_join(ended, active.customer_key == ended.gap_key).select(*active.columns, "leaves_after")
    return _counted(timed, (as_of - from_on).days)


def contracts_later(contract: ir.Table, assignment: ir.Table, *, from_on: date, ends: Sequence[int]) -> ir.Table:
    """How many of those with a contract in force on a past date have one in force some days later, also one begun since.

    Args:
        contract: clean.contract.
        assignment: tiers of the past date; who has none is left out.
        from_on: the past date.
        ends: days after it, none after the last day that counts.

    Grain: one row per tier: customers, and in_force_N for each of the days.
    """
    found = _in_force(contract, from_on)
    bound = contract.group_by(run_key="customer_key").aggregate(
        at_first=found.max(), **{f"in_force_{end}": _in_force(contract, from_on + timedelta(days=end)).max() for end in ends}
    )
    tiers = _tiers(assignment)
    both = tiers.inner_join(bound, tiers.tier_key == bound.run_key)
    both = both.filter(both.at_first == 1)
    sums = {f"in_force_{end}": both[f"in_force_{end}"].sum().cast("int64") for end in ends}
    return both.group_by("tier").aggregate(customers=both.count().cast("int64"), **sums)


def contract_rows(
    counts: Iterable[Mapping[str, Any]], tiers: Sequence[str], *, from_on: date, ends: Sequence[int], as_of: date
) -> pa.Table:
    """The shares of ``contracts_later``, in the shape of their contract; arguments as of ``survival_rows``."""
    by_tier, rows = {each["tier"]: each for each in counts}, []
    for rank, tier in enumerate(tiers):
        if (own := by_tier.get(tier)) is None:
            continue
        customers = own["customers"]
        said = {"as_of": as_of, "from_on": from_on, "tier": tier, "rank": rank, "customers": customers}
        for end in ends:
            staying = own[f"in_force_{end}"]
            lower, upper = share_interval(staying, customers) if 0 < staying < customers else (None, None)
            rows.append({**said, "days": end, "staying": staying / customers, "lower": lower, "upper": upper})
    return pa.Table.from_pylist(rows, schema=CHURN_SURVIVAL.schema.to_pyarrow())


def _in_force(contract: ir.Table, day: date) -> ir.IntegerValue:
    """1 where a contract is in force on a day; ``ended_on`` is the first day on which it no longer is."""
    on = ibis.literal(day, type="date")
    return ((contract.started_on <= on) & (contract.ended_on.isnull() | (contract.ended_on > on))).cast("int64")


def ends_of(*, from_on: date, as_of: date, horizon_days: int) -> list[int]:
    """Days after the past date at which shares are told: every 30 days, and the horizon of the forecast.

    >>> ends_of(from_on=date(2025, 1, 1), as_of=date(2025, 4, 11), horizon_days=45)
    [30, 45, 60, 90]
    """
    known = (as_of - from_on).days
    return sorted({*range(STEP_DAYS, known + 1, STEP_DAYS), *([horizon_days] if horizon_days <= known else [])})


def survival_rows(
    counts: Iterable[Mapping[str, Any]], tiers: Sequence[str], *, from_on: date, ends: Sequence[int], as_of: date
) -> pa.Table:
    """The curves at some days, in the shape of their contract.

    Args:
        counts: the fetched rows of ``times_to_leaving``.
        tiers: lowest first.
        from_on: the past date.
        ends: of ``ends_of``.
        as_of: the last day that counts.
    """
    fetched = list(counts)
    rows = []
    for rank, tier in enumerate(tiers):
        own = [each for each in fetched if each["tier"] == tier]
        if not own:
            continue
        weights = [each["customers"] for each in own]
        curve = kaplan_meier([each["days"] for each in own], [each["has_left"] > 0 for each in own], weights)
        said = {"as_of": as_of, "from_on": from_on, "tier": tier, "rank": rank, "customers": sum(weights)}
        rows += [{**said, "days": end, **_at(curve, end)} for end in ends]
    types = CHURN_SURVIVAL.schema.to_pyarrow()
    return pa.Table.from_pylist(rows, schema=types)


def _at(curve: SurvivalCurve, end: int) -> dict[str, float | None]:
    place = int(np.searchsorted(curve.times, end, side="right")) - 1
    if place < 0:
        return {"staying": 1.0, "lower": None, "upper": None}
    lower, upper = (float(each[place]) for each in curve.interval())
    known = math.isfinite(lower) and math.isfinite(upper)
    return {"staying": float(curve.survival[place]), "lower": lower if known else None, "upper": upper if known else None}


def _active(panel: ir.Table, assignment: ir.Table, rules: ChurnRules) -> ir.Table:
    """Active customers of the past date with their tier and the whole days of silence that they are allowed."""
    silent = panel.days_since_last_order
    limit: ir.Value = ibis.literal(float(rules.days), type="float64")
    if rules.by is ChurnBy.RHYTHM:
        least, most = float(rules.least_days), float(rules.most_days)
        own = panel.mean_days_between_orders * float(rules.intervals)
        own = ibis.ifelse(own < least, least, ibis.ifelse(own > most, most, own))
        limit = ibis.coalesce(own, float(min(rules.days, rules.most_days)))
    known = panel.select("customer_key", silent_days=silent, allowed=limit.floor().cast("int64"))
    known = known.filter(known.silent_days <= known.allowed)
    tiers = _tiers(assignment)
    return known.inner_join(tiers, known.customer_key == tiers.tier_key).select(*known.columns, "tier")


def _tiers(assignment: ir.Table) -> ir.Table:
    return assignment.filter(assignment.tier.notnull()).select(tier_key="customer_key", tier="tier")


def _first_gap(active: ir.Table, order_line: ir.Table, from_on: date, as_of: date) -> ir.Table:
    """For customers who left: on which day after the past date their limit was over."""
    start, last = ibis.literal(from_on, type="date"), ibis.literal(as_of, type="date")
    sales = order_line.filter(order_line.kind == "sale", order_line.ordered_on > start, order_line.ordered_on <= last)
    days = sales.select(day_key="customer_key", day=sales.ordered_on.delta(start, unit="day").cast("int64")).distinct()
    joined = active.inner_join(days, active.customer_key == days.day_key).select("customer_key", "allowed", "day")
    # A pause is over with the first order after it; the day after what is known closes the last one.
    opening = active.select("customer_key", "allowed", day=ibis.literal(0, type="int64"))
    closing = active.select("customer_key", "allowed", day=ibis.literal((as_of - from_on).days + 1, type="int64"))
    every = ibis.union(opening, joined, closing)
    before = every.day.lag().over(group_by=every.customer_key, order_by=every.day)
    gaps = every.mutate(silence_from=before)
    long = gaps.filter(gaps.day - gaps.silence_from > gaps.allowed)
    return long.group_by(gap_key="customer_key").aggregate(leaves_after=(long.silence_from + long.allowed).min())


def _counted(timed: ir.Table, known_days: int) -> ir.Table:
    days = ibis.coalesce(timed.leaves_after, known_days)
    rows = timed.select("tier", days=days.cast("int64"), has_left=timed.leaves_after.notnull().cast("int64"))
    return rows.group_by("tier", "days", "has_left").aggregate(customers=rows.count().cast("int64"))
