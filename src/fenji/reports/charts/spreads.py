"""How are values spread over customers, and how sure is an effect? Histograms, Pareto, boxes and intervals as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from fenji.language import message as _
from fenji.reports.charts.axes import Axis, Color, DataTable, Series, Unit, by_place, like, plain
from fenji.reports.charts.data import Chart
from fenji.wording.figures import Figure


@dataclass(frozen=True)
class Threshold:
    """A line at a value."""

    value: Figure
    name: str
    color: Color


@dataclass(frozen=True, kw_only=True)
class Histogram(Chart):
    """How many customers have how much, by the tier in which they stand, with the limits of tiers."""

    kind: ClassVar[str] = "histogram"
    x: Axis
    edges: tuple[Figure, ...]
    """One more than bins, ascending."""
    series: tuple[Series, ...]
    """One value per bin, stacked; the first at the bottom."""
    axis: Axis
    thresholds: tuple[Threshold, ...] = ()

    def spans(self) -> tuple[str, ...]:
        """From where to where each bin goes."""
        return tuple(f"{self.x.text(low)} – {self.x.text(high)}" for low, high in pairwise(self.edges))

    def table(self) -> DataTable:
        """One row per bin."""
        below = dict(zip(self.edges, self.edges[1:], strict=False))
        found = by_place(like(self.x, self.word(_("from"))), self.edges[:-1], self.axis, self.series)
        columns = (found.columns[0], like(self.x, self.word(_("below"))), *found.columns[1:])
        rows = tuple((row[0], below[low], *row[1:]) for low, row in zip(self.edges, found.rows, strict=False))
        return DataTable.listing(columns, rows, ((None, None, *row[1:]) for row in found.conditions))

    def shape(self) -> dict[str, object]:
        """See Chart."""
        return {
            "x": self.x.to_json(),
            "edges": [plain(each) for each in self.edges],
            "spans": list(self.spans()),
            "axis": self.axis.to_json(),
            "series": [each.to_json(self.axis) for each in self.series],
            "thresholds": [
                {"value": plain(each.value), "text": self.x.text(each.value), "name": each.name, "color": each.color.to_json()}
                for each in self.thresholds
            ],
        }


@dataclass(frozen=True, kw_only=True)
class Pareto(Chart):
    """Shares of groups, largest first, and what they add up to: one axis for both."""

    kind: ClassVar[str] = "pareto"
    categories: tuple[str, ...]
    category_title: str
    axis: Axis
    shares: Series
    cumulative: Series

    def table(self) -> DataTable:
        """One row per group."""
        return by_place(Axis(self.category_title, Unit.NAME), self.categories, self.axis, (self.shares, self.cumulative))

    def shape(self) -> dict[str, object]:
        """See Chart."""
        return {
            "categories": list(self.categories),
            "axis": self.axis.to_json(),
            "series": [self.shares.to_json(self.axis), self.cumulative.to_json(self.axis)],
        }


@dataclass(frozen=True)
class Spread:
    """How a value is spread over the customers of a group: quantiles, because values are skewed."""

    name: str
    color: Color
    low: Figure | None
    first: Figure | None
    middle: Figure | None
    third: Figure | None
    high: Figure | None
    condition: str | None = None

    def values(self) -> tuple[Figure | None, ...]:
        """From the lowest to the highest."""
        return self.low, self.first, self.middle, self.third, self.high


@dataclass(frozen=True, kw_only=True)
class Boxes(Chart):
    """Boxes from the first to the third quartile, lines out to the ends that are named."""

    kind: ClassVar[str] = "boxes"
    axis: Axis
    category_title: str
    spreads: tuple[Spread, ...]
    names: tuple[str, str, str, str, str]
    """What the five values are, such as 10 %, 25 %, median, 75 %, 90 %."""

    def table(self) -> DataTable:
        """One row per group."""
        head = (Axis(self.category_title, Unit.NAME), *(like(self.axis, each) for each in self.names))
        lists = ((each.condition, *(None for _name in self.names)) for each in self.spreads)
        return DataTable.listing(head, ((each.name, *each.values()) for each in self.spreads), lists)

    def shape(self) -> dict[str, object]:
        """See Chart."""
        return {
            "axis": self.axis.to_json(),
            "names": list(self.names),
            "spreads": [
                {
                    "name": each.name,
                    "color": each.color.to_json(),
                    "values": [plain(value) for value in each.values()],
                    "texts": [self.axis.text(value) for value in each.values()],
                    "list": each.condition,
                }
                for each in self.spreads
            ],
        }


@dataclass(frozen=True, kw_only=True)
class Dots(Chart):
    """Dots with intervals by category, lying: effects, responses of tiers beside their hold-outs."""

    kind: ClassVar[str] = "dots"
    categories: tuple[str, ...]
    category_title: str
    axis: Axis
    series: tuple[Series, ...]
    reference: Figure | None = None
    """Where nothing is different, such as 0; None: no line."""

    def table(self) -> DataTable:
        """One row per category."""
        return by_place(Axis(self.category_title, Unit.NAME), self.categories, self.axis, self.series)

    def shape(self) -> dict[str, object]:
        """See Chart."""
        return {
            "categories": list(self.categories),
            "axis": self.axis.to_json(),
            "series": [each.to_json(self.axis) for each in self.series],
            "reference": plain(self.reference),
        }


@dataclass(frozen=True, kw_only=True)
class Points(Chart):
    """What was expected against what came, with intervals; on the diagonal both agree."""

    kind: ClassVar[str] = "points"
    x: Axis
    places: tuple[Figure, ...]
    axis: Axis
    series: tuple[Series, ...]

    def table(self) -> DataTable:
        """One row per point."""
        return by_place(self.x, self.places, self.axis, self.series)

    def shape(self) -> dict[str, object]:
        """See Chart."""
        return {
            "x": self.x.to_json(),
            "places": [plain(each) for each in self.places],
            "place_texts": [self.x.text(each) for each in self.places],
            "axis": self.axis.to_json(),
            "series": [each.to_json(self.axis) for each in self.series],
        }
