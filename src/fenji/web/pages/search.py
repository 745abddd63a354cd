"""Where is what somebody looks for? Customers by id, phone, e-mail or name, metrics by name, and pages; what was typed stands in no address."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from fenji.answers.drafts import MetricRow
from fenji.domain.access import Right
from fenji.errors import FenjiError
from fenji.language import message as _
from fenji.web.failing import told_problems
from fenji.web.forms import Sent
from fenji.web.lists import cell_words, tiers_of
from fenji.web.navigation import TITLES, Entry, Navigation, Page
from fenji.web.visiting import Figures, SendingFigures, Visit
from fenji.workflow.customers import find_customers
from fenji.workflow.metrics import list_metrics

PAGE = Page("/search", Entry.PERSON, _("Search"), Right.FIGURES_READ, is_tab=False, has_scope=False)
LONGEST = 200
MOST = 50
"""Rows that are shown of each kind: more than a screen helps nobody to find."""
_COLUMNS = ("customer_key", "customer_id", "name", "region", "tier", "net_revenue_12m", "orders_12m", "days_since_last_order")

router = APIRouter()


@router.get(PAGE.address)
def asked(visit: Figures) -> Response:
    """The field alone: what somebody looks for comes by a form."""
    return visit.shown(PAGE, "pages/search.html", _answer(visit, ""))


@router.post(PAGE.address)
def found(visit: SendingFigures, sent: Sent) -> Response:
    """Everything of that name that the caller may see."""
    return visit.shown(PAGE, "pages/search.html", _answer(visit, " ".join(sent.text("text")[:LONGEST].split())))


def _answer(visit: Visit, text: str) -> Mapping[str, object]:
    if not text:
        return {"text": "", "list": None, "metrics": (), "pages": (), "problems": (), "tiers": {}, "words": {}, "columns": ()}
    customers, problems = None, []
    if visit.may(Right.CUSTOMERS_READ):
        try:
            customers = visit.read(lambda root: find_customers(root, text, columns=_COLUMNS))
        except FenjiError as failed:
            problems = told_problems(failed, visit.language)
    return {
        "text": text,
        "list": customers,
        "columns": () if customers is None else tuple(each for each in customers.columns if each.slug != "customer_key"),
        "tiers": {} if customers is None else tiers_of(customers.tier_policy),
        "words": cell_words(visit.language),
        "problems": problems,
        "metrics": [each for each in visit.read(list_metrics).metrics if _is_meant(each, text)][:MOST],
        "pages": _pages(visit.request, visit, text),
        "most": MOST,
    }


def _is_meant(metric: MetricRow, text: str) -> bool:
    """Whether somebody may mean a metric: by a part of its name in either language, or of its name for scripts."""
    names = (metric.name.zh, metric.name.en, metric.metric, metric.metric.replace("_", " "))
    return any(text.casefold() in each.casefold() for each in names)


def _pages(request: Request, visit: Visit, text: str) -> list[dict[str, str]]:
    navigation: Navigation = request.app.state.navigation
    told = []
    for each in navigation.pages:
        titles = [visit.say(each.title), visit.say(TITLES[each.entry]), each.title, TITLES[each.entry]]
        is_meant = any(text.casefold() in title.casefold() for title in titles)
        is_there = "{" not in each.address and each.entry not in visit.hidden and each is not PAGE
        if is_meant and is_there and visit.caller.may(each.right):
            told.append({"address": each.address, "title": visit.say(each.title), "entry": visit.say(TITLES[each.entry])})
    return told
