"""Which tiers buy what, and where? Tiers by category (or product), by channel and by customer attribute, beside the average, with a test for chance.

Reads   clean.order_line, insight.customer_metric, insight.tier_assignment
Writes  insight.tier_sales: what is read for the usual columns
Units   customers; money in the workspace's currency, refunds out; shares 0..1; index 100 = as all tiers together
Keeps   every line of the twelve months whose customer stands in a tier; lines without a value, and all values beyond the largest, are
        groups of their own, so that revenue adds up. A customer who buys in several groups is counted in each of them
Source  index = 100 x observed / expected customers (or revenue shares); analyze/structure/independence.py for the tests
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import ibis
import ibis.expr.types as ir

from fenji.analyze.structure.cross_tables import NOBODY, Cell, CrossTable
from fenji.analyze.structure.independence import SMALL_EXPECTED, Independence, independence_of
from fenji.domain.periods import Window
from fenji.domain.telling import COUNT, told
from fenji.tables.insight import TIER_SALES

SALES_COLUMNS = ("category", "product_id", "channel")
"""Columns of lines by which sales are told."""

YEAR = Window.parse("12m")

MOST_GROUPS = 100
"""Groups by name, those with the most revenue; the others stand together. A longer table is not read."""


@dataclass(frozen=True)
class GroupKey:
    """What a group is."""

    value: str | int | None
    """Its value or band; None: without a value, or all others."""
    is_rest: bool = False
    """The values beyond the ``MOST_GROUPS`` largest, together."""


@dataclass(frozen=True)
class CrossCell:
    """The customers of one tier in one group."""

    customers: Annotated[int, COUNT]
    customer_share: float | None
    """Of the tier's customers; null where it has none."""
    expected_customers: float
    """How many there would be if the group had nothing to do with the tier."""
    customer_index: float | None
    """100 times customers by expected; null where none are expected."""
    net_revenue_12m: Decimal
    revenue_share: float | None
    """Of the tier's revenue; null where that is not positive."""
    revenue_index: float | None
    """100 times this share by that of all tiers; null where that is not positive."""

    @property
    @told
    def is_small(self) -> bool:
        """Whether so few are expected that the index says little."""
        return self.expected_customers < SMALL_EXPECTED


@dataclass(frozen=True)
class CrossLine:
    """One group beside the average."""

    key: GroupKey
    cells: tuple[CrossCell, ...]
    """One per tier, lowest first."""
    total: CrossCell
    test: Independence | None
    """Whether being in the group depends on the tier: in it or not, by tier; everyone counts once. None: nothing to compare."""


@dataclass(frozen=True)
class CrossStructure:
    """Groups down, tiers across, beside the average of all tiers."""

    tiers: tuple[str, ...]
    """Lowest first."""
    lines: tuple[CrossLine, ...]
    """As the groups came; of products and channels the largest revenue first, the rest and those without a value last."""
    totals: tuple[Cell, ...]
    """Customers and revenue of each tier, everyone once."""
    total: Cell
    test: Independence | None
    """Over the whole table; None where there are fewer than two groups or tiers."""
    is_overlapping: bool
    """Whether customers stand in several groups: then the test over the whole table is only a guide, those per group hold."""


def sales_by(standing: ir.Table, lines: ir.Table, *, column: str, as_of: date, most: int = MOST_GROUPS) -> ir.Table:
    """Customers and revenue of twelve months for every value of a column of the order lines, in every tier.

    Args:
        standing: one row per customer with ``customer_key`` and ``tier``.
        lines: clean.order_line.
        column: ``category``, ``product_id`` or ``channel``.
        as_of: last day that counts.
        most: values that are groups of their own.

    Grain: one row per value (null: none, or the rest), is_rest and tier: customers (with a sale), net_revenue_12m (of all lines).
    """
    rows = _of_standing(standing, lines, as_of=as_of)
    valued = rows.select("customer_key", "tier", "net_revenue", "is_sale", value=rows[column])
    sizes = valued.filter(valued.value.notnull()).group_by("value").aggregate(size=valued.net_revenue.sum())
    place = ibis.row_number().over(order_by=[sizes["size"].desc(), sizes.value.asc()])
    ranked = sizes.select("value", place=place)
    largest = ranked.filter(ranked.place < most).select(named="value")
    placed = valued.left_join(largest, valued.value == largest.named)
    grouped = placed.select(
        "customer_key", "tier", "net_revenue", "is_sale", "named", is_rest=placed.value.notnull() & placed.named.isnull()
    )
    each = grouped.group_by("customer_key", "tier", "named", "is_rest").aggregate(
        net_revenue=grouped.net_revenue.sum(), sales=grouped.is_sale.sum()
    )
    return (
        each.group_by("named", "is_rest", "tier")
        .aggregate(
            customers=each.count(where=each.sales > 0).cast("int64"),
            net_revenue_12m=each.net_revenue.sum().cast("decimal(18, 2)"),
        )
        .rename(group="named")
    )


def filled_columns(lines: ir.Table) -> ir.Table:
    """How many order lines there are, and how many of them have a value in each of ``SALES_COLUMNS``.

    Grain: one row: lines, category, product_id, channel.
    """
    return lines.aggregate(lines=lines.count(), **{name: lines[name].count() for name in SALES_COLUMNS})


def usual_columns(filled: Collection[str]) -> tuple[str, ...]:
    """By what sales are told where nobody says it: by category, or by product where no line has one, and by channel.

    Args:
        filled: the columns that have values.
    """
    return tuple(each for each in ("category" if "category" in filled else "product_id", "channel") if each in filled)


def tier_sales(standing: ir.Table, lines: ir.Table, *, columns: Sequence[str], as_of: date) -> ir.Table:
    """Everything that ``sales_structure`` reads for some columns, to be kept (insight.tier_sales); see ``sales_by``.

    Grain: that of ``sales_by`` for each column, and of ``buyers_by_tier``, whose rows have no ``by``.
    """
    buyers = buyers_by_tier(standing, lines, as_of=as_of).mutate(by=ibis.null("string"), value=ibis.null("string"), is_rest=False)
    parts = [
        sales_by(standing, lines, column=each, as_of=as_of).rename(value="group").mutate(by=ibis.literal(each))
        for each in columns
    ]
    names = TIER_SALES.schema.names
    dated = (each.mutate(as_of=ibis.literal(as_of, type="date")).select(*names) for each in (buyers, *parts))
    return ibis.union(*dated).cast(TIER_SALES.schema)


def buyers_by_tier(standing: ir.Table, lines: ir.Table, *, as_of: date) -> ir.Table:
    """How many customers of each tier bought anything in the twelve months, and what they brought.

    Grain: one row per tier with order lines: customers (with a sale, everyone once), net_revenue_12m (of all lines).
    """
    rows = _of_standing(standing, lines, as_of=as_of)
    each = rows.group_by("customer_key", "tier").aggregate(net_revenue=rows.net_revenue.sum(), sales=rows.is_sale.sum())
    return each.group_by("tier").aggregate(
        customers=each.count(where=each.sales > 0).cast("int64"), net_revenue_12m=each.net_revenue.sum().cast("decimal(18, 2)")
    )


def sales_structure(
    rows: Iterable[Mapping[str, Any]], totals: Iterable[Mapping[str, Any]], *, tiers: Sequence[str]
) -> CrossStructure:
    """The fetched rows of ``sales_by`` and ``buyers_by_tier`` beside the average."""
    found: dict[GroupKey, dict[str, Cell]] = {}
    for row in rows:
        key = GroupKey(row["group"], is_rest=row["is_rest"])
        found.setdefault(key, {})[row["tier"]] = Cell(row["customers"], row["net_revenue_12m"])
    groups = {key: [cells.get(tier, NOBODY) for tier in tiers] for key, cells in found.items()}
    ordered = sorted(groups, key=lambda key: _order(key, groups[key]))
    own = {row["tier"]: Cell(row["customers"], row["net_revenue_12m"]) for row in totals}
    return _structure({key: groups[key] for key in ordered}, [own.get(tier, NOBODY) for tier in tiers], tiers)


def composition_structure(table: CrossTable) -> CrossStructure:
    """A cross table beside the average; everyone stands in exactly one group."""
    return _structure({GroupKey(each.group): each.cells for each in table.groups}, table.totals, table.tiers)


def attribute_structure(rows: Iterable[Mapping[str, Any]], *, tiers: Sequence[str]) -> CrossStructure:
    """The fetched rows of ``cross_tables.cross_tiers`` by a customer column beside the average; most customers first, no value last."""
    found: dict[str | None, dict[str, Cell]] = {}
    for row in rows:
        found.setdefault(row["group"], {})[row["tier"]] = Cell(row["customers"], row["net_revenue_12m"])
    groups = {key: [cells.get(tier, NOBODY) for tier in tiers] for key, cells in found.items()}
    ordered = sorted(groups, key=lambda key: (key is None, -sum(groups[key], NOBODY).customers, str(key)))
    totals = [sum((cells[place] for cells in groups.values()), NOBODY) for place in range(len(tiers))]
    return _structure({GroupKey(key): groups[key] for key in ordered}, totals, tiers)


def _of_standing(standing: ir.Table, lines: ir.Table, *, as_of: date) -> ir.Table:
    """The lines of the twelve months of customers who stand in a tier."""
    opens_after = ibis.literal(YEAR.opens_after(as_of), type="date")
    own = lines.filter(lines.ordered_on <= ibis.literal(as_of, type="date"), lines.ordered_on > opens_after)
    own = own.mutate(is_sale=ibis.ifelse(own.kind == "sale", 1, 0).cast("int64"))
    placed = standing.select(standing_key="customer_key", tier="tier")
    return own.inner_join(placed, own.customer_key == placed.standing_key)


def _order(key: GroupKey, cells: Sequence[Cell]) -> tuple[bool, bool, Decimal, str]:
    return key.value is None and not key.is_rest, key.is_rest, -sum(cells, NOBODY).net_revenue_12m, str(key.value)


def _structure(groups: Mapping[GroupKey, Sequence[Cell]], totals: Sequence[Cell], tiers: Sequence[str]) -> CrossStructure:
    total = sum(totals, NOBODY)
    counts = [[cell.customers for cell in cells] for cells in groups.values()]
    return CrossStructure(
        tiers=tuple(tiers),
        lines=tuple(_line(key, cells, totals) for key, cells in groups.items()),
        totals=tuple(totals),
        total=total,
        test=independence_of(counts),
        is_overlapping=sum(map(sum, counts)) > total.customers,
    )


def _line(key: GroupKey, cells: Sequence[Cell], totals: Sequence[Cell]) -> CrossLine:
    group, total = sum(cells, NOBODY), sum(totals, NOBODY)
    inside = [cell.customers for cell in cells]
    outside = [everyone.customers - cell.customers for cell, everyone in zip(cells, totals, strict=True)]
    return CrossLine(
        key,
        tuple(_cell(cell, everyone, group, total) for cell, everyone in zip(cells, totals, strict=True)),
        _cell(group, total, group, total),
        independence_of([inside, outside]),
    )


def _cell(cell: Cell, tier: Cell, group: Cell, total: Cell) -> CrossCell:
    expected = tier.customers * group.customers / total.customers if total.customers else 0.0
    average, share = _revenue_share(group, total), _revenue_share(cell, tier)
    return CrossCell(
        customers=cell.customers,
        customer_share=cell.customers / tier.customers if tier.customers else None,
        expected_customers=expected,
        customer_index=100 * cell.customers / expected if expected else None,
        net_revenue_12m=cell.net_revenue_12m,
        revenue_share=share,
        revenue_index=100 * share / average if share is not None and average is not None and average > 0 else None,
    )


def _revenue_share(part: Cell, whole: Cell) -> float | None:
    return float(part.net_revenue_12m / whole.net_revenue_12m) if whole.net_revenue_12m > 0 else None
