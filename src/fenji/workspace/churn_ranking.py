"""May names be taken from a stored ranking of churn or of coming purchases? Only where the back-test found it better than chance and recency."""

from __future__ import annotations

from datetime import date
from typing import Any

from fenji.answers.churn import CalibratedTenth, ChurnModel, PastDate, QualityFigure, TargetForecast
from fenji.answers.rows import record_of
from fenji.domain.churn import Target
from fenji.errors import Conflict
from fenji.tables.contract import Contract
from fenji.tables.insight_churn import CHURN_CALIBRATION, CHURN_MODEL, CHURN_QUALITY, CHURN_SAMPLE
from fenji.wording.churn import no_names
from fenji.workspace.session import Session, whole_company


def forecast_of(session: Session, run_id: str, target: Target, *, as_of: date) -> TargetForecast:
    """How a published analysis forecasts one target, and how well that would have worked before; without the trees themselves."""
    models = session.read(run_id, CHURN_MODEL, as_of=as_of).drop("trees_text")
    own = [each for each in session.engine.fetch(models).to_pylist() if each["target"] == target]
    if not own:
        return TargetForecast()

    def rows(contract: Contract, *order: str) -> list[dict[str, Any]]:
        found = [each for each in session.rows(run_id, contract, as_of=as_of) if each["target"] == target]
        return sorted(found, key=lambda row: tuple(row[name] for name in order))

    return TargetForecast(
        record_of(ChurnModel, own[0]),
        tuple(record_of(PastDate, row) for row in rows(CHURN_SAMPLE, "on", "part")),
        tuple(record_of(QualityFigure, row) for row in rows(CHURN_QUALITY, "on", "model", "measure")),
        tuple(record_of(CalibratedTenth, row) for row in rows(CHURN_CALIBRATION, "tenth")),
    )


def check_ranking(session: Session, run_id: str, target: Target, *, as_of: date) -> None:
    """Refuses a list of names from a ranking that the screen makes no list of.

    Raises:
        Conflict: in the back-test it was no better than chance, or than the days since the last order.
    """
    problem = no_names(forecast_of(whole_company(session), run_id, target, as_of=as_of))
    Conflict.raise_if([] if problem is None else [problem])
