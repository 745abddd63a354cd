"""What are the models of a forecast of tiers called, the arrivals that it counts on, and the past that it was tried on?"""

from __future__ import annotations

from fenji.domain.contests import Contest
from fenji.domain.forecasts import Basis, ForecastModel
from fenji.language import message as _
from fenji.wording.contests import Contestants

MODEL_NAMES = {
    ForecastModel.COMBINED: _("combined: the weighted mean of flows and naive"),
    ForecastModel.FLOWS: _("flows by tier"),
    ForecastModel.FLOWS_BY_RECENCY: _("flows by tier and time since the last order"),
    ForecastModel.NAIVE: _("naive: the last count stays"),
    ForecastModel.DRIFT: _("drift: the mean change goes on"),
    ForecastModel.ETS: _("ETS: each tier smoothed by itself"),
}
ARRIVAL_NAMES = {
    "level": _("a level"),
    "damped_trend": _("a level and a damped trend"),
    "seasonal": _("a level and seasons"),
    "seasonal_damped_trend": _("a level, seasons and a damped trend"),
}
BASIS_NAMES = {
    Basis.SETTLED: _("from reviews with full windows"),
    Basis.START_UP: _("from reviews at which windows were filling, or had just become full"),
}


def contestants(found: Contest) -> Contestants:
    """How the sentence of a lost contest names what it compares."""
    return Contestants(
        subject=_("tiers at the next reviews"),
        model=MODEL_NAMES[ForecastModel(found.model)],
        baseline=MODEL_NAMES[ForecastModel(str(found.baseline))],
        measure=_("customers of a tier off by"),
        show=lambda error: f"{error:,.1f}",
    )
