"""Which rows tell of an order as it was before? Daily exports overlap, and by the second export the order has moved on.

An order that was paid yesterday and is closed today stands in two files with different cells. Counting both would double its
revenue; so where a source has a status (its orders move on), what the last file (by name) says of an order's product
counts, and what earlier files said of it is left out as superseded. Equal rows are no versions but copies (see duplicates).
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import FileLocation, Source
from fenji.prepare.rows import Check, leave_out


def leave_older_versions(rows: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """Order rows with those left out of which a later file of their source has a newer version.

    Grain: one row per row given.
    Keeps: every row; a reason that a row already has stays. A newer version counts even where it is itself left out: the
    order was closed since.

    Args:
        rows: typed order rows.
        sources: the entries of sources.yaml.
    """
    moving = [source.name for source in sources if _moves_on(source)]
    if not moving:
        return rows
    can_move = rows["source"].isin(moving) & rows["order_id"].notnull()
    # Rows that cannot have versions are groups of their own, so that no group grows beyond one order's product.
    alone = rows["file"].concat(":", rows["row_number"].cast("string"))
    product = ibis.coalesce(rows["product_id"], rows["product_name"], "")
    group = [rows["source"], can_move, ibis.ifelse(can_move, rows["order_id"], alone), ibis.ifelse(can_move, product, "")]
    latest = rows.mutate(latest_file=rows["file"].max().over(ibis.window(group_by=group)))
    older = leave_out(latest, [Check(latest["file"] < latest["latest_file"], Reason.SUPERSEDED, "order_id")])
    return older.drop("latest_file")


def _moves_on(source: Source) -> bool:
    is_fed_by_files = isinstance(source.location, FileLocation)
    return source.feed is Feed.ORDER_LINE and is_fed_by_files and "status" in source.columns
