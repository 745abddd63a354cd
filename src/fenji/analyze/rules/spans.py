"""Which values does a rule allow? Conditions as boxes of spans per metric, to decide whether one rule implies another.

A box is a conjunction: one span for every metric that it speaks of. A rule is a list of boxes of which one is enough. What
is decided is exact for conjunctions; for alternatives "implies" is only said where every box fits into one box of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from itertools import product

from fenji.domain.conditions import Comparison, Condition, Group, Junction, Operator, Presence, TopShare
from fenji.domain.metrics import Aggregate, Metric, Unit
from fenji.domain.policies import SCORE
from fenji.tables.insight import metric_type

MOST_BOXES = 200
"""Alternatives of a rule beyond which nothing is decided about it: no rule that people can read comes near."""


class Known(StrEnum):
    """Whether there is a value."""

    ANY = "any"
    VALUE = "value"
    NULL = "null"


@dataclass(frozen=True)
class Span:
    """The values of one metric that a conjunction allows."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    """Whether ``low`` itself is left out."""
    high_open: bool = False
    known: Known = Known.ANY
    top: Decimal | None = None
    """Only the top share of all customers."""
    without: frozenset[Decimal] = frozenset()
    """Single values that are left out."""
    contradicts: bool = False
    """Both with and without a value are asked for."""

    @property
    def is_empty(self) -> bool:
        """No value, and not the lack of one, is allowed."""
        if self.contradicts:
            return True
        if self.low is None or self.high is None or self.known is Known.NULL:
            return False
        if self.low == self.high:
            return self.low_open or self.high_open or self.low in self.without
        return self.low > self.high

    def meet(self, other: Span) -> Span:
        """What both allow."""
        low, low_open = _tighter((self.low, self.low_open), (other.low, other.low_open), upper=False)
        high, high_open = _tighter((self.high, self.high_open), (other.high, other.high_open), upper=True)
        tops = [each.top for each in (self, other) if each.top is not None]
        knowns = {self.known, other.known} - {Known.ANY}
        known = next(iter(knowns)) if len(knowns) == 1 else Known.ANY
        contradicts = len(knowns) > 1 or self.contradicts or other.contradicts
        return Span(low, high, low_open, high_open, known, min(tops, default=None), self.without | other.without, contradicts)

    def is_inside(self, other: Span) -> bool:
        """Whether the other allows everything that this one allows."""
        if self.is_empty:
            return True
        if other.known is not Known.ANY and self.known is not other.known:
            return False
        if self.known is Known.NULL:
            return True
        return (
            _is_as_tight((self.low, self.low_open), (other.low, other.low_open), upper=False)
            and _is_as_tight((self.high, self.high_open), (other.high, other.high_open), upper=True)
            and (other.top is None or (self.top is not None and self.top <= other.top))
            and all(self._leaves_out(point) for point in other.without)
        )

    def _leaves_out(self, point: Decimal) -> bool:
        return point in self.without or self.meet(Span(point, point)).is_empty


Box = Mapping[str, Span]


@dataclass(frozen=True)
class Nature:
    """What a metric can be at all."""

    span: Span = Span()
    whole: bool = False
    """Only whole numbers."""


def nature_of(slug: str, metrics: Mapping[str, Metric]) -> Nature:
    """What is possible for a metric: shares 0..1, scores 0..100, counts and days 0 or more, whole where stored as whole."""
    if slug == SCORE:
        return Nature(Span(Decimal(0), Decimal(100)))
    metric = metrics.get(slug)
    if metric is None:
        return Nature()
    low, high = _range(metric)
    known = Known.ANY if metric.is_null_when_empty else Known.VALUE
    return Nature(Span(low, high, known=known), metric_type(metric) == "int64")


def boxes_of(condition: Condition, metrics: Mapping[str, Metric]) -> tuple[Box, ...] | None:
    """The condition as alternatives, impossible ones included; None where there are too many to decide anything."""
    if not isinstance(condition, Group):
        return ({condition.metric: _leaf_span(condition, whole=nature_of(condition.metric, metrics).whole)},)
    found = [boxes_of(part, metrics) for part in condition.parts]
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        return None
    if condition.junction is Junction.ANY:
        joined = tuple(box for boxes in known for box in boxes)
        return joined if len(joined) <= MOST_BOXES else None
    result: tuple[Box, ...] = ({},)
    for boxes in known:
        if len(result) * len(boxes) > MOST_BOXES:
            return None
        result = tuple(_both(left, right) for left, right in product(result, boxes))
    return result


def is_possible(box: Box, metrics: Mapping[str, Metric]) -> bool:
    """Whether any customer could meet the box."""
    return not any(span.meet(nature_of(slug, metrics).span).is_empty for slug, span in box.items())


def box_implies(left: Box, right: Box, metrics: Mapping[str, Metric]) -> bool:
    """Whether everybody who meets the left box meets the right one."""
    natural = {slug: nature_of(slug, metrics).span for slug in right}
    return all(left.get(slug, Span()).meet(natural[slug]).is_inside(span) for slug, span in right.items())


def implies(left: tuple[Box, ...] | None, right: tuple[Box, ...] | None, metrics: Mapping[str, Metric]) -> bool:
    """Whether everybody who meets the left rule surely meets the right one."""
    if left is None or right is None:
        return False
    possible = [box for box in left if is_possible(box, metrics)]
    return bool(possible) and all(any(box_implies(box, other, metrics) for other in right) for box in possible)


def _leaf_span(leaf: Comparison | Presence | TopShare, *, whole: bool) -> Span:
    match leaf:
        case Presence(_metric, is_null):
            return Span(known=Known.NULL if is_null else Known.VALUE)
        case TopShare(_metric, share):
            return Span(known=Known.VALUE, top=share)
        case Comparison(_metric, operator, number):
            span = _compared(operator, number)
            return _in_whole_numbers(span) if whole else span


def _compared(operator: Operator, number: Decimal) -> Span:
    span = Span(known=Known.VALUE)
    match operator:
        case Operator.AT_LEAST | Operator.MORE_THAN:
            return replace(span, low=number, low_open=operator is Operator.MORE_THAN)
        case Operator.AT_MOST | Operator.LESS_THAN:
            return replace(span, high=number, high_open=operator is Operator.LESS_THAN)
        case Operator.EQUAL:
            return replace(span, low=number, high=number)
        case Operator.NOT_EQUAL:
            return replace(span, without=frozenset({number}))


def _in_whole_numbers(span: Span) -> Span:
    """More than 9 and at least 10 are the same for orders."""
    low, high = span.low, span.high
    if low is not None:
        rounded = low.to_integral_value(ROUND_CEILING)
        low = rounded + 1 if span.low_open and rounded == low else rounded
    if high is not None:
        rounded = high.to_integral_value(ROUND_FLOOR)
        high = rounded - 1 if span.high_open and rounded == high else rounded
    return replace(span, low=low, high=high, low_open=False, high_open=False)


def _range(metric: Metric) -> tuple[Decimal | None, Decimal | None]:
    zero, hundred = Decimal(0), Decimal(100)
    if metric.unit is Unit.SHARE and metric.aggregate is Aggregate.RATIO:
        # The panel cuts shares at both ends.
        return zero, Decimal(1)
    if metric.aggregate is Aggregate.NET_PROMOTER:
        return -hundred, hundred
    if metric.unit is Unit.SCORE and metric.aggregate in (Aggregate.MEAN, Aggregate.MINIMUM, Aggregate.MAXIMUM):
        return zero, hundred
    counted = metric.aggregate in (Aggregate.COUNT, Aggregate.COUNT_DISTINCT, Aggregate.DEVIATION)
    return (zero, None) if counted or metric.per is not None or metric.unit in (Unit.DAYS, Unit.HOURS) else (None, None)


def _both(left: Box, right: Box) -> Box:
    return {slug: left.get(slug, Span()).meet(right.get(slug, Span())) for slug in {**left, **right}}


Edge = tuple[Decimal | None, bool]
"""A limit and whether it is left out; None: no limit."""


def _tighter(left: Edge, right: Edge, *, upper: bool) -> Edge:
    return left if _is_as_tight(left, right, upper=upper) else right


def _is_as_tight(left: Edge, right: Edge, *, upper: bool) -> bool:
    if right[0] is None:
        return True
    if left[0] is None:
        return False
    if left[0] == right[0]:
        return left[1] or not right[1]
    return left[0] < right[0] if upper else left[0] > right[0]
