"""What do the parts of a chart say? Units, colors by their role, series, and the table that says the same in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from fenji.language import Language
from fenji.wording import figures
from fenji.wording.figures import Figure

Value = Figure | date | str | None


class Unit(StrEnum):
    """What the numbers of an axis are."""

    COUNT = "count"
    """People, orders, pieces."""
    MONEY = "money"
    SHARE = "share"
    """0 to 1."""
    NUMBER = "number"
    """Anything else, such as days or a mean of orders."""
    DATE = "date"
    NAME = "name"


class Role(StrEnum):
    """What a color stands for; which color that is, the palette says."""

    TIER = "tier"
    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"
    INK = "ink"
    ACCENT = "accent"


@dataclass(frozen=True)
class Color:
    """A color by what it stands for."""

    role: Role
    index: int = 0
    """Of a tier: its place, 0 the lowest."""
    of: int = 0
    """Of a tier: how many tiers there are."""

    def to_json(self) -> dict[str, object]:
        """For a page."""
        return {"role": self.role, "index": self.index, "of": self.of}


GOOD, BAD, NEUTRAL, INK, ACCENT = (Color(each) for each in (Role.GOOD, Role.BAD, Role.NEUTRAL, Role.INK, Role.ACCENT))


def tier_color(index: int, of: int) -> Color:
    """The color of a tier, 0 the lowest."""
    return Color(Role.TIER, index, of)


@dataclass(frozen=True)
class Axis:
    """What is measured along one side, and in what."""

    title: str
    unit: Unit = Unit.COUNT
    currency: str | None = None
    """Of money: its ISO 4217 code."""
    digits: int = 1
    """Of other numbers: decimals."""
    is_log: bool = False

    def text(self, value: Value) -> str:
        """A value, exact as lists write it."""
        if value is None or isinstance(value, str):
            return figures.UNKNOWN if value is None else value
        if isinstance(value, date):
            return figures.day(value)
        match self.unit:
            case Unit.MONEY:
                return figures.money(value, self.currency)
            case Unit.SHARE:
                return figures.share(value)
            case Unit.NUMBER:
                return figures.number(value, self.digits)
            case _:
                return figures.count(value) if value == int(value) else figures.number(value, 1)

    def ticks(self, values: Sequence[Figure], language: Language) -> tuple[str, ...]:
        """The marks along the axis."""
        if self.unit is Unit.SHARE:
            return tuple(f"{figures.trimmed(each * 100, 2)}%".replace("-", figures.MINUS) for each in values)
        texts = tuple(figures.tick(each, language) for each in values) if self.is_log else figures.ticks(values, language)
        sign = figures.currency_sign(self.currency) if self.unit is Unit.MONEY else ""
        return tuple(_signed(text, sign) for text in texts)

    def to_json(self) -> dict[str, object]:
        """For a page."""
        sign = figures.currency_sign(self.currency) if self.unit is Unit.MONEY else ""
        return {"title": self.title, "unit": self.unit, "sign": sign, "log": self.is_log}


def _signed(text: str, sign: str) -> str:
    minus = figures.MINUS if text.startswith(figures.MINUS) else ""
    return f"{minus}{sign}{text.removeprefix(minus)}"


@dataclass(frozen=True)
class Series:
    """One row of numbers with a name."""

    name: str
    color: Color
    values: tuple[Figure | None, ...]
    lower: tuple[Figure | None, ...] | None = None
    """Lower ends of intervals, one per value; None: there are none."""
    upper: tuple[Figure | None, ...] | None = None
    conditions: tuple[str | None, ...] = ()
    """Which customers stand behind each value; empty: no list."""
    is_dashed: bool = False
    """Whether it is what the others are compared with."""

    def __post_init__(self) -> None:
        """Asserts that everything stands beside a value."""
        for beside in (self.lower, self.upper, self.conditions or None):
            if beside is not None and len(beside) != len(self.values):
                message = f"{self.name}: {len(beside)} beside {len(self.values)} values"
                raise AssertionError(message)

    def condition(self, place: int) -> str | None:
        """Which customers stand behind one value."""
        return self.conditions[place] if self.conditions else None

    def to_json(self, axis: Axis) -> dict[str, object]:
        """For a page: the values, and how they are written."""
        bands = {
            name: [plain(each) for each in ends]
            for name, ends in (("lower", self.lower), ("upper", self.upper))
            if ends is not None
        }
        return {
            "name": self.name,
            "color": self.color.to_json(),
            "values": [plain(each) for each in self.values],
            "texts": [self.text(place, axis) for place in range(len(self.values))],
            "lists": list(self.conditions),
            "dashed": self.is_dashed,
            **bands,
        }

    def text(self, place: int, axis: Axis) -> str:
        """One value as lists write it, with its interval where it has one."""
        ends = (None if each is None else each[place] for each in (self.lower, self.upper))
        lower, upper = ends
        told = axis.text(self.values[place])
        if lower is None or upper is None:
            return told
        around = f"{axis.text(lower)} – {axis.text(upper)}"
        return around if self.values[place] is None else f"{told} ({around})"


@dataclass(frozen=True)
class DataTable:
    """The same as the chart, in numbers: exports take the values, pages and readers of screens the texts."""

    columns: tuple[Axis, ...]
    rows: tuple[tuple[Value, ...], ...]
    conditions: tuple[tuple[str | None, ...], ...] = ()
    """Which customers stand behind each cell; empty: no lists."""

    @classmethod
    def listing(
        cls, columns: Sequence[Axis], rows: Iterable[Sequence[Value]], conditions: Iterable[Sequence[str | None]]
    ) -> DataTable:
        """A table with the conditions of its cells, where any cell has one."""
        lists = tuple(tuple(row) for row in conditions)
        has_lists = any(each is not None for row in lists for each in row)
        return cls(tuple(columns), tuple(tuple(row) for row in rows), lists if has_lists else ())

    def texts(self) -> list[list[str]]:
        """Every cell as lists write it."""
        return [[axis.text(value) for axis, value in zip(self.columns, row, strict=True)] for row in self.rows]

    def to_json(self) -> dict[str, object]:
        """For a page."""
        head = [{"title": each.title, "number": each.unit not in (Unit.NAME, Unit.DATE)} for each in self.columns]
        return {"head": head, "rows": self.texts(), "lists": [list(row) for row in self.conditions]}


def by_place(head: Axis, places: Sequence[Value], axis: Axis, series: Sequence[Series]) -> DataTable:
    """The table of a chart: one row per place; an interval adds two columns."""
    columns = [column for each in series for column in _columns(each)]
    rows = tuple((place, *(values[at] for _title, values, _lists in columns)) for at, place in enumerate(places))
    lists = tuple((None, *(lists[at] if lists else None for _title, _values, lists in columns)) for at in range(len(places)))
    return DataTable.listing((head, *(like(axis, title) for title, *_rest in columns)), rows, lists)


def _columns(series: Series) -> Iterator[tuple[str, tuple[Figure | None, ...], tuple[str | None, ...]]]:
    yield series.name, series.values, series.conditions
    if series.lower is not None:
        yield f"{series.name} ≥", series.lower, ()
    if series.upper is not None:
        yield f"{series.name} ≤", series.upper, ()


def like(axis: Axis, title: str) -> Axis:
    """The same under another title."""
    return Axis(title, axis.unit, axis.currency, axis.digits)


def plain(value: Value) -> float | int | str | None:
    """A value as JSON has it: positions on a screen need no more digits than a float has."""
    if value is None or isinstance(value, str | int | float):
        return value
    return value.isoformat() if isinstance(value, date) else float(value)


def day_labels(days: Sequence[date]) -> tuple[str, ...]:
    """Days along an axis: as months where no month comes twice, else in full.

    >>> day_labels((date(2026, 5, 31), date(2026, 6, 30))), day_labels((date(2026, 6, 1), date(2026, 6, 30)))
    (('26/05', '26/06'), ('2026-06-01', '2026-06-30'))
    """
    months = [figures.month(each) for each in days]
    return tuple(figures.day(each) for each in days) if any(one == other for one, other in pairwise(months)) else tuple(months)
