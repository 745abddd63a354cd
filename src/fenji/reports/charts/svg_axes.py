"""In which room is a chart drawn? Its axes, grid lines and legend as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from fenji.language import Language
from fenji.reports.charts.axes import Axis, Color, Series
from fenji.reports.charts.drawing import Paper, fitted, width_of
from fenji.reports.charts.scales import Scale, bounds, nice_ticks
from fenji.wording.figures import Figure

AXIS = 11.5
"""Size of the letters along axes."""
GAP = 8
LEGEND = 22
"""Height of a line of the legend."""
TICK_EVERY = 46
"""Pixels between two marks of an axis that stands."""
LABELS_SHARE = 0.36
"""Of the width, at most so much for names of categories."""


@dataclass(frozen=True)
class Room:
    """Where a chart is drawn on a sheet."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From side to side."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top


def legend(paper: Paper, room: Room, entries: Sequence[tuple[str, Color]], *, dashed: Sequence[bool] = ()) -> Room:
    """Draws what the colors are, in as many lines as it takes; gives the room below. One entry alone needs none."""
    if len(entries) < 2:  # noqa: PLR2004 - the title says what a single one is
        return room
    x, y = room.left, room.top + 12
    for place, (name, color) in enumerate(entries):
        told = fitted(name, AXIS, room.width - 20)
        needed = 18 + width_of(told, AXIS) + 14
        if x > room.left and x + needed > room.right + 14:
            x, y = room.left, y + LEGEND
        if dashed and dashed[place]:
            paper.line(x, y - 4, x + 12, y - 4, paper.color(color), width=2, dash="4 3")
        else:
            paper.rect(x, y - 9.5, 11, 11, paper.fill(color), radius=3)
        paper.text(x + 17, y, told, size=AXIS, fill=paper.shades.quiet)
        x += needed
    return replace(room, top=y + 20)


def rising(paper: Paper, room: Room, axis: Axis, language: Language, values: Sequence[Figure | None]) -> tuple[Room, Scale]:
    """Draws an axis of values at the left with grid lines from 0; gives the room that is left and the scale."""
    low, high = bounds([None if each is None else float(each) for each in values])
    about = max(2, min(6, round(room.height / TICK_EVERY)))
    return marked(paper, room, axis, language, nice_ticks(low, high, about=about))


def marked(paper: Paper, room: Room, axis: Axis, language: Language, marks: Sequence[float]) -> tuple[Room, Scale]:
    """Draws an axis at the left with given marks."""
    texts = axis.ticks(marks, language)
    left = room.left + max(width_of(each, AXIS) for each in texts) + GAP
    inner = replace(room, left=left)
    scale = Scale(marks[0], marks[-1], inner.bottom, inner.top)
    for mark, text in zip(marks, texts, strict=True):
        y = scale(mark)
        paper.line(inner.left, y, inner.right, y, paper.shades.neutral if mark == 0 else paper.shades.line)
        paper.text(inner.left - GAP, y + 4, text, size=AXIS, fill=paper.shades.quiet, anchor="end")
    return inner, scale


def lying(paper: Paper, room: Room, axis: Axis, language: Language, marks: Sequence[float], *, is_log: bool = False) -> Scale:
    """Draws an axis of values below with grid lines; texts that would touch are left out."""
    scale = Scale(marks[0], marks[-1], room.left, room.right, is_log=is_log)
    texts = axis.ticks(marks, language)
    for mark in marks:
        paper.line(scale(mark), room.top, scale(mark), room.bottom, paper.shades.neutral if mark == 0 else paper.shades.line)
    beside(paper, room, [scale(each) for each in marks], texts)
    return scale


def beside(paper: Paper, room: Room, places: Sequence[float], texts: Sequence[str]) -> None:
    """Writes texts below the room, centered at their places, as many as do not touch, evenly chosen; none leaves the sheet."""
    if not texts:
        return
    widest = max(width_of(each, AXIS) for each in texts) + 10
    nearest = min((abs(other - one) for one, other in pairwise(places)), default=widest)
    every = 1
    while every < len(texts) and nearest * every < widest:
        every += 1
    for place, text in list(zip(places, texts, strict=True))[::every]:
        half = width_of(text, AXIS) / 2
        at = min(max(place, half + 2), paper.width - half - 2)
        paper.text(at, room.bottom + 18, text, size=AXIS, fill=paper.shades.quiet, anchor="middle")


def names_at_left(
    paper: Paper, room: Room, names: Sequence[str], place: Callable[[int], float], *, colors: Sequence[Color] = ()
) -> Room:
    """Writes names of categories at the left; gives the room beside them. ``place`` gets an index and gives where it stands."""
    most = room.width * LABELS_SHARE
    widest = min(max((width_of(each, 12) for each in names), default=0.0), most)
    mark = 18 if colors else 0
    for at, name in enumerate(names):
        y = place(at)
        if colors:
            paper.rect(room.left, y - 5.5, 11, 11, paper.fill(colors[at]), radius=3)
        paper.text(room.left + mark, y + 4, fitted(name, 12, most), size=12)
    return replace(room, left=room.left + mark + widest + 12)


def entries_of(series: Sequence[Series]) -> list[tuple[str, Color]]:
    """What a legend says of series."""
    return [(each.name, each.color) for each in series]
