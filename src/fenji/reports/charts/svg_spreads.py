"""How do histograms, Pareto charts, boxes and intervals look on paper?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import floor, log10

from fenji.reports.charts.axes import Axis, Series
from fenji.reports.charts.drawing import Paper, fitted, points, width_of
from fenji.reports.charts.scales import Scale, bounds, log_ticks, nice_ticks
from fenji.reports.charts.spreads import Boxes, Dots, Histogram, Pareto, Points, Spread, Threshold
from fenji.reports.charts.svg_axes import AXIS, Room, beside, entries_of, legend, lying, marked, names_at_left, rising
from fenji.wording.figures import Figure

BELOW = 26
FLAG = 22
"""Height of a line of names of thresholds."""
AXIS_ROOM = 48
"""What an axis of counts takes at the left, about: flags are counted before it is drawn."""
WHOLE = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def draw_histogram(chart: Histogram, paper: Paper, room: Room) -> None:
    """Bins in the colors of their tiers, thresholds as lines with flags above."""
    low, high = float(chart.edges[0]), float(chart.edges[-1])
    flags = _flag_lines(chart, room.width - AXIS_ROOM, low, high)
    room = Room(room.left, room.top + FLAG * flags + 4, room.right - 6, room.bottom - BELOW)
    top = room.top
    sums = [sum(float(each.values[at] or 0) for each in chart.series) for at in range(len(chart.edges) - 1)]
    room, scale = rising(paper, room, chart.axis, chart.language, sums)
    across = Scale(low, high, room.left, room.right, is_log=chart.x.is_log)
    for at, span in enumerate(chart.spans()):
        left, right = across(float(chart.edges[at])), across(float(chart.edges[at + 1]))
        below = 0.0
        for series in chart.series:
            above = below + float(series.values[at] or 0)
            if above > below:
                tip, top_of = f"{span} · {series.name}: {series.text(at, chart.axis)}", scale(above)
                paper.rect(left + 0.5, top_of, right - left - 1, scale(below) - top_of, paper.fill(series.color), tip=tip)
            below = above
    marks = log_ticks(low, high) if chart.x.is_log else nice_ticks(low, high, about=7)
    kept = [each for each in marks if low <= each <= high]
    _below(chart, paper, room, across, kept)
    ends = [-4.0] * max(flags, 1)
    for each in sorted(chart.thresholds, key=lambda each: each.value):
        _flag(each, _flag_text(each, chart.x), paper, (across(float(each.value)), top, room.bottom), ends)


def _below(chart: Histogram, paper: Paper, room: Room, across: Scale, marks: Sequence[float]) -> None:
    """Texts that stand unevenly: each that does not touch the one before."""
    last = -1e9
    for mark, text in zip(marks, chart.x.ticks(marks, chart.language), strict=True):
        x, half = across(mark), width_of(text, AXIS) / 2
        if x - half > last + 8:
            paper.text(x, room.bottom + 18, text, size=AXIS, fill=paper.shades.quiet, anchor="middle")
            last = x + half


def _flag_text(threshold: Threshold, axis: Axis) -> str:
    text = axis.text(threshold.value)
    return f"{threshold.name} {text.removesuffix('.00')}"


def _flag_lines(chart: Histogram, width: float, low: float, high: float) -> int:
    """In how many lines the flags stand so that none touches another."""
    across = Scale(low, high, 0, width, is_log=chart.x.is_log)
    ends: list[float] = []
    for each in sorted(chart.thresholds, key=lambda each: each.value):
        half = width_of(_flag_text(each, chart.x), AXIS) / 2 + 14
        x = across(float(each.value))
        free = next((place for place, end in enumerate(ends) if x - half > end + 4), None)
        if free is None:
            ends.append(x + half)
        else:
            ends[free] = x + half
    return len(ends)


def _flag(threshold: Threshold, text: str, paper: Paper, place: tuple[float, float, float], ends: list[float]) -> None:
    """A line with its name in a box above; ``ends`` knows how far each line of boxes is used."""
    x, top, bottom = place
    half = width_of(text, AXIS) / 2 + 14
    left = min(max(x - half, 0), paper.width - 2 * half)
    row = next((each for each, end in enumerate(ends) if left > end + 3), len(ends) - 1)
    ends[row] = left + 2 * half
    y = top - FLAG * (len(ends) - row)
    paper.line(x, y + 18, x, bottom, paper.shades.ink, width=1.3)
    paper.rect(left, y, 2 * half, 18, paper.shades.ground, radius=5, stroke=paper.shades.line)
    paper.rect(left + 6, y + 5, 8, 8, paper.fill(threshold.color), radius=2)
    paper.text(left + 18, y + 13, text, size=AXIS, weight=600)


def draw_pareto(chart: Pareto, paper: Paper, room: Room) -> None:
    """Bars of shares and the line that adds them up, on one axis of shares."""
    room = legend(paper, room, entries_of((chart.shares, chart.cumulative)), dashed=[False, False])
    room = replace(room, bottom=room.bottom - BELOW)
    room, scale = marked(paper, room, chart.axis, chart.language, WHOLE)
    slot = room.width / max(len(chart.categories), 1)
    middles = [room.left + slot * (at + 0.5) for at in range(len(chart.categories))]
    wide = min(slot * 0.7, 48)
    for x, value, name in zip(middles, chart.shares.values, chart.categories, strict=True):
        y = scale(float(value or 0))
        paper.rect(
            x - wide / 2,
            y,
            wide,
            room.bottom - y,
            paper.fill(chart.shares.color),
            tip=f"{name}: {chart.axis.text(value)}",
            radius=2,
        )
    line = [(x, scale(float(value or 0))) for x, value in zip(middles, chart.cumulative.values, strict=True)]
    color = paper.color(chart.cumulative.color)
    paper.path(points(line), stroke=color, width=2)
    for (x, y), value, name in zip(line, chart.cumulative.values, chart.categories, strict=True):
        paper.circle(x, y, 3.2, color, tip=f"{name} · {chart.cumulative.name}: {chart.axis.text(value)}")
    beside(paper, room, middles, [fitted(each, AXIS, slot - 6) for each in chart.categories])


def _value_marks(axis: Axis, values: Sequence[Figure | None]) -> tuple[float, ...]:
    """The marks of an axis that lies, in powers of ten where it is logarithmic."""
    there = [float(each) for each in values if each is not None]
    if not axis.is_log:
        return nice_ticks(*bounds(there))
    above = [each for each in there if each > 0] or [1.0]
    low, high = 10 ** floor(log10(min(above))), max(above)
    inside = log_ticks(low, high)
    return inside if inside[-1] >= high else (*inside, high * 1.02)


def draw_boxes(chart: Boxes, paper: Paper, room: Room) -> None:
    """A lying box per group; its median as a line and a number."""
    room = replace(room, bottom=room.bottom - BELOW)
    slot = room.height / max(len(chart.spreads), 1)
    names, colors = [each.name for each in chart.spreads], [each.color for each in chart.spreads]
    room = names_at_left(paper, room, names, lambda at: room.top + slot * (at + 0.5), colors=colors)
    room = replace(room, right=room.right - 10)
    marks = _value_marks(chart.axis, [value for each in chart.spreads for value in each.values()])
    scale = _lying_scale(paper, room, chart.axis, chart, marks)
    for at, spread in enumerate(chart.spreads):
        _box(spread, chart, paper, (room.top + slot * (at + 0.5), min(slot * 0.5, 24)), scale)


def _lying_scale(paper: Paper, room: Room, axis: Axis, chart: Boxes | Dots, marks: Sequence[float]) -> Scale:
    if not axis.is_log:
        return lying(paper, room, axis, chart.language, marks)
    scale = Scale(marks[0], marks[-1], room.left, room.right, is_log=True)
    shown = [each for each in marks if each == float(f"{each:.2g}")]
    for mark in shown:
        paper.line(scale(mark), room.top, scale(mark), room.bottom, paper.shades.line)
    beside(paper, room, [scale(each) for each in shown], axis.ticks(shown, chart.language))
    return scale


def _box(spread: Spread, chart: Boxes, paper: Paper, place: tuple[float, float], scale: Scale) -> None:
    low, first, middle, third, high = (None if each is None else float(each) for each in spread.values())
    y, height = place
    told = ", ".join(f"{name} {chart.axis.text(value)}" for name, value in zip(chart.names, spread.values(), strict=True))
    ink = paper.shades.ink
    if low is not None and high is not None:
        paper.line(scale(low), y, scale(high), y, paper.shades.neutral, width=1.5)
        for end in (low, high):
            paper.line(scale(end), y - height / 4, scale(end), y + height / 4, paper.shades.neutral, width=1.5)
    if first is not None and third is not None:
        left, right = scale(first), scale(third)
        paper.rect(
            left, y - height / 2, max(right - left, 1.5), height, paper.fill(spread.color), tip=f"{spread.name}: {told}", radius=3
        )
    if middle is not None:
        x = scale(middle)
        paper.line(x, y - height / 2 - 2, x, y + height / 2 + 2, paper.shades.ground, width=4)
        paper.line(x, y - height / 2 - 2, x, y + height / 2 + 2, ink, width=2)


def draw_dots(chart: Dots, paper: Paper, room: Room) -> None:
    """A dot per value with its interval; the series of one category stand close together."""
    room = legend(paper, room, entries_of(chart.series))
    room = replace(room, bottom=room.bottom - BELOW)
    slot = room.height / max(len(chart.categories), 1)
    room = names_at_left(paper, room, chart.categories, lambda at: room.top + slot * (at + 0.5))
    room = replace(room, right=room.right - 10)
    marks = _value_marks(chart.axis, [*_all_values(chart.series), chart.reference])
    scale = _lying_scale(paper, room, chart.axis, chart, marks)
    if chart.reference is not None:
        x = scale(float(chart.reference))
        paper.line(x, room.top, x, room.bottom, paper.shades.ink, dash="4 4")
    apart = min(slot / (len(chart.series) + 1), 12)
    for at, category in enumerate(chart.categories):
        for place, series in enumerate(chart.series):
            y = room.top + slot * (at + 0.5) + apart * (place - (len(chart.series) - 1) / 2)
            _dot(series, at, paper, (y, scale), tip=f"{category} · {series.name}: {series.text(at, chart.axis)}")


def _all_values(series: Sequence[Series]) -> list[Figure | None]:
    return [value for each in series for part in (each.values, each.lower or (), each.upper or ()) for value in part]


def _dot(series: Series, at: int, paper: Paper, place: tuple[float, Scale], *, tip: str) -> None:
    y, scale = place
    color, value = paper.color(series.color), series.values[at]
    lower, upper = (None if each is None else each[at] for each in (series.lower, series.upper))
    if lower is not None and upper is not None:
        paper.line(scale(float(lower)), y, scale(float(upper)), y, color, width=2)
    if value is not None:
        paper.circle(scale(float(value)), y, 4.5, color, tip=tip, stroke=paper.shades.ground, stroke_width=1.5)


def draw_points(chart: Points, paper: Paper, room: Room) -> None:
    """Points with standing intervals around the diagonal, both axes alike."""
    room = legend(paper, room, entries_of(chart.series))
    room = Room(room.left, room.top + 6, room.right - 8, room.bottom - BELOW)
    _low, high = bounds([None if each is None else float(each) for each in (*chart.places, *_all_values(chart.series))])
    marks = nice_ticks(0, high)
    room, scale = marked(paper, room, chart.axis, chart.language, marks)
    across = Scale(marks[0], marks[-1], room.left, room.right)
    paper.line(room.left, room.bottom, room.right, room.top, paper.shades.neutral, dash="5 4")
    beside(paper, room, [across(each) for each in marks], chart.x.ticks(marks, chart.language))
    for series in chart.series:
        color = paper.color(series.color)
        for at, (place, value) in enumerate(zip(chart.places, series.values, strict=True)):
            x = across(float(place))
            lower, upper = (None if each is None else each[at] for each in (series.lower, series.upper))
            if lower is not None and upper is not None:
                paper.line(x, scale(float(lower)), x, scale(float(upper)), color, width=1.6)
            if value is not None:
                paper.circle(
                    x, scale(float(value)), 4, color, tip=f"{chart.x.text(place)} · {series.name}: {series.text(at, chart.axis)}"
                )
