"""How do the tiers spread over regions, channels or bands of a metric? Tiers across, groups down, totals that add up.

Customers without a value are a group of their own, so that every total is the number of all customers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import ibis.expr.types as ir

from fenji.analyze.structure.bands import ColumnGroups, Grouping, MetricBands, band_number
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import Policy


@dataclass(frozen=True)
class Cell:
    """The customers of one group in one tier."""

    customers: int
    net_revenue_12m: Decimal

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.customers + other.customers, self.net_revenue_12m + other.net_revenue_12m)


NOBODY = Cell(0, Decimal(0))


@dataclass(frozen=True)
class CrossGroup:
    """One group of a cross table."""

    group: str | int | None
    """The value of the column, or the number of the band; None: customers without a value."""
    cells: tuple[Cell, ...]
    """One per tier of the policy, lowest first."""
    total: Cell


@dataclass(frozen=True)
class CrossTable:
    """Tiers across, groups down."""

    grouping: Grouping
    tiers: tuple[str, ...]
    """Tier slugs, lowest first."""
    groups: tuple[CrossGroup, ...]
    """Bands in ascending order; values by number of customers, largest first; customers without a value last."""
    totals: tuple[Cell, ...]
    """Over all groups, one per tier."""
    total: Cell


def cross_tiers(standing: ir.Table, customer: ir.Table, *, grouping: Grouping) -> ir.Table:
    """Customers and revenue of every group in every tier.

    Args:
        standing: one row per customer with ``tier``, ``net_revenue_12m`` and the metrics.
        customer: clean.customer; only read for groups by a customer column.
        grouping: by what.

    Grain: one row per group and tier in which somebody stands; columns group (null: no value), tier, customers, net_revenue_12m.
    Units: money in the workspace's currency.
    Keeps: every customer of ``standing``, in exactly one row.
    """
    if isinstance(grouping, MetricBands):
        placed = standing.mutate(group=band_number(grouping, standing[grouping.metric]))
    else:
        placed = _with_customer_column(standing, customer, grouping)
    counted = placed.group_by(["group", "tier"]).aggregate(
        customers=placed.count(), net_revenue_12m=placed[REVENUE].sum().cast("decimal(18, 2)")
    )
    return counted.select("group", "tier", "customers", "net_revenue_12m")


def cross_table(rows: Iterable[Mapping[str, object]], *, grouping: Grouping, policy: Policy) -> CrossTable:
    """The fetched rows of ``cross_tiers`` as a table with totals; combinations without customers are zero."""
    tiers = tuple(tier.slug for tier in policy.tiers)
    found: dict[str | int | None, dict[str, Cell]] = {}
    for row in rows:
        group, revenue = row["group"], row["net_revenue_12m"]
        if not (group is None or isinstance(group, str | int)) or not isinstance(revenue, Decimal):
            raise TypeError(group, revenue)
        found.setdefault(group, {})[str(row["tier"])] = Cell(int(str(row["customers"])), revenue)
    groups = [_group(group, [cells.get(tier, NOBODY) for tier in tiers]) for group, cells in found.items()]
    totals = tuple(sum((each.cells[position] for each in groups), NOBODY) for position in range(len(tiers)))
    ordered = sorted(groups, key=lambda each: _order(each, grouping))
    return CrossTable(grouping, tiers, tuple(ordered), totals, sum(totals, NOBODY))


def _group(group: str | int | None, cells: list[Cell]) -> CrossGroup:
    return CrossGroup(group, tuple(cells), sum(cells, NOBODY))


def _order(group: CrossGroup, grouping: Grouping) -> tuple[bool, int, str]:
    if isinstance(grouping, MetricBands):
        return group.group is None, int(group.group or 0), ""
    return group.group is None, -group.total.customers, str(group.group)


def _with_customer_column(standing: ir.Table, customer: ir.Table, grouping: ColumnGroups) -> ir.Table:
    column = customer[grouping.column]
    if column.type().is_date():
        column = column.year()
    found = customer.select(described_key=customer.customer_key, group=column.cast("string"))
    # Ibis numbers columns of equal name; a metric called "group" would be one.
    own = standing.select("customer_key", "tier", REVENUE)
    return own.left_join(found, own.customer_key == found.described_key)
