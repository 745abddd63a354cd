"""How many months have contracts lasted, and how many of them are over?

Reads   clean.contract
Writes  nothing stored: customers' contracts in groups of bounded number
Units   whole months: a contract that ends within its second month, or with it, ended in month 2
Keeps   contracts that are running count for the months that they have completed; one that has not completed any tells nothing
Source  decision 0022
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.analyze.value.sbg import SbgModel, fit_sbg
from fenji.analyze.value.survival import SurvivalCurve, kaplan_meier

ALL_PLANS = "all"
"""Every contract together."""
MOST_PLANS = 20
"""The largest ones, that have a curve of their own."""


def contract_lengths(contract: ir.Table, *, as_of: date) -> ir.Table:
    """Contracts by plan, completed or last month, and whether they are over.

    Args:
        contract: clean.contract; contracts that began after ``as_of`` and ends after it change nothing.
        as_of: the last day that counts.

    Grain: one row per combination: plan (null: none), period, is_over, contracts.
    """
    day = ibis.literal(as_of, type="date")
    begun = contract.filter(contract.started_on <= day)
    is_over = ibis.coalesce(begun.ended_on <= day, ibis.literal(False))  # noqa: FBT003 - a value, not a mode
    seen = begun.select("plan", began=begun.started_on, until=ibis.ifelse(is_over, begun.ended_on, day), is_over=is_over)
    one, zero = ibis.literal(1, type="int64"), ibis.literal(0, type="int64")
    running = completed_months(seen.began, seen.until)
    # Of a month that is not completed, what is over counts as having ended in it.
    has_more_days = seen.until.day() != seen.began.day()
    over = ibis.greatest(running + ibis.ifelse(has_more_days, one, zero), one)
    timed = seen.mutate(period=ibis.ifelse(seen.is_over, over, running))
    completed = timed.filter(timed.period >= 1)
    return completed.group_by("plan", "period", "is_over").aggregate(contracts=completed.count().cast("int64"))


def completed_months(began: ir.DateValue, until: ir.DateValue) -> ir.IntegerValue:
    """Whole months from one day to another: from the 15th to the 14th of the next month none, to the 15th one."""
    months = (until.year() - began.year()) * 12 + until.month() - began.month()
    lacks_days = ibis.ifelse(until.day() < began.day(), ibis.literal(1, type="int64"), ibis.literal(0, type="int64"))
    return months.cast("int64") - lacks_days


def largest_plans(lengths: ir.Table) -> ir.Table:
    """The plans with most contracts, at most ``MOST_PLANS``: plan, contracts."""
    named = lengths.filter(lengths.plan.notnull())
    counted = named.group_by("plan").aggregate(contracts=named.contracts.sum())
    return counted.order_by([ibis.desc("contracts"), ibis.asc("plan")]).limit(MOST_PLANS)


def curves_of(
    rows: Iterable[Mapping[str, Any]], plans: Iterable[str]
) -> tuple[dict[str, SurvivalCurve], dict[str, SbgModel | None]]:
    """The counted and the fitted curve of all contracts and of some plans.

    Args:
        rows: plan, period, is_over and contracts; plans that are not listed have a null.
        plans: those with a curve of their own.
    """
    listed = list(rows)
    if not listed:
        return {}, {}
    # Decision 0022: a plan that happens to be called "all" would collide with the whole and is left in it.
    parts = {ALL_PLANS: listed, **{plan: [row for row in listed if row["plan"] == plan] for plan in plans if plan != ALL_PLANS}}
    curves = {
        name: kaplan_meier([row["period"] for row in own], [row["is_over"] for row in own], [row["contracts"] for row in own])
        for name, own in parts.items()
        if own
    }
    return curves, {name: _fitted(own) for name, own in parts.items()}


def _fitted(rows: list[Mapping[str, Any]]) -> SbgModel | None:
    last = max((row["period"] for row in rows), default=0)
    lost, running = [0] * last, [0] * last
    for row in rows:
        (lost if row["is_over"] else running)[row["period"] - 1] += row["contracts"]
    return fit_sbg(lost, 0, censored_by_period=running) if last else None
