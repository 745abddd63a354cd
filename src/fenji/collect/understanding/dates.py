"""Is 05/06/2025 the fifth of June or the sixth of May? All the cells of a column decide, then the columns beside it, then the order of the rows."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from fenji.collect.understanding.table import SampledTable
from fenji.domain.sources import DateOrder

FEW = 0.2
"""Share of steps back that rows sorted by time may have."""


def settle_dates(tables: Sequence[SampledTable]) -> list[SampledTable]:
    """The same tables, their columns of dates told how day and month follow one another where anything tells it."""
    certain = Counter(order for table in tables for order in _certain(table))
    for table in tables:
        own = Counter(_certain(table))
        for header in _open(table):
            order = _by_rows(table, header) or _only(own) or _only(certain)
            if order is not None:
                table.settle_date_order(header, order)
    return list(tables)


def open_dates(table: SampledTable, headers: Iterable[str]) -> list[str]:
    """Columns of dates that nothing has settled."""
    wanted = set(headers)
    return [header for header in _open(table) if header in wanted]


def _certain(table: SampledTable) -> list[DateOrder]:
    """The orders of the columns whose cells leave no choice."""
    orders = (table.evidence(header).date_orders for header in table.headers)
    return [found[0] for found in orders if len(found) == 1 and found[0] is not None]


def _open(table: SampledTable) -> list[str]:
    return [header for header in table.headers if len(table.evidence(header).date_orders) > 1]


def _only(orders: Counter[DateOrder]) -> DateOrder | None:
    return next(iter(orders)) if len(orders) == 1 else None


def _by_rows(table: SampledTable, header: str) -> DateOrder | None:
    """The order under which the rows are sorted by time, where they are under only one."""
    seen = table.evidence(header)
    sorted_under = []
    for order in (DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST):
        moments = [moment for value in seen.values if (moment := seen.moment_of(value, order)) is not None]
        if len(set(moments)) > 2 and _is_sorted(moments):  # noqa: PLR2004 - two dates are sorted either way
            sorted_under.append(order)
    return sorted_under[0] if len(sorted_under) == 1 else None


def _is_sorted(moments: Sequence[datetime]) -> bool:
    steps = [(later > earlier) - (later < earlier) for earlier, later in itertools.pairwise(moments)]
    moved = [step for step in steps if step]
    back = min(sum(step < 0 for step in moved), sum(step > 0 for step in moved))
    return bool(moved) and back <= FEW * len(moved)
