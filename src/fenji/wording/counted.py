"""How is said of a list that a figure counts its customers? One sentence for each kind of figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from fenji.analyze.structure.bands import ColumnGroups, MetricBands
from fenji.domain.churn import Driver, State
from fenji.domain.lists import CustomerGroup, Figure
from fenji.domain.priority import Frequent, Watch
from fenji.domain.value import ValueClass
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording.churn import DRIVER_NAMES
from fenji.wording.groups import group_label, grouping_name, line_column_name
from fenji.wording.priority import FREQUENT_NAMES, WATCH_NAMES
from fenji.wording.rules import Wording

CLASS_NAMES = {
    ValueClass.HIGH.value: _("high"),
    ValueClass.MIDDLE.value: _("middle"),
    ValueClass.LOW.value: _("low"),
    "unknown": _("not known"),
    "any": _("any"),
}
STATE_NAMES = {
    State.ACTIVE: _("is active: has not left by the definition of leaving"),
    State.LEFT: _("has left by the definition of leaving"),
    State.NEVER_BOUGHT: _("has never bought"),
}

Values = Mapping[str, object]


def counted_line(values: Values, wording: Wording) -> str:
    """The sentence of a condition of the kind ``Choice.COUNTED``."""
    return _LINES[Figure(str(values["figure"]))](values, wording)


def _placed(values: Values, wording: Wording) -> str:
    return translate(_("stands in a tier") if values["is_placed"] else _("stands in no tier (lost)"), wording.language)


def _value(values: Values, wording: Wording) -> str:
    classes = {name: translate(CLASS_NAMES[str(values[name])], wording.language) for name in ("current", "potential")}
    return translate(_("current value {current}, potential value {potential}"), wording.language, **classes)


def _state(values: Values, wording: Wording) -> str:
    return translate(STATE_NAMES[State(str(values["state"]))], wording.language)


def _reason(values: Values, wording: Wording) -> str:
    driver = translate(DRIVER_NAMES[Driver(str(values["driver"]))], wording.language)
    return translate(_("one of the reasons for the risk of leaving: {driver}"), wording.language, driver=driver)


def _person(values: Values, wording: Wording) -> str:
    column = grouping_name(ColumnGroups(str(values["column"])), wording)
    return _named(column, values["value"], wording.language)


def _band(values: Values, wording: Wording) -> str:
    bands, number = cast("MetricBands", values["bands"]), cast("int | None", values["number"])
    name = wording.name(bands.metric)
    return _named(name, None if number is None else group_label(bands, number, wording), wording.language)


def _bought(values: Values, wording: Wording) -> str:
    column = line_column_name(str(values["column"]), wording)
    what = _named(column, values["value"], wording.language)
    return translate(_("bought in the last 12 months: {what}"), wording.language, what=what)


def _named(column: str, value: object, language: Language) -> str:
    text = _("{column} is not known") if value is None else _("{column} is {value}")
    return translate(text, language, column=column, value=value)


def _best(values: Values, wording: Wording) -> str:
    text = _("is among the best {percent}% of the customers in tiers with revenue of the last 12 months")
    return translate(text, wording.language, percent=values["percent"])


def _listed(values: Values, wording: Wording) -> str:
    group, part, language = CustomerGroup(str(values["group"])), str(values["part"]), wording.language
    if group is CustomerGroup.UPGRADES:
        return translate(_("is close to tier {tier} (upgrade candidates)"), language, tier=values["name"])
    name = WATCH_NAMES[Watch(part)] if group is CustomerGroup.WATCH else FREQUENT_NAMES[Frequent(part)]
    text = _("may lose the tier: {why}") if group is CustomerGroup.WATCH else _("may become a frequent customer: {why}")
    return translate(text, language, why=translate(name, language))


def _elsewhere(values: Values, wording: Wording) -> str:
    nothing = translate(_("no tier"), wording.language)
    here, there = (nothing if values[name] is None else values[name] for name in ("here", "there"))
    text = _("tier here: {here}; in run {run_id}, as of {as_of}: {there}")
    return translate(text, wording.language, here=here, there=there, run_id=values["run_id"], as_of=values["as_of"])


_LINES: Mapping[Figure, Callable[[Values, Wording], str]] = {
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
