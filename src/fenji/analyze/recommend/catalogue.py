"""Which products may be recommended, to which tier, and which of them again to who has them?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.domain.recommendations import BoughtRule, RecommendChoices, TierRule

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_PRODUCTS = 2**17
"""Products that are looked at, those with most buyers: their numbers fit 17 bits when scores are sorted."""
PRIOR_CUSTOMERS = 50.0
"""So many customers like all others are added to those of a tier, so that few customers make no fashion."""


@dataclass(frozen=True)
class Catalogue:
    """The products by number, in the order of their names."""

    product_ids: tuple[str, ...]
    categories: tuple[str | None, ...]
    buyers: Ints
    may_repeat: Flags
    """Whether a product may be recommended to somebody who has it."""
    allowed: Flags
    """One row per tier and a last one for who stands in none: whether a product may be recommended there."""

    def __len__(self) -> int:
        return len(self.product_ids)

    def numbers(self) -> pa.Table:
        """product_id and item_number."""
        numbers = pa.array(np.arange(len(self), dtype=np.int32))
        return pa.table({"product_id": pa.array(self.product_ids, pa.string()), "item_number": numbers})


def catalogue_from(products: pa.Table, tiers: Sequence[str], choices: RecommendChoices, *, as_of: date) -> Catalogue:
    """The catalogue from the fetched rows of ``product_buyers``.

    A product is offered where it was bought in the last ``sold_within_days`` and is not out of stock; what a tier's rule blocks is not
    offered to that tier, and where it allows some products or categories, only these are.
    """
    rows = sorted(products.to_pylist(), key=lambda each: (-each["buyers"], each["product_id"]))[:MOST_PRODUCTS]
    rows.sort(key=lambda each: each["product_id"])
    ids = tuple(each["product_id"] for each in rows)
    categories = tuple(each["category"] for each in rows)
    opens = as_of - timedelta(days=choices.sold_within_days)
    in_stock, out_of_stock = (None if choices.in_stock is None else set(choices.in_stock)), set(choices.out_of_stock)
    offered = np.array(
        [
            each["last_on"] > opens
            and each["product_id"] not in out_of_stock
            and (in_stock is None or each["product_id"] in in_stock)
            for each in rows
        ],
        bool,
    )
    rules = {each.tier: each for each in choices.tiers}
    allowed = [offered & _allowed_by(rules.get(tier), ids, categories) for tier in tiers]
    return Catalogue(
        ids,
        categories,
        np.array([each["buyers"] for each in rows], np.int64),
        np.array([_may_repeat(each, choices) for each in rows], bool),
        np.array([*allowed, offered], bool).reshape(len(tiers) + 1, len(rows)),
    )


def _may_repeat(product: Mapping[str, Any], choices: RecommendChoices) -> bool:
    if choices.bought is not BoughtRule.REPURCHASE:
        return choices.bought is BoughtRule.ALLOW
    return bool(product["repeat_buyers"] >= choices.min_repurchase_rate * product["buyers"])


def _allowed_by(rule: TierRule | None, ids: Sequence[str], categories: Sequence[str | None]) -> Flags:
    if rule is None:
        return np.ones(len(ids), bool)
    blocked = _among(ids, rule.block_products) | _among(categories, rule.block_categories)
    if not rule.allow_products and not rule.allow_categories:
        return ~blocked
    return (_among(ids, rule.allow_products) | _among(categories, rule.allow_categories)) & ~blocked


def _among(names: Iterable[str | None], wanted: Sequence[str]) -> Flags:
    known = set(wanted)
    return np.array([each in known for each in names], bool)


@dataclass(frozen=True)
class Popularity:
    """How popular each product is lately; one row per tier and a last one for who stands in none."""

    scores: Floats
    """Share of the recent customers who bought it; above 0 for every product."""
    is_own: Flags
    """Whether it is more popular in the tier than among all."""


def popularity_from(recent: pa.Table, customers: pa.Table, tiers: Sequence[str], catalogue: Catalogue) -> Popularity:
    """Popularity from the fetched rows of ``recent_buyers`` and ``tier_customers``."""
    places = {tier: place for place, tier in enumerate(tiers)}
    counts, sizes = np.zeros((len(tiers) + 1, len(catalogue))), np.zeros(len(tiers) + 1)
    for each in customers.to_pylist():
        sizes[places.get(each["tier"], len(tiers))] = each["customers"]
    rows = np.array([places.get(tier, len(tiers)) for tier in recent["tier"].to_pylist()], np.int64)
    counts[rows, recent["item_number"].to_numpy()] = recent["buyers"].to_numpy()
    overall = counts.sum(axis=0) / max(sizes.sum(), 1)
    own = (counts[:-1] + PRIOR_CUSTOMERS * overall) / (sizes[:-1, None] + PRIOR_CUSTOMERS)
    # Who bought a product long ago tells the order of those that nobody bought lately.
    last_resort = 1e-9 * (1 + catalogue.buyers)
    return Popularity(
        np.vstack([own, overall[None, :]]) + last_resort, np.vstack([own > overall, np.zeros((1, len(catalogue)), bool)])
    )
