"""How far is every customer from a rule, or how safely inside it? The same record that decides, as numbers for everybody.

Reads   the rule basis (``tiers.rule_basis``)
Writes  nothing stored: expressions only
Units   parts of the rule's thresholds; a threshold between -1 and 1 counts as 1, so that nothing is divided by almost nothing
Keeps   every row of the basis
Source  ``judging.ways_to_meet``: what a way asks for is the sum of its missing parts, a missing value being a whole one, and the cheapest
        way counts; here for all customers at once (a test holds both together)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from fenji.analyze.rules.holds import CUSTOMER_PREFIX, RuleBasis, holds, scaled_number, variants_of
from fenji.domain.conditions import Comparison, Condition, Group, Junction, Operator, Presence, TopShare
from fenji.domain.policies import Variant

Leaf = Comparison | Presence | TopShare

_UPWARD = (Operator.AT_LEAST, Operator.MORE_THAN)
_DOWNWARD = (Operator.AT_MOST, Operator.LESS_THAN)
_STRICT = (Operator.MORE_THAN, Operator.LESS_THAN)
_NO_LINE = ibis.literal(-1, "int16")
"""The number of the deciding line where no line decides."""


@dataclass(frozen=True)
class Reach:
    """How far it is, and by which line of the rule."""

    size: ir.FloatingValue
    line: ir.IntegerValue
    """The number of the line that asks for most, or is met by least, in ``Measured.lines``."""


@dataclass(frozen=True)
class Measured:
    """A rule basis in which some rules, and every part of them, have been measured for every customer."""

    table: ir.Table
    lines: tuple[Leaf, ...]
    parts: tuple[Condition, ...]

    def reach(self, condition: Condition) -> Reach:
        """How far every customer is from one of the rules, or inside it."""
        number = self.parts.index(condition)
        return Reach(self.table[_size(number)], self.table[_line(number)])

    def with_reach(self, reach: Reach, name: str, suffix: str = "") -> ir.Table:
        """The table with a size under a name, and with the deciding line: its text, the customer's value in it, and the threshold."""
        table = self.table.mutate(reach.size.name(name), reach.line.name("deciding_line")).view()
        told = {
            "condition": _by_number(table.deciding_line, [ibis.literal(str(each)) for each in self.lines], ""),
            "metric_value": _by_number(table.deciding_line, [table[each.metric].cast("float64") for each in self.lines], None),
            "threshold": _by_number(
                table.deciding_line, [table[f"threshold_of_{number}"] for number in range(len(self.lines))], None
            ),
        }
        return table.mutate(**{f"{each}{suffix}": value for each, value in told.items()}).view()


def gaps_of(basis: RuleBasis, rules: Sequence[Condition]) -> Measured:
    """What is missing for each rule: 0 where it is met, null where nothing that a customer can bring about would meet it."""
    return _measured(basis, rules, _gap, _missing_together)


def margins_of(basis: RuleBasis, rules: Sequence[Condition]) -> Measured:
    """By what part of its threshold each rule is met, -1..1; below 0 it is not. A line met by more than its whole threshold counts as 1."""
    return _measured(basis, rules, _margin, _met_together)


def best_of(reaches: Mapping[int, Reach], position: ir.IntegerValue) -> Reach:
    """Of several rules the one that belongs to each customer's position; null where none does."""
    if not reaches:
        return Reach(ibis.null("float64"), _NO_LINE)
    size = ibis.cases(*((position == each, reach.size) for each, reach in reaches.items()), else_=ibis.null("float64"))
    line = ibis.cases(*((position == each, reach.line) for each, reach in reaches.items()), else_=_NO_LINE)
    return Reach(size, line)


def safest(reaches: Sequence[Reach]) -> Reach:
    """Of several rules of which one is enough the one that is met by most."""
    return _chosen(reaches, ibis.greatest)


def _measured(
    basis: RuleBasis,
    rules: Sequence[Condition],
    measure: Callable[[Leaf, ir.Table, ir.FloatingValue, ir.BooleanValue], ir.FloatingValue],
    together: Callable[[Junction, Sequence[Reach]], Reach],
) -> Measured:
    """Lines first, then groups from the inside out.

    A view after each step: else every group would repeat the text of its parts, and a rule of three levels would be longer than
    any engine can read.
    """
    parts = tuple(dict.fromkeys(part for rule in rules for part in _parts_of(rule)))
    lines = tuple(part for part in parts if not isinstance(part, Group))
    table = basis.table.mutate(**{f"threshold_of_{number}": _threshold(line, basis) for number, line in enumerate(lines)}).view()
    here = RuleBasis(table, basis.variants, basis.top_columns)
    sizes: dict[str, ir.Value] = {}
    for number, line in enumerate(lines):
        found = measure(line, table, table[f"threshold_of_{number}"], holds(line, here))
        sizes |= {_size(parts.index(line)): found, _line(parts.index(line)): ibis.literal(number, "int16")}
    table = table.mutate(**sizes).view()
    groups = [(_depth(part), number, part) for number, part in enumerate(parts) if isinstance(part, Group)]
    for depth in sorted({depth for depth, _number, _part in groups}):
        measured: dict[str, ir.Value] = {}
        for number, group in [(number, part) for own, number, part in groups if own == depth]:
            inner = [parts.index(each) for each in group.parts]
            reach = together(group.junction, [Reach(table[_size(each)], table[_line(each)]) for each in inner])
            measured |= {_size(number): reach.size, _line(number): reach.line}
        table = table.mutate(**measured).view()
    return Measured(table, lines, parts)


def _parts_of(condition: Condition) -> Iterator[Condition]:
    """A rule and everything that it consists of, the inner before the outer."""
    if isinstance(condition, Group):
        for part in condition.parts:
            yield from _parts_of(part)
    yield condition


def _depth(condition: Condition) -> int:
    return 1 + max((_depth(part) for part in condition.parts), default=0) if isinstance(condition, Group) else 0


def _size(number: int) -> str:
    return f"size_of_part_{number}"


def _line(number: int) -> str:
    return f"line_of_part_{number}"


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


def _missing_together(junction: Junction, parts: Sequence[Reach]) -> Reach:
    """All of it is asked for, the line that asks for most being told; or the cheapest part of it."""
    if not parts:
        return Reach(ibis.literal(0.0, "float64") if junction is Junction.ALL else ibis.null("float64"), _NO_LINE)
    if junction is Junction.ANY:
        return _chosen(parts, ibis.least)
    return Reach(reduce(add, [part.size for part in parts]), _chosen(parts, ibis.greatest).line)


def _met_together(junction: Junction, parts: Sequence[Reach]) -> Reach:
    """What is met by least counts where all is asked for, and what is met by most where one is enough."""
    if not parts:
        return Reach(ibis.literal(1.0 if junction is Junction.ALL else -1.0, "float64"), _NO_LINE)
    return _chosen(parts, ibis.greatest if junction is Junction.ANY else ibis.least)


def _chosen(parts: Sequence[Reach], choose: Callable[..., ir.FloatingValue]) -> Reach:
    """The first of the parts with the greatest or least size; both engines leave nulls out of that."""
    if len(parts) == 1:
        return parts[0]
    size = choose(*(part.size for part in parts))
    line = ibis.cases(*((part.size == size, part.line) for part in parts), else_=parts[0].line)
    return Reach(size, line)


def _by_number(number: ir.IntegerValue, values: Sequence[ir.Value], otherwise: str | None) -> ir.Value:
    rest = ibis.null("float64") if otherwise is None else ibis.literal(otherwise)
    return ibis.cases(*((number == position, value) for position, value in enumerate(values)), else_=rest) if values else rest
