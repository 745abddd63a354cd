"""Months of a small shop by themselves and by tier, stored once and read back; world: two new customers a month for two years."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.domain.trends import GroupBy, Measure, TiersFrom
from fenji.errors import InvalidArgument
from fenji.workflow.trends import trend_at
from fixtures.monthly_shop import shop_of


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("trends"), months=24, as_of="2025-12-20", history=12)


def test_months_are_counted_and_the_one_that_is_not_over_is_left_out(shop: Path) -> None:
    found = trend_at(shop, measure=Measure.REVENUE, months=3)
    months = found.series[0].months
    assert [each.actual for each in months] == [500.0] * 7 + [0.0] + [500.0] * 15
    assert (str(months[-1].month_on), str(found.scope.left_out_last), found.scope.left_out_first) == (
        "2025-11-01",
        "2025-12-01",
        None,
    )
    assert [str(each.month_on) for each in found.series[0].expected] == ["2025-12-01", "2026-01-01", "2026-02-01"]
    assert found.series[0].filled == 1
    # Of one month without an order among equal ones nothing can be learned: the last month is as near as any model.
    assert [each.code for each in found.warnings] == ["not_better_than_baseline", None, None]


def test_what_was_asked_before_is_read_and_not_computed_again(shop: Path) -> None:
    first, again = (trend_at(shop, measure=Measure.ORDERS, months=months) for months in (2, 12))
    assert first.run_id == again.run_id
    assert [len(each.series[0].expected) for each in (first, again)] == [2, 12]


def test_customers_stand_in_the_tier_of_then(shop: Path) -> None:
    found = trend_at(shop, measure=Measure.REVENUE, by=GroupBy.TIER)
    assert found.scope.tiers_from is TiersFrom.HISTORY
    by_tier = {each.member: [month.actual for month in each.months] for each in found.series}
    # The first reviews of twelve are at the ends of January 2025 and of February, so that tiers are known from February to November.
    # The first customer spends 300 a month: 3,300 in twelve months, one of them without; who comes new stands in no tier yet.
    assert by_tier == {"middle": [300.0] * 10, "*none*": [200.0] * 10}


@pytest.mark.parametrize("months", [0, 13])
def test_more_than_a_year_is_not_foretold(tmp_path: Path, months: int) -> None:
    with pytest.raises(InvalidArgument, match="1 to 12"):
        trend_at(tmp_path, measure=Measure.ORDERS, months=months)


def test_few_months_say_how_many_are_missing_and_tiers_are_those_of_today(shop: Path) -> None:
    found = trend_at(shop, measure=Measure.ORDERS, by=GroupBy.TIER, as_of=date(2024, 4, 30))
    assert found.scope.tiers_from is TiersFrom.PRESENT
    # Who came new has spent 100, the first customer 1,200.
    assert [(each.member, len(each.months), each.more_needed, each.expected) for each in found.series] == [
        ("registered", 4, 2, ()),
        ("entry", 4, 2, ()),
    ]
