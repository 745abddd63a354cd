"""Both engines put the same customers into the same segments and clusters. World: ninety-odd customers of two kinds, and a prospect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import ibis
import pytest

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.segments.assembling import assemble_segments, with_clusters
from fenji.analyze.segments.cluster_facts import cluster_averages, comparable
from fenji.analyze.segments.clustering import SCORED, doubles, find_clusters, sampled, score_clusters
from fenji.analyze.segments.counting import count_segments, cross_segments
from fenji.analyze.segments.cuts import cut_from, cuts_to_draw, declared_cuts, drawn_cuts
from fenji.analyze.segments.interests import customer_interests
from fenji.analyze.segments.lifecycle import lifecycle_stages, own_rhythms, population_rhythm
from fenji.analyze.segments.scaling import is_amount
from fenji.analyze.segments.tree_growing import GrownRule, condition_from
from fenji.analyze.segments.tree_rules import count_rules, with_outcomes
from fenji.domain.metrics import Fact
from fenji.domain.segments import ClusterPlan, SegmentPlan, Within
from fenji.engines.engine import Engine
from worlds import World, sale, world

AS_OF = date(2025, 6, 30)
METRICS = ("net_revenue_12m", "orders_12m", "days_since_last_order")
PLAN = replace(
    SegmentPlan(), clusters=ClusterPlan(metrics=METRICS, least_clusters=2, most_clusters=2, redraws=2, least_share=Decimal(0))
)
RULES = [
    GrownRule(
        condition_from('["orders_12m >= 2", {"any": ["days_since_last_order < 40", "days_since_last_order is null"]}]'), "a"
    ),
    GrownRule(condition_from('["orders_12m < 2"]'), "b"),
]


def two_kinds() -> World:
    orders = []
    for key in range(1, 96):
        times, size, last = (6, 20, 9) if key % 2 else (2, 400, 130)
        orders += [
            sale(
                key,
                AS_OF - timedelta(days=last + key % 7 + back * (11 + key % 5)),
                (size + key % 9, ("tea", "cups", "cake")[(key + back) % 3]),
            )
            for back in range(times)
        ]
    prospect = {"customer_key": 99, "first_seen_on": date(2025, 1, 1), "region": "north"}
    return world(*orders, sale(2, "2024-01-01", 5), customers=[prospect])


def answers(engine: Engine) -> dict[str, list[dict[str, object]]]:
    facts, customer = two_kinds().on(engine)
    lines, registry = facts[Fact.ORDER_LINE], Registry.of()
    panel = engine.stage(customer_metric(facts, customer, metrics=registry.metrics, as_of=AS_OF))
    tier = ibis.ifelse(panel.orders_12m > 3, "a", ibis.ifelse(panel.orders_12m > 0, "b", ibis.null("string")))
    assignment = engine.stage(panel.select("customer_key", tier=tier))
    cuts = {cut.measure: cut for cut in declared_cuts(PLAN)}
    for measure, each in cuts_to_draw(PLAN).items():
        (row,) = engine.fetch(drawn_cuts(panel, each)).to_pylist()
        cuts[measure] = cut_from(measure, each, row)
    rhythms = engine.stage(own_rhythms(lines, plan=PLAN.lifecycle, as_of=AS_OF))
    (rhythm,) = engine.fetch(population_rhythm(rhythms)).to_pylist()
    stages = lifecycle_stages(panel, assignment, lines, rhythms, plan=PLAN.lifecycle, population_days=rhythm["days"], as_of=AS_OF)
    interests = customer_interests(lines, plan=PLAN.interest, as_of=AS_OF)
    segments = engine.stage(
        assemble_segments(panel, customer, stages=stages, interests=interests, cuts=cuts, plan=PLAN, as_of=AS_OF)
    )
    compared = engine.stage(comparable(panel, segments, metrics=METRICS, within=Within.EVERYONE, has_orders=True))
    rows = engine.fetch(sampled(compared, size=80, seed=1)).sort_by("customer_key")
    amounts = {each for each in METRICS if is_amount(registry.named(each))}
    found = find_clusters({name: doubles(rows[name]) for name in METRICS}, amounts=amounts, customers=95, plan=PLAN.clusters)
    scored = engine.map_customers(compared, score_clusters({"everyone": found.clusters}), SCORED)
    whole = engine.stage(with_clusters(segments, scored))
    joined = engine.stage(with_outcomes(panel, assignment.rename(outcome="tier"), metrics=METRICS))
    crossed = engine.stage(cross_segments(whole, panel, assignment, as_of=AS_OF))
    tables = {
        "rhythm": population_rhythm(rhythms),
        "segment": whole,
        "crossed": crossed,
        "counts": count_segments(crossed),
        "averages": cluster_averages(compared, scored, metrics=METRICS),
        "rules": count_rules(joined, RULES),
    }
    told = {name: sorted(engine.fetch(table).to_pylist(), key=str) for name, table in tables.items()}
    return {**told, "centers": found.clusters.centers.tolist(), "cuts": [cuts[name] for name in sorted(cuts)]}


@pytest.mark.proof
@pytest.mark.spark
def test_both_engines_find_the_same_segments(duck: Engine, spark: Engine) -> None:
    expected, found = answers(duck), answers(spark)
    assert len({row["cluster"] for row in expected["segment"]}) == 3
    for name, answer in expected.items():
        assert found[name] == answer, name
