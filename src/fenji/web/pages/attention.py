"""Whom to serve first? What the ranking is made of and how well its parts would have worked, the first customers, and three lists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.churn import ChurnResult
from fenji.answers.priority import CountedPart, MarkedCustomers, PlacedCustomer, PriorityResult
from fenji.answers.tiers import TiersResult
from fenji.answers.value import ValueResult
from fenji.domain.access import Right
from fenji.domain.lists import CustomerGroup
from fenji.domain.priority import Frequent, Part, Watch
from fenji.language import message as _
from fenji.reports.charts.of_answers.parts import Reader
from fenji.web.explained import explained
from fenji.web.navigation import Entry, Page
from fenji.web.pages.leaving import quality_of
from fenji.web.pages.worth import asked_of, standing_of, where_of
from fenji.web.visiting import Figures, Visit
from fenji.wording.priority import FREQUENT_NAMES, PART_NAMES, WATCH_NAMES
from fenji.wording.value import share_of
from fenji.workflow.churn import churn_at
from fenji.workflow.priority import priority_at
from fenji.workflow.value import value_at

PAGE = Page("/value/priority", Entry.VALUE, _("Priority"), Right.FIGURES_READ, 4)
TOP = 20
LISTED = 5
"""Customers of each of the three lists."""

router = APIRouter()

Row = Mapping[str, object]


@router.get(PAGE.address)
def priority(visit: Figures) -> Response:
    """Whom to serve first."""
    shows_persons = visit.may(Right.CUSTOMERS_READ)
    return visit.page(PAGE, "pages/priority.html", lambda: _made(visit), has_persons=shows_persons)


def _priority(root: Path, visit: Visit) -> PriorityResult:
    top = TOP if visit.may(Right.CUSTOMERS_READ) else 0
    return priority_at(root, **asked_of(visit), top=top)


def _made(visit: Visit) -> Row:
    tiers = standing_of(visit)
    found = visit.read(lambda root: _priority(root, visit))
    say = visit.reader
    value = visit.block(lambda root: value_at(root, **asked_of(visit), top=0)).found
    churn = visit.block(lambda root: churn_at(root, **asked_of(visit), top=0)).found
    counted = [each.part for each in found.parts]
    return {
        "found": found,
        "tiers": tiers.tiers,
        "at": where_of(tiers),
        "customers": say.view.count(found.customers),
        "worked": _worked(value, churn, counted, say),
        "parts": [_part(each, place, found, say) for place, each in enumerate(found.parts)],
        "marks": [_mark(each, say) for each in found.marks],
        "order": [_placed(each, counted) for each in found.order],
        "lists": _lists(found, tiers, say),
        "pareto": found.measures[found.pareto.measure].name,
    }


def _worked(value: object, churn: object, counted: list[Part], say: Reader) -> Row:
    """How well the parts that are forecast would have done; those that are counted need no trial."""
    told: dict[str, object] = {"value": None, "churn": None}
    if isinstance(value, ValueResult) and value.company is not None and Part.POTENTIAL in counted:
        own = value.company
        told["value"] = {
            "trials": own.trials,
            "days": own.trial_days,
            "error": share_of(own.trial_error if own.trial_error is not None else own.trial_baseline_error),
        }
    if isinstance(churn, ChurnResult) and Part.CHURN_RISK in counted:
        told["churn"] = quality_of(churn.forecast, say)
    return told


def _part(part: CountedPart, place: int, found: PriorityResult, say: Reader) -> Row:
    metric = found.measures.get(part.measure)
    return {
        "name": say(PART_NAMES[part.part]),
        "place": place,
        "measure": part.measure if metric is None else metric.name,
        "metric": None if metric is None else explained(metric),
        "weight": part.weight_share,
        "mean": part.mean_points,
        "customers": say.view.count(part.customers_with_value),
        "is_low_first": part.first.value == "low",
    }


def _mark(marked: MarkedCustomers, say: Reader) -> Row:
    is_few = say.view.is_small(marked.customers)
    return {
        "mark": marked.mark,
        "customers": say.view.count(marked.customers),
        "share": None if is_few else marked.customer_share,
        "amount": None if is_few else marked.amount,
        "amount_share": None if is_few else marked.amount_share,
    }


def _placed(customer: PlacedCustomer, counted: list[Part]) -> Row:
    points = [customer.points(part) for part in counted]
    return {"customer": customer, "points": points, "widths": [0.0 if each is None else float(each) for each in points]}


def _lists(found: PriorityResult, tiers: TiersResult, say: Reader) -> list[Row]:
    """The three lists: how long each part is, and the first customers of it."""
    lists, names = found.lists, {each.tier: each.name for each in tiers.tiers}
    order = [each for each in reversed(list(names)) if each in lists.upgrades.by]
    upgrades = [(each, say(_("close to {tier}"), tier=names[each]), lists.upgrades.by[each]) for each in order]
    watched = [(each, say(WATCH_NAMES[each]), lists.watch.by[each]) for each in Watch if each in lists.watch.by]
    frequent = [(each, say(FREQUENT_NAMES[each]), lists.frequent.by[each]) for each in Frequent if each in lists.frequent.by]
    made = (
        (CustomerGroup.UPGRADES, _("Close to the next tier"), upgrades, lists.upgrades.first),
        (CustomerGroup.WATCH, _("May lose the tier"), watched, lists.watch.first),
        (CustomerGroup.FREQUENT, _("May become frequent customers"), frequent, lists.frequent.first),
    )
    return [
        {
            "group": group,
            "title": say(title),
            "customers": say.view.count(sum(count for _part, _name, count in parts)),
            "parts": [{"part": part, "name": name, "customers": say.view.count(count)} for part, name, count in parts],
            "first": first[:LISTED],
        }
        for group, title, parts, first in made
    ]
