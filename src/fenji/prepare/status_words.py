"""Which words of a status does nothing explain? Their orders count as paid, and people are told how much money hangs on that.

Reads   judged order rows, priced lines
Writes  clean.unknown_status: one row per source and word of an order's status that nothing explains; such orders count as paid
Units   revenue in the workspace's currency
Keeps   kept rows whose status neither sources.yaml nor the known words explain, where their source says other words too
Source  decision 0029. The words of a first file are asked about when its source is made; these came later, in a month that nobody looked into
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.sources import Source
from fenji.prepare import statuses
from fenji.tables.clean import UNKNOWN_STATUS


def words_seen(orders: ir.Table) -> ir.Table:
    """Every word of a status, by the source that says it.

    Grain: one row per source and word of kept rows: ``order_source``, ``status``.

    Args:
        orders: order rows with ``order_source`` and ``reason``.
    """
    said = orders.filter(orders["status"].notnull() & orders["reason"].isnull())
    return said.select("order_source", "status").distinct()


def unexplained(words: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """Those of ``words_seen`` that neither sources.yaml nor the known words explain, where their source says other words too.

    A source with one word for all rows tells no orders apart, whatever the word means.
    """
    known = [
        (words["order_source"] == source.name, statuses.status_class(words["status"], source))
        for source in sources
        if source.feed in (Feed.ORDER, Feed.ORDER_LINE) and (source.statuses or source.paid_statuses)
    ]
    meaning = (
        ibis.cases(*known, else_=statuses.status_class(words["status"])) if known else statuses.status_class(words["status"])
    )
    others = words.count().over(ibis.window(group_by="order_source"))
    judged = words.mutate(meaning=meaning, others=others).view()
    return judged.filter(judged["meaning"].isnull() & (judged["others"] > 1)).select("order_source", "status")


def make_unknown_statuses(orders: ir.Table, unknown: ir.Table, priced: ir.Table) -> ir.Table:
    """clean.unknown_status: what counts as paid because nothing says otherwise.

    Args:
        orders: order rows with ``order_source``, ``status`` and ``reason``.
        unknown: from ``unexplained``.
        priced: kept priced lines of documents.
    """
    said = orders.filter(orders["reason"].isnull()).semi_join(unknown, ["order_source", "status"])
    places = said.select("source", "file", "row_number", said_status="status")
    met = priced.inner_join(places, ["source", "file", "row_number"])
    found = met.group_by("order_source", "said_status").aggregate(
        rows=met.count(),
        orders=met["order_id"].nunique(),
        revenue=met["net_revenue"].sum().cast("decimal(18, 2)"),
        example=met["order_number"].min(),
    )
    whole = priced.group_by("order_source").aggregate(source_revenue=priced["net_revenue"].sum().cast("decimal(18, 2)"))
    named = found.inner_join(whole, "order_source").rename(source="order_source", status="said_status")
    return named.select(UNKNOWN_STATUS.schema.names).cast(UNKNOWN_STATUS.schema)
