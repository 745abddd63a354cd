"""Nothing worse than its baseline is used: one rule and one sentence in every analysis, on data made so that the model must lose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

import numpy as np
import pytest

from fenji.analyze.churn.dates import schedule
from fenji.analyze.churn.examples import Examples
from fenji.analyze.churn.learning import beside_recency, best_of, learn
from fenji.analyze.forecast.backtest import beside_simple as tiers_beside_simple
from fenji.analyze.forecast.backtest import by_flows
from fenji.analyze.forecast.models import Transitions
from fenji.analyze.forecast.tables import forecast_tiers
from fenji.analyze.recommend.backtest import NO_TRIAL, beside_simple, best_method
from fenji.analyze.segments.clustering import CLUSTERS, ONE_GROUP, Verdict, beside_cloud, find_clusters
from fenji.analyze.segments.tree_growing import Growth, Nature, grow_tree
from fenji.analyze.trends.trying import beside_simple as months_beside_simple
from fenji.analyze.trends.trying import try_models
from fenji.analyze.value.expecting import Expected
from fenji.analyze.value.order_days import Came
from fenji.analyze.value.rolling import Outcome, judged
from fenji.domain.churn import Part, ScoreModel, Target
from fenji.domain.contests import Contest
from fenji.domain.forecasts import ForecastModel
from fenji.domain.recommendations import Method
from fenji.domain.segments import ClusterPlan, ExplainPlan
from fenji.domain.trends import Measure, TrendModel
from fenji.domain.value import OrderModel
from fenji.language import Language
from fenji.wording import churn, forecasts, recommendations, segments, trends, value
from fenji.wording.contests import NOT_BETTER, Contestants, not_better

Names = Callable[[Contest], Contestants]
REVIEWS = tuple(date(2026, month, 28) for month in range(1, 7))


def of_value() -> tuple[str, Contest]:
    """A shop whose model was three times as far off as going on as before."""
    expected = Expected(Came(np.array([100.0]), np.array([1000.0])), 0.1, 0.1)
    off = {OrderModel.MBG_NBD: 0.3, OrderModel.CONTINUED: 0.1, OrderModel.RECENCY: 0.9}
    tried = [
        Outcome(name, day, 90, 1, expected, 100 * np.exp(each), 1000 * np.exp(each))
        for name, each in off.items()
        for day in (1, 2, 3)
    ]
    found = judged(tried, OrderModel.MBG_NBD)
    return found.winner, found


def of_churn() -> tuple[str, Contest]:
    """Customers who do the opposite of what they did on all dates before."""
    plan = schedule(as_of=date(2025, 12, 31), first_on=date(2023, 1, 1), horizon_days=90, count=2)

    def drawn(day: date) -> Examples:
        chance = np.random.default_rng(day.toordinal())
        matrix = chance.normal(size=(400, 4))
        leaves = chance.random(400) < 1 / (1 + np.exp(1 - 2 * matrix[:, 0]))
        return Examples(matrix, (leaves != (day == plan.evaluate)).astype(float), matrix[:, 2])

    learned = learn({day: drawn(day) for day in plan.dates}, plan, seed=7)

    def figures(part: Part, measure: str) -> dict[ScoreModel, float | None]:
        return {each.model: each.value for each in learned.judged if (each.part, each.measure) == (part, measure)}

    choice = best_of(figures(Part.TRIAL_CALIBRATE, "auc"))
    return learned.fitted.chosen, beside_recency(choice, figures(Part.EVALUATE, "brier"), customers=400)


def of_tiers() -> tuple[str, Contest]:
    """Ten customers more at every review, whatever chance moves between the tiers: drift is never off."""
    chance = np.random.default_rng(2)
    moved = np.zeros((24, 4, 3))
    for number, swapped in enumerate(chance.integers(1, 40, 24)):
        low, high = 100, 100 + 10 * number
        moved[number] = [[low - swapped, swapped, 0], [swapped, high - swapped, 0], [0, 0, 0], [0, 10, 0]]
    found = forecast_tiers(Transitions(moved, 2, 1), ("low", "high"), REVIEWS, period=12, seed=1, paths=100)
    assert [round(each.customers) for each in found.tiers if each.tier == "high"] == [350, 360, 370, 380, 390, 400]
    return found.model, tiers_beside_simple(found.backtest, by_flows(found.backtest))


def of_months() -> tuple[str, Contest]:
    """The same year again and again: the month of the year before is never off."""
    seasons = np.tile(1000 + 300 * np.sin(np.arange(12) * np.pi / 6), 4)
    found = try_models(seasons, steps=12, models=(TrendModel.SEASONAL_NAIVE, TrendModel.NAIVE, TrendModel.ETS))
    errors = {each.model: each.mean_absolute_error for each in found.errors}
    return found.model, months_beside_simple(errors, origins=6)


def of_recommendations() -> tuple[str, Contest]:
    """Customers who buy nothing but what they bought before."""
    recalls = {Method.POPULAR: 0.01, Method.AGAIN: 0.5, Method.ITEMS: 0.0, Method.FACTORS: 0.2}
    trials = {method: NO_TRIAL.__class__(200, 300, 3, recall, *[None] * 5) for method, recall in recalls.items()}
    return best_method(trials), beside_simple(recalls, customers=200)


def of_clusters() -> tuple[str, Contest]:
    """Customers of one kind, whose parts may be others in every sample."""
    chance = np.random.default_rng(1)
    columns = {name: np.exp(chance.normal(5, 1, 500)) for name in ("net_revenue_12m", "orders_12m")}
    plan = ClusterPlan(metrics=tuple(columns), most_clusters=3, redraws=2, least_stability=Decimal(0), least_found=Decimal(0))
    found = find_clusters(columns, amounts=tuple(columns), customers=500, plan=plan)
    cloud = next(each for each in found.choices if each.verdict is Verdict.ONE_CLOUD)
    return ONE_GROUP if found.clusters is None else CLUSTERS, beside_cloud(cloud.silhouette, cloud.cloud_silhouette)


CASES: dict[str, tuple[Callable[[], tuple[str, Contest]], str, Names]] = {
    "value": (of_value, OrderModel.CONTINUED, value.contestants),
    "churn": (of_churn, ScoreModel.RECENCY, partial(churn.contestants, Target.CHURN)),
    "tiers": (of_tiers, ForecastModel.DRIFT, forecasts.contestants),
    "months": (of_months, TrendModel.SEASONAL_NAIVE, partial(trends.contestants, Measure.REVENUE)),
    "recommendations": (of_recommendations, Method.AGAIN, recommendations.contestants),
    "clusters": (of_clusters, ONE_GROUP, partial(segments.contestants, "everyone")),
}


@pytest.mark.parametrize(("made", "baseline", "names"), CASES.values(), ids=CASES)
def test_a_model_that_must_lose_is_not_used_and_the_same_sentence_says_so(
    made: Callable[[], tuple[str, Contest]], baseline: str, names: Names
) -> None:
    used, found = made()
    assert (used, found.is_lost, found.baseline) == (baseline, True, baseline)
    told = not_better(found, names)
    assert told is not None
    assert told.code == NOT_BETTER
    english, chinese = (told.describe(language) for language in (Language.EN, Language.ZH))
    assert "a simple rule is used instead of the model. In the back-test (" in english
    assert "改用简单规则" in chinese
    assert "{" not in english + chinese


def test_a_tree_that_names_no_outcome_better_than_the_largest_is_none() -> None:
    chance = np.random.default_rng(3)
    outcomes = np.where(chance.random(400) < 0.55, "low", "high").tolist()
    columns = {"orders_12m": chance.integers(0, 50, 400).astype(float)}
    plan = ExplainPlan(depth=4, most_rules=8)
    assert (
        grow_tree(columns, outcomes, natures={"orders_12m": Nature(is_whole=True)}, plan=plan, seed=1).verdict is Growth.NO_SPLIT
    )


def test_a_model_that_wins_is_used_and_nothing_is_said() -> None:
    found = beside_recency(ScoreModel.LOGISTIC, {ScoreModel.LOGISTIC: 0.19, ScoreModel.RECENCY: 0.2}, customers=400)
    assert found.winner == ScoreModel.LOGISTIC
    assert not_better(found, partial(churn.contestants, Target.CHURN)) is None
    assert not_better(None, value.contestants) is None
