"""What has each of some customers bought, and what must not be recommended to them? As arrays, customers and products ascending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fenji.analyze.recommend.catalogue import Catalogue, Flags, Ints
from fenji.analyze.recommend.neighbours import Weights
from fenji.analyze.recommend.purchases import MILLION

NOBODY = -1
"""No product."""
CUSTOMERS_AT_ONCE = 4096
"""Customers who are scored together: their factors take 70 MB at 32, and their numbers fit 12 bits when scores are sorted."""


@dataclass(frozen=True)
class History:
    """What some customers have bought and given back."""

    customer_keys: Ints
    tiers: Ints
    """Row of the tier in ``Catalogue.allowed``."""
    weights: Weights
    bought: Ints
    """Customer x products + product of everything bought, ascending."""
    banned: Ints
    """The same of what must not be recommended, ascending."""


def history_of(rows: pa.Table, catalogue: Catalogue) -> History:
    """The rows as arrays, customers and their products ascending."""
    width = len(catalogue)
    keys, first, owners = np.unique(rows["customer_key"].to_numpy(), return_index=True, return_inverse=True)
    tiers = rows["tier_number"].to_numpy().astype(np.int64)[first]
    items = rows["item_number"].fill_null(NOBODY).to_numpy().astype(np.int64)
    order = np.argsort(owners * (width + 1) + items + 1, kind="stable")
    order = order[items[order] != NOBODY]
    owners, items = owners[order], items[order]
    weight = rows["weight"].fill_null(0).to_numpy()[order] / MILLION
    was_bought = rows["order_days"].fill_null(0).to_numpy()[order] > 0
    was_returned = rows["is_returned"].cast(pa.int8()).fill_null(0).to_numpy()[order] > 0
    codes = owners * width + items
    # What came back says nothing about taste.
    speaks = was_bought & ~was_returned
    starts = np.concatenate([[0], np.cumsum(np.bincount(owners[speaks], minlength=len(keys)))]).astype(np.int64)
    return History(
        keys,
        np.where(tiers < 0, len(catalogue.allowed) - 1, tiers),
        Weights(starts, items[speaks].astype(np.int32), weight[speaks], width),
        codes[was_bought],
        codes[was_returned | (was_bought & ~catalogue.may_repeat[items])],
    )


def chunks_of(history: History) -> Iterator[History]:
    """Some customers at a time."""
    width, weights = history.weights.width, history.weights
    for low in range(0, len(history.customer_keys), CUSTOMERS_AT_ONCE):
        high = min(low + CUSTOMERS_AT_ONCE, len(history.customer_keys))
        begin, end = weights.starts[low], weights.starts[high]
        bounds = np.array([low, high]) * width
        bought, banned = (
            codes[slice(*np.searchsorted(codes, bounds))] - low * width for codes in (history.bought, history.banned)
        )
        own = Weights(weights.starts[low : high + 1] - begin, weights.items[begin:end], weights.weights[begin:end], width)
        yield History(history.customer_keys[low:high], history.tiers[low:high], own, bought, banned)


def is_among(codes: Ints, ordered: Ints) -> Flags:
    """Whether each number is one of some ascending numbers."""
    if not len(ordered):
        return np.zeros(codes.shape, bool)
    return np.asarray(ordered[np.minimum(np.searchsorted(ordered, codes), len(ordered) - 1)] == codes)
