"""What stands on the raw shelf? Every feed as it was collected: our field names, the source's text, and where each row came from."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.schema as sch

from fenji.domain.feeds import FEEDS, Feed
from fenji.domain.telling import WITHHELD
from fenji.tables.contract import Column, Contract, Shelf

PROVENANCE = (
    Column("source", "string", "name of the entry in sources.yaml"),
    Column("file", "string", "path as found, with #sheet or #part where a file has several; or table name"),
    Column(
        "row_number",
        "int64",
        "line or sheet row where the record begins, the first being 1; records of Parquet, JSON lines and databases count from 1",
    ),
    Column("batch", "string", "the collection that read the file: source and fingerprint"),
    Column("row_hash", "int64", "64-bit hash of all cells of the record, mapped or not; equal rows have equal hashes"),
)

RAW: dict[Feed, Contract] = {
    feed: Contract(
        Shelf.RAW,
        feed.value,
        "one row per record that could be read from a file, sheet or query",
        ("source", "file", "row_number"),
        (*PROVENANCE, *(Column(field.name, "string", field.en, nullable=True, veil=WITHHELD) for field in fields)),
        "collect/collecting.py",
    )
    for feed, fields in FEEDS.items()
}

UNREADABLE = Contract(
    Shelf.RAW,
    "unreadable_row",
    "one row per record that could not be read at all",
    ("source", "file", "row_number"),
    (
        *PROVENANCE[:4],
        Column("feed", "string", "the feed it was meant for"),
        Column("reason", "string", "one of domain.reasons"),
        Column(
            "came",
            "string",
            "null: such a record may hold a person's name or phone; runs of before 0.1 kept its first 200 characters",
            nullable=True,
            veil=WITHHELD,
        ),
    ),
    "collect/reading/unreadable.py",
)

FIRST_ROW = "first_row"
"""What stored raw files say beside the contract: the row number of the file's first record, where rows do not say their own.

Most files number their records without a gap. Numbering each while reading would take a pass in a single thread, twice the
time; so the position in the Parquet file says it, and the engine's ``read_raw`` adds ``first_row`` to it.
"""


def stored_schema(contract: Contract) -> sch.Schema:
    """The columns of a raw table whose files hold them all: those of the contract, and ``first_row`` after them.

    An engine may leave out columns and say elsewhere what they would hold; its ``read_raw`` knows both kinds.
    """
    return ibis.schema({**contract.schema, FIRST_ROW: "int64"})


def stored_arrow_schema(contract: Contract) -> Any:  # noqa: ANN401 - pyarrow is untyped
    """The same for those who write Parquet from Arrow tables."""
    return stored_schema(contract).to_pyarrow()
