"""Which character separates the cells of a text file? The one that makes most known headers, or else the most even table."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator

from fenji.collect.headers import is_known_header, normalise_header

DELIMITERS = (",", "\t", ";", "|")
"""Tried in this order; the first of equals wins."""

LOOKED_AT = 60
"""Records at the start that are tried."""

csv.field_size_limit(1 << 27)


def find_delimiter(head: str, wanted: Collection[str] = ()) -> str:
    """The delimiter of a text file, from its first lines; ``wanted`` are headers that it must have."""
    names = {normalise_header(name) for name in wanted}
    return max(DELIMITERS, key=lambda delimiter: _fitness(head, delimiter, names))


def split_head(head: str, delimiter: str, *, most: int) -> list[tuple[int, int, list[str]]]:
    """The first records of a text: the lines on which each begins and ends (from 1), and its cells; empty ones are left out."""
    return list(_records(head, delimiter, most))


def _records(head: str, delimiter: str, most: int) -> Iterator[tuple[int, int, list[str]]]:
    reader = csv.reader(io.StringIO(head, newline="\n"), delimiter=delimiter)
    begin, given = 1, 0
    try:
        for cells in reader:
            if any(cells):
                yield begin, reader.line_num, cells
                given += 1
            if given >= most:
                return
            begin = reader.line_num + 1
    except csv.Error:
        # A head that ends inside a quoted cell, or holds a NUL: what came before it is enough to look at.
        return


def _fitness(head: str, delimiter: str, wanted: set[str]) -> tuple[int, int, float, int]:
    records = [cells for _begin, _end, cells in _records(head, delimiter, LOOKED_AT)]
    if not records:
        return (0, 0, 0.0, 0)
    hits = max(len(wanted & {normalise_header(cell) for cell in cells}) for cells in records) if wanted else 0
    known = max(sum(1 for cell in cells if cell and is_known_header(cell)) for cells in records)
    width, times = Counter(len(cells) for cells in records).most_common(1)[0]
    return (hits, known if known > 1 else 0, times / len(records) if width > 1 else 0.0, width)
