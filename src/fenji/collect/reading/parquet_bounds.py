"""Does a Parquet file hold about as much as its size says? A dictionary of one long text lets 3 KB stand for a hundred gigabytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fenji.errors import InvalidFile, Place
from fenji.language import message as _

_ROWS, _ROWS_TO_A_BYTE = 1_000_000, 100
"""Rows that any file may have, and beyond them so many to a byte: ids alone take a byte to a row."""
_TEXT, _TEXT_TO_A_BYTE = 1 << 28, 200
"""Bytes that the pages or the texts of any file may hold when written out, and beyond them so many to a byte of the file."""


def check_swelling(path: Path, name: str) -> None:
    """Refuses a file whose rows, pages or texts are many times what its size can honestly hold.

    Raises:
        InvalidFile: they are.
    """
    size = path.stat().st_size
    most = max(_TEXT, _TEXT_TO_A_BYTE * size)
    with pq.ParquetFile(path) as file:
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        rows, paths = file.metadata.num_rows, _texts_in_dictionaries(groups)
    if rows > max(_ROWS, _ROWS_TO_A_BYTE * size) or sum(group.total_byte_size for group in groups) > most:
        raise _swollen(name)
    if not paths or sum(group.total_byte_size * group.num_rows for group in groups) <= most:
        return
    with pq.ParquetFile(path, read_dictionary=paths) as file:
        longest = (_longest(file, number, paths) * group.num_rows for number, group in enumerate(groups))
        if sum(longest) > most and _written_out(file, paths, most) > most:
            raise _swollen(name)


def _swollen(name: str) -> InvalidFile:
    text = _("the file unpacks to more than {times} times its size, as no table does.")
    return InvalidFile.of(text, place=Place(name), times=_TEXT_TO_A_BYTE)


def _texts_in_dictionaries(groups: list[Any]) -> list[str]:
    """The paths of the columns of text that some group writes with a dictionary."""
    chunks = (group.column(number) for group in groups for number in range(group.num_columns))
    return sorted({each.path_in_schema for each in chunks if each.physical_type == "BYTE_ARRAY" and each.has_dictionary_page})


def _longest(file: pq.ParquetFile, group: int, paths: list[str]) -> int:
    """The bytes of the longest text in each dictionary of a group, summed over its columns; one row is read for that."""
    batch = next(file.iter_batches(batch_size=1, row_groups=[group], columns=paths), None)
    found = (each for column in (batch.columns if batch is not None else ()) for each in _dictionaries(column))
    return sum(pc.max(pc.binary_length(each.dictionary)).as_py() or 0 for each in found)


def _written_out(file: pq.ParquetFile, paths: list[str], most: int) -> int:
    """The bytes of all texts, each as often as it stands in the table; counted until they are more than ``most``."""
    written = 0
    for batch in file.iter_batches(columns=paths):
        for each in (found for column in batch.columns for found in _dictionaries(column)):
            lengths = pc.cast(pc.binary_length(each.dictionary), pa.int64())
            written += pc.sum(lengths.take(each.indices)).as_py() or 0
        if written > most:
            break
    return written


def _dictionaries(column: Any) -> Iterator[Any]:  # noqa: ANN401 - pyarrow is untyped
    """The dictionary arrays inside a column, however deep it is nested."""
    if pa.types.is_dictionary(column.type):
        yield column
    elif pa.types.is_struct(column.type):
        for each in column.flatten():
            yield from _dictionaries(each)
    elif pa.types.is_map(column.type):
        yield from _dictionaries(column.keys)
        yield from _dictionaries(column.items)
    elif pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        yield from _dictionaries(column.flatten())
