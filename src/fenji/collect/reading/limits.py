"""How much may one file ask for? Bounds of memory and time, each with the reason for its value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from fenji.errors import InvalidFile, Place
from fenji.language import message as _

MOST_MEMORY = 1_900 << 20
"""Bytes that the process of one workbook may hold: a full sheet of a million rows and twenty columns takes 1.6 GB."""

MOST_SECONDS = 55
"""Processor time of the process of one workbook: the same sheet takes 15 seconds."""

MOST_CELLS = 40_000_000
"""Cells of a rectangle that the reader of workbooks is asked to hold, 32 bytes each."""

MOST_XML = 1 << 30
"""Bytes of one unpacked sheet: a full one of a million rows and twenty columns has about 800 MB."""

MOST_COLUMNS = 16_384
"""Columns of a table, as many as a sheet has; the layout of so many is understood in half a minute."""

MOST_RECORD = 2_000_000
"""Bytes of one record of a text table; the engine takes no longer ones either."""

MOST_JSON_RECORD = 1 << 24
"""Letters of one record of a JSON file: its objects take up to twenty times as many bytes."""

MOST_JSON_LOOKED_AT = 1 << 25
"""Letters of records whose keys and values are looked at before a JSON file is read."""

_UNPACKED, _PACKED_TIMES = 1 << 28, 200
"""A packed text may unpack to 256 MB, and beyond that to 200 times its size; tables of orders are packed to a tenth."""

_BLOCK = 1 << 20
_SPARSE, _WIDE = 1_000_000, 1_000
_FILLED = 0.02


def is_sparse(columns: int, rows: int, filled: int) -> bool:
    """Whether a rectangle is so large or wide, and so empty, that single cells must stand far away from a table.

    >>> is_sparse(16_384, 1_048_576, 800), is_sparse(12, 100_000, 1_000_000), is_sparse(30, 200, 10)
    (True, False, False)
    """
    return (columns * rows > _SPARSE or columns > _WIDE) and filled < _FILLED * columns * rows


def check_width(columns: int, file: str) -> None:
    """Refuses a table of more than MOST_COLUMNS.

    Raises:
        InvalidFile: it has more.
    """
    if columns > MOST_COLUMNS:
        text = _("the table has {columns} columns, and at most {most} are read.")
        advice = _("Export only the columns that are needed.")
        raise InvalidFile.of(text, place=Place(file), advice=advice, columns=columns, most=MOST_COLUMNS)


def check_unpacked(unpacked: int, packed: int, file: str) -> None:
    """Refuses a packed text that swells as no table does.

    Raises:
        InvalidFile: it does.
    """
    if unpacked > _UNPACKED and unpacked > _PACKED_TIMES * packed:
        text = _("the gzip archive unpacks to more than {times} times its size, as no table does.")
        raise InvalidFile.of(
            text, place=Place(file), advice=_("Unpack it, look at it, and give the text file."), times=_PACKED_TIMES
        )


def bounded_lines(handle: BinaryIO, most: int) -> Iterator[bytes]:
    """The lines of a file with their ends; of a line of more bytes than ``most`` the first ``most`` + 1, without an end."""
    while line := handle.readline(most + 1):
        if len(line) > most and not line.endswith(b"\n"):
            while (rest := handle.readline(_BLOCK)) and not rest.endswith(b"\n"):
                continue
        elif len(line) > most:
            line = line.rstrip(b"\r\n")
        yield line
