"""What happened to every customer between two days on which something is decided? The facts of a whole history, summed up once.

Reads   clean.customer, clean.order_line, clean.event, clean.feedback, clean.points_entry, clean.voucher_use
Writes  nothing stored: one row per customer, and one per customer and period with rows of a fact
Units   as the panel's: money in the workspace's currency to the cent; days are local calendar days
Keeps   every customer of clean.customer, once; every row of the facts up to the last review, in exactly one cell
Source  decision 0018

Every window of every review begins and ends on a few days. Between two such days nothing can come between the rows of a
customer, so they are summed up to one cell; what a review needs is put together from cells (``review_windows``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.measures import aggregate_of
from fenji.analyze.metrics.plan import MONTH_COLUMN, How, Measure, measures_of
from fenji.analyze.metrics.rows import DAY, rows_of
from fenji.analyze.reviews.activity import has_anniversary
from fenji.analyze.rules.bands import MOST_GROUPS, most_answers, named_values, place_among
from fenji.analyze.rules.holds import CUSTOMER_PREFIX, conditions_of, top_shares_in
from fenji.domain.fact_columns import FACT_COLUMNS, ColumnKind
from fenji.domain.metrics import Aggregate, Fact, Metric, Unit
from fenji.domain.periods import Window, WindowUnit
from fenji.domain.policies import Policy, ReviewPeriod
from fenji.domain.reviews import LostRule, ReviewOn
from fenji.tables.insight import MONEY, metric_type

PERSON = -1
"""The segment of the rows that describe customers."""

FLAGS = 62
"""Reviews whose flags fit one whole number."""

_FACTS = (Fact.ORDER_LINE, Fact.EVENT, Fact.FEEDBACK, Fact.POINTS_ENTRY, Fact.VOUCHER_USE)

_RESTATED = (MONTH_COLUMN, "hours_to_resolution")
"""Columns that mean something else at every review."""

_TOTAL = Window(WindowUnit.TOTAL)


class Gathers(StrEnum):
    """How cells become a window."""

    SUM = "sum"
    HIGHEST = "highest"
    LOWEST = "lowest"


_GATHERS = {
    How.ROWS: Gathers.SUM,
    How.VALUES: Gathers.SUM,
    How.SUM: Gathers.SUM,
    How.SUM_OF_SQUARES: Gathers.SUM,
    How.PROMOTERS: Gathers.SUM,
    How.DETRACTORS: Gathers.SUM,
    How.HIGHEST: Gathers.HIGHEST,
    How.LAST_ON: Gathers.HIGHEST,
    How.LOWEST: Gathers.LOWEST,
    How.FIRST_ON: Gathers.LOWEST,
}

_DECIMALS = {ColumnKind.WHOLE: 0, ColumnKind.MONEY: 2, ColumnKind.EXACT: 3}
_SCORE_DECIMALS = 6
"""Scores lie between 0 and 100 and are summed to six decimals; other measurements may be too large for 18 digits."""


@dataclass(frozen=True)
class CellColumn:
    """One number of a cell: a measure over its rows, as a whole number of its smallest unit."""

    name: str
    measure: Measure
    """Its window is total: a cell has no other rows."""
    gathers: Gathers
    decimals: int


@dataclass(frozen=True)
class CellPlan:
    """What cells are made of, and what is made from them."""

    reviews: tuple[ReviewOn, ...]
    """The earliest first."""
    metrics: tuple[tuple[Metric, ...], ...]
    """For each review those that it needs."""
    columns: tuple[CellColumn, ...]
    bounds: tuple[date, ...]
    """Last days of the periods, ascending; the last one is the last review."""
    facts: tuple[Fact, ...]
    """Those that have rows and are asked for."""
    lost: LostRule

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The different policies of the reviews, in order of appearance."""
        found: list[Policy] = []
        for review in self.reviews:
            if review.policy not in found:
                found.append(review.policy)
        return tuple(found)

    def policy_number(self, policy: Policy) -> int:
        """Which of ``policies`` it is."""
        return self.policies.index(policy)

    def segment(self, fact: Fact, period: int) -> int:
        """The number under which the cells of a fact and a period stand."""
        return self.facts.index(fact) * len(self.bounds) + period

    def period_up_to(self, day: date | None) -> int:
        """The last period that ends by a day which is a bound; -1 for none."""
        return -1 if day is None else bisect_left(self.bounds, day)


def plan_cells(
    reviews: Sequence[ReviewOn], metrics: Sequence[Sequence[Metric]], facts: Iterable[Fact], customer: ir.Table, lost: LostRule
) -> CellPlan | None:
    """How a history is decided from cells, where that is exact.

    Args:
        reviews: the earliest first.
        metrics: for each review those that it needs.
        facts: those that have rows.
        customer: clean.customer.
        lost: who counts as lost.

    Returns:
        None where some review needs the whole panel at once (scores, top n%), or a metric that periods do not add up to
        (different values, deviations of amounts, years of membership, what is restated at every review): such histories are decided from panels.
    """
    here = tuple(facts)
    if Fact.BALANCE in here:
        # What totals answer is asked of the whole customer at every review.
        return None
    asked = {each: None for needed in metrics for metric in needed for each in measures_of(metric) if each.fact in here}
    known = {metric.slug: metric for needed in metrics for metric in needed}
    if not all(_is_decided_alone(each.policy, customer) for each in reviews):
        return None
    if not all(_adds_up(each, known, here) for each in known.values()):
        return None
    used = tuple(each for each in Fact if any(measure.fact is each for measure in asked))
    return CellPlan(
        tuple(reviews), tuple(tuple(each) for each in metrics), _columns(asked), _bounds(reviews, metrics), used, lost
    )


def cells_of(facts: Mapping[Fact, ir.Table], customer: ir.Table, plan: CellPlan) -> ir.Table:
    """The input of the batch step.

    Grain: a row per customer (segment -1), and one per customer, fact and period with rows.
    Keeps: every customer; cells of customers who are not among them are passed over by the batch step.
    """
    parts = [_people(customer, plan), *(_cells(facts, fact, plan) for fact in plan.facts)]
    names = parts[0].columns
    return ibis.union(*(part.select(*names) for part in parts)) if len(parts) > 1 else parts[0]


def _is_decided_alone(policy: Policy, customer: ir.Table) -> bool:
    """Whether the rules of a policy look at one customer at a time."""
    columns = {column for variant in policy.variants for column in variant.where}
    if policy.score or top_shares_in(conditions_of(policy)) or not columns <= set(customer.columns):
        return False
    return most_answers((policy,)) <= MOST_GROUPS


def _adds_up(metric: Metric, known: Mapping[str, Metric], facts: tuple[Fact, ...]) -> bool:
    """Whether a metric is put together from periods exactly, by the same arithmetic as from rows."""
    if metric.aggregate is Aggregate.RATIO:
        upper = known[(metric.ratio_of or ("", ""))[0]]
        return metric.unit is not Unit.MONEY or metric_type(upper) == MONEY
    if metric.fact not in facts:
        # Of nothing there is nothing to put together: 0, or no value.
        return True
    if not all(_is_exact(each) for each in measures_of(metric)):
        return False
    is_amount = metric.fact is not None and FACT_COLUMNS[metric.fact].get(metric.column or "") is ColumnKind.MONEY
    return is_amount or (metric.per is None and metric.unit is not Unit.MONEY)


def _is_exact(measure: Measure) -> bool:
    touched = {measure.column, *(each.column for each in measure.where)}
    if measure.fact not in _FACTS or measure.how not in _GATHERS or touched & {*_RESTATED} or measure.window.is_personal:
        return False
    return decimals_of(measure) is not None


def gathers_of(measure: Measure) -> Gathers:
    """How cells become a window of the measure."""
    return _GATHERS[measure.how]


def decimals_of(measure: Measure) -> int | None:
    """Decimals of the measure's numbers; None where they may not fit 64 bits."""
    if measure.how not in (How.SUM, How.SUM_OF_SQUARES, How.HIGHEST, How.LOWEST):
        return 0
    kind = FACT_COLUMNS[measure.fact][measure.column or ""]
    if measure.how is How.SUM and (measure.fact, measure.column) == (Fact.FEEDBACK, "score"):
        return _SCORE_DECIMALS
    return _DECIMALS.get(kind)


def without_window(measure: Measure) -> Measure:
    """The measure over all rows of a cell."""
    return Measure(measure.fact, measure.how, measure.column, measure.where, _TOTAL)


def _columns(measures: Iterable[Measure]) -> tuple[CellColumn, ...]:
    bare = dict.fromkeys(without_window(each) for each in measures)
    return tuple(
        CellColumn(f"cell_{number}", each, _GATHERS[each.how], decimals_of(each) or 0) for number, each in enumerate(bare)
    )


def _bounds(reviews: Sequence[ReviewOn], metrics: Sequence[Sequence[Metric]]) -> tuple[date, ...]:
    """Every day on which a window of some review closes or after which it opens, and the reviews themselves."""
    days = {each.as_of for each in reviews}
    for review, needed in zip(reviews, metrics, strict=True):
        for window in {each.window for metric in needed for each in measures_of(metric)}:
            days |= {window.closes_on(review.as_of), window.opens_after(review.as_of) or review.as_of}
    return tuple(sorted(days))


def _people(customer: ir.Table, plan: CellPlan) -> ir.Table:
    """What does not change from review to review; a customer's own days and values as flags and places."""
    described = {CUSTOMER_PREFIX + name: customer[name] for name in ("registered_on", "first_seen_on")}
    table = customer.mutate(**described)
    flags = {}
    for number in range(0, len(plan.reviews), FLAGS):
        flags[f"due_{number // FLAGS}"] = _due_flags(table, plan.reviews[number : number + FLAGS])
    named = {
        named_column(number, column): place_among(customer[column], values)
        for number, policy in enumerate(plan.policies)
        for column, values in named_values(policy).items()
    }
    return table.select(
        "customer_key",
        "first_seen_on",
        segment=ibis.literal(PERSON, type="int32"),
        **flags,
        **named,
        **{each.name: _nothing(each) for each in plan.columns},
    )


def named_column(policy: int, column: str) -> str:
    """The column with the place of a customer's value among those that the variants of a policy name."""
    return f"named_{policy}_{column}"


def _due_flags(described: ir.Table, reviews: Sequence[ReviewOn]) -> ir.IntegerValue:
    """The reviews on which a customer's own day decides, as bits; those that are everybody's are not asked for."""
    flags = ibis.literal(0, type="int64")
    for number, review in enumerate(reviews):
        if review.policy.review.every is ReviewPeriod.ANNIVERSARY:
            is_due = has_anniversary(described, as_of=review.as_of)
            flags = flags + ibis.ifelse(is_due, ibis.literal(2**number, type="int64"), ibis.literal(0, type="int64"))
    return flags.cast("int64")


def _cells(facts: Mapping[Fact, ir.Table], fact: Fact, plan: CellPlan) -> ir.Table:
    last = plan.bounds[-1]
    rows = rows_of(fact, facts, as_of=last)
    opens = [
        measure.window.opens_after(review.as_of)
        for review, needed in zip(plan.reviews, plan.metrics, strict=True)
        for metric in needed
        for measure in measures_of(metric)
        if measure.fact is fact
    ]
    limited = [each for each in opens if each is not None]
    if len(limited) == len(opens):
        rows = rows.filter(rows[DAY] > ibis.literal(min(limited), type="date"))
    ends = [
        (rows[DAY] <= ibis.literal(day, type="date"), ibis.literal(plan.segment(fact, period), type="int32"))
        for period, day in enumerate(plan.bounds)
    ]
    placed = rows.mutate(segment=ibis.cases(*ends, else_=ibis.null("int32")))
    mine = [each for each in plan.columns if each.measure.fact is fact]
    found = placed.group_by("customer_key", "segment").aggregate(
        **{each.name: aggregate_of(placed, each.measure, as_of=last) for each in mine}
    )
    numbers = {each.name: _number(found[each.name], each) if each in mine else _nothing(each) for each in plan.columns}
    rest = {f"due_{number}": ibis.literal(0, type="int64") for number in range(-(-len(plan.reviews) // FLAGS))}
    rest |= {
        named_column(number, column): ibis.literal(0, type="int16")
        for number, policy in enumerate(plan.policies)
        for column in named_values(policy)
    }
    return found.select("customer_key", "segment", first_seen_on=ibis.null("date"), **rest, **numbers)


def _number(value: ir.Value, column: CellColumn) -> ir.Value:
    kind = _stored(column)
    typed = value if kind == "date" else value.cast(kind)
    return typed.fill_null(ibis.literal(0).cast(kind)) if column.gathers is Gathers.SUM else typed


def _nothing(column: CellColumn) -> ir.Value:
    kind = _stored(column)
    return ibis.literal(0).cast(kind) if column.gathers is Gathers.SUM else ibis.null(kind)


def _stored(column: CellColumn) -> str:
    if column.measure.how in (How.FIRST_ON, How.LAST_ON):
        return "date"
    return f"decimal(18, {column.decimals})" if column.decimals else "int64"
