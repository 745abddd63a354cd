"""Where in a file does its table stand: which rows are the header, which describe it, and where do the data begin?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fenji.collect.headers import normalise_header
from fenji.collect.reading.cells import Kind, kind_of, stripped
from fenji.collect.reading.header_rows import Names, as_names, find_header, known_in, typed_columns, unique_headers, wanted_in
from fenji.collect.reading.periods import period_of
from fenji.domain.sources import Shape

Row = Sequence[str | None]
Numbered = Sequence[tuple[int, Row]]
"""Rows that hold anything, each with its number in the file."""

_BELOW = 20
"""Rows of data that say what the columns hold."""
_MOST_DESCRIPTIONS = 4
_KNOWN = 2
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_RUN = 3
"""Numbers that follow one another, such as years or days of the month, are headers where there are so many."""
_DESCRIBES = re.compile(
    r"必填|选填|可选|填写|格式|说明|示例|例如|单位|不可|必须|mandatory|optional|required|please|example|format|description|e\.g\.|do not|编辑|system field",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Frame:
    """The header of a table and where its data begin."""

    names: tuple[str, ...]
    header: tuple[int, ...]
    """Positions of the header's rows among the rows looked at; none where the file has no header."""
    body: int
    """Position of the first row of data."""
    above: tuple[str, ...] = ()
    """What the rows above the header say that hold one cell only."""


def frame_of(rows: Numbered, shape: Shape, wanted: Collection[Names] = ()) -> Frame | None:
    """The frame that a shape says; what it leaves open is found. None where there is no header.

    Where the header does not stand in the rows that the shape names, such as in next month's file with one more line above it,
    it is looked for by the wanted columns.
    """
    cells = [row for _number, row in rows]
    wanted = _in_file(wanted, shape)
    if shape.no_header:
        widths = Counter(len(row) for row in cells[:_BELOW])
        width = max(widths, key=lambda each: (widths[each], each), default=0)
        return Frame(unique_headers([None] * width), (), 0) if width else None
    found: tuple[int, ...] | None
    if shape.header_rows:
        found = _named_rows(rows, shape, wanted)
    else:
        position = find_header(cells, wanted)
        found = None if position is None else (position,)
    if not found:
        return None
    names = joined([cells[position] for position in found], wanted)
    return Frame(names, found, min(len(rows), found[-1] + 1 + shape.skip_after_header), _lone_texts(cells[: found[0]]))


def _lone_texts(rows: Sequence[Row]) -> tuple[str, ...]:
    given = [[stripped(cell) for cell in row if stripped(cell)] for row in rows]
    return tuple(cells[0] for cells in given if len(cells) == 1)


def _in_file(wanted: Collection[Names], shape: Shape) -> list[Names]:
    """The wanted columns that the file itself must have: without those that the shape makes, with those that it turns into rows."""
    turned = shape.unpivot
    made = {normalise_header(name) for name in (shape.sections, *((turned.name, turned.value) if turned else ())) if name}
    given = [names for names in wanted if not made.intersection(normalise_header(name) for name in as_names(names))]
    return [*given, *(turned.columns if turned and wanted else ())]


def find_frame(rows: Numbered) -> tuple[Frame, Shape] | None:
    """The frame of a table that nobody has described, and the shape that says it."""
    cells = [row for _number, row in rows]
    position = find_header(cells)
    if position is None:
        return None
    if _has_no_header(cells, position):
        shape = Shape(no_header=True)
        frame = frame_of(rows[position:], shape)
        return None if frame is None else (Frame(frame.names, (), position), shape)
    header = _header_block(cells, position)
    skipped = _descriptions(cells, header[-1])
    shape = Shape(header_rows=tuple(rows[each][0] for each in header) if len(header) > 1 else (), skip_after_header=skipped)
    return Frame(
        joined([cells[each] for each in header]), header, header[-1] + 1 + skipped, _lone_texts(cells[: header[0]])
    ), shape


def joined(rows: Sequence[Row], wanted: Collection[Names] = ()) -> tuple[str, ...]:
    """The names of columns whose header stands in several rows: the lower cell where it is unique, else group/cell.

    >>> joined([["单号", "金额", None, "日期"], [None, "应付", "实付", None]])
    ('单号', '应付', '实付', '日期')
    >>> joined([["单号", "一月", None, "二月", None], [None, "数量", "金额", "数量", "金额"]])
    ('单号', '一月/数量', '一月/金额', '二月/数量', '二月/金额')
    """
    names: Row = rows[0]
    for lower in rows[1:]:
        names = _joined(names, lower)
    found = unique_headers(names)
    if len(rows) > 1 and wanted and wanted_in(found, wanted) < len(wanted) and wanted_in(rows[-1], wanted) == len(wanted):
        return unique_headers(rows[-1])
    return found


def _joined(upper: Row, lower: Row) -> list[str | None]:
    width = max(len(upper), len(lower))
    above = [stripped(upper[position]) if position < len(upper) else "" for position in range(width)]
    below = [stripped(lower[position]) if position < len(lower) else "" for position in range(width)]
    alone = {normalise_header(cell) for cell, under in zip(above, below, strict=True) if cell and not under}
    times = Counter(normalise_header(cell) for cell in below if cell)
    names: list[str | None] = []
    group = ""
    for cell, under in zip(above, below, strict=True):
        group = cell or (group if under else "")
        key = normalise_header(under)
        is_unique = times[key] == 1 and key not in alone and period_of(under) is None
        names.append(under if not group or (under and is_unique) else f"{group}/{under}" if under else group)
    return [name or None for name in names]


def _named_rows(rows: Numbered, shape: Shape, wanted: Collection[Names]) -> tuple[int, ...]:
    """The positions of the header rows that a shape names, or of those in which the wanted columns stand."""
    named = tuple(position for position, (number, _row) in enumerate(rows) if number in shape.header_rows)
    height = len(shape.header_rows)
    if not wanted:
        return named
    windows = [tuple(range(start, start + height)) for start in range(max(0, min(len(rows) - height + 1, 200)))]
    tried = [named, *windows] if len(named) == height else windows
    if not tried:
        return named
    return max(tried, key=lambda each: wanted_in(joined([rows[position][1] for position in each], wanted), wanted))


def _has_no_header(cells: Sequence[Row], position: int) -> bool:
    """Whether the row that would be the header is a row of data: as typed as the others, and without a known name."""
    row, below = cells[position], cells[position + 1 : position + 1 + _BELOW]
    if known_in(row) >= _KNOWN or not below or _counts_up(row):
        return False
    typed = [column for column in typed_columns(below, len(row)) if kind_of(row[column]) is not Kind.EMPTY]
    return bool(typed) and all(kind_of(row[column]) in {Kind.NUMBER, Kind.MOMENT} for column in typed)


def _counts_up(row: Row) -> bool:
    """Whether a row holds years, months or days in their order."""
    texts = [stripped(cell) for cell in row]
    numbers = [int(text) for text in texts if text.isdecimal() and len(text) <= 4]  # noqa: PLR2004 - a year has four digits
    periods = [text for text in texts if text and (found := period_of(text)) is not None and not found.rest]
    steps = sum(1 for one, next_ in pairwise(numbers) if next_ - one == 1)
    are_years = all(_FIRST_YEAR <= number <= _LAST_YEAR for number in numbers) and steps == len(numbers) - 1 > 0
    if are_years and len(numbers) < len([text for text in texts if text]):
        return True
    return len(periods) >= _RUN or steps >= _RUN - 1


def _is_words(row: Row) -> bool:
    """Whether a row holds at least two texts, and no numbers, moments or remarks with a colon."""
    kinds = [kind_of(cell) for cell in row]
    has_label = any(mark in stripped(cell) for cell in row for mark in (":", "："))
    return kinds.count(Kind.TEXT) > 1 and Kind.NUMBER not in kinds and Kind.MOMENT not in kinds and not has_label


def _is_group_title(upper: Row, lower: Row) -> bool:
    """Whether the upper row names groups of the columns below, or columns that the lower row leaves empty."""
    if not _is_words([cell for cell in upper if period_of(stripped(cell)) is None or kind_of(cell) is Kind.TEXT]):
        return False
    above = {position for position, cell in enumerate(upper) if stripped(cell)}
    below = {position for position, cell in enumerate(lower) if stripped(cell)}
    names = Counter(normalise_header(lower[position] or "") for position in below)
    spans = bool(below - above)
    return (bool(above - below) and spans) or (spans and len(above) < len(below) and max(names.values(), default=0) > 1)


def _header_block(cells: Sequence[Row], position: int) -> tuple[int, ...]:
    """The rows of the header, of which one has been found: a row of group titles above it, or of names below it."""
    row = cells[position]
    if position + 1 < len(cells):
        lower = cells[position + 1]
        gaps = any(stripped(cell) and not stripped(row[place] if place < len(row) else None) for place, cell in enumerate(lower))
        if gaps and _is_no_data(cells, position + 1) and _is_group_title(row, lower):
            return (position, position + 1)
    if position and _is_group_title(cells[position - 1], row):
        return (position - 1, position)
    return (position,)


def _is_no_data(cells: Sequence[Row], position: int) -> bool:
    """Whether a row holds words where the rows below hold numbers or moments, and nowhere such a value."""
    row, below = cells[position], cells[position + 1 : position + 1 + _BELOW]
    if not below:
        return False
    # Below it may stand a second row of descriptions, which says nothing about the types.
    types = next((found for start in range(3) if (found := typed_columns(below[start:], len(row)))), set())
    typed = [column for column in types if kind_of(row[column]) is not Kind.EMPTY]
    return bool(typed) and all(kind_of(row[column]) is Kind.TEXT for column in typed)


def _descriptions(cells: Sequence[Row], header: int) -> int:
    """How many rows under the header describe the columns and are no data."""
    count = 0
    while count < _MOST_DESCRIPTIONS and header + 2 + count < len(cells):
        position = header + 1 + count
        row, below = cells[position], cells[position + 1 : position + 1 + _BELOW]
        types = next((found for start in range(3) if (found := typed_columns(below[start:], len(row)))), set())
        typed = [column for column in types if kind_of(row[column]) is Kind.TEXT]
        is_told = any(_DESCRIBES.search(stripped(cell)) for cell in row)
        if not _is_no_data(cells, position) or not (len(typed) > 1 or (is_told and typed)):
            break
        count += 1
    return count
