"""Which row of a file is its header, and what are its columns called? Preamble lines above it are passed over, footers below it known."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from fenji.collect.headers import is_known_header, normalise_header

Row = Sequence[str | None]

KNOWN_HEADERS = 3
"""So many known headers in one row make it the header; one or two may be words of a title."""

LOOKED_AT = 60
"""Rows at the start among which the header must be; the longest preamble seen has about twenty."""

FOOTER_ROWS = 20
"""Rows at the end among which complete rows may be footers."""

_TOTAL = re.compile(r"(合计|总计|小计|汇总|共计|本页合计|总合计|total|grand total|subtotal|sum)[:：]?", re.IGNORECASE)
_REMARK = re.compile(
    r"#|(合计|总计|小计|汇总|共计|本页合计|共\s*\d+\s*[条笔行]|(导出|统计|打印|生成|下载)(时间|日期|人|者)|制表(人|时间|日期)?|(备注|说明|注)[:：]"
    r"|(grand )?total\b|exported\b|generated\b|report (date|time)|end of (file|report))",
    re.IGNORECASE,
)
_PADDING = " \t\u3000\xa0\ufeff'\"="


def find_header(rows: Sequence[Row], wanted: Collection[str] = ()) -> int | None:
    """The position of the header among the first rows.

    Args:
        rows: the first rows of the file.
        wanted: headers that the source maps. The first row with all of them is the header; where none has, the first with three
            known headers, then the one with most wanted ones, then the first that is about as wide as the table.
    """
    looked_at = rows[:LOOKED_AT]
    names = {normalise_header(name) for name in wanted}
    hits = [len(names & {normalise_header(cell) for cell in row if cell}) for row in looked_at]
    if names and len(names) in hits:
        return hits.index(len(names))
    for position, row in enumerate(looked_at):
        if sum(1 for cell in row if cell and is_known_header(cell)) >= KNOWN_HEADERS:
            return position
    if any(hits):
        return hits.index(max(hits))
    return _first_wide_row(looked_at)


def unique_headers(row: Row) -> tuple[str, ...]:
    r"""The headers as the file writes them, without padding; a second 金额 is 金额_2, an empty one column_<position>.

    >>> unique_headers(["金额", " 金额\\t", None])
    ('金额', '金额_2', 'column_3')
    """
    found: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(row, start=1):
        name = (cell or "").strip(_PADDING) or f"column_{position}"
        candidate, count = name, 1
        while normalise_header(candidate) in taken:
            count += 1
            candidate = f"{name}_{count}"
        taken.add(normalise_header(candidate))
        found.append(candidate)
    return tuple(found)


def is_footer(row: Row) -> bool:
    """Whether a complete row at the end is a total or a remark about the export, and no record."""
    cells = [cell.strip(_PADDING) for cell in row if cell and cell.strip(_PADDING)]
    if not cells:
        return False
    return bool(_TOTAL.fullmatch(cells[0])) or (len(row) > 1 and len(cells) == 1 and is_remark(cells[0]))


def is_remark(text: str) -> bool:
    """Whether a line that is no complete record begins like a footer."""
    return bool(_REMARK.match(text.lstrip(_PADDING)))


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
