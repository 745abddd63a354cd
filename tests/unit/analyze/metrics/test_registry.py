"""Every metric is declared once, fully, in both languages, and found by its name."""

from __future__ import annotations

import re

import pytest

from fenji.analyze.metrics.events import kind_slug
from fenji.analyze.metrics.points import POINTS_METRICS
from fenji.analyze.metrics.registry import Registry, builtin_metrics
from fenji.domain.fact_columns import FACT_COLUMNS
from fenji.domain.metrics import Aggregate, Metric, Unit
from fenji.errors import InvalidDocument, NotFound

METRICS = builtin_metrics(["visit", "签到"])
CHINESE = re.compile(r"[\u4e00-\u9fff]")

WANTED = (
    ["net_revenue", "orders", "units", "categories", "channels", "active_months"],
    [
        "average_order_value_12m",
        "average_order_value_total",
        "largest_order_value_12m",
        "largest_order_value_total",
        "refund_rate_12m",
        "days_since_first_order",
        "days_since_last_order",
        "mean_days_between_orders",
        "order_interval_variation",
        "satisfaction_12m",
        "nps_12m",
        "complaints_12m",
        "complaint_rate_12m",
        "complaint_hours_to_resolution_12m",
        "event_visit_30d",
        "event_visit_12m",
        "referrals_total",
        "referred_revenue_12m",
    ],
)


def test_all_metrics_of_the_order_are_there_once():
    slugs = [each.slug for each in METRICS]
    assert len(set(slugs)) == len(slugs)
    assert {f"{name}_{span}" for name in WANTED[0] for span in ("3m", "12m", "total")} <= set(slugs)
    assert set(WANTED[1]) <= set(slugs)


@pytest.mark.parametrize("metric", METRICS, ids=lambda each: each.slug)
def test_a_metric_says_what_it_is_in_both_languages_and_can_be_computed(metric: Metric):
    assert CHINESE.search(metric.name.zh)
    assert CHINESE.search(metric.sentence.zh)
    assert metric.sentence.zh.endswith("。")
    assert metric.sentence.en.endswith(".")
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,59}", metric.slug)
    assert (metric.ratio_of is not None) is (metric.aggregate is Aggregate.RATIO) is (metric.fact is None)
    assert metric.adds_up is (metric.aggregate in (Aggregate.SUM, Aggregate.COUNT))
    for column in (metric.column, *(each.column for each in metric.where)):
        assert column is None or (metric.fact is not None and column in FACT_COLUMNS[metric.fact])


def test_the_bad_things_are_known_to_be_bad():
    assert {each.slug for each in METRICS if each.better == "lower"} == {
        "returned_revenue_12m",
        "refund_rate_12m",
        "days_since_last_order",
        "mean_days_between_orders",
        "deviation_of_days_between_orders",
        "order_interval_variation",
        "complaints_12m",
        "complaint_rate_12m",
        "complaint_hours_to_resolution_12m",
        "days_since_last_event",
    }


def test_a_metric_is_found_by_name_and_a_misspelled_one_is_answered_with_the_nearest():
    registry = Registry.of(["visit"])
    assert registry.named("net_revenue_12m").unit is Unit.MONEY
    assert "net_revenue_12m" in registry
    assert "net_revenue_13m" not in registry
    assert len(registry) == len(registry.slugs) == len(list(registry))
    with pytest.raises(NotFound) as caught:
        registry.named("net_revenu_12m")
    assert str(caught.value) == "unknown metric 'net_revenu_12m'. Did you mean net_revenue_12m?"


def test_metrics_of_points_are_those_of_companies_with_a_program_or_of_policies_that_ask():
    assert "points_balance" not in Registry.of()
    assert "points_balance" in Registry.of((), POINTS_METRICS)
    asked = Registry.of((), POINTS_METRICS, named=["points_balance"])
    assert asked.slugs.count("points_balance") == 1
    assert [slug for slug in Registry.of(named=["points_balance"]).slugs if "points" in slug] == ["points_balance"]


def test_the_smallest_panel_holds_what_ratios_are_made_of():
    needed = Registry.of().needed_for(["order_interval_variation", "orders_12m"])
    assert [each.slug for each in needed] == [
        "orders_12m",
        "mean_days_between_orders",
        "deviation_of_days_between_orders",
        "order_interval_variation",
    ]
    with pytest.raises(NotFound) as caught:
        Registry.of().needed_for(["order", "tea"])
    assert len(caught.value.problems) == 2


def test_a_ratio_of_an_event_kind_that_the_data_lacks_is_refused():
    visits = builtin_metrics(["visit"])
    ratio = Metric(
        "r",
        visits[0].name,
        visits[0].sentence,
        Unit.RATIO,
        Aggregate.RATIO,
        visits[0].window,
        ratio_of=("event_visit_12m", "orders_12m"),
    )
    assert "r" in Registry.of(["visit"], [ratio])
    with pytest.raises(InvalidDocument, match="column r: unknown metric 'event_visit_12m'"):
        Registry.of([], [ratio])


@pytest.mark.parametrize(
    ("kind", "slug"), [("visit", "visit"), ("Page-View", "page_view"), ("签到", "u7b7e_u5230"), ("!!", "unnamed")]
)
def test_kinds_become_parts_of_names(kind, slug):
    assert kind_slug(kind) == slug


def test_kinds_that_differ_in_spelling_only_are_one_metric():
    events = [each for each in builtin_metrics(["page view", "Page-View"]) if each.slug.startswith("event_")]
    assert [each.slug for each in events] == ["event_page_view_30d", "event_page_view_12m", "event_page_view_value_12m"]
    assert events[0].where[0].values == ("Page-View", "page view")
