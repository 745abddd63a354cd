"""Who may leave, and who will order? First how well that would have been known before, then risk by tier, what drives it, and what is at stake."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.churn import ChurnResult, PropensityResult, RiskDriver, TargetForecast, TierRisk
from fenji.domain.access import Right
from fenji.domain.churn import PURCHASE_DAYS, Part, ScoreModel, Target
from fenji.language import message as _
from fenji.reports.charts.axes import Axis, Unit
from fenji.reports.charts.data import Chart
from fenji.reports.charts.of_answers.churn import calibration_points, driver_bars, stake_bars, survival_lines
from fenji.reports.charts.of_answers.parts import Reader
from fenji.web.drawn import Drawn
from fenji.web.navigation import Entry, Page
from fenji.web.pages.worth import asked_of, standing_of, where_of
from fenji.web.versus import Beside, Versus, beside, versus_of
from fenji.web.visiting import Figures, Visit
from fenji.wording.churn import MODEL_NAMES
from fenji.wording.reasons import LOST_BY_RULE
from fenji.workflow.churn import churn_at, propensity_at

CHURN = Page("/value/churn", Entry.VALUE, _("Risk of leaving"), Right.FIGURES_READ, 2)
PROPENSITY = Page("/value/propensity", Entry.VALUE, _("Likely to order"), Right.FIGURES_READ, 3)
PAGES = (CHURN, PROPENSITY)
TOP = 10
_MEASURES = ("auc", "lift_10", "brier")

router = APIRouter()

Row = Mapping[str, object]


@router.get(CHURN.address)
def churn(visit: Figures, a: str | None = None, b: str | None = None) -> Response:
    """Who may leave."""
    shows_persons = visit.may(Right.CUSTOMERS_READ)
    return visit.page(CHURN, "pages/churn.html", lambda: _churn(visit, (a, b)), has_persons=shows_persons)


@router.get(PROPENSITY.address)
def propensity(visit: Figures) -> Response:
    """Who will order soon."""
    shows_persons = visit.may(Right.CUSTOMERS_READ)
    return visit.page(PROPENSITY, "pages/propensity.html", lambda: _propensity(visit), has_persons=shows_persons)


def _top(visit: Visit) -> int:
    return TOP if visit.may(Right.CUSTOMERS_READ) else 0


def _churn_at(root: Path, visit: Visit) -> ChurnResult:
    return churn_at(root, **asked_of(visit), top=_top(visit))


def _churn(visit: Visit, asked: tuple[str | None, str | None]) -> Row:
    tiers = standing_of(visit)
    found = visit.read(lambda root: _churn_at(root, visit))
    say = visit.reader
    versus = versus_of(*asked, {each.tier: each.name for each in tiers.tiers})
    forecast, rows = found.forecast, found.tiers
    calibration, drivers, survival = calibration_points(forecast, say), driver_bars(found, say), survival_lines(found, say)
    high = sum(each.high for each in rows)
    return {
        "found": found,
        "tiers": tiers.tiers,
        "at": where_of(tiers),
        "versus": versus,
        "is_ranked": forecast.weakness is None,
        "quality": quality_of(forecast, say),
        "active": say.view.count(sum(each.active for each in rows)),
        "high": say.view.count(high),
        "at_stake": None if say.view.is_small(high) else sum((each.net_revenue_12m_at_high for each in rows), Decimal(0)),
        "rows": [_tier_row(each, say) for each in rows],
        "drivers": [_driver_row(each, say) for each in found.main_drivers],
        "calibration": _drawn("calibration", calibration),
        "driver_chart": _drawn("drivers", drivers),
        "survival": _drawn("survival", survival),
        "stake": _drawn("stake", stake_bars(found, say)) if high else None,
        "beside": () if versus is None else _beside(found, versus, say),
    }


def _drawn(name: str, chart: object) -> Drawn | None:
    return Drawn(name, chart) if isinstance(chart, Chart) else None


def quality_of(forecast: TargetForecast, say: Reader) -> Row | None:
    """How each model did on the past date whose figures are shown; None where nothing could be tried."""
    part = forecast.shown_part
    if part is None:
        return None
    shown = [each for each in forecast.quality if each.part is part]
    models = dict.fromkeys(each.model for each in shown)
    sample = next(each for each in shown)
    rate = None if forecast.used is None else forecast.figure(forecast.used, "base_rate")
    return {
        "is_apart": part is Part.EVALUATE,
        "on": sample.on,
        "customers": sample.customers,
        "rate": rate,
        "used": None if forecast.used is None else say(MODEL_NAMES[forecast.used]),
        "is_rule": forecast.used in (ScoreModel.RECENCY, None),
        "auc": None if forecast.used is None else forecast.figure(forecast.used, "auc"),
        "lift": None if forecast.used is None else forecast.figure(forecast.used, "lift_10"),
        "models": [
            {
                "name": say(MODEL_NAMES[model]),
                "is_used": model is forecast.used,
                **{measure: forecast.figure(model, measure) for measure in _MEASURES},
            }
            for model in models
        ],
    }


def _tier_row(row: TierRisk, say: Reader) -> Row:
    """Counts of one tier with the condition of their lists; nothing beside few."""
    is_few = say.view.is_small(row.high)
    counts = {name: say.view.count(getattr(row, name)) for name in ("active", "high", "middle", "low", "left")}
    return {
        "tier": row.tier,
        "lost": say(LOST_BY_RULE) if row.tier is None else None,
        "placed": ["placed.no"] if row.tier is None else [],
        "expected": None if say.view.is_small(row.active) else row.expected,
        "stake": None if is_few else row.net_revenue_12m_at_high,
        **counts,
    }


def _driver_row(driver: RiskDriver, say: Reader) -> Row:
    where = driver.contribution_where_true
    return {
        "driver": driver.driver,
        "name": driver.name,
        "share": driver.share,
        "way": 0 if where is None else (where > 0) - (where < 0),
        "reasons": say.view.count(driver.reasons),
    }


def _beside(found: ChurnResult, versus: Versus, say: Reader) -> list[Beside]:
    own = {each.tier: each for each in found.tiers}
    sides = [own.get(side.tier) for side in (versus.a, versus.b)]
    shown = [None if each is None or say.view.is_small(each.active) or say.view.is_small(each.high) else each for each in sides]
    share, money = Axis("", Unit.SHARE), Axis("", Unit.MONEY, found.currency)
    lines = (
        (_("Active customers"), [None if each is None else each.active for each in shown], Axis("")),
        (_("Share at high risk"), [None if each is None else _of(each.high, each.active) for each in shown], share),
        (_("Share expected to leave"), [None if each is None else _of(each.expected, each.active) for each in shown], share),
        (
            _("Net revenue of 12 months at high risk"),
            [None if each is None else each.net_revenue_12m_at_high for each in shown],
            money,
        ),
    )
    return [beside(say(name), values, axis, say.language) for name, values, axis in lines]


def _of(part: float | None, whole: int) -> float | None:
    return None if part is None or not whole else part / whole


def _propensity_at(root: Path, visit: Visit) -> PropensityResult:
    return propensity_at(root, **asked_of(visit), top=_top(visit))


def _propensity(visit: Visit) -> Row:
    tiers = standing_of(visit)
    found = visit.read(lambda root: _propensity_at(root, visit))
    say = visit.reader
    return {
        "found": found,
        "at": where_of(tiers),
        "customers": say.view.count(found.customers),
        "targets": [_target(target, days, found, say) for target, days in PURCHASE_DAYS.items()],
    }


def _target(target: Target, days: int, found: PropensityResult, say: Reader) -> Row:
    forecast = found.targets.get(target, TargetForecast())
    return {
        "days": days,
        "expected": found.expected.get(target),
        "quality": quality_of(forecast, say),
        "chart": _drawn(f"calibration-{days}", calibration_points(forecast, say)),
    }
