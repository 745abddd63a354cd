"""Both engines find the same overrides for the reviews of a run, the latest recorded first in authority, under today's keys."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pyarrow as pa
import pytest

from fenji.domain.overrides import NewOverride, Override
from fenji.engines.engine import Engine
from fenji.workspace.overrides import overrides_in

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ANN = NewOverride("retail", "shop", "会员-1", "vip", date(2026, 1, 1), date(2026, 6, 30), "李雷", "new store")
RECORDED = [
    Override(number, decided, NOON)
    for number, decided in enumerate(
        [
            ANN,
            # The same customer under another id by now: what was recorded last counts.
            replace(ANN, source="hotel", tier="high", begins_on=date(2026, 3, 1), ends_on=date(2026, 3, 31)),
            replace(ANN, customer_id="bob", tier="entry", begins_on=date(2026, 5, 1)),
            replace(ANN, customer_id="gone"),
        ],
        start=1,
    )
]
IDENTITY = pa.table(
    {
        "source": ["shop", "hotel", "shop", "bank"],
        "source_customer_id": ["会员-1", "会员-1", "bob", "bob"],
        "customer_key": pa.array([7, 7, 3, 4], pa.int64()),
    }
)
EXPECTED = [
    (7, "vip", date(2026, 1, 1), date(2026, 2, 28)),
    (7, "high", date(2026, 3, 1), date(2026, 3, 31)),
]


def _found(engine: Engine) -> list[tuple[object, ...]]:
    record = SimpleNamespace(overrides=SimpleNamespace(list_overrides=lambda policy: RECORDED))
    session = SimpleNamespace(engine=engine, state=SimpleNamespace(reading=lambda: nullcontext(record)))
    dates = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    found = overrides_in(session, engine.from_arrow(IDENTITY), policy="retail", dates=dates)
    return [tuple(row.values()) for row in found.to_pylist()]


def test_overrides_on_duckdb(duck: Engine) -> None:
    assert _found(duck) == EXPECTED


@pytest.mark.proof
@pytest.mark.spark
def test_overrides_on_spark(spark: Engine) -> None:
    assert _found(spark) == EXPECTED
