"""Into which groups are customers put for a cross table: the values of one of their columns, or bands of a metric?

Bands include their lower edge: a boundary belongs to the upper band, as it does to the upper tier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import ibis
import ibis.expr.types as ir

from fenji.analyze.rules.holds import conditions_of, threshold_literal
from fenji.domain.conditions import Comparison, leaves
from fenji.domain.metrics import Metric, Unit
from fenji.domain.policies import Policy
from fenji.errors import InvalidArgument, unknown_name
from fenji.language import message as _
from fenji.tables.clean import CUSTOMER

_NOT_FOR_GROUPS = {"customer_key", "customer_id", "name", "referred_by_key"}
"""Columns that tell one customer from another: a cross table by them would be a list of persons."""

CUSTOMER_COLUMNS = tuple(column.name for column in CUSTOMER.columns if column.name not in _NOT_FOR_GROUPS)
"""What customers can be grouped by; dates by their year."""

MOST_EDGES = 100
"""Edges of bands that a person may give: a table with more rows is not read."""

_NICE_EDGES: dict[Unit, tuple[str, ...]] = {
    Unit.MONEY: ("0", "100", "500", "1000", "2000", "5000", "10000", "20000", "50000", "100000"),
    Unit.COUNT: ("0", "1", "2", "5", "10", "20", "50", "100"),
    Unit.DAYS: ("0", "7", "30", "60", "90", "180", "365", "730"),
    Unit.HOURS: ("0", "1", "4", "12", "24", "48", "72", "168"),
    Unit.SHARE: ("0", "0.05", "0.1", "0.2", "0.5", "0.8", "1"),
    Unit.SCORE: ("0", "60", "70", "80", "90", "95"),
    Unit.RATIO: ("0", "0.5", "1", "2", "5", "10"),
}
"""Edges that people know by heart. They do not depend on the data, so that tables of two dates can be laid side by side."""


@dataclass(frozen=True)
class ColumnGroups:
    """One group per value of a customer column."""

    column: str


@dataclass(frozen=True)
class MetricBands:
    """One group per band of a metric: below the first edge, between edges, from the last edge up."""

    metric: str
    edges: tuple[Decimal, ...]
    """Ascending."""


Grouping = ColumnGroups | MetricBands


def parse_grouping(text: str, *, metrics: Mapping[str, Metric], policy: Policy) -> Grouping:
    """Reads ``region``, ``orders_12m`` or ``orders_12m:0,1,5,10``.

    A metric without edges is cut where the policy compares it; a metric that the policy does not compare, at round numbers.

    Raises:
        InvalidArgument: neither a customer column nor a metric, or edges that are not ascending numbers.
    """
    name, colon, given = (part.strip() for part in text.partition(":"))
    if name in CUSTOMER_COLUMNS and not colon:
        return ColumnGroups(name)
    if name not in metrics:
        raise InvalidArgument(unknown_name(_("customer column or metric"), name, [*CUSTOMER_COLUMNS, *metrics]))
    return MetricBands(name, _edges(given) if colon else _policy_edges(name, policy) or _nice_edges(metrics[name]))


def band_number(bands: MetricBands, value: ir.NumericValue) -> ir.IntegerValue:
    """How many edges the value has reached: 0 is below the first; null where there is no value."""
    reached = [
        (value >= threshold_literal(edge, value.type()), ibis.literal(number, type="int64"))
        for number, edge in reversed(list(enumerate(bands.edges, 1)))
    ]
    below = ibis.literal(0, type="int64")
    return ibis.cases((value.isnull(), ibis.null("int64")), *reached, else_=below)


def _edges(text: str) -> tuple[Decimal, ...]:
    try:
        edges = tuple(Decimal(part.strip()) for part in text.split(","))
    except InvalidOperation:
        edges = ()
    if not edges or not all(edge.is_finite() for edge in edges) or len(edges) > MOST_EDGES or list(edges) != sorted(set(edges)):
        raise InvalidArgument.of(
            _("'{edges}' are not the edges of bands."),
            advice=_("Give up to {most} ascending numbers with commas between them, such as 0,1,5,10."),
            edges=text[:60],
            most=MOST_EDGES,
        )
    return edges


def _policy_edges(metric: str, policy: Policy) -> tuple[Decimal, ...]:
    found = {
        leaf.number
        for condition in conditions_of(policy)
        for leaf in leaves(condition)
        if isinstance(leaf, Comparison) and leaf.metric == metric
    }
    return tuple(sorted(found))


def _nice_edges(metric: Metric) -> tuple[Decimal, ...]:
    return tuple(Decimal(edge) for edge in _NICE_EDGES[metric.unit])
