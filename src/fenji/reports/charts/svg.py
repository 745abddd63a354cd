"""How does a chart become a picture that needs no script? Any kind as one SVG document, for print, reports, mail and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fenji.reports.charts.data import Areas, Bars, Chart, Layout, Lines, Multiples
from fenji.reports.charts.drawing import Paper, folded
from fenji.reports.charts.flows import Heat, Sankey
from fenji.reports.charts.palette import Theme
from fenji.reports.charts.spreads import Boxes, Dots, Histogram, Pareto, Points
from fenji.reports.charts.svg_axes import Room
from fenji.reports.charts.svg_flows import draw_heat, draw_sankey
from fenji.reports.charts.svg_series import draw_areas, draw_bars, draw_lines, draw_multiples, multiples_columns
from fenji.reports.charts.svg_spreads import draw_boxes, draw_dots, draw_histogram, draw_pareto, draw_points

WIDTH = 720
"""Pixels, where nothing else is asked for: fills a page of A4 at 96 dots an inch."""
MARGIN = 12
TITLE, SUBTITLE = 15, 12

_DRAW: Mapping[type[Chart], Callable[[Any, Paper, Room], None]] = {
    Bars: draw_bars,
    Areas: draw_areas,
    Lines: draw_lines,
    Multiples: draw_multiples,
    Sankey: draw_sankey,
    Heat: draw_heat,
    Histogram: draw_histogram,
    Pareto: draw_pareto,
    Boxes: draw_boxes,
    Dots: draw_dots,
    Points: draw_points,
}


def svg_of(
    chart: Chart,
    *,
    width: float = WIDTH,
    height: float | None = None,
    theme: Theme = Theme.LIGHT,
    is_hatched: bool = False,
    is_titled: bool = True,
    name: str = "chart",
) -> str:
    """A chart as a well-formed SVG document with ``role="img"``, a title and a sentence.

    Args:
        chart: what is shown.
        width: pixels.
        height: pixels of the drawing, without title; None: as many as the kind needs.
        theme: the ground that it stands on.
        is_hatched: whether tiers differ by pattern too.
        is_titled: whether title and subtitle stand on the picture, which pages write themselves.
        name: what ids begin with; two charts of one document need two names.
    """
    paper = Paper(width, 0, Theme(theme), is_hatched, name)
    margin = MARGIN if is_titled else 2
    drawn_high = natural_height(chart, width) if height is None else height
    top = float(margin)
    if is_titled:
        top = _titles(chart, paper, margin)
        paper.height = top + drawn_high + margin
        paper.elements.insert(0, f'<rect width="100%" height="100%" fill="{paper.shades.ground}"/>')
    else:
        paper.height = drawn_high
    bottom = paper.height - margin
    _DRAW[type(chart)](chart, paper, Room(margin, top, width - margin, bottom))
    return paper.document(chart.title, chart.sentence, chart.language)


def _titles(chart: Chart, paper: Paper, margin: float) -> float:
    """Writes title and subtitle; gives where the drawing begins."""
    y = margin + TITLE
    for line in folded(chart.title, TITLE, paper.width - 2 * margin):
        paper.text(margin, y, line, size=TITLE, weight=600)
        y += TITLE + 6
    for line in folded(chart.subtitle, SUBTITLE, paper.width - 2 * margin) if chart.subtitle else ():
        paper.text(margin, y, line, size=SUBTITLE, fill=paper.shades.quiet)
        y += SUBTITLE + 5
    return y


def natural_height(chart: Chart, width: float) -> float:
    """How high a drawing of the kind is, in pixels, so that its rows can be read."""
    match chart:
        case Bars(is_horizontal=True):
            per = max(30, 18 * len(chart.series)) if chart.layout is Layout.GROUPED else 34
            rows, around = per * len(chart.categories), 62
        case Boxes():
            rows, around = 38 * len(chart.spreads), 40
        case Dots():
            rows, around = max(34, 14 * len(chart.series) + 16) * len(chart.categories), 62
        case Heat():
            rows, around = 32 * len(chart.rows), 46
        case Multiples():
            rows, around = 190 * max(1, -(-len(chart.charts) // multiples_columns(width, len(chart.charts)))), 0
        case _:
            rows, around = 320, 0
    return rows + around
