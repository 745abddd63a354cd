"""Which method would have found most of what customers bought next?

Reads   clean.order_line
Writes  insight.recommendation_quality: one row per method
Units   shares 0..1; with r relevant products of a customer, h of them among the k recommended: recall = h / r, precision = h / k, both averaged over
        customers; ndcg = sum over hits of 1 / log2(position + 1), over the same sum of the first min(r, k) positions; coverage = different products
        recommended / products that may be recommended
Keeps   methods are trained on what was known at a day and tried on what was bought after it; nobody's tier is used there, because the tier of today
        knows what came later
Source  decision 0028; Herlocker, Konstan, Terveen, Riedl 2004; Jarvelin, Kekalainen 2002
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from fenji.analyze.recommend.catalogue import Ints
from fenji.analyze.recommend.histories import CUSTOMERS_AT_ONCE, History, chunks_of, is_among
from fenji.analyze.recommend.picking import Picks, Recommender, picks_of
from fenji.domain.contests import Contest, contest_of_means
from fenji.domain.recommendations import LEARNED, SIMPLE, Method, RecommendChoices
from fenji.tables.insight_baskets import RECOMMENDATION_QUALITY

LEAST_CUSTOMERS = 30
"""Customers on whom a choice between methods can rest; with fewer the simplest that learns anything is taken, where nothing did better."""


@dataclass(frozen=True)
class Trial:
    """How well a method did."""

    customers: int
    relevant: int
    hits: int
    recall: float | None
    precision: float | None
    ndcg: float | None
    coverage: float | None
    recall_error: float | None
    recall_new: float | None
    """The recall among products that the customer had never bought."""


NO_TRIAL = Trial(0, 0, 0, None, None, None, None, None, None)


def relevant_products(history: History, later: pa.Table) -> Ints:
    """What the customers of a history bought later and may have been recommended: customer x products + product, ascending.

    Args:
        history: what was known.
        later: the fetched rows of ``later_purchases``.
    """
    keys = later["customer_key"].to_numpy()
    place = np.minimum(np.searchsorted(history.customer_keys, keys), max(len(history.customer_keys) - 1, 0))
    known = history.customer_keys[place] == keys if len(history.customer_keys) else np.zeros(len(keys), bool)
    codes = np.sort(place[known] * history.weights.width + later["item_number"].to_numpy()[known])
    return np.asarray(codes[~is_among(codes, history.banned)])


def try_out(history: History, relevant: Ints, recommender: Recommender) -> Trial:
    """How well a recommender finds what was bought later; customers without a purchase before or a relevant one after do not count."""
    width, top = history.weights.width, recommender.top
    wanted = np.bincount(relevant // max(width, 1), minlength=len(history.customer_keys))
    counts = (wanted > 0) & (np.diff(history.weights.starts) > 0)
    customers = int(counts.sum())
    if not customers:
        return NO_TRIAL
    picks = _all_picks(history, recommender)
    offered = int(recommender.catalogue.allowed[-1].sum())
    is_new = ~is_among(relevant, history.bought)
    new = np.bincount(relevant[is_new] // width, minlength=len(history.customer_keys))
    found = is_among(picks.customers * width + picks.products, relevant[is_new])
    hits = np.bincount(picks.customers[found], minlength=len(new))
    asked = (new > 0) & counts
    recall_new = float((hits[asked] / new[asked]).mean()) if asked.any() else None
    measured = _measured(picks, relevant, wanted, counts, top=top, width=width, offered=offered)
    return replace(measured, recall_new=recall_new)


def _all_picks(history: History, recommender: Recommender) -> Picks:
    parts = [picks_of(each, recommender) for each in chunks_of(history)]
    first = [np.full(len(each), place * CUSTOMERS_AT_ONCE) for place, each in enumerate(parts)]
    columns = [
        np.concatenate([getattr(each, name) for each in parts])
        for name in ("customers", "products", "scores", "because", "reasons")
    ]
    return Picks(columns[0] + np.concatenate(first), *columns[1:])


def _measured(
    picks: Picks, relevant: Ints, wanted: Ints, counts: np.ndarray[Any, np.dtype[np.bool_]], *, top: int, width: int, offered: int
) -> Trial:
    is_hit = is_among(picks.customers * width + picks.products, relevant) & counts[picks.customers]
    position = np.arange(len(picks)) - np.searchsorted(picks.customers, picks.customers)
    hits = np.bincount(picks.customers[is_hit], minlength=len(wanted))[counts]
    gains = np.bincount(picks.customers, weights=is_hit / np.log2(position + 2), minlength=len(wanted))[counts]
    best = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(top) + 2))])[np.minimum(wanted[counts], top)]
    recall, customers = hits / wanted[counts], int(counts.sum())
    shown = np.unique(picks.products[counts[picks.customers]])
    return Trial(
        customers,
        int(wanted[counts].sum()),
        int(hits.sum()),
        float(recall.mean()),
        float((hits / top).mean()),
        float((gains / best).mean()),
        len(shown) / offered if offered else None,
        float(recall.std(ddof=1) / np.sqrt(customers)) if customers > 1 else None,
        None,
    )


def best_method(trials: Mapping[Method, Trial]) -> Method:
    """The learned method with the highest recall, or a simple one where none of them is better; untried, nearness of products."""
    recalls = {method: each.recall for method, each in trials.items()}
    customers = max((each.customers for each in trials.values()), default=0)
    return Method(beside_simple(recalls, customers=customers).winner)


def beside_simple(recalls: Mapping[Method, float | None], *, customers: int, method: Method | None = None) -> Contest:
    """Whether a learned method found more of what was bought later than the simple ones.

    Where few could be tried, an equally good simple method does not displace a learned one.

    Args:
        recalls: of each method, as far as it could be tried.
        customers: on whom they were measured.
        method: the learned one in question; None: the best.
    """
    missed = {str(each): None if recall is None else 1 - recall for each, recall in recalls.items()}
    known = [each for each in LEARNED if missed.get(each) is not None]
    best = method or min(known, key=lambda each: round(missed[each] or 0.0, 12), default=Method.ITEMS)
    ties = customers >= LEAST_CUSTOMERS
    return contest_of_means(best, missed, trials=customers, baselines=SIMPLE, ties_lose=ties, least=1)


def quality_rows(
    trials: Mapping[Method, Trial], chosen: Method, choices: RecommendChoices, *, trained_until: date | None, as_of: date
) -> pa.Table:
    """The rows of insight.recommendation_quality."""
    rows = [
        {
            "as_of": as_of,
            "method": str(method),
            "is_chosen": method is chosen,
            "is_declared": choices.method is not None,
            "trained_until": trained_until,
            "horizon_days": choices.horizon_days,
            "positions": choices.top,
            **vars(trial),
        }
        for method, trial in trials.items()
    ]
    return pa.Table.from_pylist(rows, RECOMMENDATION_QUALITY.schema.to_pyarrow())
