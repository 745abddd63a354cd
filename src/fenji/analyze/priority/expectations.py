"""What would the rules see in twelve months, if customers do what is expected of them?

Reads   the rule basis, insight.customer_value
Writes  nothing stored: the basis with expected revenue and orders in the place of those of today
Units   those of the metrics
Keeps   every row of the basis
Source  decision 0024: in twelve months a window of up to twelve months holds only what is still to come, so that net_revenue_12m becomes
        expected_revenue_12m and net_revenue_3m a quarter of it; totals grow by it. Orders are expected as order days. Every other metric
        stays as it is
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import ibis.expr.types as ir

from fenji.analyze.rules.holds import RuleBasis
from fenji.domain.periods import Window, WindowUnit

_FORETOLD = {"net_revenue": "expected_revenue_12m", "orders": "expected_orders_12m"}
_WINDOWED = re.compile(r"(net_revenue|orders)_([1-9][0-9]{0,3}[dm]|total)")
_MONTHS, _DAYS = 12, 365


def foretold(metrics: Iterable[str]) -> dict[str, tuple[str, Window]]:
    """The metrics of which something is expected: what is expected, and their window.

    >>> sorted(foretold(["net_revenue_3m", "orders_24m", "satisfaction_12m"]))
    ['net_revenue_3m']
    """
    found = {}
    for metric in metrics:
        match = _WINDOWED.fullmatch(metric)
        if match is None:
            continue
        window = Window.parse(match[2])
        if _share_of_year(window) is not None:
            found[metric] = (_FORETOLD[match[1]], window)
    return found


def expected_basis(basis: RuleBasis) -> RuleBasis:
    """The basis as it is expected to be in twelve months; its table must have the columns of ``measures.EXPECTATIONS``.

    A metric of a customer without expectations becomes null.
    """
    table = basis.table
    changed = {metric: _expected(table, metric, column, window) for metric, (column, window) in foretold(table.columns).items()}
    return RuleBasis(table.mutate(**changed), basis.variants, basis.top_columns)


def _expected(table: ir.Table, metric: str, column: str, window: Window) -> ir.FloatingValue:
    coming = table[column].cast("float64")
    if window.unit is WindowUnit.TOTAL:
        return table[metric].cast("float64") + coming
    return coming * (_share_of_year(window) or 0.0)


def _share_of_year(window: Window) -> float | None:
    """1 for a total, which keeps all of it; None for windows longer than a year, part of which has happened already."""
    if window.unit is WindowUnit.TOTAL:
        return 1.0
    share = window.length / (_MONTHS if window.unit is WindowUnit.MONTHS else _DAYS)
    return share if share <= 1 else None
