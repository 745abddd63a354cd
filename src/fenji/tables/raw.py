"""What stands on the raw shelf? Every feed as it was collected: our field names, the source's text, and where each row came from."""

from __future__ import annotations

from fenji.domain.feeds import FEEDS, Feed
from fenji.tables.contract import Column, Contract, Shelf

PROVENANCE = (
    Column("source", "string", "name of the entry in sources.yaml"),
    Column("file", "string", "path as found, with #sheet or #part where a file has several; or table name"),
    Column(
        "row_number", "int64", "position of the record in its file or sheet, the first line being 1; database rows count from 1"
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
        (*PROVENANCE, *(Column(field.name, "string", field.en, nullable=True) for field in fields)),
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
        Column("came", "string", "the first 200 characters of the record", nullable=True),
    ),
    "collect/collecting.py",
)
