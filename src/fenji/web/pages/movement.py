"""Who moved, came and was lost, how did that come about, and what comes? Flows between two reviews, history, cohorts and forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.forecast import ForecastResult, TrendResult
from fenji.answers.history import HistoryResult
from fenji.answers.moves import MovesResult
from fenji.answers.views import View
from fenji.domain.access import Right
from fenji.domain.trends import GroupBy, Measure
from fenji.language import message as _
from fenji.reports.beside import compared, tiers_beside
from fenji.reports.charts.of_answers.forecasts import tier_multiples, trend_multiples
from fenji.reports.charts.of_answers.history import history_multiples, review_bars, tier_history_of
from fenji.reports.charts.of_answers.moves import cohort_heat, flow_sankey, moves_sentence, retention_bars
from fenji.reports.charts.of_answers.parts import Reader
from fenji.web.drawn import Drawn
from fenji.web.flows import FLOWS, is_of_one_step, matrix, statement, ways_of
from fenji.web.navigation import Entry, Page
from fenji.web.scope import Scope
from fenji.web.visiting import Figures, Visit
from fenji.wording.figures import percent
from fenji.workflow.forecast import forecast_at
from fenji.workflow.history import MOST_REVIEWS, USUAL_REVIEWS, tier_history
from fenji.workflow.moves import moves_between
from fenji.workflow.trends import trend_at

FLOWS_PAGE = Page("/movement", Entry.MOVEMENT, _("Flows"), Right.FIGURES_READ, 0, takes_filters=True)
HISTORY = Page("/movement/history", Entry.MOVEMENT, _("History"), Right.FIGURES_READ, 1)
COHORTS = Page("/movement/cohorts", Entry.MOVEMENT, _("Cohorts"), Right.FIGURES_READ, 2)
FORECAST = Page("/movement/forecast", Entry.MOVEMENT, _("Forecast"), Right.FIGURES_READ, 3)
PAGES = (FLOWS_PAGE, HISTORY, COHORTS, FORECAST)

CAUSES = 13
"""Reviews whose changes are shown: a year of months, and the same month of the year before."""
COHORT_REVIEWS = 13
"""Reviews at which cohorts are shown where nothing is compared: a year and the one before."""

MEASURES = {
    Measure.REVENUE: _("Revenue"),
    Measure.ORDERS: _("Orders"),
    Measure.CUSTOMERS: _("Customers"),
    Measure.FREQUENCY: _("Frequency"),
}
SPLITS = {GroupBy.ALL: _("All together"), GroupBy.TIER: _("By tier"), GroupBy.CATEGORY: _("By category")}

router = APIRouter()


@router.get(FLOWS_PAGE.address)
def flows(visit: Figures) -> Response:
    """Who went where between two reviews."""
    return visit.page(FLOWS_PAGE, "pages/movement.html", lambda: _flows(visit))


@router.get(HISTORY.address)
def history(visit: Figures) -> Response:
    """Each tier over the reviews."""
    return visit.page(HISTORY, "pages/movement_history.html", lambda: _past(visit))


@router.get(COHORTS.address)
def cohorts(visit: Figures) -> Response:
    """Of those who arrived in a month, who still stands."""
    return visit.page(COHORTS, "pages/movement_cohorts.html", lambda: _cohorts(visit))


@router.get(FORECAST.address)
def forecast(visit: Figures, *, of: Measure = Measure.REVENUE, split: GroupBy = GroupBy.ALL) -> Response:
    """What is to be expected of the tiers, and of revenue, orders, customers and frequency."""
    return visit.page(FORECAST, "pages/movement_forecast.html", lambda: _ahead(visit, of, split))


def _reader(visit: Visit) -> Reader:
    return Reader(visit.language, visit.view)


def _moves(root: Path, scope: Scope, earlier_on: date | None) -> MovesResult:
    return moves_between(root, earlier_on=earlier_on, as_of=scope.as_of, run_id=scope.run, where=scope.where)


def _history(root: Path, scope: Scope) -> HistoryResult:
    return tier_history(root, as_of=scope.as_of, reviews=MOST_REVIEWS, run_id=scope.run)


def _newest(past: HistoryResult, many: int) -> HistoryResult:
    return replace(past, reviews=past.reviews[-many:], flows=past.flows[-many:])


def _is_first(past: HistoryResult) -> bool:
    """Whether nothing came before the review, so that nobody can have moved."""
    return len(past.reviews) < 2  # noqa: PLR2004 - a movement has two ends


def _flows(visit: Visit) -> Mapping[str, object]:
    past = visit.read(lambda root: _history(root, visit.scope))
    if _is_first(past):
        return {"moves": None, "as_of": past.as_of}
    found = visit.read(lambda root: _moves(root, visit.scope, visit.scope.vs))
    say = _reader(visit)
    return {
        "moves": found,
        "ways": ways_of(found, visit.view),
        "matrix": matrix(found, visit.view),
        "statement": statement(found, visit.view, is_linked=is_of_one_step(found, past)),
        "flows": FLOWS,
        "causes": None if visit.scope.where else Drawn("causes", review_bars(_newest(past, CAUSES), say)),
        "sankey": Drawn("flows", flow_sankey(found, say)),
        "retention": Drawn("retention", retention_bars(found, say)),
        "names": {each.tier: each.name for each in found.tiers},
        "all_changes": moves_sentence(found, say),
    }


def _past(visit: Visit) -> Mapping[str, object]:
    past = visit.read(lambda root: _history(root, visit.scope))
    shown = _newest(past, USUAL_REVIEWS)
    shift = _shift(past, visit.scope.vs)
    say = _reader(visit)
    few = shown.reviews
    earlier_on = few[0].as_of if visit.scope.vs is None else visit.scope.vs
    return {
        "past": shown,
        "tiers": list(reversed(shown.tiers)),
        "rows": _review_rows(past, len(few), shift, visit.view),
        "beside": tiers_beside(past, earlier_on, visit.view, shown=USUAL_REVIEWS),
        "earlier_on": earlier_on,
        "shift": shift,
        "many_chart": Drawn("tiers", history_multiples(shown, past if shift else None, shift, say)),
        "is_single": len(few) == 1,
    }


def _shift(past: HistoryResult, vs: date | None) -> int:
    """How many reviews before the last one stands the one that is compared with; 0: none is, or it is not kept."""
    places = {each.as_of: place for place, each in enumerate(past.reviews)}
    return len(past.reviews) - 1 - places[vs] if vs in places else 0


def _review_rows(past: HistoryResult, shown: int, shift: int, view: View) -> list[Mapping[str, object]]:
    """The reviews as rows, the newest first: each tier's customers, beside those so many reviews before."""
    found: list[Mapping[str, object]] = []
    for place in range(len(past.reviews) - 1, len(past.reviews) - 1 - shown, -1):
        review, then = past.reviews[place], past.reviews[place - shift] if shift and place >= shift else None
        own = {each.tier: each.customers for each in review.tiers}
        beside = compared(review.customers, None if then is None else then.customers, view)
        found.append(
            {
                "as_of": review.as_of,
                "version": f"{review.policy} v{review.version}",
                "tiers": {tier: view.count(customers) for tier, customers in own.items()},
                "customers": view.count(review.customers),
                "beside": beside,
            }
        )
    return found


def _cohorts(visit: Visit) -> Mapping[str, object]:
    past = visit.read(lambda root: _history(root, visit.scope))
    if _is_first(past):
        return {"moves": None, "as_of": past.as_of}
    days = [each.as_of for each in past.reviews]
    from_on = visit.scope.vs or days[-min(COHORT_REVIEWS, len(days))]
    found = visit.read(lambda root: _moves(root, replace(visit.scope, where=()), from_on))
    heat = cohort_heat(found, _reader(visit))
    return {"moves": found, "heat": Drawn("cohorts", heat), "last": _last_cohorts(found, visit.view), "stays": _stays(found)}


def _last_cohorts(moves: MovesResult, view: View) -> Mapping[str, object] | None:
    """Everybody whose arrival is known, at the last review; None where nobody's is."""
    last = [each for each in moves.cohorts if each.as_of == moves.as_of and each.cohort is not None]
    everybody, standing = sum(each.customers for each in last), sum(each.standing for each in last)
    if not everybody or view.is_small(everybody) or view.is_small(standing):
        return None
    return {"cohorts": len(last), "customers": everybody, "standing": standing, "share": standing / everybody}


def _stays(moves: MovesResult) -> list[Mapping[str, Any]]:
    names = {each.tier: (rank, each.name) for rank, each in enumerate(moves.tiers)}
    return [{"stay": each, "rank": names[each.tier][0], "name": names[each.tier][1]} for each in reversed(moves.stays)]


def _ahead(visit: Visit, of: Measure, split: GroupBy) -> Mapping[str, object]:
    scope = visit.scope
    found = visit.block(lambda root: forecast_at(root, run_id=scope.run))
    trend = visit.block(lambda root: trend_at(root, measure=of, by=split, as_of=scope.as_of, policy=scope.policy))
    return {
        "forecast": found,
        **_expected(visit, found.found),
        "trend": trend,
        "trend_chart": Drawn("series", trend_multiples(trend.found, _reader(visit)))
        if isinstance(trend.found, TrendResult)
        else None,
        "chosen": {"of": of, "split": split, "title": MEASURES[of]},
        "measures": [{"name": each, "title": text} for each, text in MEASURES.items()],
        "splits": [{"name": each, "title": text} for each, text in SPLITS.items()],
    }


def _expected(visit: Visit, found: object) -> Mapping[str, object]:
    if not isinstance(found, ForecastResult):
        return {"tiers_chart": None, "tried": None, "expected": []}
    past = visit.block(lambda root: tier_history(root, as_of=found.as_of, reviews=USUAL_REVIEWS, run_id=found.history_run_id))
    known = tier_history_of(past.found) if isinstance(past.found, HistoryResult) else None
    return {
        "tiers_chart": Drawn("expected", tier_multiples(found, known, _reader(visit))),
        "tried": _tried(found),
        "expected": _expected_rows(found, visit.view),
        "probability": percent(found.probability, 0),
    }


def _tried(found: ForecastResult) -> Mapping[str, object] | None:
    """How far the model was off in the past, one review ahead; None where it could not be tried."""
    own = [each for each in found.backtest.errors if (each.model, each.basis) == (found.model, found.backtest.basis)]
    first = min(own, key=lambda each: each.steps, default=None)
    if first is None:
        return None
    last = max(own, key=lambda each: each.steps)
    return {
        "origins": first.origins,
        "error": first.mean_absolute_error,
        "steps": last.steps,
        "last_error": last.mean_absolute_error,
    }


def _expected_rows(found: ForecastResult, view: View) -> list[Mapping[str, object]]:
    """The last coming review, tier by tier, the highest first, with what each tier has now."""
    end = max((each.step for each in found.tiers), default=0)
    ahead = {each.tier: each for each in found.tiers if each.step == end}
    rows: list[Mapping[str, object]] = []
    for rank, (tier, name) in reversed(list(enumerate(found.tier_names.items()))):
        now, then = found.customers[tier], ahead[tier]
        is_of_few = view.is_small(now)
        change = None if is_of_few else round(then.customers) - now
        rows.append({"tier": tier, "name": name, "rank": rank, "now": view.count(now), "then": then, "change": change})
    return rows
