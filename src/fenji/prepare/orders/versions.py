"""Which rows tell of an order as it was before? Exports overlap, and by the second one the order has moved on or was corrected.

Counting both would double its revenue. Where a source has a status, its orders move on: what the last file says of an order's
product counts, whatever else it says. Where it has none, a row is an older word only if a later file has a row of the same order,
buyer, product and moment: one of an order whose lines stand in two files because a month ended is not. So an order line that was
exported twice and is spelled differently (100.00 and 100) counts once, too. Equal rows are no versions but copies (see duplicates).

Source  decisions 0016 and 0030; which file is later, ``duplicates.file_places`` says
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import FileLocation, Source
from fenji.prepare.duplicates import with_place
from fenji.prepare.rows import Check, leave_out

_SIGNED = ("quantity", "line_amount", "order_amount")
_PERSON = ("customer_id", "phone", "email", "union_id")


def leave_older_versions(rows: ir.Table, sources: Sequence[Source], places: ir.Table | None = None) -> ir.Table:
    """Order rows with those left out of which a later file of their source has a newer version.

    Grain: one row per row given.
    Keeps: every row; a reason that a row already has stays. A newer version counts even where it is itself left out: the
    order was closed since.

    Args:
        rows: typed rows of the order_line or order feed.
        sources: the entries of sources.yaml.
        places: from ``duplicates.file_places``, for sources of several files; None: files are in the order of their names.
    """
    moving = [source.name for source in sources if _has_versions(source) and "status" in source.columns]
    still = [source.name for source in sources if _has_versions(source) and "status" not in source.columns]
    placed = with_place(rows, places).view()
    older = [
        _is_older(placed, names, _line(placed, names, at_one_moment=at_one_moment))
        for names, at_one_moment in ((moving, False), (still, True))
        if names
    ]
    if not older:
        return rows
    marked = placed.mutate(**{f"older_{n}": is_older for n, is_older in enumerate(older)}).view()
    checks = [Check(marked[f"older_{n}"], Reason.SUPERSEDED, "order_id") for n in range(len(older))]
    return leave_out(marked, checks).select(
        rows.columns if "reason" in rows.columns else [*rows.columns, "reason", "field", "came"]
    )


def _has_versions(source: Source) -> bool:
    is_fed_by_files = isinstance(source.location, FileLocation)
    return source.feed in (Feed.ORDER_LINE, Feed.ORDER) and is_fed_by_files and "order_id" in source.columns


def _is_older(rows: ir.Table, names: Sequence[str], line: Sequence[ir.Value]) -> ir.BooleanValue:
    """Whether a later file has a row of the same line."""
    latest = rows["place"].max().over(ibis.window(group_by=list(line)))
    return rows["source"].isin(names) & rows["order_id"].notnull() & (rows["place"] < latest)


def _line(rows: ir.Table, names: Sequence[str], *, at_one_moment: bool) -> list[ir.Value]:
    """What makes two rows the same line of an order."""
    can_have = rows["source"].isin(names) & rows["order_id"].notnull()
    # Rows that cannot have versions are groups of their own, so that no group grows beyond one order's product.
    alone = rows["file"].concat(":", rows["row_number"].cast("string"))
    line = [rows["source"], can_have, ibis.ifelse(can_have, rows["order_id"], alone)]
    if "product_id" in rows.columns:
        product = ibis.coalesce(rows["product_id"], rows["product_name"], "")
        line.append(ibis.ifelse(can_have, product, ""))
    # A sale and what takes it back are never versions of each other.
    signs = [(rows[name] < 0).fill_null(ibis.literal(value=False)) for name in _SIGNED if name in rows.columns]
    line.append(can_have & reduce(or_, signs))
    if at_one_moment:
        person = ibis.coalesce(*(rows[name] for name in _PERSON), "")
        at = ibis.coalesce(rows["ordered_at"], rows["paid_at"])
        line += [ibis.ifelse(can_have, rows["kind"].fill_null(""), ""), ibis.ifelse(can_have, person, "")]
        line += [ibis.ifelse(can_have, at, ibis.null(at.type()))]
    return line
