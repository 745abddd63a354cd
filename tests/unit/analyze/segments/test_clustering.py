"""Groups that are there are found, those that are not are not, and scikit-learn finds the same. World: customers drawn around known centers."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from fenji.analyze.segments.centers import find_centers, nearest
from fenji.analyze.segments.cluster_labels import Earlier, keep_numbers
from fenji.analyze.segments.clustering import Choice, Verdict, best_number, find_clusters, sampled, score_clusters
from fenji.analyze.segments.scaling import matrix_of
from fenji.domain.segments import ClusterPlan
from fenji.engines.engine import Engine

METRICS = ("net_revenue_12m", "orders_12m", "days_since_last_order")
PLAN = ClusterPlan(metrics=METRICS, most_clusters=6, redraws=4)
CENTERS = np.array([[8.0, 3.0, 1.5], [5.0, 0.5, 2.0], [3.0, 0.0, 5.5], [7.5, 0.3, 5.0]])
"""Logarithms of revenue, orders and days of four kinds of customers."""


def planted(size: int = 600, seed: int = 3) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Customers of four kinds in shares of 40, 30, 20 and 10 %, and their kinds."""
    chance = np.random.default_rng(seed)
    kinds = chance.choice(4, size, p=[0.4, 0.3, 0.2, 0.1])
    values = np.exp(CENTERS[kinds] + chance.normal(0, 0.35, (size, 3)))
    return {metric: np.round(values[:, column], 2) for column, metric in enumerate(METRICS)}, kinds


def places_of(columns: dict[str, np.ndarray], found: object) -> np.ndarray:
    return nearest(matrix_of(columns, found.scales), found.centers)


def test_planted_groups_are_found_with_their_number() -> None:
    columns, kinds = planted()
    found = find_clusters(columns, amounts=METRICS, customers=600, plan=PLAN)
    assert [each.clusters for each in found.choices if each.verdict is Verdict.CHOSEN] == [4]
    assert adjusted_rand_score(kinds, places_of(columns, found.clusters)) > 0.99
    assert found.clusters.stabilities.min() > 0.98
    # The first is the one with most revenue.
    assert found.clusters.centers[:, 0].argmax() == 0


def test_scikit_learn_finds_the_same_on_the_same_matrix() -> None:
    columns, _kinds = planted()
    found = find_clusters(columns, amounts=METRICS, customers=600, plan=PLAN).clusters
    matrix = matrix_of(columns, found.scales)
    theirs = KMeans(n_clusters=4, n_init=3, random_state=1).fit(matrix)
    assert adjusted_rand_score(theirs.labels_, places_of(columns, found)) == 1.0
    assert np.sort(found.centers[:, 0]) == pytest.approx(np.sort(theirs.cluster_centers_[:, 0]), abs=1e-6)


def test_centers_are_as_good_as_those_of_scikit_learn_where_there_are_no_groups() -> None:
    matrix = np.random.default_rng(1).normal(size=(400, 4))
    centers = find_centers(matrix, 5, starts=4, seed=1)
    ours = ((matrix - centers[nearest(matrix, centers)]) ** 2).sum()
    assert ours <= KMeans(n_clusters=5, n_init=3, random_state=1).fit(matrix).inertia_ * 1.02


def test_a_few_strays_do_not_hide_the_groups_and_are_put_into_the_nearest() -> None:
    columns, kinds = planted()
    with_strays = {metric: np.append(values, [values.max() * 40] * 6) for metric, values in columns.items()}
    found = find_clusters(with_strays, amounts=METRICS, customers=606, plan=PLAN)
    assert (found.aside, [each.clusters for each in found.choices if each.verdict is Verdict.CHOSEN]) == (6, [4])
    assert adjusted_rand_score(kinds, places_of(with_strays, found.clusters)[:600]) > 0.99


@pytest.mark.parametrize("shape", ["normal", "lognormal"])
def test_one_crowd_has_no_clusters(shape: str) -> None:
    drawn = np.random.default_rng(2).normal(size=(500, 3))
    columns = dict(zip(METRICS, (np.exp(drawn) if shape == "lognormal" else drawn).T, strict=True))
    found = find_clusters(columns, amounts=METRICS, customers=500, plan=PLAN)
    assert found.clusters is None
    assert {each.verdict for each in found.choices} <= {Verdict.ONE_CLOUD, Verdict.UNSTABLE, Verdict.TOO_SMALL}


@pytest.mark.parametrize(
    ("size", "verdict"), [(0, Verdict.TOO_FEW_CUSTOMERS), (1, Verdict.TOO_FEW_CUSTOMERS), (49, Verdict.TOO_FEW_CUSTOMERS)]
)
def test_few_customers_are_told_not_clustered(size: int, verdict: Verdict) -> None:
    columns, _kinds = planted(size)
    found = find_clusters(columns, amounts=METRICS, customers=size, plan=PLAN)
    assert (found.clusters, [each.verdict for each in found.choices]) == (None, [verdict])


def test_equal_customers_and_two_kinds_of_equal_customers_are_told() -> None:
    alike = find_clusters({metric: np.full(60, 5.0) for metric in METRICS}, amounts=METRICS, customers=60, plan=PLAN)
    assert (alike.clusters, [each.verdict for each in alike.choices]) == (None, [Verdict.ALL_ALIKE])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        two = find_clusters({metric: np.repeat([1.0, 100.0], 30) for metric in METRICS}, amounts=METRICS, customers=60, plan=PLAN)
    assert {each.verdict for each in two.choices} <= {Verdict.EMPTY, Verdict.CHOSEN}


def test_the_same_seed_finds_the_same_to_the_last_digit() -> None:
    columns, _kinds = planted()
    one, two = (find_clusters(columns, amounts=METRICS, customers=600, plan=PLAN) for _time in range(2))
    assert one.choices == two.choices
    assert (one.clusters.centers == two.clusters.centers).all()


def test_the_sample_is_the_same_whatever_the_order_and_spread_over_all_keys(duck: Engine) -> None:
    keys = np.arange(20_000)
    drawn = []
    for order in (keys, np.random.default_rng(1).permutation(keys)):
        table = duck.from_arrow(pa.table({"customer_key": order}))
        drawn.append(sorted(duck.fetch(sampled(table, size=2000, seed=7))["customer_key"].to_pylist()))
    assert drawn[0] == drawn[1]
    counts = np.histogram(drawn[0], bins=10, range=(0, 20_000))[0]
    assert counts.min() > 140 < counts.max() < 260
    assert np.bincount(np.array(drawn[0]) % 7).min() > 230


def test_the_batch_step_puts_everyone_where_the_nearest_center_is_and_leaves_out_other_groups() -> None:
    columns, _kinds = planted(200)
    plan = replace(PLAN, least_clusters=4, most_clusters=4)
    found = find_clusters(columns, amounts=METRICS, customers=200, plan=plan).clusters
    among = ["active"] * 150 + ["lost"] * 50
    rows = pa.table({"customer_key": np.arange(200), "among": among, **columns})
    scored = score_clusters({"active": found})(rows).to_pydict()
    assert scored["customer_key"] == list(range(150))
    assert scored["cluster"] == [f"active-{found.numbers[place]}" for place in places_of(columns, found)[:150]]
    assert score_clusters({"active": found})(rows.slice(0, 0)).num_rows == 0


def test_the_same_group_keeps_its_number_when_groups_come_and_go() -> None:
    columns, kinds = planted(900, seed=8)
    four = find_clusters(columns, amounts=METRICS, customers=900, plan=PLAN).clusters
    told = Earlier(four.metrics, four.differences, (7, 2, 9, 4), "before")
    # The smallest kind is gone, and everybody has been silent for longer.
    stays = kinds != 3
    without = {metric: values[stays] for metric, values in columns.items()}
    without["days_since_last_order"] = without["days_since_last_order"] * 1.5
    three = find_clusters(without, amounts=METRICS, customers=int(stays.sum()), plan=PLAN).clusters
    kept, runs = keep_numbers(three, told)
    was = np.array(told.numbers)[places_of(columns, four)][stays]
    now = np.array(kept.numbers)[places_of(without, kept)]
    assert (was == now).mean() > 0.99
    assert (runs, list(kept.numbers)) == (("before",) * 3, sorted(kept.numbers))
    again, runs = keep_numbers(four, Earlier(kept.metrics, kept.differences, kept.numbers, "later"))
    assert (np.array(again.numbers)[places_of(columns, again)][stays] == was).mean() > 0.99
    # The kind that was away gets a number that nobody had.
    assert [number for number, run in zip(again.numbers, runs, strict=True) if run is None] == [max(kept.numbers) + 1]


def test_other_metrics_or_no_run_before_leave_the_numbers_alone() -> None:
    columns, _kinds = planted()
    found = find_clusters(columns, amounts=METRICS, customers=600, plan=PLAN).clusters
    for earlier in (None, Earlier(("orders_12m",), np.array([[1.0]]), (5,), "before")):
        kept, runs = keep_numbers(found, earlier)
        assert (kept.numbers, runs) == ((1, 2, 3, 4), (None,) * 4)


def test_the_number_of_the_run_before_stays_until_another_is_clearly_better() -> None:
    def choice(clusters: int, gain: float, *, stability: float = 0.9, verdict: Verdict = Verdict.LESS_SEPARATED) -> Choice:
        return Choice(clusters, verdict, 0.2 + gain, 0.2, stability, 0.1)

    near = [choice(2, 0.100), choice(3, 0.089), choice(4, 0.095, stability=0.7), choice(5, 0.2, verdict=Verdict.UNSTABLE)]
    assert best_number(near) == 2
    assert best_number(near, usual=3) == 3
    assert best_number([choice(2, 0.100), choice(3, 0.079)], usual=3) == 2
    assert best_number(near, usual=5) == 2
    assert best_number([choice(2, 0.100), choice(3, 0.091)]) == 3
    assert best_number([choice(5, 0.2, verdict=Verdict.UNSTABLE)], usual=5) is None
