"""How do bars, areas and lines look on paper?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from fenji.reports.charts.axes import Color, Series
from fenji.reports.charts.data import FORECAST, Areas, Bars, Layout, Lines, Multiples
from fenji.reports.charts.drawing import Paper, fitted, points, runs, short_number, width_of
from fenji.reports.charts.palette import ink_on
from fenji.reports.charts.scales import Scale, bounds, nice_ticks, spaced
from fenji.reports.charts.svg_axes import AXIS, GAP, Room, beside, entries_of, legend, lying, marked, names_at_left, rising
from fenji.wording.figures import Figure

BELOW = 26
"""Room for the texts below an axis."""
NAMES_SHARE = 0.25
"""Of the width, at most so much for names at the ends of lines."""
FEW_NAMES = 8
"""So many names below standing bars are all written, shortened where they must be; of more only some."""
DIAGONAL = "5 4"


def draw_bars(chart: Bars, paper: Paper, room: Room) -> None:
    """Bars that stand or lie, beside or upon one another."""
    dashed = [each.is_dashed for each in chart.series]
    room = legend(paper, room, entries_of(chart.series), dashed=dashed)
    room = replace(room, bottom=room.bottom - BELOW)
    if chart.is_horizontal:
        _lying_bars(chart, paper, room)
    else:
        _standing_bars(chart, paper, room)


def _extent(chart: Bars) -> list[float]:
    """The values that the axis must hold: of stacked bars the sums on both sides of 0."""
    if chart.layout is Layout.GROUPED:
        return [float(each) for series in chart.series for each in series.values if each is not None]
    if chart.layout is Layout.FULL:
        return [0.0, 1.0]
    columns = [[float(series.values[at] or 0) for series in chart.series] for at in range(len(chart.categories))]
    return [part for column in columns for part in (sum(x for x in column if x > 0), sum(x for x in column if x < 0))]


def _pieces(chart: Bars, at: int) -> list[tuple[Series, float, float, int]]:
    """The bars of one category: of which series, from where to where, and in which place beside the others."""
    found, above, below = [], 0.0, 0.0
    for place, series in enumerate(chart.series):
        value = series.values[at]
        if value is None:
            continue
        if chart.layout is Layout.GROUPED:
            found.append((series, 0.0, float(value), place))
        elif value >= 0:
            found.append((series, above, above + float(value), 0))
            above += float(value)
        else:
            found.append((series, below, below + float(value), 0))
            below += float(value)
    return found


def _bar_width(chart: Bars, slot: float) -> tuple[float, float]:
    """How wide a bar is, and where the first begins within its slot."""
    many = max(len(chart.series), 1) if chart.layout is Layout.GROUPED else 1
    wide = min(slot * 0.72 / many, 44)
    return wide, (slot - wide * many) / 2


def _standing_bars(chart: Bars, paper: Paper, room: Room) -> None:
    room, scale = rising(paper, room, chart.axis, chart.language, _extent(chart))
    slot = room.width / max(len(chart.categories), 1)
    wide, first = _bar_width(chart, slot)
    for at, category in enumerate(chart.categories):
        for series, begins, ends, place in _pieces(chart, at):
            x, (top, bottom) = room.left + slot * at + first + wide * place, sorted((scale(begins), scale(ends)))
            tip = _tip(category, series, at, chart)
            paper.rect(x, top, wide - 1, bottom - top, paper.fill(chart.color(series, at)), tip=tip, radius=2)
    names = chart.categories
    if len(names) <= FEW_NAMES:
        names = tuple(fitted(each, AXIS, slot - 10) for each in names)
    beside(paper, room, [room.left + slot * (at + 0.5) for at in range(len(names))], names)


def _lying_bars(chart: Bars, paper: Paper, room: Room) -> None:
    slot = room.height / max(len(chart.categories), 1)
    room = names_at_left(paper, room, chart.categories, lambda at: room.top + slot * (at + 0.5))
    values = [chart.axis.text(each) for series in chart.series for each in series.values]
    is_written = chart.layout is Layout.GROUPED
    margin = max((width_of(each, AXIS) for each in values), default=0) + GAP if is_written else 8
    low, high = bounds(_extent(chart))
    marks = (0.0, 0.25, 0.5, 0.75, 1.0) if chart.layout is Layout.FULL else nice_ticks(low, high)
    inner = replace(room, right=room.right - margin, left=room.left + (margin if is_written and low < 0 else 0))
    scale = lying(paper, inner, chart.axis, chart.language, marks)
    wide, first = _bar_width(chart, slot)
    for at, category in enumerate(chart.categories):
        for series, begins, ends, place in _pieces(chart, at):
            y, (left, right) = room.top + slot * at + first + wide * place, sorted((scale(begins), scale(ends)))
            color = chart.color(series, at)
            paper.rect(left, y, right - left, wide - 1, paper.fill(color), tip=_tip(category, series, at, chart), radius=2)
            if is_written:
                anchor, x = ("start", right + 6) if ends >= 0 else ("end", left - 6)
                paper.text(x, y + wide / 2 + 3.5, chart.axis.text(series.values[at]), size=AXIS, anchor=anchor)
            else:
                _inside(paper, chart.axis.text(series.values[at]), color, (left, right, y + wide / 2))


def _inside(paper: Paper, text: str, color: Color, place: tuple[float, float, float]) -> None:
    """Writes a value into its bar where it has room."""
    left, right, y = place
    if width_of(text, AXIS) + 6 <= right - left and not paper.is_hatched:
        paper.text((left + right) / 2, y + 4, text, size=AXIS, anchor="middle", fill=ink_on(paper.color(color)))


def _tip(category: str, series: Series, at: int, chart: Bars | Areas | Lines) -> str:
    return f"{category} · {series.name}: {series.text(at, chart.axis)}"


def draw_areas(chart: Areas, paper: Paper, room: Room) -> None:
    """Stacked areas with names at the right, a dashed line where the forecast begins, and the interval of the total."""
    names = [each.name for each in chart.series]
    margin = min(max((width_of(each, 12) for each in names), default=0), room.width * NAMES_SHARE) + 20
    room = Room(room.left, room.top + 14, room.right - margin, room.bottom - BELOW)
    stacks = _stacks(chart)
    ends = [] if chart.total is None else [*(chart.total.upper or ()), *chart.total.values]
    room, scale = rising(paper, room, chart.axis, chart.language, [*(stacks[-1] if stacks else []), *ends])
    across = [room.left + room.width * at / max(len(chart.days) - 1, 1) for at in range(len(chart.days))]
    below = [0.0] * len(chart.days)
    for series, above in zip(chart.series, stacks, strict=True):
        edge = [(x, scale(y)) for x, y in zip(across, above, strict=True)]
        back = [(x, scale(y)) for x, y in zip(across, below, strict=True)]
        paper.path(f"{points([*edge, *reversed(back)])}Z", fill=paper.fill(series.color), tip=series.name)
        paper.path(points(edge), stroke=paper.shades.ground, width=1)
        below = above
    if chart.total is not None:
        _interval(chart.total, paper, across, scale)
    if chart.forecast_from is not None:
        _forecast_line(chart.word(FORECAST), paper, room, across[chart.forecast_from])
    beside(paper, room, across, chart.labels())
    _names_of_areas(chart, paper, room, scale, stacks)


def _stacks(chart: Areas) -> list[list[float]]:
    """Where the upper edge of each series stands."""
    found, sums = [], [0.0] * len(chart.days)
    for series in chart.series:
        sums = [total + float(value or 0) for total, value in zip(sums, series.values, strict=True)]
        found.append(sums)
    return found


def _names_of_areas(chart: Areas, paper: Paper, room: Room, scale: Scale, stacks: list[list[float]]) -> None:
    """The name of each series beside the middle of its right end, moved apart where they would touch."""
    lower = [0.0, *(each[-1] for each in stacks[:-1])] if chart.days else []
    middles = [scale((low + above[-1]) / 2) for low, above in zip(lower, stacks, strict=True)]
    for series, y in zip(chart.series, spaced(middles, 15, room.top - 6, room.bottom), strict=True):
        paper.rect(room.right + 7, y - 3.5, 7, 7, paper.fill(series.color), radius=2)
        paper.text(
            room.right + 18, y + 4, fitted(series.name, 12, paper.width - room.right - 20), size=12, fill=paper.shades.quiet
        )


def _interval(series: Series, paper: Paper, across: Sequence[float], scale: Scale) -> None:
    """The band between the ends of an interval, with dashed edges."""
    lower, upper = (_placed(across, ends or (), scale) for ends in (series.lower, series.upper))
    for low, high in zip(runs(lower), runs(upper), strict=True):
        paper.path(f"{points([*high, *reversed(low)])}Z", fill=paper.color(series.color), fill_opacity=0.14)
        for edge in (low, high):
            paper.path(points(edge), stroke=paper.color(series.color), width=1, stroke_dasharray="2 3", stroke_opacity=0.6)


def _placed(across: Sequence[float], values: Sequence[Figure | None], scale: Scale) -> list[tuple[float, float] | None]:
    return [None if value is None else (x, scale(float(value))) for x, value in zip(across, values, strict=True)]


def _forecast_line(word: str, paper: Paper, room: Room, x: float) -> None:
    paper.line(x, room.top, x, room.bottom, paper.shades.ink, dash="4 4")
    half = width_of(word, AXIS) / 2
    at = min(max(x, half + 2), paper.width - half - 2)
    paper.text(at, room.top - 6, word, size=AXIS, fill=paper.shades.quiet, anchor="middle")


def draw_lines(chart: Lines, paper: Paper, room: Room) -> None:
    """Lines with their names in a legend, dashed where they are what is compared with."""
    room = legend(paper, room, entries_of(chart.series), dashed=[each.is_dashed for each in chart.series])
    room = replace(
        room, top=room.top + (16 if chart.forecast_from is not None else 6), bottom=room.bottom - BELOW, right=room.right - 8
    )
    values = [
        each for series in chart.series for part in (series.values, series.lower or (), series.upper or ()) for each in part
    ]
    if chart.has_diagonal:
        side = min(room.width, room.height + 60)
        room = replace(room, right=room.left + side)
        room, scale = marked(paper, room, chart.axis, chart.language, (0.0, 0.25, 0.5, 0.75, 1.0))
    else:
        room, scale = rising(paper, room, chart.axis, chart.language, values)
    across = _across(chart, paper, room)
    if chart.has_diagonal:
        paper.line(room.left, room.bottom, room.right, room.top, paper.shades.neutral, dash=DIAGONAL)
    if chart.forecast_from is not None:
        _forecast_line(chart.word(FORECAST), paper, room, across[chart.forecast_from])
    for series in chart.series:
        if series.lower is not None and series.upper is not None:
            _band(series, paper, across, scale, is_stepped=chart.is_stepped)
    for series in sorted(chart.series, key=lambda each: not each.is_dashed):
        _line(series, paper, _placed(across, series.values, scale), chart)


def _across(chart: Lines, paper: Paper, room: Room) -> list[float]:
    """Where each place stands; writes the texts below."""
    numbers = [float(each) for each in chart.places if not isinstance(each, date)]
    if len(numbers) < len(chart.places) or not numbers:
        across = [room.left + room.width * at / max(len(chart.places) - 1, 1) for at in range(len(chart.places))]
        beside(paper, room, across, chart.labels())
        return across
    marks = (0.0, 0.25, 0.5, 0.75, 1.0) if chart.has_diagonal else nice_ticks(*bounds(numbers, from_zero=False), about=6)
    scale = Scale(
        marks[0] if chart.has_diagonal else min(numbers), marks[-1] if chart.has_diagonal else max(numbers), room.left, room.right
    )
    kept = [each for each in marks if scale.low <= each <= scale.high]
    beside(paper, room, [scale(each) for each in kept], chart.x.ticks(kept, chart.language))
    return [scale(each) for each in numbers]


def _band(series: Series, paper: Paper, across: Sequence[float], scale: Scale, *, is_stepped: bool) -> None:
    lower, upper = (_placed(across, ends or (), scale) for ends in (series.lower, series.upper))
    for low, high in zip(runs(lower), runs(upper), strict=True):
        edges = [_stepped(high), _stepped(low)] if is_stepped else [high, low]
        paper.path(f"{points([*edges[0], *reversed(edges[1])])}Z", fill=paper.color(series.color), fill_opacity=0.16)


def _stepped(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """A way that keeps its height until the next place."""
    held = [(after[0], before[1]) for before, after in pairwise(places)]
    return [each for pair in zip(places, [*held, places[-1]], strict=True) for each in pair] if places else []


def _line(series: Series, paper: Paper, places: Sequence[tuple[float, float] | None], chart: Lines) -> None:
    color, labels = paper.color(series.color), chart.place_texts()
    for stretch in runs(places):
        way = _stepped(stretch) if chart.is_stepped else stretch
        dash = {"stroke_dasharray": "4 4"} if series.is_dashed else {}
        if len(way) == 1:
            paper.circle(*way[0], 3, color)
        paper.path(points(way), stroke=color, width=1.6 if series.is_dashed else 2.2, stroke_linecap="round", **dash)
    for at, place in enumerate(places):
        if place is not None:
            paper.circle(*place, 5, color, tip=f"{labels[at]} · {series.name}: {series.text(at, chart.axis)}", fill_opacity=0.0)


def draw_multiples(chart: Multiples, paper: Paper, room: Room) -> None:
    """The small charts side by side, as many in a row as have room."""
    columns = multiples_columns(room.width, len(chart.charts))
    rows = -(-len(chart.charts) // columns)
    wide, high = (room.width - 24 * (columns - 1)) / columns, (room.height - 16 * (rows - 1)) / max(rows, 1)
    for at, each in enumerate(chart.charts):
        left, top = room.left + (at % columns) * (wide + 24), room.top + (at // columns) * (high + 16)
        paper.text(left, top + 12, fitted(each.title, 12.5, wide), size=12.5, weight=600)
        draw_lines(each, paper, Room(left, top + 18, left + wide, top + high))


def multiples_columns(width: float, many: int) -> int:
    """How many small charts stand in a row.

    >>> multiples_columns(700, 5), multiples_columns(350, 5)
    (3, 1)
    """
    return max(1, min(many, int(width // 220)))


def sparkline(values: Sequence[Figure | None], *, width: float = 84, height: float = 20, color: str = "currentColor") -> str:
    """A line without axes for a table's cell, in the color of the text around it; empty where fewer than two values are known."""
    low, high = bounds([None if each is None else float(each) for each in values], from_zero=False)
    scale = Scale(low, high, height - 2, 2)
    places = _placed([2 + (width - 4) * at / max(len(values) - 1, 1) for at in range(len(values))], values, scale)
    lines = "".join(points(each) for each in runs(places) if len(each) > 1)
    if not lines:
        return ""
    size = f'width="{short_number(width)}" height="{short_number(height)}" viewBox="0 0 {short_number(width)} {short_number(height)}"'
    line = f'<path d="{lines}" fill="none" stroke="{color}" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} aria-hidden="true">{line}</svg>'
