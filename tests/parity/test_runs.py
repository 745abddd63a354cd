"""A whole run on either engine publishes the same tables, to the cent: every feed, every kind of cell that people write."""

from __future__ import annotations

import pytest

from fenji.choices import EngineName
from fenji.tables.clean import CLEAN
from fenji.workflow.running import run_all
from fixtures.every_feed import AS_OF, assert_same, published, workspace

pytestmark = [pytest.mark.spark, pytest.mark.slow]

ELSEWHERE = {
    *("clean.payment", "clean.return", "clean.balance", "clean.order_number_conflict"),
    *("insight.tier_threshold", "insight.tier_profile"),
}
"""Tables that stay empty in this world; tests of their own fill them on both engines."""


@pytest.mark.proof
def test_the_same_run_on_both_engines_publishes_the_same_tables(spark, tmp_path):
    on_duck, on_spark = workspace(tmp_path / "duck"), workspace(tmp_path / "spark")
    first = run_all(on_duck, as_of=AS_OF)
    second = run_all(on_spark, as_of=AS_OF, engine=EngineName.SPARK)
    tables = published(on_duck, first.run_id)
    assert {name.split(" ")[0] for name in tables} >= set(CLEAN) | {"insight.customer_metric", "insight.tier_count"}
    assert {name.split(" ")[0] for name, rows in tables.items() if not rows} <= ELSEWHERE
    assert_same(tables, published(on_spark, second.run_id))
    # What the screen tells of it is the same too, warnings included.
    assert (first.arrival, first.warnings) == (second.arrival, second.warnings)
    assert [each.source for each in first.arrival.sources if each.reasons and each.rows_in]
