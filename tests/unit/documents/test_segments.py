"""analyses/segments.yaml changes what it names and nothing else, and every mistake in it is reported at its line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fenji.documents.segments import segments_from_text
from fenji.domain.periods import Window
from fenji.domain.segments import RfmSegment, RhythmMeasure, SegmentPlan, Within
from fenji.errors import InvalidDocument

KNOWN = ("orders_12m", "net_revenue_12m", "days_since_last_order", "orders_total", "net_revenue_total", "average_order_value_12m",
         "sale_revenue_12m", "active_months_12m", "event_visit_12m")  # fmt: skip

FULL = """
lifecycle: {rhythm: mean, least_intervals: 5, lost_after: 6, new_days: 30}
rfm:
  recency: {edges: [30, 60, 120, 240]}
  frequency: {metric: orders_12m}
  names:
    - [new, new, new, new, champions]
    - [new, new, new, new, champions]
    - [new, new, new, new, champions]
    - [new, new, new, new, champions]
    - [hibernating, new, new, new, champions]
frequency: {edges: [3]}
order_size: {top_shares: [0.5, 0.1]}
spending_power: {metric: net_revenue_12m}
interest: {window: total, focused_share: 0.7}
clusters: {metrics: [event_visit_12m, orders_12m], within: lifecycle, most_clusters: 5, seed: 7}
explain: {depth: 3, without_policy_metrics: true}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidDocument) as caught:
        segments_from_text(text, "segments.yaml", KNOWN)
    return str(caught.value).replace("segments.yaml, ", "").splitlines()


def test_an_empty_file_changes_nothing() -> None:
    assert segments_from_text("# nothing\n", "segments.yaml", KNOWN) == SegmentPlan()


def test_what_is_written_counts_and_the_rest_stays() -> None:
    plan, usual = segments_from_text(FULL, "segments.yaml", KNOWN), SegmentPlan()
    life = plan.lifecycle
    assert (life.rhythm, life.least_intervals, life.lost_after, life.new_days) == (RhythmMeasure.MEAN, 5, Decimal(6), 30)
    assert (life.at_risk_after, life.won_back_days) == (usual.lifecycle.at_risk_after, usual.lifecycle.won_back_days)
    assert plan.rfm.recency.edges == (Decimal(30), Decimal(60), Decimal(120), Decimal(240))
    assert plan.rfm.recency.is_less_better
    assert (plan.rfm.frequency.metric, plan.rfm.money) == ("orders_12m", usual.rfm.money)
    assert plan.rfm.names[4][0] is RfmSegment.HIBERNATING
    assert (plan.frequency.edges, plan.frequency.top_shares) == ((Decimal(3),), None)
    assert plan.order_size.top_shares == (Decimal("0.5"), Decimal("0.1"))
    # Another metric is not divided by what the usual one is divided by.
    assert (plan.spending_power.metric, plan.spending_power.per) == ("net_revenue_12m", None)
    assert (plan.interest.window, plan.interest.focused_share) == (Window.parse("total"), Decimal("0.7"))
    assert (plan.clusters.metrics, plan.clusters.within) == (("event_visit_12m", "orders_12m"), Within.LIFECYCLE)
    assert (plan.clusters.most_clusters, plan.clusters.seed, plan.clusters.sample) == (5, 7, usual.clusters.sample)
    assert (plan.explain.depth, plan.explain.without_policy_metrics) == (3, True)
    assert plan.recency == usual.recency


def test_unknown_metrics_and_wrong_cuts_are_told_at_once_at_their_lines() -> None:
    text = (
        "frequency: {metric: order_12m}\n"
        "order_size: {top_shares: [0.2, 0.5]}\n"
        "recency: {edges: [1, 2]}\n"
        "clusters: {metrics: [orders_12m, event_visits_12m]}\n"
    )
    assert problems(text) == [
        "row 2, column order_size: 3 classes take 2 descending shares.",
        "row 3, column recency: 4 classes take 3 ascending edges.",
        "row 1, column frequency.metric: unknown metric 'order_12m'. Did you mean orders_12m?",
        "row 4, column clusters.metrics[2]: unknown metric 'event_visits_12m'. Did you mean event_visit_12m?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lifecyle: {}", "unknown name 'lifecyle'. Did you mean lifecycle?"),
        ("lifecycle: {at_risk_after: 4}", "'at_risk_after' must be less than 'lost_after'"),
        ("lifecycle: {rhythm: mode}", "unknown rhythm 'mode'"),
        ("rfm: {money: {edges: [1, 2, 3]}}", "'edges' are 4 ascending numbers."),
        ("rfm: {names: [[new]]}", "'names' is 5 rows of 5 names"),
        ("frequency: {edges: [1], top_shares: [0.5]}", "not by both"),
        ("interest: {window: year}", "'year' is not a window"),
        ("interest: {broad_share: 0.9}", "'broad_share' must not be more than 'focused_share'."),
        ("clusters: {least_clusters: 6, most_clusters: 3}", "must not be more than 'most_clusters'"),
        ("clusters: {metrics: []}", "'metrics' is empty"),
    ],
)
def test_each_mistake_is_named(text: str, said: str) -> None:
    (found,) = problems(text)
    assert found.startswith("row 1")
    assert said in found
