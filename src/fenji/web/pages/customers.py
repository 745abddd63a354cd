"""Who, exactly? A list of customers by tier, movement, segment, risk, mark and any condition over metrics, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.answers.customers import CustomersResult
from fenji.domain.access import Right
from fenji.domain.churn import RiskClass
from fenji.domain.conditions import Operator
from fenji.domain.lists import Choice, CustomerGroup, Move, Standing
from fenji.domain.priority import Mark
from fenji.errors import InvalidArgument, Place, Problem
from fenji.language import message as _
from fenji.web.columns import chosen_columns, keep_columns
from fenji.web.exporting import MOST_AT_ONCE
from fenji.web.forms import Sent
from fenji.web.lists import SORT, cell_words, shown_columns, tiers_of, without
from fenji.web.navigation import Entry, Page
from fenji.web.scope import address, own_address
from fenji.web.visiting import Customers, SendingCustomers, Visit
from fenji.web.wanted import Wanted
from fenji.wording.churn import RISK_NAMES
from fenji.wording.lists import GROUP_NAMES, STANDING_NAMES
from fenji.workflow.customers import customers_at
from fenji.workflow.filters import filters_at
from fenji.workflow.named_lists import list_named

PAGE = Page("/customers", Entry.CUSTOMERS, _("Customers"), Right.CUSTOMERS_READ, takes_filters=True, shows_filters=True)
SIZES = (50, 200)
"""Rows of a page, the first where nobody says."""
_ADDING = ("metric", "operator", "number")
_OPERATORS = {
    Operator.AT_LEAST: "≥",
    Operator.AT_MOST: "≤",
    Operator.MORE_THAN: ">",
    Operator.LESS_THAN: "<",
    Operator.EQUAL: "=",
}
_MOVES = {
    Move.UP: _("moved up"),
    Move.DOWN: _("moved down"),
    Move.LOST: _("lost"),
    Move.NEW: _("new"),
    Move.RETURNED: _("returned"),
}

router = APIRouter()

Slug = Annotated[str | None, Query(max_length=200)]


@router.get(PAGE.address)
def customers(
    visit: Customers,
    *,
    tier: Slug = None,
    standing: Slug = None,
    moved: Slug = None,
    moved_from: Slug = None,
    moved_to: Slug = None,
    earlier_on: Annotated[date | None, Query()] = None,
    segment: Slug = None,
    risk: Slug = None,
    mark: Slug = None,
    group: Slug = None,
    sort: Slug = None,
    after: Slug = None,
    rows: Annotated[int, Query(description="Rows of a page.")] = SIZES[0],
    metric: Slug = None,
    operator: Slug = None,
    number: Slug = None,
) -> Response:
    """The list, with everything by which it may be narrowed."""
    if metric:
        return _narrowed(visit, metric, operator or "", number or "")
    told = {
        "tier": tier, "standing": standing, "moved": moved, "moved_from": moved_from, "moved_to": moved_to, "segment": segment, "risk": risk,
        "mark": mark, "group": group,
    }  # fmt: skip
    wanted = Wanted.of(visit.scope, told, earlier_on)
    size = rows if rows in SIZES else SIZES[0]
    make = lambda: _made(visit, wanted, sort=sort or SORT, after=after, size=size)  # noqa: E731
    return visit.page(PAGE, "pages/customers.html", make, has_persons=True)


@router.post("/customers/columns")
def columns(visit: SendingCustomers, sent: Sent) -> Response:
    """Which columns lists have in this browser."""
    found = visit.sent_to(own_address(sent.text("next", PAGE.address)))
    keep_columns(found, () if sent.text("reset") else sent.texts("column"))
    return found


def _narrowed(visit: Visit, metric: str, operator: str, number: str) -> Response:
    """To the address that holds one condition more."""
    shown = number.replace(",", "").replace("\uff0c", "").strip()
    try:
        float(shown)
    except ValueError:
        text = _("'{value}' is no number.")
        raise InvalidArgument(Problem(text, {"value": number[:40]}, Place(column="?number"))) from None
    if operator not in tuple(Operator):
        operator = Operator.AT_LEAST
    given = [pair for pair in visit.request.query_params.multi_items() if pair[1] and pair[0] not in (*_ADDING, "after")]
    where = [*visit.scope.where, f"{metric} {operator} {shown}"]
    return visit.sent_to(address(PAGE.address, given, {"where": list(dict.fromkeys(where))}))


def _made(visit: Visit, wanted: Wanted, *, sort: str, after: str | None, size: int) -> Mapping[str, object]:
    scope, slugs = visit.scope, chosen_columns(visit.request, moves=wanted.asked.asks_for_moves)
    filters = visit.block(lambda root: filters_at(root, as_of=scope.as_of, run=scope.run))
    known = {each.column for each in getattr(filters.found, "columns", ())}
    shown = [
        each for each in slugs if not known or each in known or each in ("customer_key", "from_tier", "to_tier", "move_cause")
    ]
    found = visit.read(
        lambda root: customers_at(
            root, wanted.asked, columns=shown, sort=sort, limit=size, after=after, as_of=scope.as_of, run=scope.run
        )
    )
    return {
        "list": found,
        "columns": shown_columns(found),
        "tiers": tiers_of(found.tier_policy),
        "words": cell_words(visit.language),
        "chips": _chips(visit, wanted, found),
        "parts": wanted.parts,
        "own_pairs": _own_pairs(visit),
        "filters": filters,
        "choices": _choices(visit),
        "sizes": SIZES,
        "size": size,
        "named": visit.block(list_named),
        "is_later": after is not None,
        "most_at_once": MOST_AT_ONCE,
        "here_path": own_address(visit.here().removeprefix(visit.request.scope.get("root_path", ""))),
        "condition_of_list": {name: value for name, value in wanted.parts.items() if value},
    }


def _chips(visit: Visit, wanted: Wanted, found: CustomersResult) -> list[dict[str, object]]:
    """Each condition in words, with the address that takes it out."""
    told, place = [], 0
    for chosen, words in zip(found.chosen, found.conditions, strict=True):
        changes = without(chosen, place, wanted.asked.where)
        place += chosen.by is Choice.WHERE
        told.append({"words": words, "off": visit.here(**changes, after=None)})
    return told


def _own_pairs(visit: Visit) -> list[tuple[str, str]]:
    """What the scope bar must not lose: all of the address that is not of the scope."""
    apart = {"as_of", "vs", "policy", "where", "run", "by", "list", "list_sort", "list_after", "after", *_ADDING}
    return [pair for pair in visit.request.query_params.multi_items() if pair[0] not in apart]


def _choices(visit: Visit) -> Mapping[str, object]:
    """What the fields of the filters offer, in words."""
    say = visit.say
    return {
        "standing": [(each.value, say(STANDING_NAMES[each])) for each in Standing],
        "moved": [(each.value, say(_MOVES[each])) for each in Move],
        "risk": [(each.value, say(RISK_NAMES[each])) for each in RiskClass],
        "mark": [(each.value, each.value) for each in Mark],
        "group": [(each.value, say(GROUP_NAMES[each])) for each in CustomerGroup],
        "operator": [(each.value, sign) for each, sign in _OPERATORS.items()],
    }
