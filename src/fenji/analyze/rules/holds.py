"""Which customers meet a condition? A rule as one boolean expression over the panel; the same record gives sentence, reason and what is missing.

Reads   insight.customer_metric with the columns that ``tiers.rule_basis`` adds
Writes  nothing: expressions only
Units   thresholds in the unit of their metric; a share is 0..1
Keeps   two-valued logic: a comparison with a missing value is false, never null
Source  decision 0015 (variants: per metric the first one listed that matches the customer applies)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from fenji.domain.conditions import Comparison, Condition, Group, Junction, Operator, Presence, TopShare, leaves
from fenji.domain.policies import Policy, Variant

COMPARE = {
    Operator.AT_LEAST: ge,
    Operator.MORE_THAN: gt,
    Operator.AT_MOST: le,
    Operator.LESS_THAN: lt,
    Operator.EQUAL: eq,
    Operator.NOT_EQUAL: ne,
}

CUSTOMER_PREFIX = "of_customer_"
"""Customer columns stand beside the metrics under this prefix, so that neither can hide the other."""


@dataclass(frozen=True)
class RuleBasis:
    """The table on which rules are decided, and what its added columns mean."""

    table: ir.Table
    """One row per customer: metrics, the score, prefixed customer columns, computed thresholds."""
    variants: tuple[Variant, ...] = ()
    top_columns: Mapping[str, str] = field(default_factory=dict)
    """Condition as written -> column that holds the computed threshold."""


def holds(condition: Condition, basis: RuleBasis) -> ir.BooleanValue:
    """Whether each customer meets the condition: true or false, never null.

    All of no conditions hold for everyone, any of none for nobody.

    Units: a money metric is compared exactly, as a decimal; others in their own type.
    """
    match condition:
        case Group(junction, parts):
            found = [holds(part, basis) for part in parts]
            if not found:
                return _everywhere(basis.table, met=junction is Junction.ALL)
            return reduce(and_ if junction is Junction.ALL else or_, found)
        case Presence(metric, is_null):
            column = basis.table[metric]
            return column.isnull() if is_null else column.notnull()
        case TopShare(metric, _share):
            column = basis.table[metric]
            return (column >= basis.table[basis.top_columns[str(condition)]]).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
        case Comparison():
            return _comparison_holds(condition, basis)


def scaled_number(comparison: Comparison, variant: Variant | None) -> Decimal:
    """The threshold of a comparison for the customers of a variant, exact."""
    return comparison.number * variant.scale[comparison.metric] if variant else comparison.number


def variants_of(metric: str, variants: Sequence[Variant]) -> list[Variant]:
    """The variants that scale a metric; for a customer the first one that matches applies."""
    return [variant for variant in variants if metric in variant.scale]


def conditions_of(policy: Policy) -> tuple[Condition, ...]:
    """Every condition of a policy: qualify and keep rules from the lowest tier up, then caps."""
    rules = [rule for tier in policy.tiers for rule in (tier.qualify, tier.keep) if rule is not None]
    return (*rules, *(cap.when for cap in policy.caps))


def metrics_in(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """The metrics that conditions name, each once, in order of appearance; ``score`` among them where it is used."""
    return tuple(dict.fromkeys(leaf.metric for condition in conditions for leaf in leaves(condition)))


def top_shares_in(conditions: Iterable[Condition]) -> tuple[TopShare, ...]:
    """The ``in top n%`` lines of conditions, each once, in order of appearance."""
    found = (leaf for condition in conditions for leaf in leaves(condition) if isinstance(leaf, TopShare))
    return tuple({str(leaf): leaf for leaf in found}.values())


def threshold_literal(number: Decimal, type_: dt.DataType) -> Any:  # noqa: ANN401 - Ibis has no one type of scalars
    """A number in the kind of the column that it is compared with, so that both engines compare without guessing a common type."""
    if type_.is_decimal():
        scale = max(type_.scale or 0, -int(number.normalize().as_tuple().exponent), 0)
        whole = max(number.adjusted() + 1, 1)
        return ibis.literal(number, type=dt.Decimal(min(38, max(18, whole + scale)), scale))
    if type_.is_integer() and number == number.to_integral_value():
        return ibis.literal(int(number), type="int64")
    return ibis.literal(float(number), type="float64")


def _everywhere(table: ir.Table, *, met: bool) -> ir.BooleanValue:
    """The same answer on every row: a column, which can be summed like any other answer, where a literal cannot."""
    is_null = table[table.columns[0]].isnull()
    return is_null | ~is_null if met else is_null & ~is_null


def narrowed(table: ir.Table, conditions: Iterable[Comparison | Presence]) -> ir.Table:
    """The customers of a panel who meet all conditions: of whom ``holds`` is true.

    A missing value narrows as false does. With nothing around its comparisons an engine passes over the parts of a table in which
    nobody meets them, and over those in which everybody does.
    """
    basis = RuleBasis(table)
    met = [_compared(each, basis) if isinstance(each, Comparison) else holds(each, basis) for each in conditions]
    return table.filter(met) if met else table


def _comparison_holds(comparison: Comparison, basis: RuleBasis) -> ir.BooleanValue:
    return _compared(comparison, basis).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone


def _compared(comparison: Comparison, basis: RuleBasis) -> ir.BooleanValue:
    """Whether each customer meets it; null where a value is missing."""
    # Literals are made per variant in exact decimals; multiplying inside the engines would leave the rounding to them.
    column = basis.table[comparison.metric]
    compare = COMPARE[comparison.operator]
    result = compare(column, threshold_literal(scaled_number(comparison, None), column.type()))
    for variant in reversed(variants_of(comparison.metric, basis.variants)):
        there = compare(column, threshold_literal(scaled_number(comparison, variant), column.type()))
        result = ibis.ifelse(_matches(variant, basis.table), there, result)
    return result


def _matches(variant: Variant, table: ir.Table) -> ir.BooleanValue:
    parts = [table[CUSTOMER_PREFIX + column].isin(values).fill_null(False) for column, values in variant.where.items()]  # noqa: FBT003
    return reduce(and_, parts)
