"""Which allowed products fit each of some customers best, and which of their purchases speaks most for each?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fenji.analyze.recommend.catalogue import Catalogue, Floats, Ints, Popularity
from fenji.analyze.recommend.factors import Factors, fold_in, strongest_purchase
from fenji.analyze.recommend.histories import NOBODY, History, is_among
from fenji.analyze.recommend.neighbours import Neighbours
from fenji.domain.recommendations import Method, Reason

SCORES_AT_ONCE = 10_000_000
"""Scores that are held at once: customers x products near to what they bought, 12 bytes each."""
REASONS = tuple(Reason)
BOUGHT, AGAIN, POPULAR_IN_TIER, POPULAR = (REASONS.index(each) for each in REASONS)


@dataclass(frozen=True)
class Recommender:
    """Everything that a batch of customers is scored with; plain arrays, so that it can be sent to any worker."""

    catalogue: Catalogue
    popularity: Popularity
    method: Method
    top: int
    most_again: int = 0
    """Places for products bought before."""
    neighbours: Neighbours | None = None
    factors: Factors | None = None


@dataclass(frozen=True)
class Picks:
    """Recommendations; the best of each customer first."""

    customers: Ints
    products: Ints
    scores: Floats
    because: Ints
    """The purchase that speaks most for each; -1 where none does, or none has been looked for."""
    reasons: Ints
    """Place in ``REASONS``."""

    def __len__(self) -> int:
        return len(self.customers)


def picks_of(history: History, recommender: Recommender) -> Picks:
    """The recommendations of some thousand customers: what they buy again, what the method finds, then what is popular; not yet explained."""
    if recommender.method is Method.POPULAR:
        return _filled(history, _nothing(), history.banned, recommender)
    again = _bought_again(history, recommender)
    known = np.union1d(history.banned, history.bought)
    new = _nothing()
    if len(history.weights.items):
        if recommender.method is Method.ITEMS and recommender.neighbours is not None:
            new = _by_neighbours(history, known, recommender, recommender.neighbours)
        elif recommender.method is Method.FACTORS and recommender.factors is not None:
            new = _by_factors(history, known, recommender, recommender.factors)
    return _filled(history, _joined([again, new], recommender.top), known, recommender)


def explained(history: History, picks: Picks, recommender: Recommender) -> Picks:
    """The recommendations with the purchase that speaks most for each; what a customer has already is recommended because of itself."""
    because = np.full(len(picks), NOBODY, np.int64)
    own = picks.reasons == BOUGHT
    customers, products = picks.customers[own], picks.products[own]
    if recommender.method is Method.ITEMS and recommender.neighbours is not None:
        because[own] = _strongest_neighbour(history, recommender.neighbours, customers, products)
    elif recommender.method is Method.FACTORS and recommender.factors is not None and len(customers):
        table = np.full((len(history.customer_keys), recommender.top), NOBODY, np.int64)
        place = _places(customers)
        table[customers, place] = products
        folded = fold_in(history.weights, recommender.factors)
        because[own] = strongest_purchase(history.weights, recommender.factors, folded, table)[customers, place]
    has_it = is_among(picks.customers * history.weights.width + picks.products, history.bought)
    return replace(picks, because=np.where(has_it, picks.products, because), reasons=np.where(has_it, AGAIN, picks.reasons))


def _nothing() -> Picks:
    none = np.empty(0, np.int64)
    return Picks(none, none, np.empty(0), none, none)


def _bought(customers: Ints, products: Ints, scores: Floats) -> Picks:
    none = np.full(len(customers), NOBODY, np.int64)
    return Picks(customers, products, scores, none, np.full(len(customers), BOUGHT, np.int64))


def _bought_again(history: History, recommender: Recommender) -> Picks:
    """What each customer buys latest and most often, of what may be recommended again."""
    customers = np.repeat(np.arange(len(history.weights)), np.diff(history.weights.starts))
    items = history.weights.items.astype(np.int64)
    customers, items, scores = _best(history, recommender, customers, items, history.weights.weights, left_out=history.banned)
    first = _places(customers) < recommender.most_again
    picks = _bought(customers[first], items[first], scores[first])
    return replace(picks, because=picks.products, reasons=np.full(len(picks), AGAIN, np.int64))


def _joined(parts: list[Picks], top: int) -> Picks:
    """The picks of each customer one part after the other, ``top`` of them."""
    fields = [
        np.concatenate([getattr(each, name) for each in parts])
        for name in ("customers", "products", "scores", "because", "reasons")
    ]
    order = np.argsort(fields[0], kind="stable")
    fields = [each[order] for each in fields]
    kept = _places(fields[0]) < top
    return Picks(*(each[kept] for each in fields))


def _places(customers: Ints) -> Ints:
    """0, 1, 2... within each run of the same customer."""
    return np.arange(len(customers)) - np.searchsorted(customers, customers)


def _by_neighbours(history: History, known: Ints, recommender: Recommender, near: Neighbours) -> Picks:
    """Scores of products near to what was bought: the sum over purchases of weight x nearness."""
    from scipy import sparse  # noqa: PLC0415 - heavy third-party library

    width = len(recommender.catalogue)
    nearness = sparse.csr_matrix((near.nearness, near.items, near.starts), shape=(width, width))
    bought = history.weights.sparse()
    reach = np.concatenate([[0], np.cumsum(np.diff(near.starts)[history.weights.items])])[history.weights.starts]
    parts = []
    low = 0
    while low < len(history.weights):
        high = max(low + 1, int(np.searchsorted(reach, reach[low] + SCORES_AT_ONCE, side="right")) - 1)
        scores = bought[low:high] @ nearness
        customers = low + np.repeat(np.arange(high - low), np.diff(scores.indptr))
        parts.append(_best(history, recommender, customers, scores.indices.astype(np.int64), scores.data, left_out=known))
        low = high
    customers, products, scored = (np.concatenate([each[place] for each in parts]) for place in range(3)) if parts else _empty()
    return _bought(customers, products, scored)


def _empty() -> tuple[Ints, Ints, Floats]:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)


def _best(
    history: History, recommender: Recommender, customers: Ints, products: Ints, scores: Floats, *, left_out: Ints
) -> tuple[Ints, Ints, Floats]:
    """Of scored pairs the best that are allowed, up to ``top`` for each customer; equal scores in the order of the products' names."""
    width = len(recommender.catalogue)
    rough = scores.astype(np.float32)
    kept = (rough > 0) & recommender.catalogue.allowed[history.tiers[customers], products]
    kept &= ~is_among(customers * width + products, left_out)
    customers, products, rough = customers[kept], products[kept], rough[kept]
    if not len(customers):
        return _empty()
    # Customer, score from high to low, product in one number each: whole numbers sort many times faster than three keys.
    falling = np.uint64(0xFFFFFFFF) - rough.view(np.uint32).astype(np.uint64)
    packed = np.sort((customers.astype(np.uint64) << 49) | (falling << 17) | products.astype(np.uint64))
    customers = (packed >> 49).astype(np.int64)
    packed = packed[_places(customers) < recommender.top]
    bits = (np.uint64(0xFFFFFFFF) - ((packed >> 17) & 0xFFFFFFFF)).astype(np.uint32)
    return (packed >> 49).astype(np.int64), (packed & 0x1FFFF).astype(np.int64), bits.view(np.float32).astype(np.float64)


def _strongest_neighbour(history: History, near: Neighbours, customers: Ints, products: Ints) -> Ints:
    """The purchase that adds most to each recommendation."""
    weights, width = history.weights, history.weights.width
    sizes = np.diff(weights.starts)[customers]
    pair = np.repeat(np.arange(len(customers)), sizes)
    ends = np.cumsum(sizes)
    place = np.arange(len(pair)) - np.repeat(ends - sizes, sizes) + np.repeat(weights.starts[customers], sizes)
    bought = weights.items[place].astype(np.int64)
    codes = np.repeat(np.arange(width), np.diff(near.starts)) * width + near.items
    wanted = bought * width + products[pair]
    spot = np.minimum(np.searchsorted(codes, wanted), max(len(codes) - 1, 0))
    added = (
        np.where(codes[spot] == wanted, near.nearness[spot] * weights.weights[place], 0.0) if len(codes) else np.zeros(len(pair))
    )
    return _strongest(pair, bought, added, len(customers))


def _strongest(pair: Ints, bought: Ints, added: Floats, pairs: int) -> Ints:
    found = np.full(pairs, NOBODY, np.int64)
    helping = added > 0
    pair, bought, added = pair[helping], bought[helping], added[helping]
    order = np.lexsort((bought, -added.round(9), pair))
    first = np.concatenate([[True], pair[order][1:] != pair[order][:-1]])[: len(order)]
    found[pair[order][first]] = bought[order][first]
    return found


def _by_factors(history: History, known: Ints, recommender: Recommender, fitted: Factors) -> Picks:
    """Scores of all products that may be recommended anywhere: the product of both factors."""
    offered = np.flatnonzero(recommender.catalogue.allowed.any(axis=0))
    if not len(offered):
        return _nothing()
    width, taste = len(recommender.catalogue), fold_in(history.weights, fitted).taste
    buyers = np.flatnonzero(np.diff(history.weights.starts))
    place = np.full(width, NOBODY, np.int64)
    place[offered] = np.arange(len(offered))
    known_row, known_place = known // width, place[known % width]
    parts = []
    step = max(1, SCORES_AT_ONCE // len(offered))
    for low in range(0, len(buyers), step):
        own = buyers[low : low + step]
        scores = (taste[own] @ fitted.products[offered].T).astype(np.float32)
        scores[~recommender.catalogue.allowed[history.tiers[own]][:, offered]] = 0
        row = np.minimum(np.searchsorted(own, known_row), len(own) - 1)
        inside = (own[row] == known_row) & (known_place != NOBODY)
        scores[row[inside], known_place[inside]] = 0
        kept = min(recommender.top, len(offered))
        best = np.argpartition(-scores, kept - 1, axis=1)[:, :kept]
        found = np.take_along_axis(scores, best, 1).ravel().astype(np.float64)
        parts.append(_best(history, recommender, np.repeat(own, kept), offered[best.ravel()], found, left_out=known))
    return _bought(*(np.concatenate([each[which] for each in parts]) for which in range(3)))


def _filled(history: History, own: Picks, left_out: Ints, recommender: Recommender) -> Picks:
    """The places that the method left empty, filled with what is popular in the tier."""
    width = len(recommender.catalogue)
    missing = recommender.top - np.bincount(own.customers, minlength=len(history.customer_keys))
    taken = np.sort(np.concatenate([left_out, own.customers * width + own.products]))
    parts = [own]
    for tier in np.unique(history.tiers[missing > 0]):
        customers = np.flatnonzero((missing > 0) & (history.tiers == tier))
        scores = recommender.popularity.scores[tier]
        offered = np.flatnonzero(recommender.catalogue.allowed[tier])
        # Enough of them for the customer who has most of them already.
        depth = min(
            len(offered),
            recommender.top + int(np.bincount(taken // width, minlength=len(history.customer_keys))[customers].max()),
        )
        listed = offered[np.lexsort((offered, -scores[offered]))][:depth]
        free = ~is_among(customers[:, None] * width + listed[None, :], taken)
        chosen = free & (np.cumsum(free, axis=1) <= missing[customers][:, None])
        row, column = np.nonzero(chosen)
        products = listed[column]
        kind = np.where(recommender.popularity.is_own[tier, products], POPULAR_IN_TIER, POPULAR)
        nobody = np.full(len(row), NOBODY)
        parts.append(Picks(customers[row], products, scores[products], nobody, kind))
    return _joined(parts, recommender.top)
