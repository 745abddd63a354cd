"""Which rows came in more than once, because files overlap or because a file repeats itself?

Two rows of one source are copies when all their cells are equal, mapped or not. The k-th copy inside a file counts once,
from the first file that has a k-th copy: so the largest number of copies within one file is kept, and a file that
comes later changes nothing about the files before it. Files with 2, 1 and 3 copies keep 2, 0 and 1 of them.
Lists of customers, products, contracts, payments, returns and totals say how things stand, and what the last file says is believed:
there the last copy counts, and so it does for orders, which are corrected and move on from file to file (see order_versions).
Files come in the order of their names, numbers in them by their value: export.csv, export (1).csv, export (2).csv, export (10).csv.
Copies inside one file are kept, since two equal lines of an invoice are two sales, unless the source says ``repeats: drop``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.domain.feeds import Feed, field_names
from fenji.domain.sources import Repeats, Source

PROVENANCE = ("source", "file", "row_number")
ACROSS_FILES = "across_files"
REPEAT = "repeat"

_ORDERS = (Feed.ORDER_LINE, Feed.ORDER)
_STATEMENTS = (Feed.CUSTOMER, Feed.PRODUCT, Feed.CONTRACT, Feed.PAYMENT, Feed.RETURN, Feed.BALANCE)
"""Told A in January, B in February and A again in March, a customer is A: March's row must not give way to January's."""


def file_places(files: Iterable[tuple[str, str]]) -> pa.Table:
    """The files of every source in the order in which they were made, as far as their names tell: (source, file, place).

    >>> files = [("shop", name) for name in ("a (10).csv", "a.csv", "a (2).csv")]
    >>> [row["file"] for row in file_places(files).to_pylist()]
    ['a.csv', 'a (2).csv', 'a (10).csv']
    """
    ordered = sorted(set(files), key=lambda each: (each[0], _by_number(each[1]), each[1]))
    rows = [{"source": source, "file": file, "place": place} for place, (source, file) in enumerate(ordered)]
    return pa.Table.from_pylist(rows, schema=pa.schema([("source", pa.string()), ("file", pa.string()), ("place", pa.int64())]))


def with_place(rows: ir.Table, places: ir.Table | None) -> ir.Table:
    """The rows with ``place``: larger for later files of their source.

    Grain: one row per row given.

    Args:
        rows: with ``source`` and ``file``.
        places: from ``file_places``; None: the name of the file is its place.
    """
    if places is None:
        return rows.mutate(place=rows["file"])
    found = rows.left_join(places, [rows["source"] == places["source"], rows["file"] == places["file"]])
    return found.select(*rows.columns, place=found["place"])


def _by_number(file: str) -> list[tuple[str, int]]:
    # The ending is no part of the name: "export.csv" comes before "export (1).csv", although a blank comes before a point.
    name = re.sub(r"\.[A-Za-z]+(?=$|#)", "", file).replace(" ", "").lower()
    return [(words, int(number or 0)) for words, number in re.findall(r"([^0-9]*)([0-9]*)", name)]


def mark_copies(raw: ir.Table, feed: Feed, sources: Sequence[Source], places: ir.Table | None = None) -> ir.Table:
    """The rows that have an equal row in their source, and which of them count.

    Cost: one grouping of all rows by their 64-bit hash; everything after it sees only rows whose hash occurs again.
    Grain: one row per raw row that has a copy.

    Args:
        raw: the feed's raw table.
        feed: the kind of table.
        sources: the entries of sources.yaml; those that say ``repeats: drop`` count one copy only.
        places: from ``file_places``; None: files are in the order of their names.

    Returns:
        ``source``, ``file``, ``row_number``, ``copy`` (1.. inside its file) and ``left_out``: null for copies that count,
        else ``across_files`` or ``repeat``.
    """
    hashes = raw.group_by("row_hash").aggregate(rows=raw.count())
    repeated = hashes.filter(hashes["rows"] > 1)
    cells = ["source", "row_hash", *field_names(feed)]
    candidates = raw.select(*PROVENANCE, *cells[1:]).semi_join(repeated, "row_hash")
    inside = ibis.window(group_by=[*cells, "file"], order_by="row_number")
    numbered = with_place(candidates, places).mutate(copy=ibis.row_number().over(inside) + 1).view()
    by_name = ibis.desc("place") if _tells_how_things_stand(feed, sources) else ibis.asc("place")
    same_copy = ibis.window(group_by=[*cells, "copy"], order_by=by_name)
    all_copies = ibis.window(group_by=cells)
    placed = numbered.mutate(rank=ibis.row_number().over(same_copy), copies=numbered.count().over(all_copies)).view()
    dropping = [source.name for source in sources if source.repeats is Repeats.DROP]
    is_repeat = (placed["copy"] > 1) & placed["source"].isin(dropping) if dropping else ibis.literal(value=False)
    left_out = ibis.cases((is_repeat, REPEAT), (placed["rank"] > 0, ACROSS_FILES), else_=ibis.null("string"))
    return placed.filter(placed["copies"] > 1).select(*PROVENANCE, "copy", left_out=left_out)


def _tells_how_things_stand(feed: Feed, sources: Sequence[Source]) -> bool:
    return feed in _STATEMENTS or any(
        source.feed is feed and feed in _ORDERS and "order_id" in source.columns for source in sources
    )


def without_copies(raw: ir.Table, copies: ir.Table) -> ir.Table:
    """The raw rows that count: all but those that ``mark_copies`` leaves out."""
    return raw.anti_join(copies.filter(copies["left_out"].notnull()), list(PROVENANCE))


def count_copies(copies: ir.Table) -> ir.Table:
    """Copies per file.

    Grain: one row per source and file that holds copies.

    Returns:
        ``across_files``, ``repeats_within_file`` (beyond the first, kept or dropped) and ``repeats_dropped``.
    """
    return copies.group_by("source", "file").aggregate(
        across_files=copies.count(where=copies["left_out"] == ACROSS_FILES),
        repeats_within_file=copies.count(where=copies["copy"] > 1),
        repeats_dropped=copies.count(where=copies["left_out"] == REPEAT),
    )
