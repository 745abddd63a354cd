"""Which character separates the cells of a text file? The one that makes most known headers, or else the most even table."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator

from fenji.collect.reading.header_rows import Names, known_in, wanted_in

DELIMITERS = (",", "\t", ";", "|", "^", "~", "\x01")
"""Tried in this order; the first of equals wins."""

LOOKED_AT = 60
"""Records at the start that are tried."""

_RARE = (":", " ")
"""Taken only where no other character makes an even table: characters that stand inside cells far more often than between them: times of day, names of two words."""
_EVEN = 0.95
_HALF = 0.5
_RARE_WIDTH = 3
_START = 1 << 18
_SAID = re.compile(r"\ufeff?\"?sep=([^\r\n\"])\"?[ \t,;]*\r?\n", re.IGNORECASE)

csv.field_size_limit(1 << 27)


def find_delimiter(head: str, wanted: Collection[Names] = ()) -> str:
    """The delimiter of a text file, from its first lines; ``wanted`` are headers that it must have.

    A first line such as ``sep=;`` says it, as spreadsheets write it.
    """
    said = _SAID.match(head)
    if said:
        return said.group(1)
    start = head[:_START]
    fitness = {delimiter: _fitness(start, delimiter, wanted) for delimiter in DELIMITERS if delimiter in start}
    best = max(fitness, key=lambda delimiter: fitness[delimiter], default=DELIMITERS[0])
    if best not in fitness or fitness[best][:2] != (0, 0) or fitness[best][2] >= _HALF:
        return best
    rare = {delimiter: _fitness(start, delimiter, wanted) for delimiter in _RARE if delimiter in start}
    even = [delimiter for delimiter, found in rare.items() if found[2] >= _EVEN and found[3] >= _RARE_WIDTH]
    return max(even, key=lambda delimiter: rare[delimiter], default=best)


def says_delimiter(head: str) -> bool:
    """Whether the first line only says the delimiter."""
    return _SAID.match(head) is not None


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


def _fitness(head: str, delimiter: str, wanted: Collection[Names]) -> tuple[int, int, float, int]:
    records = [cells for _begin, _end, cells in _records(head, delimiter, LOOKED_AT)]
    if not records:
        return (0, 0, 0.0, 0)
    hits = max(wanted_in(cells, wanted) for cells in records) if wanted else 0
    known = max(known_in(cells) for cells in records)
    width, times = Counter(len(cells) for cells in records).most_common(1)[0]
    evenness = times / len(records) if width > 1 else 0.0
    return (hits, known if known > 1 else 0, evenness, width)
