"""Can a declared metric be computed, and does its unit say what comes out? The rules beyond the shape of its record."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping

from fenji.domain.fact_columns import COLUMN_KINDS_OF, FACT_COLUMNS, ColumnKind, columns_for
from fenji.domain.metrics import Aggregate, Fact, Metric, RowFilter, Unit
from fenji.errors import Place, Problem, unknown_name
from fenji.language import message as _
from fenji.validation import Path as Keys

Places = Callable[[Keys], Place]
"""Where a part of the metric stands in the document."""

EVENT_PREFIX = "event_"
"""Metrics of event kinds come from the data, so that all names of this form are taken."""

_RESERVED = frozenset({"customer_key", "as_of", "score"})
"""Columns of the panel that are no metrics, and the name by which rules use the policy's score."""

_FILTERABLE = frozenset({ColumnKind.TEXT, ColumnKind.WHOLE})

_ADDING = frozenset({Aggregate.SUM, Aggregate.COUNT})

_UNITS_OF: dict[Aggregate, frozenset[Unit]] = {
    Aggregate.COUNT: frozenset({Unit.COUNT}),
    Aggregate.COUNT_DISTINCT: frozenset({Unit.COUNT}),
    Aggregate.DAYS_SINCE_FIRST: frozenset({Unit.DAYS}),
    Aggregate.DAYS_SINCE_LAST: frozenset({Unit.DAYS}),
    Aggregate.NET_PROMOTER: frozenset({Unit.SCORE}),
}
_OF_AMOUNTS = frozenset({Unit.MONEY})
_OF_WHOLE_ONES = frozenset({Unit.COUNT, Unit.SCORE})
_OF_OTHER_NUMBERS = frozenset(Unit) - {Unit.MONEY, Unit.SHARE}


def name_problems(slug: str, taken: Container[str], place: Places) -> Iterator[Problem]:
    """Whether the name is free."""
    if slug in taken or slug in _RESERVED:
        yield Problem(_("the name '{name}' is taken."), {"name": slug}, place(("slug",)), _("Choose another slug."))
    elif slug.startswith(EVENT_PREFIX):
        text = _("names that begin with 'event_' are those of the event kinds in the data.")
        yield Problem(text, {}, place(("slug",)), _("Choose another slug."))


def metric_problems(metric: Metric, place: Places, *, has_window: bool) -> Iterator[Problem]:
    """Whether fact, column, filters, window and unit fit the aggregate."""
    if metric.adds_up and metric.aggregate not in _ADDING:
        yield Problem(
            _("only sums and counts add up over customers, '{aggregate}' does not."),
            {"aggregate": metric.aggregate.value},
            place(("adds_up",)),
        )
    if metric.per is not None and metric.aggregate is not Aggregate.SUM:
        yield _unsuited("per", metric, place)
    if metric.aggregate is Aggregate.RATIO:
        yield from _shape_of_ratio(metric, place)
        return
    if metric.ratio_of:
        yield _unsuited("ratio_of", metric, place)
    if not has_window:
        yield _missing("window", place)
    if metric.fact is None:
        yield _missing("fact", place)
        return
    column_problems = list(_column_problems(metric, metric.fact, place))
    yield from column_problems
    if not column_problems:
        yield from _unit_problems(metric, _units_of(metric, metric.fact), place)
    for position, each in enumerate(metric.where):
        yield from _filter_problems(each, metric.fact, position, place)


def ratio_problems(metric: Metric, named: Mapping[str, Metric], place: Places) -> Iterator[Problem]:
    """Whether a ratio's parts are metrics, do not lead back to it, and give its unit."""
    if metric.aggregate is not Aggregate.RATIO or not metric.ratio_of:
        return
    unknown = [each for each in metric.ratio_of if each not in named and not each.startswith(EVENT_PREFIX)]
    for each in unknown:
        yield unknown_name("metric", each, named, place=place(("ratio_of", metric.ratio_of.index(each))))
    if _leads_back(metric, named):
        yield Problem(_("the ratio '{name}' is made of itself."), {"name": metric.slug}, place(("ratio_of",)))
    elif not unknown:
        upper = named.get(metric.ratio_of[0])
        money = upper is not None and upper.unit is Unit.MONEY
        yield from _unit_problems(metric, frozenset(Unit) if money else frozenset(Unit) - _OF_AMOUNTS, place)


def _shape_of_ratio(metric: Metric, place: Places) -> Iterator[Problem]:
    if not metric.ratio_of:
        yield _missing("ratio_of", place)
    for name, given in (("fact", metric.fact), ("column", metric.column), ("where", metric.where)):
        if given:
            yield _unsuited(name, metric, place)


def _column_problems(metric: Metric, fact: Fact, place: Places) -> Iterator[Problem]:
    takes_one = metric.aggregate in COLUMN_KINDS_OF
    if metric.column is None:
        if takes_one and metric.aggregate is not Aggregate.COUNT:
            yield _missing("column", place)
        return
    suitable = columns_for(fact, metric.aggregate)
    if not takes_one:
        yield _unsuited("column", metric, place)
    elif metric.column not in FACT_COLUMNS[fact]:
        yield unknown_name("column", metric.column, suitable, place=place(("column",)))
    elif metric.column not in suitable:
        yield Problem(
            _("'{aggregate}' cannot be taken of {column}; it can be of: {known}."),
            {"aggregate": metric.aggregate.value, "column": metric.column, "known": ", ".join(suitable) or "-"},
            place(("column",)),
        )


def _units_of(metric: Metric, fact: Fact) -> frozenset[Unit]:
    if metric.aggregate in _UNITS_OF:
        return _UNITS_OF[metric.aggregate]
    if metric.per is not None:
        return _OF_WHOLE_ONES
    is_money = metric.column is not None and FACT_COLUMNS[fact][metric.column] is ColumnKind.MONEY
    return _OF_AMOUNTS if is_money else _OF_OTHER_NUMBERS


def _unit_problems(metric: Metric, allowed: frozenset[Unit], place: Places) -> Iterator[Problem]:
    if metric.unit not in allowed:
        known = ", ".join(each.value for each in Unit if each in allowed)
        yield Problem(
            _("the unit '{unit}' is not what comes out; it can be: {known}."),
            {"unit": metric.unit.value, "known": known},
            place(("unit",)),
        )


def _filter_problems(wanted: RowFilter, fact: Fact, position: int, place: Places) -> Iterator[Problem]:
    filterable = [name for name, kind in FACT_COLUMNS[fact].items() if kind in _FILTERABLE]
    kind = FACT_COLUMNS[fact].get(wanted.column)
    if wanted.column not in filterable:
        yield unknown_name("column", wanted.column, filterable, place=place(("where", position, "column")))
    elif any(isinstance(each, str) is not (kind is ColumnKind.TEXT) for each in wanted.values):
        text = (
            _("{column} holds text: put the value in quotes.") if kind is ColumnKind.TEXT else _("{column} holds whole numbers.")
        )
        key = "is_not" if wanted.negate else "is"
        yield Problem(text, {"column": wanted.column}, place(("where", position, key)))


def _leads_back(metric: Metric, named: Mapping[str, Metric]) -> bool:
    seen, queue = set[str](), list(metric.ratio_of or ())
    while queue:
        slug = queue.pop()
        if slug == metric.slug:
            return True
        if slug in named and slug not in seen:
            seen.add(slug)
            queue.extend(named[slug].ratio_of or ())
    return False


def _missing(name: str, place: Places) -> Problem:
    return Problem(_("'{name}' is missing."), {"name": name}, place(()))


def _unsuited(name: str, metric: Metric, place: Places) -> Problem:
    text = _("'{name}' does not go with the aggregate '{aggregate}'.")
    return Problem(text, {"name": name, "aggregate": metric.aggregate.value}, place((name,)))
