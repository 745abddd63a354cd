"""The reviews of a run lead to a forecast, or to how many are missing; world: a shop with two new customers a month."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.domain.reviews import ReviewPeriod, is_period_end
from fenji.errors import InvalidArgument, NotFound
from fenji.language import Language
from fenji.workflow.forecast import forecast_at
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all

SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
"""


def shop_of(folder: Path, *, as_of: str, history: int) -> Path:
    init_workspace(folder, template="spend", language=Language.EN)
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    lines = [f"{year}{month:02}{each},c{year}{month:02}{each},{year}-{month:02}-05,100"
             for year in (2024, 2025) for month in range(1, 13) for each in (1, 2)]  # fmt: skip
    (folder / "orders.csv").write_text("\n".join(["order,customer,at,amount", *lines]) + "\n", "utf-8")
    run_all(folder, as_of=date.fromisoformat(as_of), history=history)
    return folder


def test_two_new_customers_a_month_are_expected_to_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = shop_of(tmp_path, as_of="2025-12-20", history=20)
    result = forecast_at(shop, reviews=3)
    # The review of 20 December lies within its month: the forecast leads on from the end of November, with 46 customers.
    assert (str(result.as_of), str(result.starts_on), sum(result.customers.values())) == ("2025-12-20", "2025-11-30", 46)
    assert [str(each.review_on) for each in result.forecast.totals] == ["2025-12-31", "2026-01-31", "2026-02-28"]
    assert [each.customers for each in result.forecast.totals] == pytest.approx([48, 50, 52], abs=0.01)
    # Windows of twelve months are full from the end of January 2025 on: ten movements since then, eight before.
    assert (result.forecast.movements, result.forecast.left_out) == (10, 8)
    assert result.forecast.backtest.more_needed == 0
    capsys.readouterr()
    assert answer(["forecast", "--workspace", str(shop), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run_id"], told["as_of"], told["policy"], told["version"]) == (result.run_id, "2025-12-20", "spend", 1)
    assert len(told["tiers"]) == 6 * len(told["customers"])
    for language in ("en", "zh"):
        assert answer(["forecast", "--workspace", str(shop), "--lang", language]) == 0
    assert "2025-12-31" in capsys.readouterr().out


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
