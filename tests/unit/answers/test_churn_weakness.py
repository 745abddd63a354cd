"""No names are taken from a ranking that was not clearly better than chance, or than the days since the last order."""

from __future__ import annotations

from datetime import date

import pytest

from fenji.answers.churn import QualityFigure, TargetForecast
from fenji.domain.churn import Part, ScoreModel, Weakness
from fenji.wording.churn import no_names


class Tried(TargetForecast):
    """A forecast whose model is known without a model."""

    used = ScoreModel.LOGISTIC


def tried(auc: float | None, recency: float, customers: int = 400) -> Tried:
    def figure(model: ScoreModel, measure: str, value: float | None) -> QualityFigure:
        return QualityFigure(model, model is ScoreModel.LOGISTIC, Part.EVALUATE, date(2026, 1, 31), measure, value, customers)

    aucs = [figure(ScoreModel.LOGISTIC, "auc", auc), figure(ScoreModel.RECENCY, "auc", recency)]
    return Tried(quality=(*aucs, figure(ScoreModel.LOGISTIC, "base_rate", 0.3)))


@pytest.mark.parametrize(
    ("auc", "recency", "customers", "weakness"),
    [
        (0.78, 0.67, 2641, None),
        (0.52, 0.50, 400, Weakness.CHANCE),
        (0.40, 0.30, 4000, Weakness.CHANCE),
        (0.70, 0.69, 400, Weakness.RECENCY),
        (0.70, 0.60, 20, Weakness.CHANCE),
        (0.70, 0.60, 4000, None),
    ],
)
def test_the_interval_of_the_ranking_decides(auc: float, recency: float, customers: int, weakness: Weakness | None) -> None:
    found = tried(auc, recency, customers)
    assert found.weakness is weakness
    problem = no_names(found)
    assert (None if problem is None else problem.code) == (None if weakness is None else f"no_better_than_{weakness}")


def test_what_was_not_tried_has_no_weakness() -> None:
    assert TargetForecast().weakness is None
    assert tried(None, 0.6).weakness is None
