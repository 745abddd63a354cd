"""How do Sankey diagrams and heat tables look on paper?"""

from __future__ import annotations

from collections.abc import Sequence

from fenji.reports.charts.axes import BAD, GOOD
from fenji.reports.charts.drawing import Paper, fitted, folded, short_number, width_of
from fenji.reports.charts.flows import Cell, Flow, Heat, Node, Sankey
from fenji.reports.charts.palette import ink_on
from fenji.reports.charts.scales import spaced
from fenji.reports.charts.svg_axes import AXIS, Room

NODE = 9
"""Width of a node."""
APART = 9
"""Between two nodes."""
HEAD = 12
CELL_FAINT, CELL_DEEP = 0.06, 0.82
"""How much color the least and the largest value have."""


def draw_sankey(chart: Sankey, paper: Paper, room: Room) -> None:
    """Bands from nodes at the left to nodes at the right, in the order given: nothing is moved to avoid crossings."""
    wide = [max((width_of(each.name, 12) for each in side), default=0) for side in (chart.left, chart.right)]
    most = room.width * 0.28
    room_of = Room(room.left + min(wide[0], most) + 10, room.top + 4, room.right - min(wide[1], most) - 10, room.bottom)
    sums = [_sums(chart.flows, len(chart.left), source=True), _sums(chart.flows, len(chart.right), source=False)]
    per_unit = min(_per_unit(each, room_of.height) for each in sums)
    tops = [_tops(each, per_unit, room_of) for each in sums]
    used = [list(each) for each in tops]
    for flow in sorted(chart.flows, key=lambda each: (each.source, each.target)):
        thick = float(flow.value) * per_unit
        ends = (used[0][flow.source], used[1][flow.target])
        used[0][flow.source] += thick
        used[1][flow.target] += thick
        tip = f"{chart.left[flow.source].name} → {chart.right[flow.target].name}: {chart.axis.text(flow.value)}"
        is_staying = chart.left[flow.source].name == chart.right[flow.target].name
        _band(flow, paper, room_of, (*ends, thick), tip=tip, is_staying=is_staying)
    for is_right, nodes in enumerate((chart.left, chart.right)):
        places = [(top, total * per_unit) for top, total in zip(tops[is_right], sums[is_right], strict=True)]
        _nodes(nodes, paper, room_of, places, most=most, is_right=bool(is_right))


def _sums(flows: Sequence[Flow], nodes: int, *, source: bool) -> list[float]:
    found = [0.0] * nodes
    for each in flows:
        found[each.source if source else each.target] += float(each.value)
    return found


def _per_unit(sums: Sequence[float], height: float) -> float:
    """Pixels for one customer, so that the side fills the height."""
    return max(height - APART * (len(sums) - 1), 1) / (sum(sums) or 1)


def _tops(sums: Sequence[float], per_unit: float, room: Room) -> list[float]:
    """Where each node begins; a side that is smaller stands with wider gaps."""
    gap = (room.height - sum(sums) * per_unit) / max(len(sums) - 1, 1) if len(sums) > 1 else 0
    gap = min(gap, APART * 2.5)
    found, y = [], room.top
    for each in sums:
        found.append(y)
        y += each * per_unit + gap
    return found


def _band(flow: Flow, paper: Paper, room: Room, place: tuple[float, float, float], *, tip: str, is_staying: bool) -> None:
    left, right = room.left + NODE, room.right - NODE
    middle = (left + right) / 2
    y1, y2, thick = place[0], place[1], max(place[2], 0.7)
    x1, x2, xm = short_number(left), short_number(right), short_number(middle)
    upper = f"M{x1},{short_number(y1)}C{xm},{short_number(y1)} {xm},{short_number(y2)} {x2},{short_number(y2)}"
    lower = f"V{short_number(y2 + thick)}C{xm},{short_number(y2 + thick)} {xm},{short_number(y1 + thick)} {x1},{short_number(y1 + thick)}Z"
    paper.path(upper + lower, fill=paper.color(flow.color), fill_opacity=0.16 if is_staying else 0.5, tip=tip)


def _nodes(
    nodes: Sequence[Node], paper: Paper, room: Room, places: list[tuple[float, float]], *, most: float, is_right: bool
) -> None:
    x = room.right - NODE if is_right else room.left
    wanted = [top + height / 2 for top, height in places]
    for node, (top, height), y in zip(nodes, places, spaced(wanted, 14, room.top, room.bottom), strict=True):
        paper.rect(x, top, NODE, max(height, 1), paper.fill(node.color), radius=1)
        at, anchor = (room.right + 6, "start") if is_right else (room.left - 6, "end")
        paper.text(at, y + 4, fitted(node.name, 12, most), size=12, anchor=anchor)


def draw_heat(chart: Heat, paper: Paper, room: Room) -> None:
    """Cells deeper the larger their value; with a middle in two colors, above and below it."""
    names = max((width_of(each.name, 12) for each in chart.rows), default=0) + 14
    left = room.left + min(max(names, width_of(chart.row_title, AXIS) + 14), room.width * 0.32)
    slot = (room.right - left) / max(len(chart.columns), 1)
    heads = [folded(each.name, AXIS, slot - 6) for each in chart.columns]
    head_high = max((len(each) for each in heads), default=1) * 14 + 8
    for at, lines in enumerate(heads):
        for place, line in enumerate(lines):
            y = room.top + HEAD + 14 * (place + max(map(len, heads)) - len(lines))
            paper.text(left + slot * (at + 0.5), y, line, size=AXIS, fill=paper.shades.quiet, anchor="middle")
    paper.text(room.left, room.top + head_high - 10, chart.row_title, size=AXIS, fill=paper.shades.quiet)
    top = room.top + head_high
    high = (room.bottom - top) / max(len(chart.rows), 1)
    widest = max((width_of(chart.text(cell), AXIS) for cells in chart.cells for cell in cells), default=0)
    for row, node in enumerate(chart.rows):
        y = top + high * row
        paper.text(room.left, y + high / 2 + 4, fitted(node.name, 12, left - room.left - 10), size=12)
        for column, cell in enumerate(chart.cells[row]):
            if cell is not None:
                fill = cell_color(chart, cell, paper)
                tip = f"{node.name} → {chart.columns[column].name}: {chart.axis.text(cell.value)}"
                paper.rect(left + slot * column + 1, y + 1, slot - 2, high - 2, fill, tip=tip, radius=3)
                if widest <= slot - 6:
                    x = left + slot * (column + 0.5)
                    paper.text(x, y + high / 2 + 4, chart.text(cell), size=AXIS, anchor="middle", fill=ink_on(fill))


def cell_color(chart: Heat, cell: Cell, paper: Paper) -> str:
    """What a cell is filled with: the ground itself where it has no depth."""
    depth = chart.depth(cell)
    if depth == 0:
        return paper.thin(chart.color, CELL_FAINT) if chart.middle is None and cell.value is not None else paper.shades.ground
    color = chart.color if chart.middle is None else GOOD if depth > 0 else BAD
    return paper.thin(color, CELL_FAINT + (CELL_DEEP - CELL_FAINT) * abs(depth))
