"""Which of several rows is believed? The first that says something, in an order of trust; of order lines the latest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.sources import Source


def source_place(rows: ir.Table, sources: Sequence[Source]) -> ir.IntegerValue:
    """Where a row's source stands in sources.yaml, from 0: what stands first is believed first."""
    order = [(source.name, number) for number, source in enumerate(sources)]
    return rows["source"].cases(*order, else_=len(order)) if order else ibis.literal(0)


def first_said(ranked: ir.Table, column: str) -> ir.Value:
    """The value of the first row by ``place`` that has one; for use in an aggregation."""
    return ranked[column].argmin(ranked["place"], where=ranked[column].notnull())


def latest_words(order_rows: ir.Table, key: str, columns: Mapping[str, str], sources: Sequence[Source]) -> ir.Table:
    """What the latest order line that says anything says about each customer or product.

    Grain: one row per key that an order line has.

    Args:
        order_rows: kept rows of the order feed.
        key: customer_key or product_id; rows without it are passed over.
        columns: name -> column of the order rows; those that no source maps are not read.
        sources: the entries of sources.yaml.

    Returns:
        The key and ``latest_<name>`` of every name.
    """
    rows = order_rows.filter(order_rows[key].notnull())
    mapped = {name for source in sources if source.feed is Feed.ORDER_LINE for name in source.columns}
    at = ibis.coalesce(rows["ordered_at"], rows["paid_at"])
    latest = {
        # The largest of (moment, words): one pass, and of two lines of one moment always the same.
        f"latest_{name}": ibis.struct({"at": at, "words": rows[column]}).max(where=rows[column].notnull())
        for name, column in columns.items()
        if column in mapped
    }
    grouped = rows.group_by(key).aggregate(**latest) if latest else rows.select(key).distinct()
    words = {
        f"latest_{name}": grouped[f"latest_{name}"]["words"] if f"latest_{name}" in latest else ibis.null("string")
        for name in columns
    }
    return grouped.select(key, **words)
