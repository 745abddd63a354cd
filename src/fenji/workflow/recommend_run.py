"""Which recommendations does each customer get? A method is chosen by a back-test, learned from all purchases, and applied to every customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.analyze.recommend.backtest import NO_TRIAL, Trial, best_method, quality_rows, relevant_products, try_out
from fenji.analyze.recommend.catalogue import Catalogue, catalogue_from, popularity_from
from fenji.analyze.recommend.factors import fit_factors
from fenji.analyze.recommend.histories import history_of
from fenji.analyze.recommend.neighbours import Weights, nearest
from fenji.analyze.recommend.picking import Recommender
from fenji.analyze.recommend.purchases import (
    NO_TIER,
    customer_purchases,
    later_purchases,
    numbered,
    product_buyers,
    recent_buyers,
    sampled,
    scoring_rows,
    tier_customers,
)
from fenji.analyze.recommend.scoring import recommend
from fenji.documents.recommendations import missing_stock, recommend_choices_from_text, stock_file_of
from fenji.domain.metrics import Fact
from fenji.domain.recommendations import Method, RecommendChoices
from fenji.language import message as _
from fenji.tables.insight_baskets import RECOMMENDATION, RECOMMENDATION_QUALITY
from fenji.workspace.session import Workbench
from fenji.workspace.standing import ANALYSES_FOLDER, Analysis, Computation, Standing

RECOMMEND_FILE = f"{ANALYSES_FOLDER}/recommend.yaml"
MOST_PRODUCTS = 2_000_000
"""Different products with enough buyers that may be fetched; the 131,072 with most buyers are looked at."""
MOST_ENTRIES = 5_000_000
"""Purchases (customer x product) that a method is learned from: beyond them a seeded sample of customers, about 0.8 GB at most."""
TRIED_ENTRIES = 2_000_000
"""Purchases of the customers on whom methods are tried: a seeded sample of customers beyond them."""
STEPS = (_("trying methods on the past"), _("learning what goes together"), _("recommending"))


@dataclass(frozen=True)
class _Known:
    """The purchases known on a day."""

    purchases: ir.Table
    catalogue: Catalogue
    numbers: ir.Table
    """The catalogue in the engine."""
    rows: int
    """Of ``purchases``."""


def recommend_choices(standing: Standing, text: str | None) -> RecommendChoices:
    """What analyses/recommend.yaml and its stock list say; the defaults where there is none.

    Raises:
        InvalidDocument: one of them cannot be used; all problems at once.
    """
    if text is None:
        return RecommendChoices()
    (stock,) = stock_texts(standing, text).values() or (None,)
    tiers = [each.slug for each in standing.policy.tiers]
    return recommend_choices_from_text(text, str(standing.session.workspace.root / RECOMMEND_FILE), tiers=tiers, stock=stock)


def stock_texts(standing: Standing, text: str) -> dict[str, str]:
    """The text of the stock list that analyses/recommend.yaml names, by its name; nothing where it names none.

    Raises:
        InvalidDocument: it cannot be read.
    """
    root = standing.session.workspace.root
    file = str(root / RECOMMEND_FILE)
    if (name := stock_file_of(text, file)) is None:
        return {}
    try:
        return {name: (root / name).read_text(encoding="utf-8-sig")}
    except (OSError, UnicodeDecodeError) as error:
        raise missing_stock(text, file, name) from error


def save_recommendations(making: Computation[RecommendChoices]) -> None:
    """Both tables of recommendations for what an analysis stands on."""
    standing, choices, writer, progress = making.standing, making.choices, making.writer, making.progress
    engine, as_of = standing.session.engine, standing.as_of
    order_line = standing.base.facts.get(Fact.ORDER_LINE)
    if order_line is None:
        for contract in (RECOMMENDATION, RECOMMENDATION_QUALITY):
            writer.save(engine.from_arrow(contract.schema.to_pyarrow().empty_table()), contract, as_of=as_of)
        return
    progress(STEPS[0], 0, len(STEPS))
    cut = as_of - timedelta(days=choices.horizon_days)
    trials = _trials(engine, order_line, choices, cut=cut, as_of=as_of)
    method = choices.method or best_method(trials)
    progress(STEPS[1], 1, len(STEPS))
    tiers = [each.slug for each in standing.policy.tiers]
    known = _known(engine, order_line, choices, tiers, as_of=as_of)
    recommender = _learned(engine, known, choices, tiers, method, assignment=standing.assignment, as_of=as_of)
    progress(STEPS[2], 2, len(STEPS))
    rows = engine.stage(scoring_rows(known.purchases, known.numbers, standing.assignment, tiers=tiers, as_of=as_of))
    schema = ibis.schema({name: kind for name, kind in RECOMMENDATION.schema.items() if name != "as_of"})
    found = engine.map_customers(rows, partial(recommend, recommender=recommender), schema)
    writer.save(found.mutate(as_of=ibis.literal(as_of, type="date")), RECOMMENDATION, as_of=as_of)
    was_tried = any(each.customers for each in trials.values())
    quality = quality_rows(trials, method, choices, trained_until=cut if was_tried else None, as_of=as_of)
    writer.save(engine.from_arrow(quality), RECOMMENDATION_QUALITY, as_of=as_of)


RECOMMENDATIONS = Analysis(
    "recommend",
    RECOMMEND_FILE,
    recommend_choices,
    (RECOMMENDATION, RECOMMENDATION_QUALITY),
    save_recommendations,
    other_texts=lambda standing, _choices, text: {} if text is None else stock_texts(standing, text),
)


def _known(engine: Workbench, order_line: ir.Table, choices: RecommendChoices, tiers: Sequence[str], *, as_of: date) -> _Known:
    purchases = engine.stage(
        customer_purchases(
            order_line, opens_after=choices.window.opens_after(as_of), half_life_days=choices.half_life_days, as_of=as_of
        )
    )
    products = engine.fetch(product_buyers(purchases, least=choices.least_buyers), limit=MOST_PRODUCTS)
    catalogue = catalogue_from(products, tiers, choices, as_of=as_of)
    rows = engine.fetch(purchases.aggregate(rows=purchases.count()))["rows"][0].as_py()
    return _Known(purchases, catalogue, engine.from_arrow(catalogue.numbers()), rows)


def _learned(
    engine: Workbench,
    known: _Known,
    choices: RecommendChoices,
    tiers: Sequence[str],
    method: Method,
    *,
    assignment: ir.Table | None,
    as_of: date,
) -> Recommender:
    """A recommender from what was known at a day; tiers only where an assignment is given."""
    days = choices.popular_days
    recent = engine.fetch(
        recent_buyers(known.purchases, known.numbers, assignment, days=days, as_of=as_of),
        limit=(len(tiers) + 1) * max(len(known.catalogue), 1),
    )
    sizes = engine.fetch(tier_customers(known.purchases, assignment, days=days, as_of=as_of))
    popularity = popularity_from(recent, sizes, tiers, known.catalogue)
    plain = Recommender(known.catalogue, popularity, Method.POPULAR, choices.top, choices.most_again)
    weights = _weights(engine, known) if method in {Method.ITEMS, Method.FACTORS} else None
    return _fitted(plain, weights, method, choices)


def _fitted(plain: Recommender, weights: Weights | None, method: Method, choices: RecommendChoices) -> Recommender:
    if weights is None or not len(weights.items):
        return replace(plain, method=Method.POPULAR if method is Method.POPULAR else Method.AGAIN)
    if method is Method.ITEMS:
        found = nearest(weights, similarity=choices.similarity, keep=choices.neighbours)
        return replace(plain, method=method, neighbours=found)
    if method is Method.FACTORS:
        return replace(plain, method=method, factors=fit_factors(weights, factors=choices.factors, seed=choices.seed))
    return replace(plain, method=method)


def _weights(engine: Workbench, known: _Known) -> Weights:
    """The purchases that a method is learned from: all, or those of a sample of customers."""
    rows = numbered(sampled(known.purchases, MOST_ENTRIES / max(known.rows, 1)), known.numbers)
    # A sample by customers holds a little more or less than was aimed at.
    return history_of(_without_tiers(engine.fetch(rows, limit=2 * MOST_ENTRIES)), known.catalogue).weights


def _without_tiers(rows: pa.Table) -> pa.Table:
    return rows.append_column("tier_number", pa.array(np.full(rows.num_rows, NO_TIER)))


def _trials(
    engine: Workbench, order_line: ir.Table, choices: RecommendChoices, *, cut: date, as_of: date
) -> Mapping[Method, Trial]:
    """Every method, learned from what was known at the cut and tried on what was bought after it."""
    # What is in stock today, or allowed to a tier, says nothing about what could be bought then.
    plain_choices = replace(choices, tiers=(), in_stock=None, out_of_stock=())
    known = _known(engine, order_line, plain_choices, (), as_of=cut)
    if not len(known.catalogue):
        return dict.fromkeys(Method, NO_TRIAL)
    buyers = later_purchases(order_line, known.numbers, after=cut, as_of=as_of)
    own = numbered(known.purchases, known.numbers).semi_join(buyers.select("customer_key").distinct(), "customer_key")
    count = engine.fetch(own.aggregate(rows=own.count()))["rows"][0].as_py()
    share = TRIED_ENTRIES / max(count, 1)
    history = history_of(_without_tiers(engine.fetch(sampled(own, share), limit=2 * TRIED_ENTRIES)), known.catalogue)
    relevant = relevant_products(history, engine.fetch(sampled(buyers, share), limit=4 * TRIED_ENTRIES))
    plain = _learned(engine, known, plain_choices, (), Method.POPULAR, assignment=None, as_of=cut)
    weights = _weights(engine, known)
    return {method: try_out(history, relevant, _fitted(plain, weights, method, plain_choices)) for method in Method}
