"""Every list command takes its customers along: all rows of the stored table, with the company's ids, in the order that the command tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.tables import insight, insight_baskets, insight_churn, insight_priority, insight_segments, insight_value
from fenji.workflow.churn import churn_at
from fenji.workflow.moves import moves_between
from fenji.workflow.priority import priority_at
from fenji.workflow.segments import segments_at
from fenji.workflow.taking import StoredList, list_column, open_stored_list
from fenji.workflow.value import value_at
from fixtures.customer_list import AS_OF, EARLIER, shop_with_lists

TAKEN = (
    insight_priority.PRIORITY,
    insight_churn.CHURN_RISK,
    insight_churn.PURCHASE_PROPENSITY,
    insight_value.CUSTOMER_VALUE,
    insight_segments.SEGMENT,
    insight_baskets.RECOMMENDATION,
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_with_lists(tmp_path_factory.mktemp("taking"))


def rows_of(shop: Path, what: StoredList, run_id: str, **more: object) -> list[dict[str, object]]:
    with open_stored_list(shop, what, run_id=run_id, as_of=AS_OF, **more) as listing:
        found = [row for batch in listing.batches() for row in batch.to_pylist()]
        assert listing.source.rows == len(found)
        assert (listing.source.policy, listing.source.version, listing.source.title) == ("shop", 1, what.value)
    return found


def test_movers_are_those_who_stand_elsewhere_with_the_cause(shop: Path) -> None:
    moved = rows_of(shop, StoredList.MOVES, moves_between(shop).run_id, earlier_on=EARLIER)
    told = {row["customer_id"]: (row["from_tier"], row["to_tier"], row["cause"]) for row in moved}
    assert told == {
        "m1": ("silver", "gold", "upgrade"),
        "m3": ("silver", "entry", "downgrade"),
        "m5": (None, "entry", "new"),
    }


def test_each_analysis_is_taken_whole_in_its_own_order(shop: Path) -> None:
    priority, value = priority_at(shop, top=100), value_at(shop, top=100)
    rows = rows_of(shop, StoredList.PRIORITY, priority.run_id)
    assert [row["customer_id"] for row in rows] == [row.customer_id for row in priority.order]
    assert [row["score"] for row in rows] == [row.score for row in priority.order]
    rows = rows_of(shop, StoredList.VALUE, value.run_id)
    best = [row.customer_id for row in value.top]
    assert [row["customer_id"] for row in rows][: len(best)] == best
    assert len(rows) == 8
    for what, run_id in (
        (StoredList.CHURN, churn_at(shop).run_id),
        (StoredList.SEGMENTS, segments_at(shop).run_id),
    ):
        assert {row["customer_id"] for row in rows_of(shop, what, run_id)} == {f"m{number}" for number in range(1, 9)}


def test_every_column_of_a_list_has_a_name_in_both_languages() -> None:
    columns = [each for contract in TAKEN for each in contract.columns if each.name not in ("customer_key", "as_of")]
    columns += [each for each in insight.TIER_MOVEMENT.columns if each.name in ("from_tier", "to_tier", "cause")]
    found = [list_column(each) for each in columns]
    assert [each.slug for each in found if not any("\u4e00" <= sign <= "\u9fff" for sign in each.name.zh)] == []
    assert [each.slug for each in found if "_" in each.name.en] == []
