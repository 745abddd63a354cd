"""Both engines describe, cross, concentrate and time the same customers alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.structure.concentration import concentrate
from fenji.analyze.structure.cross_products import buyers_by_tier, sales_by
from fenji.analyze.structure.descriptive import describe_tiers
from fenji.analyze.structure.habits import order_times
from fenji.engines.engine import Engine

AS_OF = date(2026, 6, 30)
KEYS = range(40)
STANDING = pa.table(
    {
        "customer_key": pa.array(KEYS, pa.int64()),
        "tier": [("low", "middle", "high")[key % 3] for key in KEYS],
        "net_revenue_12m": pa.array([Decimal(f"{(key % 9 - 2) * 10}.25") for key in KEYS], pa.decimal128(18, 2)),
        "satisfaction_12m": pa.array([None if key % 4 or key % 3 == 2 else key / 7 for key in KEYS], pa.float64()),
        "orders_12m": pa.array([key % 5 for key in KEYS], pa.int64()),
    }
)
# 300 lines over 14 months in five categories and none, some returned, some of nobody.
NUMBERS = range(300)
MOMENTS = [datetime(2025, 5, 1, tzinfo=UTC) + timedelta(hours=37 * number) for number in NUMBERS]
LINES = pa.table(
    {
        "customer_key": pa.array([None if number % 23 == 0 else number % 45 for number in NUMBERS], pa.int64()),
        "ordered_at": pa.array(MOMENTS, pa.timestamp("us", "UTC")),
        "line_number": pa.array([1 + number % 2 for number in NUMBERS], pa.int64()),
        "category": pa.array([None if number % 6 == 5 else "abcde"[number % 6] for number in NUMBERS], pa.string()),
        "net_revenue": pa.array([Decimal(number % 11) + Decimal("0.05") for number in NUMBERS], pa.decimal128(18, 2)),
        "order_revenue": pa.array([Decimal(number % 13) for number in NUMBERS], pa.decimal128(18, 2)),
        "kind": ["return" if number % 7 == 3 else "sale" for number in NUMBERS],
    }
)


def answers(engine: Engine) -> dict[str, list[dict[str, object]]]:
    standing, lines = engine.from_arrow(STANDING), engine.from_arrow(LINES)
    local = engine.to_local(lines.ordered_at, "Asia/Shanghai")
    lines = lines.mutate(local_at=local, ordered_on=local.date())
    tables = {
        "description": describe_tiers(standing, metrics=("net_revenue_12m", "satisfaction_12m", "orders_12m")),
        "concentration": concentrate(standing),
        "categories": sales_by(standing, lines, column="category", as_of=AS_OF, most=3),
        "buyers": buyers_by_tier(standing, lines, as_of=AS_OF),
        "times": order_times(standing, lines, as_of=AS_OF),
    }
    return {name: sorted(engine.fetch(table).to_pylist(), key=str) for name, table in tables.items()}


@pytest.mark.proof
@pytest.mark.spark
def test_the_engines_agree_on_the_structure(duck: Engine, spark: Engine) -> None:
    expected, found = answers(duck), answers(spark)
    assert all(expected.values())
    for name, answer in expected.items():
        assert found[name] == answer, name
