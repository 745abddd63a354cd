"""A cluster is called by what sets it apart, and no two are called the same."""

from __future__ import annotations

import numpy as np

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.segments.cluster_names import Difference, cluster_names
from fenji.domain.words import Words
from fenji.language import Language
from fenji.wording.clusters import description
from fenji.wording.rules import Wording

KNOWN = {each.slug: each for each in Registry.of()}
METRICS = ("net_revenue_12m", "orders_12m", "days_since_last_order", "nps_12m")


def test_the_largest_differences_are_the_name_and_equal_names_grow() -> None:
    differences = np.array(
        [[2.0, 1.0, -0.1, 0.0], [2.0, 1.0, 0.9, 0.0], [-0.2, 0.1, 0.0, 0.3], [0.0, 0.0, 0.0, 0.1], [0.0, 0.0, 0.4, -2.0]]
    )
    names = cluster_names(METRICS, differences, KNOWN)
    assert names == (
        Words("消费高、购买频繁", "high spending, frequent orders"),
        Words("消费高、购买频繁、久未购买", "high spending, frequent orders, long silent"),
        Words("接近平均（1）", "close to the average (1)"),
        Words("接近平均（2）", "close to the average (2)"),
        Words(
            f"{KNOWN['nps_12m'].name.zh}低、久未购买" if "nps_12m" in KNOWN else "nps_12m低、久未购买",
            f"low {KNOWN['nps_12m'].name.en if 'nps_12m' in KNOWN else 'nps_12m'}, long silent",
        ),
    )


def test_the_description_says_medians_and_leaves_out_what_hardly_differs() -> None:
    facts = [
        Difference("orders_12m", 1.2, 7.0, 2.0),
        Difference("net_revenue_12m", 2.0, 3103.685, 349.7),
        Difference("days_since_last_order", -0.1, 90.0, 95.0),
        Difference("categories_12m", 0.5, 1.0, 1.0),
    ]
    assert description(facts, Wording(KNOWN, Language.EN, "GBP")) == (
        "net revenue, last twelve months: median GBP 3,103.68, of all GBP 349.70",
        "orders, last twelve months: median 7, of all 2",
        "categories, last twelve months: higher than elsewhere",
    )
