"""Which records could not be read at all, and why? They are stored beside the others, so that every record of a file is accounted for.

Reads   the refused records of one file, sheet or query
Writes  raw.unreadable_row: one row per record that could not be read at all
Units   row numbers of the file; of the text nothing is kept
Keeps   every refused record, exactly once
Source  domain.reasons
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fenji.collect.reading.samples import Unreadable
from fenji.domain.feeds import Feed
from fenji.private_files import private_folder
from fenji.tables.raw import FIRST_ROW, UNREADABLE, stored_arrow_schema


def write_unreadable(rows: Sequence[Unreadable], folder: Path, *, source: str, file: str, batch: str, feed: Feed) -> None:
    """Writes the records of one part into its folder, beside those that are there."""
    columns = {
        "source": [source] * len(rows),
        "file": [file] * len(rows),
        "row_number": [each.row for each in rows],
        "batch": [batch] * len(rows),
        "feed": [feed.value] * len(rows),
        "reason": [each.reason.value for each in rows],
        # Which person such a record is about nobody can tell, so its text is not kept.
        "came": [None] * len(rows),
    }
    private_folder(folder)
    table = pa.table({**columns, FIRST_ROW: [None] * len(rows)}, schema=stored_arrow_schema(UNREADABLE))
    pq.write_table(table, folder / f"part-{len(list(folder.glob('*.parquet')))}.parquet", compression="zstd")
