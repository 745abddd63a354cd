"""What do we know of every customer at a date, in numbers? The panel: one row per customer, one column per metric.

Reads   clean.customer, clean.order_line, clean.event, clean.feedback, clean.referral, clean.contract, clean.points_entry, clean.voucher_use,
        clean.balance
Writes  insight.customer_metric: one row per customer known at as_of
Units   money in the workspace's currency to the cent, tax and refunds out; days are local calendar days
Keeps   every customer of clean.customer whose first_seen_on is null or not after as_of, exactly once, with or without rows
Source  the metric registry (analyze/metrics/registry.py, metrics.yaml); windows are (as_of - length, as_of], as domain/periods.py says
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.balances import known_by_totals, restated
from fenji.analyze.metrics.distinct import beyond_mask
from fenji.analyze.metrics.measures import measured
from fenji.analyze.metrics.plan import How, Measure, measures_for
from fenji.analyze.metrics.rows import in_longest_window, referred_lines, rows_of, with_membership_years
from fenji.analyze.metrics.values import metric_values
from fenji.domain.metrics import Fact, Metric


def customer_metric(facts: Mapping[Fact, ir.Table], customer: ir.Table, *, metrics: Sequence[Metric], as_of: date) -> ir.Table:
    """The panel at a date.

    Args:
        facts: the clean tables that have rows; a fact that is absent has none and costs nothing.
        customer: clean.customer.
        metrics: the registry, in the order of the panel's columns; ratios may refer to any metric of it.
        as_of: last day that counts; rows after it change nothing.

    Returns:
        A table of contract ``insight.customer_metric(metrics)``. Sums and counts of nothing are 0, everything else null; of
        customers who are known by totals alone null says that nobody knows.
    """
    measures = measures_for(metrics)
    panel = known_customers(customer, as_of=as_of)
    for part in _parts(facts, customer, measures, as_of):
        panel = _joined(panel, part)
    present = {measure: panel[name] for measure, name in measures.items() if name in panel.columns}
    if Fact.BALANCE in facts:
        panel = _joined(panel, known_by_totals(facts, as_of=as_of)).view()
        present = {measure: panel[name] for measure, name in measures.items() if name in panel.columns}
        values = metric_values(
            metrics, present, as_of=as_of, restate=lambda metric, value: restated(metric, value, panel, as_of=as_of)
        )
    else:
        values = metric_values(metrics, present, as_of=as_of)
    return panel.select("customer_key", as_of=ibis.literal(as_of, type="date"), **values)


def known_customers(customer: ir.Table, *, as_of: date) -> ir.Table:
    """Who was known at the end of a day: customer_key of everyone first seen by then, or without any date."""
    seen = customer.first_seen_on
    return customer.filter(seen.isnull() | (seen <= ibis.literal(as_of, type="date"))).select("customer_key")


def _parts(facts: Mapping[Fact, ir.Table], customer: ir.Table, measures: Mapping[Measure, str], as_of: date) -> list[ir.Table]:
    """The measures as tables with one row per customer."""
    parts: list[ir.Table] = []
    for fact in (each for each in Fact if each in facts):
        mine = {each: name for each, name in measures.items() if each.fact is fact}
        if fact is Fact.REFERRAL:
            bought = {each: name for each, name in mine.items() if each.column is not None}
            if bought and Fact.ORDER_LINE in facts:
                parts += _of_rows(referred_lines(facts, as_of=as_of), customer, bought, as_of)
            mine = {each: name for each, name in mine.items() if each.column is None}
        if mine:
            parts += _of_rows(rows_of(fact, facts, as_of=as_of), customer, mine, as_of)
    return parts


def _of_rows(rows: ir.Table, customer: ir.Table, measures: Mapping[Measure, str], as_of: date) -> list[ir.Table]:
    """The measures of some rows: those of windows that are everybody's in one go, and those of membership years, which need the customer."""
    parts = []
    for is_personal in (False, True):
        mine = {each: name for each, name in measures.items() if each.window.is_personal is is_personal}
        if mine:
            here = in_longest_window(rows, mine, as_of=as_of)
            parts += _taken(with_membership_years(here, customer, mine, as_of=as_of) if is_personal else here, mine, as_of)
    return parts


def _taken(rows: ir.Table, measures: Mapping[Measure, str], as_of: date) -> list[ir.Table]:
    """One table for all measures of one pass, and one per column that may have values beyond a mask; values are numbered over the same rows."""
    taken = {each: name for each, name in measures.items() if each.how is not How.BEYOND_MASK}
    parts = [measured(rows, taken, as_of=as_of)] if taken else []
    beyond = {each: name for each, name in measures.items() if each.how is How.BEYOND_MASK}
    for column in dict.fromkeys(each.column for each in beyond):
        same = {each: name for each, name in beyond.items() if each.column == column}
        parts.append(beyond_mask(rows, same, as_of=as_of))
    return parts


def _joined(panel: ir.Table, part: ir.Table) -> ir.Table:
    names = [name for name in part.columns if name != "customer_key"]
    keyed = part.select(part_key="customer_key", **{name: name for name in names})
    return panel.left_join(keyed, panel.customer_key == keyed.part_key).select(*panel.columns, *names)
