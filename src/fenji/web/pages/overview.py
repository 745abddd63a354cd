"""Where do we stand, and who has moved since? The sentence, and customers and revenue of each tier."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.moves import MovesResult
from fenji.answers.tiers import TiersResult
from fenji.answers.views import View
from fenji.domain.access import Right
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.web.navigation import Entry, Page
from fenji.web.scope import Scope
from fenji.web.visiting import Figures, Visit
from fenji.web.welcome import welcomed
from fenji.workflow.moves import moves_between
from fenji.workflow.runs import first_run_waits
from fenji.workflow.tiers import tiers_at, tiers_of_run

PAGE = Page("/", Entry.OVERVIEW, _("Overview"), Right.FIGURES_READ)

router = APIRouter()


@router.get(PAGE.address)
def overview(visit: Figures) -> Response:
    """The first page; before the first run, the way to it."""
    try:
        return visit.page(PAGE, "pages/overview.html", lambda: _made(visit))
    except NotFound:
        if not visit.read(first_run_waits):
            raise
        return welcomed(visit, PAGE)


def _made(visit: Visit) -> Mapping[str, object]:
    tiers = visit.read(lambda root: _tiers(root, visit.scope))
    moves = visit.block(lambda root: _moves(root, visit.scope, tiers.as_of))
    return {"tiers": tiers, "moves": moves, "moved": _moved(tiers, moves.found, visit.view)}


def _tiers(root: Path, scope: Scope) -> TiersResult:
    if scope.run is not None:
        return tiers_of_run(root, scope.run, as_of=scope.as_of)
    return tiers_at(root, as_of=scope.as_of, policy=scope.policy)


def _moves(root: Path, scope: Scope, as_of: date) -> MovesResult:
    return moves_between(root, earlier_on=scope.vs, as_of=as_of, run_id=scope.run)


def _moved(tiers: TiersResult, moves: object, view: View) -> Mapping[str, object] | None:
    """What has changed since the review that is compared with; None where no movement of the same policy and customers is known."""
    if not isinstance(moves, MovesResult) or moves.policy != tiers.policy or moves.closing != tiers.customers:
        return None
    change = moves.closing - moves.opening
    rank = {each.tier: place for place, each in enumerate(moves.tiers)}
    ways = {"up": 0, "down": 0, "lost": 0}
    for cell in moves.movements:
        way = _way(None if cell.from_tier is None else rank[cell.from_tier], None if cell.to_tier is None else rank[cell.to_tier])
        if way is not None:
            ways[way] += cell.customers
    by_tier = {each.tier: each.closing - each.opening for each in moves.flows}
    return {
        **{way: view.count(number) for way, number in ways.items()},
        "by_tier": {tier: view.small if view.is_small(abs(number)) else number for tier, number in by_tier.items()},
        "change": None if view.is_small(abs(change)) else change,
        "rate": None if view.is_small(abs(change)) or not moves.opening else change / moves.opening,
        "earlier_on": moves.earlier_on,
        "at": {"run": moves.run_id, "as_of": str(moves.as_of), "earlier_on": str(moves.earlier_on)},
    }


def _way(before: int | None, now: int | None) -> str | None:
    """Which way the customers of a cell went; None of those who stayed or came."""
    if before is None:
        return None
    if now is None:
        return "lost"
    return None if before == now else "up" if now > before else "down"
