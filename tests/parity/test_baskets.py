"""Both engines find the same rules in the same orders, and recommend the same to the same customers."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import ibis
import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.baskets.orders import (
    basket_lists,
    baskets_from,
    catalogue_of,
    count_baskets,
    count_item_lines,
    own_categories,
    sale_items,
)
from fenji.analyze.baskets.tier_rules import Scope, find_rules
from fenji.analyze.recommend.catalogue import catalogue_from, popularity_from
from fenji.analyze.recommend.histories import history_of
from fenji.analyze.recommend.neighbours import nearest
from fenji.analyze.recommend.picking import Recommender
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
from fenji.domain.basket_rules import BasketChoices, ItemKind
from fenji.domain.recommendations import Method, RecommendChoices, Similarity
from fenji.engines.engine import Engine
from fenji.tables.insight_baskets import RECOMMENDATION
from fixtures.orders import order_lines, tiers_of

AS_OF = date(2026, 3, 31)
TIERS = ("entry", "vip")


def shop() -> tuple[pa.Table, pa.Table]:
    chance, orders = np.random.default_rng(6), []
    for number in range(80):
        customer = int(chance.integers(0, 21))
        products = [(f"P{item}", f"K{item % 3}") for item in np.flatnonzero(chance.random(8) < 0.35)] or [("P0", "K0")]
        day = AS_OF - timedelta(days=int(chance.integers(0, 200)))
        orders.append((f"o{number}", customer or None, day.isoformat(), products))
    orders.append(("r", 5, "2026-03-30", [("P1", "K1", "return")]))
    return order_lines(*orders), tiers_of(AS_OF, {key: (*TIERS, None)[key % 3] for key in range(1, 23)})


def rules(engine: Engine) -> list[dict[str, object]]:
    lines, tiers = (engine.from_arrow(table) for table in shop())
    opens, item_kind = date(2025, 10, 1), ItemKind.MIXED
    items = sale_items(lines, item_kind=item_kind, opens_after=opens, as_of=AS_OF)
    counted = engine.fetch(count_baskets(items, tiers, item_kind=item_kind, as_of=AS_OF)).to_pylist()
    by_tier = {each["tier"]: (each["baskets"], each["multi_baskets"]) for each in counted}
    scopes = [
        Scope(None, *(sum(each) for each in zip(*by_tier.values(), strict=True))),
        *(Scope(tier, *by_tier[tier]) for tier in TIERS),
    ]
    names = sorted(engine.fetch(count_item_lines(items, least=2))["item"].to_pylist())
    catalogue = engine.from_arrow(catalogue_of(names))
    found = baskets_from(engine.fetch(basket_lists(items, catalogue, tiers, tiers=TIERS, as_of=AS_OF)), names)
    pairs = engine.fetch(own_categories(lines, catalogue, opens_after=opens, as_of=AS_OF)).to_pylist()
    places = np.array([found[2].index(name) for name in names])
    apart = [sorted((places[each["product_number"]], places[each["category_number"]])) for each in pairs]
    codes = np.array([low * len(names) + high for low, high in apart])
    choices = BasketChoices(min_support=0.05, least_baskets=2, min_confidence=0.2)
    made = find_rules(*found, scopes, item_kind=item_kind, choices=choices, as_of=AS_OF, apart=codes)
    return [*made.rules.to_pylist(), *made.summary.to_pylist()]


def recommendations(engine: Engine) -> list[dict[str, object]]:
    lines, tiers = (engine.from_arrow(table) for table in shop())
    choices = RecommendChoices(least_buyers=2, top=3)
    bought = engine.stage(customer_purchases(lines, opens_after=date(2025, 1, 1), half_life_days=90, as_of=AS_OF))
    catalogue = catalogue_from(engine.fetch(product_buyers(bought, least=2)), TIERS, choices, as_of=AS_OF)
    numbers = engine.from_arrow(catalogue.numbers())
    popularity = popularity_from(
        engine.fetch(recent_buyers(bought, numbers, tiers, days=60, as_of=AS_OF)),
        engine.fetch(tier_customers(bought, tiers, days=60, as_of=AS_OF)),
        TIERS,
        catalogue,
    )
    rows = engine.stage(scoring_rows(bought, numbers, tiers, tiers=TIERS, as_of=AS_OF))
    weights = history_of(engine.fetch(rows), catalogue).weights
    near = nearest(weights, similarity=Similarity.DAMPED, keep=5)
    recommender = Recommender(catalogue, popularity, Method.ITEMS, 3, 1, neighbours=near)
    schema = ibis.schema({name: kind for name, kind in RECOMMENDATION.schema.items() if name != "as_of"})
    found = engine.map_customers(rows, partial(recommend, recommender=recommender), schema)
    later = engine.fetch(sampled(later_purchases(lines, numbers, after=date(2026, 1, 1), as_of=AS_OF), 0.5))
    ordered = sorted(later.to_pylist(), key=lambda each: (each["customer_key"], each["item_number"]))
    return [*engine.fetch(found.order_by("customer_key", "position")).to_pylist(), *ordered]


@pytest.mark.proof
@pytest.mark.spark
def test_both_engines_find_the_same_rules(duck: Engine, spark: Engine) -> None:
    expected = rules(duck)
    assert len(expected) > 60
    assert rules(spark) == expected


@pytest.mark.proof
@pytest.mark.spark
def test_both_engines_recommend_the_same(duck: Engine, spark: Engine) -> None:
    expected = recommendations(duck)
    assert {each["customer_key"] for each in expected} == set(range(1, 23))
    assert recommendations(spark) == expected
