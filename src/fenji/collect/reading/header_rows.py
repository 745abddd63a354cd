"""Which row of a file is its header, and what are its columns called? Preamble lines above it are passed over, footers below it known."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from fenji.collect.headers import is_known_header, normalise_header
from fenji.collect.reading.cells import PADDING, Kind, kind_of, stripped
from fenji.collect.reading.totals import may_be_name, says_only_total

Row = Sequence[str | None]
Names = str | Sequence[str]
"""A header, or several of which one is meant."""

_LONGEST = 40
"""Letters of the longest known header."""

KNOWN_HEADERS = 3
"""So many known headers in one row make it the header; one or two may be words of a title."""

LOOKED_AT = 200
"""Rows at the start among which the header must be; the longest preamble seen has about twenty."""

FOOTER_ROWS = 20
"""Rows at the end among which complete rows may be footers."""

_REMARK = re.compile(
    r"#|(合计|总计|小计|汇总|共计|本页合计|共\s*\d+\s*[条笔行]|\d+[\s,;]*(records?|rows?|条记录|笔)|(导出|统计|打印|生成|下载)(时间|日期|人|者)|制表(人|时间|日期)?|(备注|说明|注)[:：]"
    r"|(grand )?total\b|exported\b|generated\b|report (date|time)|end of (file|report)|第\s*\d+\s*页|page \d+\b)",
    re.IGNORECASE,
)
_BELOW = 20
"""Rows under a candidate that say whether its columns hold numbers and moments."""
_HALF = 0.5
"""Enough under a row of words that stands above all others: the first row of data may hold a word in place of an amount."""
_TYPED = 0.8
"""A column whose cells are numbers or moments in this share is typed."""


def find_header(rows: Sequence[Row], wanted: Collection[Names] = ()) -> int | None:
    """The position of the header among the first rows.

    Args:
        rows: the first rows of the file.
        wanted: columns that the source maps, each a header or several of which one must be there. The first row with all of
            them is the header; where none has, the first with three known headers, then the one with most wanted ones, then the
            first row of words above rows of numbers or moments, then the first that is about as wide as the table.
    """
    looked_at = rows[:LOOKED_AT]
    hits = [wanted_in(row, wanted) for row in looked_at]
    if wanted and len(wanted) in hits:
        return hits.index(len(wanted))
    for position, row in enumerate(looked_at):
        if known_in(row) >= KNOWN_HEADERS:
            return position
    if any(hits):
        return hits.index(max(hits))
    by_types = _above_types(rows)
    return by_types if by_types is not None else _first_wide_row(looked_at)


def wanted_in(row: Row, wanted: Collection[Names]) -> int:
    """How many of the wanted columns a row names."""
    if not wanted:
        return 0
    given = {normalise_header(cell) for cell in row if cell}
    return sum(1 for names in wanted if any(normalise_header(name) in given for name in as_names(names)))


def as_names(names: Names) -> tuple[str, ...]:
    """The headers of which one must be there."""
    return (names,) if isinstance(names, str) else tuple(names)


def known_in(row: Row) -> int:
    """How many cells of a row are headers that exports are known to carry."""
    return sum(1 for cell in row if _may_be_known(cell))


def typed_columns(rows: Sequence[Row], width: int, *, share: float = _TYPED) -> set[int]:
    """The columns whose cells are numbers or moments, nearly all of them or in the given share."""
    found = set()
    for position in range(width):
        kinds = [kind_of(row[position]) for row in rows if position < len(row)]
        given = [kind for kind in kinds if kind is not Kind.EMPTY]
        if given and sum(kind is not Kind.TEXT for kind in given) >= share * len(given):
            found.add(position)
    return found


def unique_headers(row: Row) -> tuple[str, ...]:
    r"""The headers as the file writes them, without padding; a second 金额 is 金额_2, an empty one column_<position>.

    >>> unique_headers(["金额", " 金额\\t", None])
    ('金额', '金额_2', 'column_3')
    """
    found: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(row, start=1):
        name = (cell or "").strip(PADDING) or f"column_{position}"
        candidate, count = name, 1
        while normalise_header(candidate) in taken:
            count += 1
            candidate = f"{name}_{count}"
        taken.add(normalise_header(candidate))
        found.append(candidate)
    return tuple(found)


def is_footer(row: Row) -> bool:
    """Whether a complete row at the end is a total or a remark about the export, and no record."""
    cells = [cell.strip(PADDING) for cell in row if cell and cell.strip(PADDING)]
    if not cells or (len(cells) == len(row) and (len(row) == 1 or may_be_name(cells[0]))):
        return False
    # A customer may be called Total: the row of a total holds numbers beside that word, and nothing else.
    is_total = (
        says_only_total(cells[0]) and len(row) > 1 and all(kind_of(cell) in {Kind.NUMBER, Kind.EMPTY} for cell in cells[1:])
    )
    return is_total or (len(cells) == 1 and is_remark(cells[0]))


def is_remark(text: str) -> bool:
    """Whether a line that is no complete record begins like a footer."""
    return bool(_REMARK.match(text.lstrip(PADDING)))


@lru_cache(maxsize=1 << 16)
def _may_be_known(cell: str | None) -> bool:
    # Cells that begin with a digit and long ones are values; to normalise each of them would take most of the time.
    return bool(cell) and len(str(cell)) <= _LONGEST and not str(cell)[:1].isdigit() and is_known_header(str(cell))


def _above_types(rows: Sequence[Row]) -> int | None:
    """The first row of words, about as wide as the table, over at least two rows with numbers or moments under its cells."""
    filled = [sum(1 for cell in row if stripped(cell)) for row in rows[: LOOKED_AT + _BELOW]]
    widest = max(filled, default=0)
    for position, row in enumerate(rows[:LOOKED_AT]):
        below = [each for each in rows[position + 1 : position + 1 + _BELOW] if len(each) > 1]
        if filled[position] < max(2, 0.6 * widest) or len(below) < 2:  # noqa: PLR2004 - one row below proves nothing
            continue
        kinds = [kind_of(cell) for cell in row]
        typed = typed_columns(below, len(row), share=_HALF)
        if Kind.NUMBER not in kinds and Kind.MOMENT not in kinds and any(kinds[column] is Kind.TEXT for column in typed):
            return None if stripped(row[0]).startswith("#") else position
    return None


def _first_wide_row(rows: Sequence[Row]) -> int | None:
    filled = [sum(1 for cell in row if cell and cell.strip()) for row in rows]
    if not any(filled):
        return None
    wide = [
        position
        for position, (row, count) in enumerate(zip(rows, filled, strict=True))
        if count >= 0.6 * max(filled) and count >= min(2, max(filled)) and not (row[0] or "").startswith("#")
    ]
    return wide[0] if wide else filled.index(max(filled))
