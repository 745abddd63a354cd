"""Where do we stand, who has moved since, what comes, and what needs me? The sentence, the ladder of tiers, history, flows, and what deserves a look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.forecast import ForecastResult
from fenji.answers.history import HistoryResult
from fenji.answers.moves import MovesResult
from fenji.answers.tiers import TiersResult
from fenji.answers.views import View
from fenji.answers.waiting import WaitingResult
from fenji.domain.access import Right
from fenji.language import message as _
from fenji.reports.beside import tiers_beside
from fenji.reports.charts.data import Areas
from fenji.reports.charts.of_answers.history import customers_areas, revenue_areas, share_areas
from fenji.reports.charts.of_answers.moves import flow_sankey
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.charts.of_answers.tiers import group_bars
from fenji.web.asking import Block
from fenji.web.drawn import Drawn
from fenji.web.flows import FLOWS, is_of_one_step, statement, ways_of
from fenji.web.looking import looks, priority_of, quality_of
from fenji.web.navigation import Entry, Page
from fenji.web.scope import Scope
from fenji.web.visiting import Figures, Visit
from fenji.web.welcome import welcomed
from fenji.workflow.forecast import forecast_at
from fenji.workflow.history import MOST_REVIEWS, USUAL_REVIEWS, tier_history
from fenji.workflow.moves import moves_between
from fenji.workflow.runs import first_run_waits
from fenji.workflow.tiers import tiers_at, tiers_of_run
from fenji.workflow.waiting import waiting_for

PAGE = Page("/", Entry.OVERVIEW, _("Overview"), Right.FIGURES_READ, takes_split=True, takes_filters=True)

router = APIRouter()


class Shown(StrEnum):
    """What the chart of the reviews shows."""

    CUSTOMERS = "customers"
    REVENUE = "revenue"
    SHARE = "share"


SHOWN = {Shown.CUSTOMERS: _("Customers"), Shown.REVENUE: _("Revenue"), Shown.SHARE: _("Share of customers")}


@router.get(PAGE.address)
def overview(visit: Figures, *, show: Shown = Shown.CUSTOMERS) -> Response:
    """The first page; before the first run, the way to it."""
    if visit.scope.run is None and visit.read(first_run_waits):
        return welcomed(visit, PAGE)
    waiting = visit.read(lambda root: waiting_for(root, visit.caller))
    return visit.page(PAGE, "pages/overview.html", lambda: _made(visit, show, waiting), beside=waiting)


def _made(visit: Visit, show: Shown, waiting: WaitingResult) -> Mapping[str, object]:
    scope = visit.scope
    tiers = visit.read(lambda root: _tiers(root, scope))
    moves = visit.block(lambda root: _moves(root, scope, tiers.as_of))
    history = Block(None) if scope.where else visit.block(lambda root: _history(root, scope, tiers))
    forecast = visit.block(lambda root: forecast_at(root, run_id=scope.run))
    priority = Block(None) if scope.where else visit.block(lambda root: priority_of(root, tiers, scope))
    quality = Block(None) if scope.where else visit.block(lambda root: quality_of(root, scope.run))
    moved = _moved(tiers, moves.found, visit.view)
    return {
        "tiers": tiers,
        "moves": moves,
        "moved": moved,
        "beside": _beside(history.found, moves.found if moved else None, visit.view),
        "history": _drawn_history(visit, history, forecast, show),
        "show": show,
        "shown": [{"name": each, "title": text} for each, text in SHOWN.items()],
        "forecast": Block(None, forecast.missing, forecast.problems),
        "statement": _statement(visit, moves.found, history.found),
        "flows": FLOWS,
        "sankey": Drawn("flows", flow_sankey(moves.found, _reader(visit))) if isinstance(moves.found, MovesResult) else None,
        "groups": None if (bars := group_bars(tiers, _reader(visit))) is None else Drawn("groups", bars),
        "looks": looks(tiers, priority.found, quality.found, waiting, visit.view),
        "priority": Block(None, priority.missing),
    }


def _reader(visit: Visit) -> Reader:
    return Reader(visit.language, visit.view)


def _tiers(root: Path, scope: Scope) -> TiersResult:
    if scope.run is not None:
        return tiers_of_run(root, scope.run, as_of=scope.as_of, by=scope.by, where=scope.where)
    return tiers_at(root, as_of=scope.as_of, policy=scope.policy, by=scope.by, where=scope.where)


def _moves(root: Path, scope: Scope, as_of: date) -> MovesResult:
    return moves_between(root, earlier_on=scope.vs, as_of=as_of, run_id=scope.run, where=scope.where)


def _history(root: Path, scope: Scope, tiers: TiersResult) -> HistoryResult | None:
    """The reviews up to the one shown; None where they are those of another policy or of another day."""
    found = tier_history(root, as_of=tiers.as_of, reviews=MOST_REVIEWS, run_id=scope.run, has_flows=False)
    is_of_these = (found.as_of, found.policy) == (tiers.as_of, tiers.policy)
    return found if is_of_these else None


def _statement(visit: Visit, moves: object, history: object) -> list[dict[str, object]]:
    if not isinstance(moves, MovesResult):
        return []
    return statement(moves, visit.view, is_linked=is_of_one_step(moves, history))


def _beside(history: object, moves: object, view: View) -> Mapping[str, object]:
    if not isinstance(history, HistoryResult):
        return {}
    then_on = moves.earlier_on if isinstance(moves, MovesResult) else None
    return tiers_beside(history, then_on, view, shown=USUAL_REVIEWS)


def _drawn_history(visit: Visit, history: Block, forecast: Block, show: Shown) -> Block:
    """The chart of the last reviews, with the forecast where it is one of these customers and leads on from the last review."""
    found, say = history.found, _reader(visit)
    if not isinstance(found, HistoryResult):
        return history
    few = replace(found, reviews=found.reviews[-USUAL_REVIEWS:])
    return Block(Drawn("history", _areas(few, forecast.found, show, say)))


def _areas(few: HistoryResult, ahead: object, show: Shown, say: Reader) -> Areas:
    if show is Shown.REVENUE:
        return revenue_areas(few, say)
    if show is Shown.SHARE:
        return share_areas(few, say)
    leads_on = isinstance(ahead, ForecastResult) and (ahead.history_run_id, ahead.as_of) == (few.run_id, few.as_of)
    return customers_areas(few, ahead if leads_on and isinstance(ahead, ForecastResult) else None, say)


def _moved(tiers: TiersResult, moves: object, view: View) -> Mapping[str, object] | None:
    """What has changed since the review that is compared with; None where no movement of the same policy and customers is known."""
    if not isinstance(moves, MovesResult) or moves.policy != tiers.policy or moves.closing != tiers.customers:
        return None
    change = moves.closing - moves.opening
    is_of_few = view.is_small(abs(change))
    return {
        **ways_of(moves, view),
        "change": None if is_of_few else change,
        "rate": None if is_of_few or not moves.opening else change / moves.opening,
        "earlier_on": moves.earlier_on,
    }
