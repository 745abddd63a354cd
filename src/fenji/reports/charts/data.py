"""What does a chart show? Plain records, one class per kind; both renderers draw from them, and neither computes a number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from fenji.language import Language, translate
from fenji.language import message as _
from fenji.reports.charts.axes import Axis, Color, DataTable, Series, Unit, by_place, day_labels, plain
from fenji.wording.figures import Figure, as_data


@dataclass(frozen=True, kw_only=True)
class Chart(ABC):
    """What every chart says of itself, in its reader's language."""

    kind: ClassVar[str]
    language: Language
    title: str
    sentence: str
    """What is seen, for whoever sees no chart."""
    subtitle: str = ""

    @abstractmethod
    def table(self) -> DataTable:
        """The same in numbers."""

    @abstractmethod
    def shape(self) -> dict[str, object]:
        """What a page needs to draw this kind."""

    def to_json(self) -> dict[str, object]:
        """Everything that a page needs: numbers with their texts, roles of colors, words; no option of any library."""
        return {
            "kind": self.kind,
            "lang": self.language,
            "title": self.title,
            "subtitle": self.subtitle,
            "sentence": self.sentence,
            "figures": as_data(self.language),
            "words": {name: self.word(text) for name, text in _WORDS.items()},
            "table": self.table().to_json(),
            **self.shape(),
        }

    def word(self, text: str) -> str:
        """A catalog message in the reader's language."""
        return translate(text, self.language)


FORECAST = _("Forecast")

_WORDS = {
    "table": _("Data table"),
    "chart": _("Chart"),
    "png": _("Save as PNG"),
    "fullscreen": _("Full screen"),
    "leave": _("Leave full screen"),
    "forecast": FORECAST,
    "interval": _("Interval"),
}


class Layout(StrEnum):
    """How the bars of several series stand."""

    GROUPED = "grouped"
    STACKED = "stacked"
    FULL = "full"
    """Stacked shares that make up 100 %."""


@dataclass(frozen=True, kw_only=True)
class Bars(Chart):
    """Bars by category."""

    kind: ClassVar[str] = "bars"
    categories: tuple[str, ...]
    category_title: str
    axis: Axis
    series: tuple[Series, ...]
    layout: Layout = Layout.GROUPED
    is_horizontal: bool = False
    colors: tuple[Color, ...] = ()
    """Of one series: a color per category; empty: the series has one."""

    def color(self, series: Series, place: int) -> Color:
        """Of one bar."""
        return self.colors[place] if self.colors else series.color

    def table(self) -> DataTable:
        """One row per category."""
        return by_place(Axis(self.category_title, Unit.NAME), self.categories, self.axis, self.series)

    def shape(self) -> dict[str, object]:
        """See Chart."""
        return {
            "categories": list(self.categories),
            "axis": self.axis.to_json(),
            "series": [each.to_json(self.axis) for each in self.series],
            "layout": self.layout,
            "horizontal": self.is_horizontal,
            "colors": [each.to_json() for each in self.colors],
        }


@dataclass(frozen=True, kw_only=True)
class Areas(Chart):
    """Parts of a whole over time, stacked, the first series at the bottom."""

    kind: ClassVar[str] = "areas"
    days: tuple[date, ...]
    day_title: str
    axis: Axis
    series: tuple[Series, ...]
    forecast_from: int | None = None
    """Place of the last day that is known; what stands after it is forecast."""
    total: Series | None = None
    """All parts together where they are forecast, with the ends of the interval."""

    def labels(self) -> tuple[str, ...]:
        """The days as they stand along the axis."""
        return day_labels(self.days)

    def table(self) -> DataTable:
        """One row per day."""
        return by_place(Axis(self.day_title, Unit.DATE), self.days, self.axis, (*self.series, *_there(self.total)))

    def shape(self) -> dict[str, object]:
        """See Chart."""
        return {
            "labels": list(self.labels()),
            "days": [each.isoformat() for each in self.days],
            "axis": self.axis.to_json(),
            "series": [each.to_json(self.axis) for each in self.series],
            "forecast_from": self.forecast_from,
            "total": None if self.total is None else self.total.to_json(self.axis),
        }


@dataclass(frozen=True, kw_only=True)
class Lines(Chart):
    """Lines over days or numbers: history, Lorenz curve, survival, expected against actual."""

    kind: ClassVar[str] = "lines"
    x: Axis
    places: tuple[date, ...] | tuple[Figure, ...]
    axis: Axis
    series: tuple[Series, ...]
    is_stepped: bool = False
    """Whether a value holds until the next place, as survival does."""
    has_diagonal: bool = False
    """Whether both axes go from 0 to 1 and their diagonal is drawn: everybody alike."""
    forecast_from: int | None = None
    """Place of the last day that is known."""

    def labels(self) -> tuple[str, ...]:
        """The places as they stand along the axis."""
        days = [each for each in self.places if isinstance(each, date)]
        return (
            day_labels(days)
            if days
            else self.x.ticks([each for each in self.places if not isinstance(each, date)], self.language)
        )

    def place_texts(self) -> tuple[str, ...]:
        """The places as lists write them."""
        return tuple(self.x.text(each) for each in self.places)

    def table(self) -> DataTable:
        """One row per place."""
        return by_place(self.x, self.places, self.axis, self.series)

    def shape(self) -> dict[str, object]:
        """See Chart."""
        return {
            "x": self.x.to_json(),
            "places": [plain(each) for each in self.places],
            "labels": list(self.labels()),
            "place_texts": list(self.place_texts()),
            "axis": self.axis.to_json(),
            "series": [each.to_json(self.axis) for each in self.series],
            "stepped": self.is_stepped,
            "diagonal": self.has_diagonal,
            "forecast_from": self.forecast_from,
        }


@dataclass(frozen=True, kw_only=True)
class Multiples(Chart):
    """The same small chart for each of several things, each on its own scale."""

    kind: ClassVar[str] = "multiples"
    name_title: str
    charts: tuple[Lines, ...]

    def table(self) -> DataTable:
        """The tables one below the other, each row with its chart's name."""
        tables = [(chart.title, chart.table()) for chart in self.charts]
        columns = tables[0][1].columns if tables else ()
        rows = ((name, *row) for name, table in tables for row in table.rows)
        lists = ((None, *row) for _name, table in tables for row in table.conditions)
        return DataTable.listing((Axis(self.name_title, Unit.NAME), *columns), rows, lists)

    def shape(self) -> dict[str, object]:
        """See Chart."""
        return {
            "charts": [
                {"kind": each.kind, "title": each.title, "sentence": each.sentence, **each.shape()} for each in self.charts
            ]
        }


def _there(series: Series | None) -> tuple[Series, ...]:
    return () if series is None else (series,)
