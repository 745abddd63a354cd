"""What do we sell? Every product that a product list or an order line names.

Reads   raw.product and raw.order_line as typed rows
Writes  clean.product: one row per product
Units   unit_cost in the workspace's currency, by the rate of the latest month that has one
Keeps   every product id of a kept row, exactly once
Source  of several rows on one product the first that says something wins: sources in the order of sources.yaml, then the last
        file by name and the last row; name and category that no product row knows come from the latest order
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.sources import Source
from fenji.prepare.attribution import kept
from fenji.prepare.currencies import at_latest_rate
from fenji.prepare.latest_words import first_said, latest_words, source_place
from fenji.tables.clean import PRODUCT

_FROM_PRODUCT_ROWS = ("name", "category", "brand", "unit_cost")
_FROM_ORDERS = {"name": "product_name", "category": "category"}


def make_products(
    product_rows: ir.Table, order_rows: ir.Table, sources: Sequence[Source], *, rates: ir.Table | None, workspace: str
) -> ir.Table:
    """clean.product.

    Args:
        product_rows: typed rows of the product feed; rejected ones are passed over.
        order_rows: typed rows of the order feed; rejected ones are passed over.
        sources: the entries of sources.yaml, in its order.
        rates: as ``rate_table`` gives them; None where all money is in the workspace's currency. A cost in a currency
            without any rate is null.
        workspace: the workspace's currency.
    """
    costed = at_latest_rate(kept(product_rows), "unit_cost", sources, rates=rates, workspace=workspace)
    listed = _listed(costed, sources)
    sold = latest_words(kept(order_rows), "product_id", _FROM_ORDERS, sources)
    ids = listed.select("product_id").union(sold.select("product_id"), distinct=True)
    listed, sold = listed.rename(listed_id="product_id"), sold.rename(sold_id="product_id")
    found = ids.left_join(listed, ids["product_id"] == listed["listed_id"]).select("product_id", *_FROM_PRODUCT_ROWS)
    found = found.left_join(sold, found["product_id"] == sold["sold_id"])
    found = found.select("product_id", *_FROM_PRODUCT_ROWS, *(f"latest_{name}" for name in _FROM_ORDERS))
    found = found.mutate(**{name: ibis.coalesce(found[name], found[f"latest_{name}"]) for name in _FROM_ORDERS})
    return found.select(PRODUCT.schema.names).cast(PRODUCT.schema)


def _listed(rows: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """What the product lists say of each product."""
    by_age = [source_place(rows, sources).asc(), rows["file"].desc(), rows["row_number"].desc(), rows["source"].asc()]
    ranked = rows.mutate(place=ibis.row_number().over(group_by="product_id", order_by=by_age))
    return ranked.group_by("product_id").aggregate(**{name: first_said(ranked, name) for name in _FROM_PRODUCT_ROWS})
