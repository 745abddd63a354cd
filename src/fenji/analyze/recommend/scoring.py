"""What is recommended to every customer, in which order, and why?

Reads   clean.order_line, insight.tier_assignment
Writes  insight.recommendation: one row per customer and position
Units   scores say the order within one customer, nothing else
Keeps   a product that a customer gave back is never recommended to them; who has it gets it again only where that is allowed; places that
        the method leaves empty are filled with what is popular
Source  decision 0028; the methods and their sources stand in ``neighbours``, ``factors`` and ``catalogue``
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from fenji.analyze.recommend.catalogue import Catalogue
from fenji.analyze.recommend.histories import NOBODY, History, chunks_of, history_of
from fenji.analyze.recommend.picking import REASONS, Picks, Recommender, explained, picks_of


def recommend(rows: pa.Table, recommender: Recommender) -> pa.Table:
    """The recommendations of all customers in rows of ``purchases.scoring_rows``: a batch step.

    Memory: about 100 bytes per row that is given, and 0.5 GB for the customers who are scored together.

    Returns:
        customer_key, position, product_id, score, reason, because_product_id.
    """
    history = history_of(rows, recommender.catalogue)
    parts = [
        _named(each, explained(each, picks_of(each, recommender), recommender), recommender.catalogue)
        for each in chunks_of(history)
    ]
    return pa.concat_tables(parts) if parts else _no_rows()


def _no_rows() -> pa.Table:
    numbers, texts = pa.array([], pa.int64()), pa.array([], pa.string())
    return pa.table(
        {
            "customer_key": numbers,
            "position": numbers,
            "product_id": texts,
            "score": pa.array([], pa.float64()),
            "reason": texts,
            "because_product_id": texts,
        }
    )


def _named(history: History, picks: Picks, catalogue: Catalogue) -> pa.Table:
    """The picks as stored; products by their names without a copy for every row."""
    names = pa.array(catalogue.product_ids, pa.string())
    because = pa.array(picks.because.astype(np.int32), mask=picks.because == NOBODY)
    place = np.arange(len(picks)) - np.searchsorted(picks.customers, picks.customers)
    return pa.table(
        {
            "customer_key": history.customer_keys[picks.customers],
            "position": place + 1,
            "product_id": pa.DictionaryArray.from_arrays(pa.array(picks.products.astype(np.int32)), names),
            "score": picks.scores,
            "reason": pa.DictionaryArray.from_arrays(
                pa.array(picks.reasons.astype(np.int32)), pa.array([str(each) for each in REASONS], pa.string())
            ),
            "because_product_id": pa.DictionaryArray.from_arrays(because, names),
        }
    )
