"""What do totals answer of a customer who is known by nothing else? What they cover; all else is unknown, and never 0.

Reads   clean.balance, clean.order_line
Writes  nothing stored: columns beside the panel, and what its metrics of orders are for such customers
Units   money in the workspace's currency; days are local calendar days
Keeps   one row per customer who has totals and, by the as-of day, no order line: where orders are known, totals are no money
Source  decision 0032
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.orders import ORDER
from fenji.analyze.metrics.values import whole_ones
from fenji.domain.metrics import Aggregate, Fact, Metric
from fenji.domain.periods import Window, WindowUnit
from fenji.domain.sources import TotalsPeriod
from fenji.tables.insight import metric_type

MOST_DAYS_OLD = 31
"""Totals of a month ago are those of today, as far as anybody can tell."""

MOST_DAYS_AHEAD = 7
"""A list that was downloaded a few days after the as-of day and does not say when its customers bought last."""

_YEAR = Window(WindowUnit.MONTHS, 12)
_ROLES = {"lifetime": TotalsPeriod.LIFETIME, "year": TotalsPeriod.LAST_12_MONTHS}
_EMPTY_IS_ZERO = (Aggregate.SUM, Aggregate.COUNT, Aggregate.COUNT_DISTINCT)


def known_by_totals(facts: Mapping[Fact, ir.Table], *, as_of: date) -> ir.Table:
    """Customers of whom there are totals and no order line by ``as_of``, with the newest totals of each period.

    Grain: one row per such customer: ``by_totals``, and total, orders, first_on, last_on and as_of of ``lifetime`` and ``year``.

    Args:
        facts: the clean tables that have rows; clean.balance is one of them.
        as_of: last day that counts.
    """
    balance = facts[Fact.BALANCE]
    people = balance.select("customer_key").distinct()
    if Fact.ORDER_LINE in facts:
        lines = facts[Fact.ORDER_LINE]
        bought = lines.filter(lines.customer_key.notnull(), lines.ordered_on <= _day(as_of)).select("customer_key").distinct()
        people = people.anti_join(bought, "customer_key")
    found = people.mutate(by_totals=ibis.literal(value=True))
    newest = ibis.window(group_by=["customer_key", "period"], order_by=[ibis.desc("as_of"), ibis.asc("source")])
    placed = balance.mutate(place=ibis.row_number().over(newest)).view()
    for role, period in _ROLES.items():
        own = placed.filter(placed.period == str(period), placed.place == 0)
        columns = {f"{role}_{name}": own[name] for name in ("total", "orders", "first_on", "last_on", "as_of")}
        part = own.select(part_key="customer_key", **columns)
        found = found.left_join(part, found.customer_key == part.part_key).drop("part_key").view()
    return found


def restated(metric: Metric, value: ir.Value, panel: ir.Table, *, as_of: date) -> ir.Value:
    """A metric's value, or for customers known by totals what these answer: null where they answer nothing.

    Args:
        metric: no ratio; those that are not made from order lines stay as they are.
        value: what the facts say.
        panel: with the columns of ``known_by_totals``.
        as_of: the date of the panel.
    """
    if metric.fact is not Fact.ORDER_LINE:
        return value
    by_totals = panel.by_totals.fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
    return ibis.ifelse(by_totals, _answer(metric, panel, as_of), value)


def _answer(metric: Metric, panel: ir.Table, as_of: date) -> ir.Value:
    kind, nothing = metric_type(metric), ibis.null(metric_type(metric))
    if metric.aggregate in (Aggregate.DAYS_SINCE_FIRST, Aggregate.DAYS_SINCE_LAST) and metric.where == ORDER:
        return _days_since(metric, panel, as_of).cast(kind)
    known = [(_is_empty(metric.window, panel, as_of), ibis.literal(0).cast(kind))] if metric.aggregate in _EMPTY_IS_ZERO else []
    column = _total_of(metric)
    if column is not None:
        for role, holds in _covering(metric.window, panel, as_of):
            total = panel[f"{role}_{column}"]
            known.append((holds & total.notnull(), (total if metric.per is None else whole_ones(total, metric.per)).cast(kind)))
    return ibis.cases(*known, else_=nothing) if known else nothing


def _total_of(metric: Metric) -> str | None:
    """The column of clean.balance that is the metric over its period."""
    if metric.aggregate is Aggregate.SUM and metric.column == "net_revenue" and not metric.where:
        return "total"
    return "orders" if metric.aggregate is Aggregate.COUNT and metric.column is None and metric.where == ORDER else None


def _covering(window: Window, panel: ir.Table, as_of: date) -> list[tuple[str, ir.BooleanValue]]:
    """Which totals are those of the window, and for whom."""
    found = []
    if window == _YEAR:
        found.append(("year", _stands("year", panel, as_of)))
    if window.is_trailing:
        opens_after, stands = window.opens_after(as_of), _stands("lifetime", panel, as_of)
        # Who came after the window began has bought everything inside it.
        inside = ibis.literal(value=True) if opens_after is None else panel.lifetime_first_on > _day(opens_after)
        found.append(("lifetime", stands & inside))
    return [(role, holds.fill_null(False)) for role, holds in found]  # noqa: FBT003


def _is_empty(window: Window, panel: ir.Table, as_of: date) -> ir.BooleanValue:
    """Whether the totals say that nothing was bought in the window."""
    opens_after, closes_on = window.opens_after(as_of), window.closes_on(as_of)
    reasons = [_stands("lifetime", panel, as_of) & _says_nothing("lifetime", panel), panel.lifetime_first_on > _day(closes_on)]
    if opens_after is not None:
        reasons.append(_stands("lifetime", panel, as_of) & (panel.lifetime_last_on <= _day(opens_after)))
        year_opens = _YEAR.opens_after(as_of)
        if window.is_trailing and year_opens is not None and opens_after >= year_opens:
            quiet = _says_nothing("year", panel) | (panel.year_last_on <= _day(opens_after)).fill_null(False)  # noqa: FBT003
            reasons.append(_stands("year", panel, as_of) & quiet)
    return ibis.or_(*(each.fill_null(False) for each in reasons))  # noqa: FBT003


def _says_nothing(role: str, panel: ir.Table) -> ir.BooleanValue:
    """A total of 0 and no order: a total that refunds brought back to 0 has orders, or a last one."""
    orders, last_on = panel[f"{role}_orders"], panel[f"{role}_last_on"]
    no_order = ibis.ifelse(orders.isnull(), last_on.isnull(), orders == 0)
    return ((panel[f"{role}_total"] == 0) & no_order).fill_null(False)  # noqa: FBT003


def _stands(role: str, panel: ir.Table, as_of: date) -> ir.BooleanValue:
    """Whether the totals are those of the as-of day: taken on it or up to a month before, or later with nothing bought since."""
    taken_on, last_on = panel[f"{role}_as_of"], panel[f"{role}_last_on"]
    age = _day(as_of).delta(taken_on, unit="day")
    is_recent = age.between(0, MOST_DAYS_OLD) & (last_on.isnull() | (last_on <= _day(as_of)))
    is_ahead = (age < 0) & (last_on <= _day(as_of))
    if role == "year":
        is_ahead &= age >= -MOST_DAYS_OLD
    nearly = (age < 0) & (age >= -MOST_DAYS_AHEAD) & last_on.isnull()
    return ibis.or_(*(each.fill_null(False) for each in (is_recent, is_ahead, nearly)))  # noqa: FBT003


def _days_since(metric: Metric, panel: ir.Table, as_of: date) -> ir.IntegerValue:
    if metric.aggregate is Aggregate.DAYS_SINCE_FIRST:
        day = panel.lifetime_first_on
    else:
        lifetime = ibis.ifelse(_stands("lifetime", panel, as_of), panel.lifetime_last_on, ibis.null("date"))
        year = ibis.ifelse(_stands("year", panel, as_of), panel.year_last_on, ibis.null("date"))
        day = ibis.coalesce(lifetime, year)
    days = _day(as_of).delta(day, unit="day")
    return ibis.ifelse(days >= 0, days, ibis.null(days.type()))


def _day(day: date) -> ir.DateScalar:
    return ibis.literal(day, type="date")
