"""Every itemset and every measure of every rule equals what mlxtend finds in orders of Complete Journey, at several supports.

A seeded fifteenth of its 155,848 orders, so that mlxtend takes seconds; ``python bench/rules.py --data FOLDER`` compares all of them.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import duckdb
import numpy as np
import pytest

from fenji.analyze.baskets.association import measure, rules_in
from fenji.analyze.baskets.itemsets import frequent_itemsets
from fixtures.orders import baskets_of

DATA = Path(__file__).parents[5] / "shared" / "data" / "completejourney" / "transactions.parquet"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="needs the data of Complete Journey")
MEASURES = ("support", "confidence", "lift", "leverage", "conviction")


@pytest.fixture(scope="module")
def orders() -> list[list[str]]:
    rows = duckdb.execute(
        f"""SELECT list(DISTINCT product_id::VARCHAR) FROM '{DATA}' WHERE basket_id % 15 = 7
            AND product_id IN (SELECT product_id FROM '{DATA}' WHERE basket_id % 15 = 7 GROUP BY 1 HAVING count(DISTINCT basket_id) >= 20)
            GROUP BY basket_id ORDER BY basket_id"""
    ).fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize("support", [0.01, 0.004, 0.002])
def test_itemsets_and_rules_equal_those_of_mlxtend(orders: list[list[str]], support: float) -> None:
    import pandas as pd
    from mlxtend.frequent_patterns import association_rules, fpgrowth
    from mlxtend.preprocessing import TransactionEncoder

    encoder = TransactionEncoder()
    table = pd.DataFrame(encoder.fit(orders).transform(orders), columns=encoder.columns_)
    theirs = fpgrowth(table, min_support=support, use_colnames=True, max_len=3)
    names = list(encoder.columns_)
    places = {name: place for place, name in enumerate(names)}
    baskets = baskets_of(([places[item] for item in each] for each in orders), len(names))
    found = frequent_itemsets(baskets, min_count=int(np.ceil(support * len(orders) - 1e-9)), max_size=3)
    ours = {
        frozenset(names[item] for item in row): int(count)
        for each in found.by_size
        for row, count in zip(each.members.tolist(), each.counts.tolist(), strict=True)
    }
    assert ours == {each: round(share * len(orders)) for each, share in zip(theirs.itemsets, theirs.support, strict=True)}
    rules, _redundant = rules_in(found, max_antecedents=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = association_rules(theirs, metric="confidence", min_threshold=0.0)
    expected = expected[expected.consequents.map(len) == 1]
    measures = measure(rules, len(orders))
    columns = np.column_stack([getattr(measures, name) for name in MEASURES])
    own = {
        (frozenset(names[item] for item in left if item >= 0), names[right]): row
        for left, right, row in zip(rules.antecedents.tolist(), rules.consequents.tolist(), columns, strict=True)
    }
    assert len(own) == len(expected) > (0 if support > 0.005 else 20)
    for _, row in expected.iterrows():
        assert own[row.antecedents, next(iter(row.consequents))] == pytest.approx([row[name] for name in MEASURES], rel=1e-9)
