"""Takes the wrapping off whole columns of cells, in steps that each are computed once, so that readers see one spelling of a thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import ibis.expr.types as ir

from fenji.domain.feeds import Cell
from fenji.domain.sources import DateOrder, DecimalSign
from fenji.prepare import amounts, cells, dates

_STEPS = 3
"""The most steps that follow the first."""


@dataclass(frozen=True)
class Writing:
    """How a column is written."""

    kind: Cell
    decimal: DecimalSign | None = None
    date_order: DateOrder | None = None

    @property
    def is_number(self) -> bool:
        """Whether the column holds amounts or numbers."""
        return self.kind in (Cell.MONEY, Cell.NUMBER)

    @property
    def is_date(self) -> bool:
        """Whether the column holds days or moments."""
        return self.kind in (Cell.MOMENT, Cell.DAY)


def with_bare(table: ir.Table, writings: Mapping[str, Writing]) -> ir.Table:
    """The table with ``<name>__bare`` beside every ``<name>__came``.

    Grain: one row per row given.

    Args:
        table: with the text of every cell as ``<name>__came``.
        writings: the columns by name.
    """
    found = table.mutate(
        **{f"{name}__bare": _first(table[f"{name}__came"], writing) for name, writing in writings.items()}
    ).view()
    for number in range(_STEPS):
        step = {
            f"{name}__bare": steps[number](found[f"{name}__bare"])
            for name, writing in writings.items()
            if len(steps := _steps(writing)) > number
        }
        found = found.mutate(**step).view() if step else found
    return found


def bare_cells(table: ir.Table, name: str) -> cells.Cells:
    """A column of ``with_bare``, ready to be read."""
    return cells.Cells(table[f"{name}__came"], table[f"{name}__bare"])


def _first(came: ir.StringValue, writing: Writing) -> ir.StringValue:
    if writing.is_number:
        return amounts.strip(came, writing.decimal)
    return dates.strip(came) if writing.is_date else cells.strip(came, writing.kind)


def _steps(writing: Writing) -> Sequence[Callable[[ir.StringValue], ir.StringValue]]:
    """What follows the first step, each a column of its own."""
    if writing.is_number:
        return (partial(amounts.normal, decimal=writing.decimal), amounts.understood, amounts.agreed)
    if writing.is_date:
        year_first = partial(dates.year_first, order=writing.date_order, is_day=writing.kind is Cell.DAY)
        return (year_first, dates.split, dates.clock_time)
    return ()
