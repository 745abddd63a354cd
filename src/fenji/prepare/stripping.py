"""Takes the wrapping off whole columns of cells, in steps that each are computed once, so that readers see one spelling of a thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from fenji.domain.feeds import Cell
from fenji.domain.sources import DateOrder, DecimalSign
from fenji.prepare import amounts, cells, dates


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
    first = {f"{name}__bare": _first(table[f"{name}__came"], writing) for name, writing in writings.items()}
    stripped = table.mutate(**first).view()
    second = {f"{name}__bare": _second(stripped[f"{name}__bare"], each) for name, each in writings.items() if _has_second(each)}
    if second:
        stripped = stripped.mutate(**second).view()
    third = {f"{name}__bare": dates.clock_time(stripped[f"{name}__bare"]) for name, each in writings.items() if each.is_date}
    return stripped.mutate(**third).view() if third else stripped


def bare_cells(table: ir.Table, name: str) -> cells.Cells:
    """A column of ``with_bare``, ready to be read."""
    return cells.Cells(table[f"{name}__came"], table[f"{name}__bare"])


def _has_second(writing: Writing) -> bool:
    return writing.is_number or writing.is_date


def _first(came: ir.StringValue, writing: Writing) -> ir.StringValue:
    if writing.is_number:
        return amounts.strip(came, writing.decimal)
    return dates.strip(came) if writing.is_date else cells.strip(came, writing.kind)


def _second(bare: ir.StringValue, writing: Writing) -> ir.StringValue:
    if writing.is_number:
        return amounts.normal(bare, writing.decimal)
    return dates.year_first(bare, writing.date_order, is_day=writing.kind is Cell.DAY)
