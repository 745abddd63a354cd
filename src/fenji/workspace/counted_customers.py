"""Whom does a figure of an answer count? Each kind of figure as the table of its customers, so that its list has as many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from fenji.analyze.structure.bands import CUSTOMER_COLUMNS, MetricBands, band_number, parse_grouping
from fenji.analyze.structure.cross_products import YEAR
from fenji.domain.churn import Driver, State
from fenji.domain.lists import Choice, Chosen, CustomerGroup, Figure
from fenji.domain.metrics import REVENUE
from fenji.domain.priority import Frequent, Watch
from fenji.domain.value import ValueClass
from fenji.errors import InvalidArgument, unknown_name
from fenji.language import message as _
from fenji.tables import clean, insight, insight_churn, insight_priority, insight_value
from fenji.tables.contract import Contract
from fenji.workspace.customer_columns import CustomerColumns, Part
from fenji.workspace.past_run import PastRun
from fenji.workspace.session import whole_company

GROUPS: Mapping[CustomerGroup, Contract] = {
    CustomerGroup.UPGRADES: insight_priority.UPGRADE_CANDIDATE,
    CustomerGroup.WATCH: insight_priority.DOWNGRADE_WATCH,
    CustomerGroup.FREQUENT: insight_priority.FREQUENT_CANDIDATE,
}
"""The table of each list that priority keeps."""

UNKNOWN, ANY = "unknown", "any"
YES, NO = "yes", "no"
LINE_COLUMNS = ("category", "product_id", "channel")
_PARTS_OF_LISTS = {
    CustomerGroup.UPGRADES: "next_tier",
    CustomerGroup.WATCH: "watch",
    CustomerGroup.FREQUENT: "kind",
}
_KEY = "customer_key"
_MOST_PERCENT = 100


def figure_of_attribute(text: str) -> str | None:
    """The figure that counts the customers of an attribute; None where the text is no ``ATTRIBUTE:VALUE``.

    >>> figure_of_attribute("region:east"), figure_of_attribute("channel: app"), figure_of_attribute("orders_12m >= 10")
    ('person.region.east', 'bought.channel.app', None)
    """
    name, colon, value = (each.strip() for each in text.partition(":"))
    if not colon or not name.isidentifier():
        return None
    return f"{Figure.BOUGHT if name in LINE_COLUMNS else Figure.PERSON}.{name}.{value}"


def who_is_counted(text: str, columns: CustomerColumns) -> tuple[ir.Table, Chosen]:
    """The customers whom a figure counts, one row each with ``customer_key``, and the condition in words.

    Args:
        text: a ``Figure`` and its value with a point between, such as ``value.high.low``.
        columns: of the run and review.

    Raises:
        InvalidArgument: no such figure, or a value that it does not take.
        NotFound: the analysis that counts them is not stored.
        Conflict: the figure stands on a risk of leaving that ranks no better than chance or recency.
    """
    name, _point, value = text.partition(".")
    figure = _one_of(name, Figure, _("figure"))
    table, values = _WHO[Figure(figure)](value, columns)
    return table.select(_KEY), Chosen(Choice.COUNTED, {"figure": Figure(figure), **values})


Found = tuple[ir.Table, dict[str, object]]


def _placed(value: str, columns: CustomerColumns) -> Found:
    is_placed = _one_of(value, (YES, NO), _("value")) == YES
    tier = columns.standing["tier"]
    return columns.standing.filter(tier.notnull() if is_placed else tier.isnull()), {"is_placed": is_placed}


def _value(value: str, columns: CustomerColumns) -> Found:
    known = (*ValueClass, UNKNOWN, ANY)
    current, _point, potential = value.partition(".")
    named = {"current_class": _one_of(current, known, _("class")), "potential_class": _one_of(potential, known, _("class"))}
    table = columns.analysis("value", insight_value.CUSTOMER_VALUE)
    for column, class_ in named.items():
        if class_ != ANY:
            table = table.filter(table[column].isnull() if class_ == UNKNOWN else table[column] == class_)
    return table, {"current": current, "potential": potential}


def _state(value: str, columns: CustomerColumns) -> Found:
    state = _one_of(value, State, _("state"))
    table = columns.analysis("churn", insight_churn.CHURN_RISK)
    return table.filter(table["state"] == state), {"state": State(state)}


def _reason(value: str, columns: CustomerColumns) -> Found:
    driver = _one_of(value, Driver, _("driver"))
    columns.check_risks()
    table = columns.analysis("churn", insight_churn.CHURN_RISK)
    reasons = (table[f"reason_{place}"].fill_null("") == driver for place in (1, 2, 3))
    return table.filter(ibis.or_(*reasons)), {"driver": Driver(driver)}


def _person(value: str, columns: CustomerColumns) -> Found:
    name, _point, wanted = value.partition(".")
    name = _one_of(name, CUSTOMER_COLUMNS, _("customer column"))
    table = columns.session.read(columns.run.run_id, clean.CUSTOMER)
    found = (table[name].year() if table[name].type().is_date() else table[name]).cast("string")
    return table.filter(_is(found, wanted)), {"column": name, "value": wanted or None}


def _band(value: str, columns: CustomerColumns) -> Found:
    by, _point, number = value.rpartition(".")
    policy = columns.past.policies_at([columns.as_of])[columns.as_of]
    bands = parse_grouping(by, metrics={each.slug: each for each in columns.registry}, policy=policy)
    if not isinstance(bands, MetricBands) or not (number == "" or number in map(str, range(len(bands.edges) + 1))):
        raise InvalidArgument.of(_("'{value}' is no band of a metric."), value=value[:60])
    panel = columns.part(Part.PANEL, [bands.metric])
    found = band_number(bands, panel[bands.metric])
    wanted = found == int(number) if number else found.isnull()
    return panel.filter(wanted), {"bands": bands, "number": int(number) if number else None}


def _bought(value: str, columns: CustomerColumns) -> Found:
    name, _point, wanted = value.partition(".")
    name = _one_of(name, LINE_COLUMNS, _("column"))
    lines = columns.session.read(columns.run.run_id, clean.ORDER_LINE)
    opens_after, as_of = (ibis.literal(each, type="date") for each in (YEAR.opens_after(columns.as_of), columns.as_of))
    sales = lines.filter(
        lines.ordered_on <= as_of, lines.ordered_on > opens_after, lines.kind == "sale", _is(lines[name], wanted)
    )
    return sales.filter(sales[_KEY].notnull()).select(_KEY).distinct(), {"column": name, "value": wanted or None}


def _best(value: str, columns: CustomerColumns) -> Found:
    """As many of them as the share comes to, rounded up; of equal ones those with the lower number."""
    percent = int(value) if value.isascii() and value.isdigit() and len(value) <= len(str(_MOST_PERCENT)) else 0
    if not 0 < percent <= _MOST_PERCENT:
        raise InvalidArgument.of(_("'{value}' is no share of 1 to 100 percent."), value=value[:40])
    everybody = replace(columns, session=whole_company(columns.session))
    placed = everybody.assignment.filter(everybody.assignment["tier"].notnull())
    panel = everybody.part(Part.PANEL, [REVENUE]).semi_join(placed, _KEY)
    payers = panel.filter(panel[REVENUE] > 0)
    place = ibis.row_number().over(order_by=[payers[REVENUE].desc(), payers[_KEY].asc()])
    ranked = payers.mutate(place=place, payers=payers.count().over())
    return ranked.filter(ranked["place"] * _MOST_PERCENT < ranked["payers"] * percent), {"percent": percent}


def _listed(value: str, columns: CustomerColumns) -> Found:
    name, _point, wanted = value.partition(".")
    group = CustomerGroup(_one_of(name, CustomerGroup, _("list")))
    known: Mapping[CustomerGroup, Iterable[str]] = {
        CustomerGroup.UPGRADES: columns.tier_names,
        CustomerGroup.WATCH: Watch,
        CustomerGroup.FREQUENT: Frequent,
    }
    wanted = _one_of(wanted, known[group], _("part of the list"))
    table = columns.analysis("priority", GROUPS[group])
    named = {"name": columns.tier_names[wanted]} if group is CustomerGroup.UPGRADES else {}
    return table.filter(table[_PARTS_OF_LISTS[group]] == wanted), {"group": group, "part": wanted, **named}


def _elsewhere(value: str, columns: CustomerColumns) -> Found:
    """Tiers of the other run are those of its own last review; customers are the same by their key."""
    run_id, _point, tiers = value.partition(".")
    here, _point, there = tiers.partition(".")
    other = columns.session.runs.published(run_id[:40])
    past = PastRun(columns.session, other)
    names = {each.slug: each.name for each in past.policy.tiers} if other.new.policy is not None else {}
    here, there = _one_of(here, ("", *columns.tier_names), _("tier")), _one_of(there, ("", *names), _("tier"))
    assigned = whole_company(columns.session).read(run_id, insight.TIER_ASSIGNMENT, as_of=other.new.as_of)
    assigned = assigned.select(key_there=_KEY, tier_there="tier")
    own = columns.standing.filter(_is(columns.standing["tier"], here))
    own = own.left_join(assigned, own[_KEY] == assigned["key_there"])
    own = own.filter(_is(own["tier_there"], there))
    tiers_named = {"here": columns.tier_names.get(here), "there": names.get(there)}
    return own, {"run_id": run_id, "as_of": other.new.as_of, **tiers_named}


def _is(column: ir.Value, wanted: str) -> ir.BooleanValue:
    found: ir.BooleanValue = column == ibis.literal(wanted) if wanted else column.isnull()
    return found


def _one_of(text: str, known: Iterable[str], what: str) -> str:
    names = [str(each) for each in known]
    if text not in names:
        raise InvalidArgument(unknown_name(what, text[:60], names))
    return text


_WHO: Mapping[Figure, Callable[[str, CustomerColumns], Found]] = {
    Figure.PLACED: _placed,
    Figure.VALUE: _value,
    Figure.STATE: _state,
    Figure.REASON: _reason,
    Figure.PERSON: _person,
    Figure.BAND: _band,
    Figure.BOUGHT: _bought,
    Figure.BEST: _best,
    Figure.LISTED: _listed,
    Figure.ELSEWHERE: _elsewhere,
}
