"""How good is each column? What is missing, unreadable, impossible or far from everything else; counted, never changed.

Reads   every feed as typed and judged rows
Writes  clean.column_quality: one row per mapped column of a source
Units   limits and values as the column has them: money in the source's currency
Keeps   every mapped column of every source; columns filled by a constant say nothing about the data and are left out
Source  outer fences of Tukey, Exploratory Data Analysis (1977), on logarithms: an amount or quantity is outlying when it is
        more than three times the middle half's width away from it. Money and quantities are skewed to the right, so that
        fences on the plain scale would call every good customer an outlier. Where the middle half is a single value (most
        lines have one piece), a factor of two stands for its width. Quantiles are exact: the smallest value that at least
        that share of the rows does not exceed. Signs are passed over, zeros have no limits, scores are bounded anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import FEEDS, Cell, Feed, Field
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare.orders.rows import AMOUNT_LIMIT, QUANTITY_LIMIT
from fenji.prepare.rows import unread
from fenji.tables.clean import COLUMN_QUALITY

_NARROWEST = 2.0
"""The ratio that stands for the width of the middle half where it is a single value."""

_KEY = ("source", "feed", "field")


def count_values(rows: Mapping[Feed, ir.Table], sources: Sequence[Source]) -> ir.Table | None:
    """How often each number occurs in each numeric column; everything about limits comes from it, so compute it once.

    Grain: one row per source, numeric column and value.

    Returns:
        source, feed, field, value, ``rows`` that have it and ``kept`` rows of them; None where no source maps a number.
    """
    parts = []
    for feed, field in _mapped_fields(sources):
        if field.cell in (Cell.MONEY, Cell.NUMBER):
            table = rows[feed]
            told = table.filter(table[field.name].notnull() & table["source"].isin(_names(sources, feed, field)))
            counted = told.group_by("source", value=told[field.name].cast("float64")).aggregate(
                rows=told.count(), kept=told.count(where=told["reason"].isnull())
            )
            parts.append(
                counted.mutate(feed=ibis.literal(str(feed)), field=ibis.literal(field.name)).select(
                    *_KEY, "value", "rows", "kept"
                )
            )
    return (ibis.union(*parts) if len(parts) > 1 else parts[0]) if parts else None


def count_cells(rows: Mapping[Feed, ir.Table], sources: Sequence[Source]) -> dict[Feed, ir.Table]:
    """Missing, unreadable and impossible cells of every column, side by side.

    Grain: one row per source in each table; columns ``<field>__missing``, ``__invalid``, ``__out_of_range``.

    Args:
        rows: typed and judged rows by feed.
        sources: the entries of sources.yaml; their feeds have a table each.
    """
    found = {}
    for feed in dict.fromkeys(source.feed for source in sources):
        table = rows[feed]
        counts: dict[str, ir.IntegerValue] = {"rows": table.count()}
        for _, field in _mapped_fields([source for source in sources if source.feed is feed]):
            is_unread = unread(table, feed, field.name)
            counts[f"{field.name}__missing"] = table.count(where=table[field.name].isnull() & ~is_unread)
            counts[f"{field.name}__invalid"] = table.count(where=is_unread)
            counts[f"{field.name}__out_of_range"] = table.count(where=_is_impossible(table, feed, field) & ~is_unread)
        found[feed] = table.group_by("source").aggregate(**counts)
    return found


def column_quality(cells: Mapping[Feed, ir.Table], values: ir.Table | None, sources: Sequence[Source]) -> ir.Table:
    """clean.column_quality.

    Args:
        cells: from ``count_cells``, computed once.
        values: from ``count_values``, computed once.
        sources: the entries of sources.yaml.
    """
    parts = []
    for feed, field in _mapped_fields(sources):
        table = cells[feed].filter(cells[feed]["source"].isin(_names(sources, feed, field)))
        counts = {name: table[f"{field.name}__{name}"] for name in ("missing", "invalid", "out_of_range")}
        parts.append(table.select("source", "rows", feed=ibis.literal(str(feed)), field=ibis.literal(field.name), **counts))
    if not parts:
        return ibis.memtable([], schema=COLUMN_QUALITY.schema)
    counted = ibis.union(*parts) if len(parts) > 1 else parts[0]
    limits = {name: ibis.null("float64") for name in ("lower_limit", "upper_limit", "lowest", "highest")}
    if values is None:
        found = counted.mutate(outlying=ibis.literal(0, "int64"), **limits)
    else:
        known = _limits(values)
        joined = counted.left_join(known, [counted[name] == known[name] for name in _KEY])
        found = joined.select(*counted.columns, *limits, outlying=joined["outlying"].fill_null(0))
    return found.select(COLUMN_QUALITY.schema.names).cast(COLUMN_QUALITY.schema)


def _limits(values: ir.Table) -> ir.Table:
    """Fences of every numeric column, and how many kept rows lie outside."""
    sized = values.mutate(size=values["value"].abs()).view()
    by_size = ibis.window(group_by=list(_KEY), order_by="size", range=(None, 0))
    whole = ibis.window(group_by=list(_KEY))
    has_limits = (sized["size"] > 0) & (sized["field"] != "score")
    counting = ibis.ifelse(has_limits, sized["kept"], ibis.literal(0, "int64"))
    placed = sized.mutate(
        counting=counting, upto=counting.sum().over(by_size).cast("float64"), in_all=counting.sum().over(whole).cast("float64")
    ).view()
    quarters = (
        placed.group_by(*_KEY)
        .aggregate(
            lowest=placed["value"].min(),
            highest=placed["value"].max(),
            first_quarter=placed["size"].min(where=(placed["counting"] > 0) & (placed["upto"] >= placed["in_all"] * 0.25)),
            third_quarter=placed["size"].min(where=(placed["counting"] > 0) & (placed["upto"] >= placed["in_all"] * 0.75)),
        )
        .view()
    )
    # Three widths on the logarithmic scale are the third power of the ratio on the plain one.
    ratio = ibis.greatest(quarters["third_quarter"] / quarters["first_quarter"], ibis.literal(_NARROWEST))
    reach = ratio * ratio * ratio
    fenced = quarters.mutate(lower_limit=quarters["first_quarter"] / reach, upper_limit=quarters["third_quarter"] * reach).view()
    joined = placed.join(fenced, list(_KEY))
    outside = (joined["size"] < joined["lower_limit"]) | (joined["size"] > joined["upper_limit"])
    counted = joined.group_by(*_KEY).aggregate(
        outlying=joined["counting"].sum(where=outside).cast("float64").cast("int64").fill_null(0)
    )
    back = fenced.join(counted, list(_KEY))
    return back.select(*_KEY, "lower_limit", "upper_limit", "lowest", "highest", "outlying")


def _is_impossible(table: ir.Table, feed: Feed, field: Field) -> ir.BooleanValue:
    value = table[field.name]
    if field.name == "score":
        return (table["reason"] == Reason.INVALID_SCORE) & (table["field"] == "score")
    if feed is not Feed.ORDER_LINE or field.cell not in (Cell.MONEY, Cell.NUMBER):
        return ibis.literal(value=False)
    if field.name == "quantity":
        return value.abs() > QUANTITY_LIMIT
    beyond = value.abs() > AMOUNT_LIMIT
    return beyond | (value < 0) if field.name == "unit_price" else beyond


def _mapped_fields(sources: Sequence[Source]) -> list[tuple[Feed, Field]]:
    """The columns that any source reads from its data, in the order of feeds and fields."""
    return [(feed, field) for feed, fields in FEEDS.items() for field in fields if _names(sources, feed, field)]


def _names(sources: Sequence[Source], feed: Feed, field: Field) -> list[str]:
    own = [source for source in sources if source.feed is feed and field.name in source.columns]
    return [source.name for source in own if source.columns[field.name].constant is None]
