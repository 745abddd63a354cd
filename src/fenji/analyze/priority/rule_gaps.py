"""How far is every customer from a rule, or how safely inside it? The same record that decides, as numbers for everybody.

Reads   the rule basis (``tiers.rule_basis``)
Writes  nothing stored: expressions only
Units   parts of the rule's thresholds; a threshold between -1 and 1 counts as 1, so that nothing is divided by almost nothing
Keeps   every row of the basis
Source  ``judging.ways_to_meet``: what a way asks for is the sum of its missing parts, a missing value being a whole one, and the cheapest
        way counts; here for all customers at once (a test holds both together)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

from fenji.analyze.rules import CUSTOMER_PREFIX, RuleBasis, holds, scaled_number, variants_of
from fenji.domain.conditions import Comparison, Condition, Group, Junction, Operator, Presence, TopShare, leaves
from fenji.domain.policies import Variant

Leaf = Comparison | Presence | TopShare

_UPWARD = (Operator.AT_LEAST, Operator.MORE_THAN)
_DOWNWARD = (Operator.AT_MOST, Operator.LESS_THAN)
_STRICT = (Operator.MORE_THAN, Operator.LESS_THAN)


@dataclass(frozen=True)
class Reach:
    """How far it is, and by which line of the rule."""

    size: ir.FloatingValue
    line: ir.IntegerValue
    """The number of the line that asks for most, or is met by least; see ``Measured.lines``."""


@dataclass(frozen=True)
class Measured:
    """A rule basis in which every line of some rules has been measured for every customer."""

    table: ir.Table
    lines: tuple[Leaf, ...]

    def gap(self, condition: Condition) -> Reach:
        """What is missing: 0 where the rule is met, null where nothing that a customer can bring about would meet it."""
        return self._taken(condition, "gap")

    def margin(self, condition: Condition) -> Reach:
        """By what part of its threshold the rule is met, -1..1; below 0 it is not. A line met by more than its whole threshold counts as 1."""
        return self._taken(condition, "margin")

    def told(self, line: ir.IntegerValue) -> dict[str, ir.Value]:
        """The text of a line by its number, with the customer's value and the threshold."""
        numbers = range(len(self.lines))
        return {
            "condition": _by_number(line, [ibis.literal(str(each)) for each in self.lines], ""),
            "metric_value": _by_number(line, [self.table[each.metric].cast("float64") for each in self.lines], None),
            "threshold": _by_number(line, [self.table[f"threshold_of_{number}"] for number in numbers], None),
        }

    def _taken(self, condition: Condition, what: str) -> Reach:
        if not isinstance(condition, Group):
            number = self.lines.index(condition)
            return Reach(self.table[f"{what}_of_{number}"], ibis.literal(number, "int16"))
        parts = [self._taken(part, what) for part in condition.parts]
        if condition.junction is Junction.ANY:
            return reduce(_smaller if what == "gap" else _larger, parts)
        return reduce(_both if what == "gap" else _smaller, parts)


def measured_rules(basis: RuleBasis, conditions: Sequence[Condition]) -> Measured:
    """The basis with gap, margin and threshold of every line of the rules."""
    lines = tuple(dict.fromkeys(leaf for condition in conditions for leaf in leaves(condition)))
    thresholds = {f"threshold_of_{number}": _threshold(line, basis) for number, line in enumerate(lines)}
    table = basis.table.mutate(**thresholds)
    sizes: dict[str, ir.Value] = {}
    for number, line in enumerate(lines):
        at = table[f"threshold_of_{number}"]
        met = holds(line, RuleBasis(table, basis.variants, basis.top_columns))
        sizes[f"gap_of_{number}"] = _gap(line, table, at, met)
        sizes[f"margin_of_{number}"] = _margin(line, table, at, met)
    return Measured(table.mutate(**sizes), lines)


def _threshold(line: Leaf, basis: RuleBasis) -> ir.FloatingValue:
    if isinstance(line, Presence):
        return ibis.null("float64")
    if isinstance(line, TopShare):
        return basis.table[basis.top_columns[str(line)]].cast("float64")
    number: ir.FloatingValue = ibis.literal(float(scaled_number(line, None)), "float64")
    for variant in reversed(variants_of(line.metric, basis.variants)):
        there = ibis.literal(float(scaled_number(line, variant)), "float64")
        number = ibis.ifelse(_is_of(variant, basis.table), there, number)
    return number


def _is_of(variant: Variant, table: ir.Table) -> ir.BooleanValue:
    parts = [table[CUSTOMER_PREFIX + column].isin(values).fill_null(False) for column, values in variant.where.items()]  # noqa: FBT003
    return ibis.and_(*parts)


def _gap(line: Leaf, table: ir.Table, threshold: ir.FloatingValue, met: ir.BooleanValue) -> ir.FloatingValue:
    none, whole = ibis.literal(0.0, "float64"), ibis.literal(1.0, "float64")
    if isinstance(line, Presence):
        # Nobody can bring about that a value disappears.
        return ibis.ifelse(met, none, ibis.null("float64") if line.is_null else whole)
    operator = line.operator if isinstance(line, Comparison) else Operator.AT_LEAST
    if operator is Operator.NOT_EQUAL:
        return ibis.ifelse(met, none, whole)
    missing = (threshold - table[line.metric].cast("float64")).abs()
    if table[line.metric].type().is_integer() and operator is not Operator.EQUAL:
        # Whole things come whole: half an order more is one more.
        missing = missing.floor() + 1.0 if operator in _STRICT else missing.ceil().cast("float64")
    return ibis.ifelse(met, none, (missing / _size_of(threshold)).fill_null(1.0))


def _margin(line: Leaf, table: ir.Table, threshold: ir.FloatingValue, met: ir.BooleanValue) -> ir.FloatingValue:
    inside, outside = ibis.literal(1.0, "float64"), ibis.literal(-1.0, "float64")
    operator = line.operator if isinstance(line, Comparison) else Operator.AT_LEAST
    if isinstance(line, Presence) or operator is Operator.NOT_EQUAL:
        return ibis.ifelse(met, inside, outside)
    over = (table[line.metric].cast("float64") - threshold) / _size_of(threshold)
    if operator in _DOWNWARD:
        over = -over
    elif operator not in _UPWARD:
        over = -over.abs()
    return over.clip(-1.0, 1.0).fill_null(-1.0)


def _size_of(threshold: ir.FloatingValue) -> ir.FloatingValue:
    return ibis.greatest(threshold.abs(), ibis.literal(1.0, "float64"))


def _both(left: Reach, right: Reach) -> Reach:
    """Both are asked for; the line that asks for more is told."""
    return Reach(left.size + right.size, ibis.ifelse(right.size > left.size, right.line, left.line))


def _smaller(left: Reach, right: Reach) -> Reach:
    takes_right = (left.size.isnull() | (right.size < left.size)).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
    return _one(left, right, takes_right)


def _larger(left: Reach, right: Reach) -> Reach:
    takes_right = (left.size.isnull() | (right.size > left.size)).fill_null(False)  # noqa: FBT003
    return _one(left, right, takes_right)


def _one(left: Reach, right: Reach, takes_right: ir.BooleanValue) -> Reach:
    return Reach(ibis.ifelse(takes_right, right.size, left.size), ibis.ifelse(takes_right, right.line, left.line))


def _by_number(number: ir.IntegerValue, values: Sequence[ir.Value], otherwise: str | None) -> ir.Value:
    rest = ibis.null("float64") if otherwise is None else ibis.literal(otherwise)
    return ibis.cases(*((number == position, value) for position, value in enumerate(values)), else_=rest) if values else rest


def best_of(reaches: Mapping[int, Reach], position: ir.IntegerValue) -> Reach:
    """Of several rules the one that belongs to each customer's position."""
    size = ibis.cases(*((position == each, reach.size) for each, reach in reaches.items()), else_=ibis.null("float64"))
    line = ibis.cases(*((position == each, reach.line) for each, reach in reaches.items()), else_=ibis.literal(-1, "int16"))
    return Reach(size, line)


def safest(reaches: Sequence[Reach]) -> Reach:
    """Of several rules of which one is enough the one that is met by most."""
    return reduce(_larger, reaches)
