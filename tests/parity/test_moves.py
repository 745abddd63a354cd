"""Both engines count the same movements, flows, stays and cohorts."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import ibis
import pyarrow as pa
import pytest

from fenji.analyze.movements.flows import check_flows, count_flows, ladders_between
from fenji.analyze.movements.movements import count_movements
from fenji.analyze.movements.retention import cohort_retention, ended_stays
from fenji.analyze.reviews.tier_counts import count_tiers
from fenji.domain.policies import Policy, Tier
from fenji.domain.reviews import ReviewOn
from fenji.domain.words import Words
from fenji.engines.engine import Engine
from fixtures.assignments import Standing, assignments

APRIL, MAY, JUNE = REVIEWS = (date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30))
TIERS = ("low", "middle", "high", None)


def ladder(version: int, *slugs: str) -> Policy:
    return Policy("steps", version, APRIL, "me", "a test", tuple(Tier(slug, Words(slug, slug), None) for slug in slugs))


POLICIES = (ladder(1, "low", "middle", "high"), ladder(1, "low", "middle", "high"), ladder(2, "low", "high", "middle"))


# 64 customers: every pair of tiers in April and May, each with every tier in June; every seventh is known from May on only.
def stands(key: int) -> list[Standing]:
    """A customer's reviews; a stay goes on as long as the tier is the same."""
    rows: list[Standing] = []
    for day, tier in zip(REVIEWS, (TIERS[key % 4], TIERS[key // 4 % 4], TIERS[key // 16]), strict=True):
        if day > APRIL or key % 7:
            since = rows[-1].since_on if rows and rows[-1].tier == tier else day
            rows.append(Standing(key, day, tier, "kept", f"{key}.{key:02d}", since))
    return rows


WORLD = [row for key in range(64) for row in stands(key)]
CUSTOMER = pa.table(
    {
        "customer_key": pa.array(range(64), pa.int64()),
        "registered_on": pa.array([None if key % 3 else date(2025, 1 + key % 5, 1 + key % 28) for key in range(64)], pa.date32()),
        "first_seen_on": pa.array([None if key % 11 == 1 else date(2025, 6, 30) for key in range(64)], pa.date32()),
    }
)


def answers(engine: Engine) -> dict[str, list[dict[str, object]]]:
    rows, customer = engine.from_arrow(assignments(WORLD)), engine.from_arrow(CUSTOMER)
    reviews = [ReviewOn(day, policy) for day, policy in zip(REVIEWS, POLICIES, strict=True)]
    counts = [
        count_tiers(rows.filter(rows.as_of == each.as_of, rows.tier.notnull()), policy=each.policy, as_of=each.as_of)
        for each in reviews
    ]
    moves = [count_movements(rows, rows, earlier_on=earlier.as_of, as_of=later.as_of) for earlier, later in pairwise(reviews)]
    movement = engine.stage(ibis.union(*moves))
    tables = {
        "net": count_movements(rows, rows, earlier_on=APRIL, as_of=JUNE),
        "movement": movement,
        "flow": count_flows(ibis.union(*counts), movement, engine.from_arrow(ladders_between(reviews))),
        "stays": ended_stays(rows, reviews=REVIEWS, earlier_on=APRIL, as_of=JUNE),
        "cohorts": cohort_retention(rows, customer, earlier_on=APRIL, as_of=JUNE),
    }
    found = {name: sorted(engine.fetch(table).to_pylist(), key=str) for name, table in tables.items()}
    check_flows(found["flow"], found["movement"])
    return found


@pytest.mark.proof
@pytest.mark.spark
def test_the_engines_agree_on_movements_flows_stays_and_cohorts(duck: Engine, spark: Engine) -> None:
    expected, found = answers(duck), answers(spark)
    assert all(expected.values())
    for name, answer in expected.items():
        assert found[name] == answer, name
