"""The reviews of a run lead to a forecast, or to how many are missing; world: a shop with two new customers a month."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.domain.reviews import ReviewPeriod, is_period_end
from fenji.errors import InvalidArgument, NotFound
from fenji.workflow.forecast import forecast_at
from fixtures.growing_shop import shop_of


def test_two_new_customers_a_month_are_expected_to_go_on(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, as_of="2025-12-20", history=20)
    result = forecast_at(shop, reviews=3)
    # The review of 20 December lies within its month: the forecast leads on from the end of November, with 46 customers.
    assert (str(result.as_of), str(result.starts_on), sum(result.customers.values())) == ("2025-12-20", "2025-11-30", 46)
    assert [str(each.review_on) for each in result.totals] == ["2025-12-31", "2026-01-31", "2026-02-28"]
    assert [each.customers for each in result.totals] == pytest.approx([48, 50, 52], abs=0.01)
    # Windows of twelve months are full from the end of January 2025 on: ten movements since then, eight before.
    assert (result.movements, result.left_out) == (10, 8)
    assert result.backtest.more_needed == 0


def test_too_few_reviews_say_how_many_are_missing(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, as_of="2025-12-31", history=3)
    with pytest.raises(NotFound, match="needs 4, 1 more"):
        forecast_at(shop)


@pytest.mark.parametrize("reviews", [0, 13])
def test_more_than_twelve_reviews_are_not_foretold(tmp_path: Path, reviews: int) -> None:
    with pytest.raises(InvalidArgument, match="1 to 12"):
        forecast_at(tmp_path, reviews=reviews)


def test_a_period_ends_on_its_last_day_alone() -> None:
    assert is_period_end(date(2026, 2, 28), ReviewPeriod.MONTH)
    assert not is_period_end(date(2026, 2, 27), ReviewPeriod.MONTH)
    assert not is_period_end(date(2026, 2, 28), ReviewPeriod.QUARTER)
    assert is_period_end(date(2026, 12, 31), ReviewPeriod.HALF_YEAR)
