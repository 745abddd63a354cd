"""What are customers worth, and what will they be worth? First how well that would have been known before, then the grid of value and potential."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.tiers import TiersResult
from fenji.answers.value import PastTrial, ValueCell, ValueResult
from fenji.domain.access import Right
from fenji.domain.metrics import REVENUE
from fenji.domain.metrics import Unit as MetricUnit
from fenji.domain.value import REFUSALS, OrderModel, ValueClass
from fenji.language import message as _
from fenji.reports.charts.axes import Axis, Unit
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.charts.of_answers.value import contract_lines, tracking_lines
from fenji.web.drawn import Drawn
from fenji.web.explained import explained, thing
from fenji.web.navigation import Entry, Page
from fenji.web.versus import Beside, Versus, beside, versus_of
from fenji.web.visiting import Figures, Visit
from fenji.wording import figures
from fenji.wording.counted import CLASS_NAMES
from fenji.wording.metrics import UNIT_NAMES
from fenji.wording.reasons import LOST_BY_RULE
from fenji.wording.value import MODEL_NAMES, interval_line, share_of
from fenji.workflow.tiers import tiers_at, tiers_of_run
from fenji.workflow.value import value_at

PAGE = Page("/value", Entry.VALUE, _("Value"), Right.FIGURES_READ, 1, takes_filters=True)
TOP = 10

router = APIRouter()

Row = Mapping[str, object]


@router.get(PAGE.address)
def value(visit: Figures, a: str | None = None, b: str | None = None) -> Response:
    """Current and potential value."""
    shows_persons = visit.may(Right.CUSTOMERS_READ)
    return visit.page(PAGE, "pages/value.html", lambda: _made(visit, (a, b)), has_persons=shows_persons)


def standing_of(visit: Visit) -> TiersResult:
    """The tiers on which an analysis stands: their run has the lists behind its counts."""
    scope = visit.scope
    if scope.run is not None:
        run_id = scope.run
        return visit.read(lambda root: tiers_of_run(root, run_id, as_of=scope.as_of))
    return visit.read(lambda root: tiers_at(root, as_of=scope.as_of, policy=scope.policy))


def where_of(tiers: TiersResult) -> Mapping[str, str]:
    """What the condition of every list of a page holds."""
    return {"run": tiers.run_id, "as_of": str(tiers.as_of)}


def asked_of(visit: Visit) -> dict[str, Any]:
    """Of which review, policy and run an analysis is asked for; a past run followed its own policy."""
    scope = visit.scope
    return {"as_of": scope.as_of, "policy": None if scope.run else scope.policy, "run_id": scope.run}


def _value(root: Path, visit: Visit) -> ValueResult:
    top = TOP if visit.may(Right.CUSTOMERS_READ) else 0
    return value_at(root, **asked_of(visit), top=top, where=visit.scope.where)


def _made(visit: Visit, asked: tuple[str | None, str | None]) -> Row:
    tiers = standing_of(visit)
    found = visit.read(lambda root: _value(root, visit))
    say = visit.reader
    names = {each.tier: each.name for each in tiers.tiers}
    versus = versus_of(*asked, names)
    head = {
        "found": found,
        "tiers": tiers.tiers,
        "at": where_of(tiers),
        "versus": versus,
        "terms": _terms(found, say),
    }
    if found.company is None or not found.company.buyers:
        return {**head, "is_known": False}
    tracking, contracts = tracking_lines(found, say), contract_lines(found, say)
    return {
        **head,
        "is_known": True,
        **_trust(found, say),
        "classes": {each: visit.say(text) for each, text in CLASS_NAMES.items()},
        "grid": _grid(found, say),
        "customers": say.view.count(sum(each.customers for each in found.grid)),
        "expected": _expected(found, say),
        "best": _cell(found.grid, ValueClass.HIGH, ValueClass.HIGH, say)["customers"],
        "by_tier": _by_tier(found, tiers, say),
        "beside": () if versus is None else _beside(found, versus, say),
        "tracking": None if tracking is None else Drawn("tracking", tracking),
        "contracts": None if contracts is None else Drawn("contracts", contracts),
    }


def _expected(found: ValueResult, say: Reader) -> Row:
    """What the coming twelve months are expected to bring; of some customers alone without an interval, which was tried for all together."""
    own = found.summary
    if found.conditions:
        return {"revenue": _sums(found.grid, say)["expected"], "lower": None, "upper": None}
    lower, upper = own.expected_revenue_12m_lower, own.expected_revenue_12m_upper
    return {"revenue": own.expected_revenue_12m, "lower": lower, "upper": upper}


def _terms(found: ValueResult, say: Reader) -> Row:
    """What the figures of the page are."""
    measure = found.measures.get(REVENUE)
    money = UNIT_NAMES[MetricUnit.MONEY]
    expected = _("Revenue expected in the next twelve months: order days expected, times what an order day brings.")
    clv = _("Revenue expected of the coming {months} months, discounted by {rate} a year.")
    alive = _("How many of them are expected to be customers still, by the model of orders.")
    rate = figures.share(found.rules.discount_rate_yearly)
    return {
        "revenue": None if measure is None else explained(measure),
        "expected": thing(say(_("Expected revenue")), say(expected), money, "Fader, Hardie & Lee 2005"),
        "clv": thing(say(_("Lifetime value")), say(clv, months=found.rules.clv_months, rate=rate), money, "Fader & Hardie 2013"),
        "alive": thing(
            say(_("Still customers")), say(alive), UNIT_NAMES[MetricUnit.COUNT], "Batislam, Denizel & Filiztekin 2007"
        ),
    }


def _trust(found: ValueResult, say: Reader) -> Row:
    """How well the expectations would have done on past days."""
    own, chosen = found.summary, found.order_model
    is_model = chosen.model in (OrderModel.BG_NBD, OrderModel.MBG_NBD)
    return {
        "is_model": is_model,
        "is_refused": chosen.choice in REFUSALS,
        "model": say(MODEL_NAMES[chosen.model]),
        "error": share_of(own.trial_error),
        "rule": None if own.trial_baseline is None else say(MODEL_NAMES[own.trial_baseline]),
        "rule_error": share_of(own.trial_baseline_error),
        "intervals": interval_line(found, say.language),
        "contenders": [(each.value, say(MODEL_NAMES[each]), each is chosen.model) for each in _contenders(found.trials)],
        "trials": _trial_rows(found.trials),
    }


def _contenders(trials: Iterable[PastTrial]) -> list[OrderModel]:
    return list(dict.fromkeys(each.contender for each in trials))


def _trial_rows(trials: Sequence[PastTrial]) -> list[Row]:
    days = dict.fromkeys(each.on for each in trials)
    own = {(each.on, each.contender): each for each in trials}
    return [
        {
            "on": day,
            "actual": next(each.actual_revenue for each in trials if each.on == day),
            "expected": [None if (day, each) not in own else own[day, each].expected_revenue for each in _contenders(trials)],
        }
        for day in days
    ]


def _grid(found: ValueResult, say: Reader) -> list[Row]:
    """Current value down, potential across; classes that are not known only where somebody stands there."""
    down: list[ValueClass | None] = [*ValueClass, *([None] if any(each.current_class is None for each in found.grid) else [])]
    across: list[ValueClass | None] = [*ValueClass, *([None] if any(each.potential_class is None for each in found.grid) else [])]
    most = max((sum(each.customers for each in _in(found.grid, one, other)) for one in down for other in across), default=0)
    return [
        {
            "class": _name(one),
            "cells": [{"class": _name(other), **_cell(found.grid, one, other, say, most)} for other in across],
        }
        for one in down
    ]


def _name(class_: ValueClass | None) -> str:
    return "unknown" if class_ is None else class_.value


def _in(grid: Iterable[ValueCell], current: ValueClass | None, potential: ValueClass | None) -> list[ValueCell]:
    return [each for each in grid if (each.current_class, each.potential_class) == (current, potential)]


def _cell(grid: Iterable[ValueCell], current: ValueClass | None, potential: ValueClass | None, say: Reader, most: int = 0) -> Row:
    own = _in(grid, current, potential)
    customers = sum(each.customers for each in own)
    is_few = say.view.is_small(customers)
    revenue = sum((each.net_revenue_12m for each in own), Decimal(0))
    depth = (customers / most) ** 0.5 if most else 0.0
    return {"customers": say.view.count(customers), "revenue": None if is_few else revenue, "deep": f"{depth:.3f}"}


def _sums(cells: Sequence[ValueCell], say: Reader) -> dict[str, Decimal | float | int | None]:
    """Of some cells together; nothing of few customers."""
    customers = sum(each.customers for each in cells)
    if say.view.is_small(customers):
        return {"customers": None, "revenue": None, "expected": None, "clv": None, "alive": None, "high": None}
    return {
        "customers": customers,
        "revenue": sum((each.net_revenue_12m for each in cells), Decimal(0)),
        "expected": _sum(each.expected_revenue_12m for each in cells),
        "clv": _sum(each.clv for each in cells),
        "alive": _sum(each.alive for each in cells),
        "high": sum(each.customers for each in cells if each.potential_class is ValueClass.HIGH),
    }


def _sum(values: Iterable[Decimal | float | None]) -> float | None:
    known = [float(each) for each in values if each is not None]
    return sum(known) if known else None


def _by_tier(found: ValueResult, tiers: TiersResult, say: Reader) -> list[Row]:
    rows: list[Row] = []
    for tier in (*(each.tier for each in reversed(tiers.tiers)), None):
        own = [each for each in found.grid if each.tier == tier]
        if own:
            customers = say.view.count(sum(each.customers for each in own))
            condition = {"counted": "placed.no"} if tier is None else {"tier": tier}
            lost = say(LOST_BY_RULE) if tier is None else None
            rows.append({**_sums(own, say), "tier": tier, "customers": customers, "condition": condition, "lost": lost})
    return rows


def _beside(found: ValueResult, versus: Versus, say: Reader) -> list[Beside]:
    """Figures per customer, so that tiers of different size can be compared."""
    sides = [_sums([each for each in found.grid if each.tier == side.tier], say) for side in (versus.a, versus.b)]
    money, share = Axis("", Unit.MONEY, found.currency), Axis("", Unit.SHARE)
    lines = (
        (_("Customers"), [each["customers"] for each in sides], Axis("")),
        (_("Net revenue of 12 months per customer"), [_per(each, "revenue") for each in sides], money),
        (_("Expected revenue per customer"), [_per(each, "expected") for each in sides], money),
        (_("Lifetime value per customer"), [_per(each, "clv") for each in sides], money),
        (_("Share of high potential value"), [_per(each, "high") for each in sides], share),
        (_("Share expected to be customers still"), [_per(each, "alive") for each in sides], share),
    )
    return [beside(say(name), values, axis, say.language) for name, values, axis in lines]


def _per(sums: Mapping[str, Decimal | float | int | None], name: str) -> float | None:
    value, customers = sums[name], sums["customers"]
    return float(value) / float(customers) if value is not None and customers else None
