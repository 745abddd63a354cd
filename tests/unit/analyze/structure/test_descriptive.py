"""Descriptions equal numpy's per tier and for all tiers; missing values count nowhere; world: nine customers in three tiers."""

from __future__ import annotations

from dataclasses import astuple
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.structure.descriptive import Description, describe_tiers
from fenji.engines.duck import DuckEngine

TIERS = ["low", "low", "low", "low", "low", "high", "high", "high", "one"]
REVENUE = ["0.00", "10.00", "20.50", "-5.25", "100.10", "1000.00", "1000.00", "3000.99", "7.77"]
SCORES = [None, 50.0, None, 70.0, 90.5, None, None, None, 100.0]
WORLD = pa.table(
    {
        "customer_key": pa.array(range(9), pa.int64()),
        "tier": TIERS,
        "net_revenue_12m": pa.array([Decimal(each) for each in REVENUE], pa.decimal128(18, 2)),
        "satisfaction_12m": pa.array(SCORES, pa.float64()),
    }
)
METRICS = ("net_revenue_12m", "satisfaction_12m")


@pytest.fixture(scope="module")
def found():
    engine = DuckEngine(threads=1)
    rows = engine.fetch(describe_tiers(engine.from_arrow(WORLD), metrics=METRICS)).to_pylist()
    engine.close()
    return {(each["metric"], each["tier"]): Description(**each) for each in rows}


def by_numpy(metric, tier):
    values = np.array(
        [
            float(v)
            for v, t in zip(REVENUE if metric == METRICS[0] else SCORES, TIERS, strict=True)
            if v is not None and tier in (t, None)
        ]
    )
    if not len(values):
        return (tier, metric, 0, *[None] * 7)
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return (tier, metric, len(values), values.mean(), deviation, *np.percentile(values, [10, 25, 50, 75, 90]))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("tier", ["low", "high", "one", None])
def test_descriptions_equal_numpy(found, metric, tier):
    ours, wanted = astuple(found[metric, tier]), by_numpy(metric, tier)
    assert ours[:3] == wanted[:3]
    assert [each is None for each in ours] == [each is None for each in wanted]
    assert [each for each in ours[3:] if each is not None] == pytest.approx(
        [each for each in wanted[3:] if each is not None], abs=1e-6
    )


def test_a_description_worked_by_hand(found):
    # 50, 70, 90.5: mean 70.1667; p25 half way between 50 and 70.
    low = found["satisfaction_12m", "low"]
    assert (low.customers, low.mean, low.p25, low.median, low.p75) == (3, 70.166667, 60.0, 70.0, 80.25)


def test_every_tier_and_metric_is_described_once(found):
    assert len(found) == 8
