"""Who went where, and how much stands in each cell of a table? Sankey diagrams and heat tables as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fenji.reports.charts.axes import ACCENT, Axis, Color, DataTable, Unit, plain
from fenji.reports.charts.data import Chart
from fenji.wording.figures import Figure


@dataclass(frozen=True)
class Node:
    """Where flows begin or end."""

    name: str
    color: Color


@dataclass(frozen=True)
class Flow:
    """So much goes from one node to another."""

    source: int
    """Place among the left nodes."""
    target: int
    """Place among the right nodes."""
    value: Figure
    color: Color
    condition: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sankey(Chart):
    """Who went where: opening at the left, closing at the right, the order of nodes as given."""

    kind: ClassVar[str] = "sankey"
    axis: Axis
    left: tuple[Node, ...]
    right: tuple[Node, ...]
    left_title: str
    right_title: str
    flows: tuple[Flow, ...]

    def table(self) -> DataTable:
        """One row per flow."""
        head = (Axis(self.left_title, Unit.NAME), Axis(self.right_title, Unit.NAME), self.axis)
        rows = [(self.left[each.source].name, self.right[each.target].name, each.value) for each in self.flows]
        return DataTable.listing(head, rows, [(None, None, each.condition) for each in self.flows])

    def shape(self) -> dict[str, object]:
        """See Chart."""
        sides = {"left": self.left, "right": self.right}
        return {
            **{side: [{"name": each.name, "color": each.color.to_json()} for each in nodes] for side, nodes in sides.items()},
            "axis": self.axis.to_json(),
            "flows": [
                {
                    "source": each.source,
                    "target": each.target,
                    "value": plain(each.value),
                    "text": self.axis.text(each.value),
                    "color": each.color.to_json(),
                    "list": each.condition,
                }
                for each in self.flows
            ],
        }


@dataclass(frozen=True)
class Cell:
    """One cell of a heat table."""

    value: Figure | None
    condition: str | None = None
    text: str | None = None
    """What stands in it; None: the value."""
    weight: Figure | None = None
    """Decides how deep its color is; None: the value."""

    @property
    def deciding(self) -> Figure | None:
        """What decides how deep its color is."""
        return self.value if self.weight is None else self.weight


@dataclass(frozen=True, kw_only=True)
class Heat(Chart):
    """A table whose cells are colored by their value; a triangle where cells are missing."""

    kind: ClassVar[str] = "heat"
    rows: tuple[Node, ...]
    row_title: str
    columns: tuple[Node, ...]
    column_title: str
    axis: Axis
    cells: tuple[tuple[Cell | None, ...], ...]
    """By row and column; None: there is none."""
    color: Color = ACCENT
    """Of cells, where there is no middle."""
    middle: Figure | None = None
    """What is neither good nor bad; None: one color, deeper the more."""
    most: Figure | None = None
    """What has the full color; None: the largest value there is."""

    def text(self, cell: Cell | None) -> str:
        """What stands in a cell."""
        if cell is None:
            return ""
        return self.axis.text(cell.value) if cell.text is None else cell.text

    def depth(self, cell: Cell | None) -> float:
        """How deep a cell's color is: -1 (far below the middle) to 1; 0 has none."""
        weights = [each.deciding for row in self.cells for each in row if each is not None]
        middle = 0.0 if self.middle is None else float(self.middle)
        away = [abs(float(each) - middle) for each in weights if each is not None]
        if cell is None or cell.deciding is None or not away:
            return 0.0
        most = max(away) if self.most is None else float(self.most) - middle
        return 0.0 if most <= 0 else max(-1.0, min(1.0, (float(cell.deciding) - middle) / most))

    def table(self) -> DataTable:
        """One row per row."""
        head = (
            Axis(self.row_title, Unit.NAME),
            *(Axis(each.name, self.axis.unit, self.axis.currency, self.axis.digits) for each in self.columns),
        )
        rows = (
            (row.name, *(None if cell is None else cell.value for cell in cells))
            for row, cells in zip(self.rows, self.cells, strict=True)
        )
        lists = ((None, *(None if cell is None else cell.condition for cell in cells)) for cells in self.cells)
        return DataTable.listing(head, rows, lists)

    def shape(self) -> dict[str, object]:
        """See Chart."""
        sides = {"rows": self.rows, "columns": self.columns}
        return {
            **{side: [{"name": each.name, "color": each.color.to_json()} for each in nodes] for side, nodes in sides.items()},
            "axis": self.axis.to_json(),
            "cells": [
                [
                    None
                    if cell is None
                    else {
                        "text": self.text(cell),
                        "full": self.axis.text(cell.value),
                        "depth": round(self.depth(cell), 4),
                        "list": cell.condition,
                    }
                    for cell in row
                ]
                for row in self.cells
            ],
            "color": self.color.to_json(),
            "diverging": self.middle is not None,
        }
