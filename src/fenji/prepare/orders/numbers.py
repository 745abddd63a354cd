"""Which rows are one order? Numbers that files do not have are made, and a number that several orders share is taken apart.

Reads   typed rows of the order and order_line feeds, later with their customers
Writes  clean.order_number_conflict: one row per source and kind of conflict
Units   revenue in the workspace's currency; days of the workspace's zone
Keeps   every row, once
Source  decision 0031: money never moves from one customer to another, nor a year's orders to the day of the first
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import FEEDS, Cell, Feed
from fenji.domain.sources import ColumnMapping, Source
from fenji.prepare.currencies import month_of
from fenji.prepare.identity import PREFIXES
from fenji.prepare.orders.rows import is_return
from fenji.tables.clean import ORDER_NUMBER_CONFLICT

MOST_DAYS_APART = 31
"""Deliveries and instalments of one order lie within a month; a counter that starts again does so later."""

SEVERAL_CUSTOMERS = "several_customers"
OTHER_RETURNS = "returned_by_another"
FAR_APART = "days_far_apart"

PERSON = ("customer_id", *PREFIXES)
"""The fields by which a row may say whose it is, the strongest first."""

_SEPARATOR, _ESCAPES = "|", (("%", "%25"), ("|", "%7C"))
_HASH_LENGTH = 16
_MOMENT = "%Y-%m-%d %H:%M:%S"


def number_orders(rows: ir.Table, feed: Feed, sources: Sequence[Source]) -> ir.Table:
    """Typed order rows with the number of their order, made where the source says of what.

    Made numbers are the values in readable form between bars, so that the same rows have the same numbers in every download.

    Grain: one row per row given.
    Keeps: every row.

    Args:
        rows: typed rows of the feed.
        feed: order or order_line.
        sources: the entries of sources.yaml.

    Returns:
        The rows with ``order_id``, unique in its source as far as the source can tell, and ``order_number``, by which payments
        and returns name the order.
    """
    made = [(source.name, source.columns["order_id"]) for source in sources if source.feed is feed and _is_made(source)]
    rows = rows.mutate(order_number=rows["order_id"])
    if not made:
        return rows
    counted = _with_copies(rows, feed, [name for name, mapping in made if mapping.column is None]).view()
    numbers = [(counted["source"] == name, _made_number(counted, mapping)) for name, mapping in made]
    nameless = counted["source"].isin([name for name, mapping in made if mapping.column is None])
    order_id = ibis.cases(*numbers, else_=counted["order_id"])
    numbered = counted.mutate(order_id=order_id, order_number=ibis.ifelse(nameless, order_id, counted["order_number"]))
    return numbered.select(*rows.columns)


def shared_numbers(orders: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """The order numbers that more than one order must have.

    Grain: one row per order of a source whose rows name several customers, or lie more than a month apart.

    Args:
        orders: attributed order rows with ``order_source``; rejected ones are passed over.
        sources: the entries of sources.yaml.

    Returns:
        order_source, order_id and ``conflict``, its kind.
    """
    rows = orders.filter(orders["reason"].isnull())
    rows = rows.mutate(is_back=is_return(rows, sources), on=ibis.coalesce(rows["ordered_on"], rows["paid_on"])).view()
    sold = ~rows["is_back"]
    found = rows.group_by("order_source", "order_id").aggregate(
        lowest=rows["customer_key"].min(),
        highest=rows["customer_key"].max(),
        lowest_buyer=rows["customer_key"].min(where=sold),
        highest_buyer=rows["customer_key"].max(where=sold),
        first_on=rows["on"].min(where=sold),
        last_on=rows["on"].max(where=sold),
    )
    conflict = ibis.cases(
        (found["lowest_buyer"] != found["highest_buyer"], SEVERAL_CUSTOMERS),
        (found["lowest"] != found["highest"], OTHER_RETURNS),
        (found["last_on"].delta(found["first_on"], unit="day") > MOST_DAYS_APART, FAR_APART),
        else_=ibis.null("string"),
    )
    told = found.select("order_source", "order_id", conflict=conflict)
    return told.filter(told["conflict"].notnull())


def take_apart(orders: ir.Table, shared: ir.Table) -> ir.Table:
    """The order rows, those of shared numbers as one order for each customer and day.

    Grain: one row per row given.
    Keeps: every row. The new ids show what they are: number, customer_key and day, with # between them.

    Args:
        orders: attributed order rows with ``order_source``.
        shared: from ``shared_numbers``.
    """
    known = shared.rename(shared_source="order_source", shared_id="order_id")
    met = orders.left_join(known, [orders["order_source"] == known["shared_source"], orders["order_id"] == known["shared_id"]])
    met = met.select(*orders.columns, "conflict").view()
    day = ibis.coalesce(met["ordered_on"], met["paid_on"]).cast("string").fill_null("")
    owner = ibis.ifelse(
        met["conflict"] == FAR_APART,
        ibis.literal(""),
        ibis.literal("#").concat(met["customer_key"].fill_null(0).cast("string")),
    )
    apart = met["order_id"].concat(owner, "#", day)
    return met.mutate(order_id=ibis.ifelse(met["conflict"].isnull(), met["order_id"], apart))


def order_number_conflicts(priced: ir.Table) -> ir.Table:
    """clean.order_number_conflict: what was taken apart.

    Args:
        priced: kept priced lines with ``order_source``, ``order_number`` and ``conflict``.
    """
    apart = priced.filter(priced["conflict"].notnull() & (priced["part"] == 0))
    found = apart.group_by("order_source", "conflict").aggregate(
        numbers=apart["order_number"].nunique(),
        orders=apart["order_id"].nunique(),
        rows=apart.count(),
        revenue=apart["net_revenue"].sum().cast("decimal(18, 2)"),
        example=apart["order_number"].min(),
    )
    named = found.rename(source="order_source", kind="conflict")
    return named.select(ORDER_NUMBER_CONFLICT.schema.names).cast(ORDER_NUMBER_CONFLICT.schema)


def _is_made(source: Source) -> bool:
    return "order_id" in source.columns and bool(source.columns["order_id"].made_of)


def _made_number(rows: ir.Table, mapping: ColumnMapping) -> ir.StringValue:
    """The number of an order from its parts; null where the column that it has beside them is empty."""
    parts = ["order_id"] if mapping.column is not None else []
    texts = [_escaped(_part(rows, name)) for name in (*parts, *mapping.made_of)]
    number = _between_bars(texts)
    whose = [name for name in mapping.made_of if name in ("person", *PERSON)]
    if whose:
        nobody = ibis.and_(*(_part(rows, name).isnull() for name in whose))
        if mapping.column is None:
            own = ibis.literal("row" + _SEPARATOR).concat(rows["row_words"], _SEPARATOR, rows["row_copy"].cast("string"))
        else:
            day = ibis.coalesce(rows["ordered_on"], rows["paid_on"]).cast("string").fill_null("")
            own = number.concat(_SEPARATOR, day)
        number = ibis.ifelse(nobody, own, number)
    return number if mapping.column is None else ibis.ifelse(rows["order_id"].isnull(), ibis.null("string"), number)


def _part(rows: ir.Table, name: str) -> ir.StringValue:
    """One part of a made number as text; null where the row does not say it."""
    if name == "person":
        return ibis.coalesce(*(rows[each] for each in PERSON))
    if name.endswith("_month"):
        day = rows[name.removesuffix("month") + "on"]
        return ibis.ifelse(day.isnull(), ibis.null("string"), month_of(day))
    column = rows[name]
    return column.strftime(_MOMENT) if column.type().is_timestamp() else column.cast("string")


def _escaped(text: ir.StringValue) -> ir.StringValue:
    """Without bars of its own, so that two different orders never read alike."""
    return reduce(lambda value, pair: value.replace(*pair), _ESCAPES, text.fill_null(""))


def _between_bars(texts: Sequence[ir.StringValue]) -> ir.StringValue:
    rest = [each for text in texts[1:] for each in (ibis.literal(_SEPARATOR), text)]
    return texts[0].concat(*rest) if rest else texts[0]


def _with_copies(rows: ir.Table, feed: Feed, names: Sequence[str]) -> ir.Table:
    """The rows with ``row_words``, a hash of all that a row says, and ``row_copy``, which of the rows that say the same it is."""
    fields = [field for field in FEEDS[feed] if field.name != "order_id"]
    texts = [
        rows[field.name].strftime(_MOMENT) if field.cell is Cell.MOMENT else rows[field.name].cast("string") for field in fields
    ]
    words = _between_bars([_escaped(text) for text in texts]).hexdigest("sha256").substr(0, _HASH_LENGTH)
    counts = rows["source"].isin(list(names)) if names else ibis.literal(value=False)
    alone = rows["file"].concat(":", rows["row_number"].cast("string"))
    worded = rows.mutate(row_words=ibis.ifelse(counts, words, alone)).view()
    same = ibis.window(group_by=["source", "row_words"], order_by=["file", "row_number"])
    return worded.mutate(row_copy=ibis.row_number().over(same) + 1)
