"""Both engines find the same customers under the same keys, the same doubtful identifiers, and the same circles."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pytest

from fenji.engines.components import circles, connected_components
from fenji.engines.engine import Engine
from fenji.prepare.identity import PREFIXES, find_conflicts, find_ties, identify, name_ids

SHOP = "+8602188880000"
MENTIONS = [
    ("workspace", "b", "+8613900000001", None, None),
    ("tmall", "b", "+8613900000001", "li@example.com", None),
    ("workspace", "张三", None, "li@example.com", None),
    ("workspace", None, "+8613900000001", None, "oU1"),
    ("workspace", "wx", None, None, "oU1"),
    *(("workspace", f"walk-in {n}", SHOP, None, None) for n in range(4)),
    ("workspace", None, SHOP, None, None),
    ("jd", "alone", None, None, None),
]
KNOWN = [("tmall", "b", 7), ("workspace", "wx", 3), ("workspace", "gone", 9)]


def _found(engine: Engine) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]:
    columns = ("space", "customer_id", *PREFIXES)
    mentions = pa.table({name: pa.array([row[n] for row in MENTIONS], pa.string()) for n, name in enumerate(columns)})
    spaces, ids, keys = zip(*KNOWN, strict=True)
    known = engine.from_arrow(pa.table({"source": spaces, "source_customer_id": ids, "customer_key": pa.array(keys, pa.int64())}))
    named = engine.stage(name_ids(engine.from_arrow(mentions), shared_by_many=3))
    ties = engine.stage(find_ties(named, link_by=tuple(PREFIXES), shared_by_many=3))
    identity = identify(named, ties, known, link_by=tuple(PREFIXES), components=partial(connected_components, engine))
    conflicts = find_conflicts(named, ties, link_by=tuple(PREFIXES), shared_by_many=3)
    around = circles(engine, engine.from_arrow(pa.table({"left": ["a", "b", "c", "d"], "right": ["b", "a", "a", "e"]})))
    tables = (identity, conflicts, around)
    return tuple(sorted(tuple(row.values()) for row in engine.fetch(table).to_pylist()) for table in tables)


@pytest.mark.proof
@pytest.mark.spark
def test_both_engines_find_the_same_customers_conflicts_and_circles(duck: Engine, spark: Engine) -> None:
    identity, conflicts, around = _found(duck)
    assert _found(spark) == (identity, conflicts, around)
    assert {(source, name): key for source, name, key, _, _ in identity} == {
        ("tmall", "b"): 3,
        ("workspace", "b"): 3,
        ("workspace", "张三"): 3,
        ("workspace", "phone:+8613900000001"): 3,
        ("workspace", "wx"): 3,
        ("jd", "alone"): 10,
        **{("workspace", f"walk-in {n}"): 11 + n for n in range(4)},
    }
    assert [(kind, ids, merged) for kind, _, ids, merged in conflicts] == [("phone_shared_by_many", 4, False)]
    assert around == [("a", "a"), ("b", "a")]
