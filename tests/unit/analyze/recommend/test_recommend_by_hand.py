"""Recommendations on six customers, worked by hand.

Customers 1 to 3 bought pen and ink, 1 and 2 also paper; 4 bought pen only, 5 gave ink back, 6 has no history. Milk is bought again and again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import ibis
import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.recommend.backtest import NO_TRIAL, best_method, relevant_products, try_out
from fenji.analyze.recommend.catalogue import Popularity, catalogue_from, popularity_from
from fenji.analyze.recommend.factors import ALPHA, REGULARIZATION, fit_factors, fold_in, strongest_purchase
from fenji.analyze.recommend.histories import history_of
from fenji.analyze.recommend.neighbours import SHRINKAGE, Weights, nearest
from fenji.analyze.recommend.picking import Recommender, picks_of
from fenji.analyze.recommend.purchases import (
    customer_purchases,
    later_purchases,
    product_buyers,
    recent_buyers,
    sampled,
    scoring_rows,
    tier_customers,
)
from fenji.analyze.recommend.scoring import recommend
from fenji.domain.recommendations import BoughtRule, Method, RecommendChoices, Similarity, TierRule
from fenji.engines.engine import Engine
from fenji.tables.insight_baskets import RECOMMENDATION
from fixtures.orders import order_lines, tiers_of

AS_OF = date(2026, 3, 31)
TIERS = ("entry", "vip")
CHOICES = RecommendChoices(least_buyers=1, top=3, most_again=1, half_life_days=30)
SHOP = (
    ("1", 1, "2026-03-01", [("pen", "desk"), ("ink", "desk"), ("paper", "desk")]),
    ("2", 2, "2026-03-01", [("pen", "desk"), ("ink", "desk"), ("paper", "desk")]),
    ("3", 3, "2026-03-01", [("pen", "desk"), ("ink", "desk")]),
    ("4", 4, "2026-03-01", [("pen", "desk")]),
    ("5", 5, "2026-03-01", [("pen", "desk"), ("ink", "desk")]),
    ("6", 5, "2026-03-05", [("ink", "desk", "return")]),
    ("7", 4, "2026-01-01", [("milk", "food")]),
    ("8", 4, "2026-03-01", [("milk", "food"), ("milk", "food")]),
)
ASSIGNMENT = {1: "vip", 2: "vip", 3: "entry", 4: "entry", 5: None, 6: "entry"}


def recommender_of(
    engine: Engine, choices: RecommendChoices, method: Method, *orders: tuple
) -> tuple[Recommender, ibis.Table, ibis.Table]:
    lines, tiers = engine.from_arrow(order_lines(*orders)), engine.from_arrow(tiers_of(AS_OF, ASSIGNMENT))
    bought = engine.stage(customer_purchases(lines, opens_after=None, half_life_days=choices.half_life_days, as_of=AS_OF))
    catalogue = catalogue_from(engine.fetch(product_buyers(bought, least=choices.least_buyers)), TIERS, choices, as_of=AS_OF)
    numbers = engine.from_arrow(catalogue.numbers())
    popularity = popularity_from(
        engine.fetch(recent_buyers(bought, numbers, tiers, days=60, as_of=AS_OF)),
        engine.fetch(tier_customers(bought, tiers, days=60, as_of=AS_OF)),
        TIERS,
        catalogue,
    )
    rows = engine.stage(scoring_rows(bought, numbers, tiers, tiers=TIERS, as_of=AS_OF))
    weights = history_of(engine.fetch(rows), catalogue).weights
    plain = Recommender(catalogue, popularity, method, choices.top, choices.most_again)
    if method is Method.ITEMS:
        plain = replace(plain, neighbours=nearest(weights, similarity=choices.similarity, keep=choices.neighbours))
    elif method is Method.FACTORS:
        plain = replace(plain, factors=fit_factors(weights, factors=2, seed=1))
    return plain, rows, bought


def recommended(
    engine: Engine, choices: RecommendChoices = CHOICES, method: Method = Method.ITEMS, *orders: tuple
) -> dict[int, list]:
    """Customer -> product, reason and what speaks for it."""
    recommender, rows, _bought = recommender_of(engine, choices, method, *(orders or SHOP))
    schema = ibis.schema({name: kind for name, kind in RECOMMENDATION.schema.items() if name != "as_of"})
    found = engine.fetch(engine.map_customers(rows, partial(recommend, recommender=recommender), schema)).to_pylist()
    answer: dict[int, list] = {}
    for each in sorted(found, key=lambda row: (row["customer_key"], row["position"])):
        answer.setdefault(each["customer_key"], []).append((each["product_id"], each["reason"], each["because_product_id"]))
        assert each["position"] == len(answer[each["customer_key"]])
    return answer


def test_purchases_by_hand(duck: Engine) -> None:
    lines = duck.from_arrow(order_lines(*SHOP))
    rows = duck.fetch(customer_purchases(lines, opens_after=None, half_life_days=30, as_of=AS_OF)).to_pylist()
    found = {(each["customer_key"], each["product_id"]): each for each in rows}
    milk = found[4, "milk"]
    # 89 days and 30 days ago: half as much after 30 days; two lines of a day count once.
    assert milk["weight"] == round(1e6 * 2 ** (-89 / 30)) + 500_000
    assert (milk["order_days"], milk["last_on"], milk["category"]) == (2, date(2026, 3, 1), "food")
    ink = found[5, "ink"]
    assert (ink["is_returned"], ink["order_days"]) == (True, 1)


def test_nearness_by_hand() -> None:
    # Two customers with both products, one with the first only, weights 1 and 2.
    weights = Weights(np.array([0, 2, 4, 5]), np.array([0, 1, 0, 1, 0], np.int32), np.array([1.0, 2.0, 1.0, 1.0, 2.0]), 2)
    cosine = nearest(weights, similarity=Similarity.COSINE, keep=5)
    shared = 1 * 2 + 1 * 1
    expected = shared / np.sqrt((1 + 1 + 4) * (4 + 1)) * shared / (shared + SHRINKAGE)
    assert (cosine.starts.tolist(), cosine.items.tolist()) == ([0, 1, 2], [1, 0])
    assert cosine.nearness.tolist() == pytest.approx([expected, expected])
    damped = nearest(weights, similarity=Similarity.DAMPED, keep=5)
    shrunk = 2 / (2 + SHRINKAGE)
    assert damped.nearness.tolist() == pytest.approx([2 / 3 / np.sqrt(2 / 3) * shrunk, 2 / 2 / np.sqrt(3 / 3) * shrunk])


def test_what_is_near_comes_with_its_reason_and_what_came_back_never(duck: Engine) -> None:
    found = recommended(duck)
    # 4 has pen, so ink is nearest; milk is bought again and comes first; paper is near to pen too.
    assert found[4] == [("milk", "again", "milk"), ("ink", "bought", "pen"), ("paper", "bought", "pen")]
    # 5 gave ink back: never again, even where everything may be recommended again; who only kept it may get it again.
    again = recommended(duck, replace(CHOICES, bought=BoughtRule.ALLOW, top=4), Method.POPULAR)
    assert "ink" not in {product for product, _, _ in found[5] + again[5]}
    assert "ink" in {product for product, _, _ in again[3]}
    assert found[3][0] == ("paper", "bought", "ink")


def test_customers_without_history_get_what_is_popular_in_their_tier(duck: Engine) -> None:
    found = recommended(duck, replace(CHOICES, top=4))
    # Of five recent customers 5 bought pen, 4 ink, 2 paper, 1 milk; fifty like them are added to the two of entry (3 and 4), of whom 2 bought
    # pen, 1 ink, none paper and 1 milk: 52, 41, 20 and 11 of 52. Only milk is above its share of all, 1 of 5.
    assert found[6] == [
        ("pen", "popular", None),
        ("ink", "popular", None),
        ("paper", "popular", None),
        ("milk", "popular_in_tier", None),
    ]


@pytest.mark.parametrize(
    ("rule", "expected"), [(BoughtRule.EXCLUDE, False), (BoughtRule.ALLOW, True), (BoughtRule.REPURCHASE, True)]
)
def test_bought_products_follow_the_rule(duck: Engine, rule: BoughtRule, expected: bool) -> None:
    found = recommended(duck, replace(CHOICES, bought=rule))
    assert ("milk" in {product for product, _, _ in found[4]}) is expected
    # Customer 1 has pen, ink and paper, which nobody bought twice; one place may go to what is bought again.
    assert [each for each in found[1] if each[1] == "again"] == ([("ink", "again", "ink")] if rule is BoughtRule.ALLOW else [])


def test_tiers_and_stock_forbid(duck: Engine) -> None:
    rules = (TierRule("entry", block_categories=("desk",)), TierRule("vip", allow_products=("milk",)))
    found = recommended(duck, replace(CHOICES, tiers=rules))
    assert {product for product, _, _ in found[6] + found[3] + found[4]} == {"milk"}
    assert {product for product, _, _ in found[1]} == {"milk"}
    assert "paper" in {product for product, _, _ in found[5]}
    assert "paper" not in {
        product for each in recommended(duck, replace(CHOICES, out_of_stock=("paper",))).values() for product, _, _ in each
    }
    only = recommended(duck, replace(CHOICES, in_stock=("ink",)))
    assert {product for each in only.values() for product, _, _ in each} == {"ink"}
    assert 3 not in only


def test_products_that_nobody_bought_lately_are_taken_for_gone(duck: Engine) -> None:
    old = ("old", 3, "2025-12-01", ["almanac"])
    assert "almanac" not in {
        product for each in recommended(duck, CHOICES, Method.POPULAR, *SHOP, old).values() for product, _, _ in each
    }


@pytest.mark.parametrize("method", list(Method))
def test_rows_after_as_of_and_the_order_of_rows_change_nothing(duck: Engine, method: Method) -> None:
    late = ("l", 4, "2026-04-01", ["paper", "ink"])
    expected = recommended(duck, CHOICES, method, *SHOP)
    assert recommended(duck, CHOICES, method, *reversed(SHOP), late) == expected
    assert set(expected) == set(ASSIGNMENT)


def test_factors_are_those_of_the_library_and_fold_in_solves_its_equation() -> None:
    from implicit.als import AlternatingLeastSquares

    chance = np.random.default_rng(1)
    lists = [np.flatnonzero(chance.random(12) < 0.4) for _ in range(40)]
    starts = np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(np.int64)
    weights = Weights(starts, np.concatenate(lists).astype(np.int32), chance.random(starts[-1]), 12)
    fitted = fit_factors(weights, factors=4, seed=5)
    assert np.array_equal(fitted.products, fit_factors(weights, factors=4, seed=5).products)
    folded = fold_in(weights, fitted)
    matrix = weights.sparse()
    matrix.data = (1 + ALPHA * matrix.data).astype(np.float32)
    model = AlternatingLeastSquares(factors=4, regularization=REGULARIZATION, alpha=1.0, num_threads=1, dtype=np.float64)
    model.item_factors, model.user_factors = fitted.products.copy(), np.zeros((40, 4))
    expected = np.array([model.recalculate_user(user, matrix[user]) for user in range(40)]).reshape(40, 4)
    assert np.allclose(folded.taste, expected, rtol=1e-4, atol=1e-5)
    # What every purchase adds sums to the score, so the strongest one can be found by brute force.
    products = np.argsort(-(folded.taste @ fitted.products.T), axis=1)[:, :3]
    because = strongest_purchase(weights, fitted, folded, products)
    for user in range(0, 40, 7):
        own = slice(starts[user], starts[user + 1])
        for place in range(3):
            toward = np.linalg.solve(folded.matrices[user], fitted.products[products[user, place]])
            added = fitted.products[weights.items[own]] @ toward * (1 + ALPHA * weights.weights[own])
            assert added.sum() == pytest.approx(folded.taste[user] @ fitted.products[products[user, place]])
            assert because[user, place] == (weights.items[own][added.argmax()] if added.max() > 0 else -1)


def rows_of(*told: tuple) -> pa.Table:
    """customer, item, order days (0: nothing but a return)."""
    columns = {
        "customer_key": [each[0] for each in told],
        "tier_number": [-1] * len(told),
        "item_number": [each[1] for each in told],
        "weight": [1_000_000] * len(told),
        "order_days": [each[2] for each in told],
        "is_returned": [False] * len(told),
    }
    return pa.table(columns)


def trial_world() -> tuple[Recommender, object]:
    """Four products that nobody may have twice, popular in the order of their numbers; two recommendations for each customer."""
    products = pa.table(
        {"product_id": list("abcd"), "category": [None] * 4, "buyers": [9] * 4, "repeat_buyers": [0] * 4, "last_on": [AS_OF] * 4}
    )
    catalogue = catalogue_from(products, (), replace(CHOICES, least_buyers=1), as_of=AS_OF)
    popularity = Popularity(np.array([[0.4, 0.3, 0.2, 0.1]]), np.zeros((1, 4), bool))
    history = history_of(rows_of((1, 0, 1), (2, 1, 1), (3, 3, 1)), catalogue)
    return Recommender(catalogue, popularity, Method.POPULAR, 2), history


def test_recall_precision_ndcg_and_coverage_by_hand() -> None:
    recommender, history = trial_world()
    # Recommended: 1 has a: b, c. 2 has b: a, c. 3 has d: a, b. Bought then: 1 c and d and again a (not allowed), 2 nothing, 3 a; 9 is unknown.
    later = pa.table({"customer_key": [1, 1, 1, 3, 9], "item_number": [2, 3, 0, 0, 1]})
    relevant = relevant_products(history, later)
    trial = try_out(history, relevant, recommender)
    assert (trial.customers, trial.relevant, trial.hits) == (2, 3, 2)
    assert trial.recall == pytest.approx((1 / 2 + 1 / 1) / 2)
    assert trial.precision == pytest.approx((1 / 2 + 1 / 2) / 2)
    best = 1 + 1 / np.log2(3)
    assert trial.ndcg == pytest.approx(((1 / np.log2(3)) / best + 1) / 2)
    # Customers 1 and 3 were shown a, b and c of four products.
    assert trial.coverage == pytest.approx(3 / 4)
    assert trial.recall_new == trial.recall


def test_measures_are_those_of_the_library_implicit() -> None:
    """That library divides the hits of all customers by their best possible number, min(k, relevant), and so do we for this test."""
    from implicit.evaluation import ranking_metrics_at_k
    from scipy import sparse

    recommender, history = trial_world()
    later = pa.table({"customer_key": [1, 1, 3], "item_number": [2, 3, 0]})
    trial = try_out(history, relevant_products(history, later), recommender)
    picks = picks_of(history, recommender)

    class Shown:
        def recommend(self, users: np.ndarray, rows: object, N: int) -> tuple[np.ndarray, np.ndarray]:  # noqa: N803 - its own name
            ids = np.array([picks.products[picks.customers == user] for user in users], np.int32)
            return ids, np.zeros(ids.shape, np.float32)

    before = sparse.csr_matrix((np.ones(3), ([0, 1, 2], [0, 1, 3])), shape=(3, 4))
    after = sparse.csr_matrix((np.ones(3), ([0, 0, 2], [2, 3, 0])), shape=(3, 4))
    theirs = ranking_metrics_at_k(Shown(), before, after, K=2, show_progress=False, num_threads=1)
    assert trial.ndcg == pytest.approx(theirs["ndcg"])
    assert trial.hits / (2 + 1) == pytest.approx(theirs["precision"])


def test_a_method_is_chosen_by_recall_and_too_few_customers_choose_none_that_did_worse() -> None:
    recommender, history = trial_world()
    trial = try_out(history, relevant_products(history, pa.table({"customer_key": [1], "item_number": [2]})), recommender)
    few = {Method.POPULAR: replace(trial, recall=0.029), Method.ITEMS: replace(trial, recall=0.0)}
    assert best_method(few) is Method.POPULAR
    assert best_method({**few, Method.ITEMS: replace(trial, recall=0.029)}) is Method.ITEMS
    assert best_method({Method.POPULAR: NO_TRIAL, Method.ITEMS: NO_TRIAL}) is Method.ITEMS
    many = replace(trial, customers=500)
    tried = {
        Method.POPULAR: replace(many, recall=0.2),
        Method.AGAIN: replace(many, recall=0.3),
        Method.ITEMS: replace(many, recall=0.3),
    }
    assert best_method(tried) is Method.AGAIN


def test_later_purchases_lie_between_the_days_and_samples_are_always_the_same(duck: Engine) -> None:
    lines = duck.from_arrow(order_lines(*SHOP))
    numbers = duck.from_arrow(pa.table({"product_id": ["milk"], "item_number": pa.array([0], pa.int32())}))
    found = duck.fetch(later_purchases(lines, numbers, after=date(2026, 1, 1), as_of=AS_OF)).to_pylist()
    assert found == [{"customer_key": 4, "item_number": 0}]
    keys = duck.from_arrow(pa.table({"customer_key": list(range(1, 2001))}))
    some = duck.fetch(sampled(keys, 0.25))["customer_key"].to_pylist()
    assert 400 < len(some) < 600
    assert some == [key for key in range(1, 2001) if key % 2**32 * 2_654_435_761 % 2**32 < 2**30]
