"""Months of a small shop by themselves and by tier, stored once and read back; world: two new customers a month for two years."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.domain.trends import GroupBy, Measure, TiersFrom, TrendModel
from fenji.errors import InvalidArgument
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.trends import trend_at

SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
"""


def shop_of(folder: Path, *, months: int, as_of: str, history: int = 1) -> Path:
    """In every month two customers who are new spend 100 each, and the very first one 300 more; in the eighth month nobody buys."""
    init_workspace(folder, template="spend", language=Language.EN)
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    rows = ["order,customer,at,amount"]
    for month in (each for each in range(months) if each != 7):
        day = f"{2024 + month // 12}-{month % 12 + 1:02}-05"
        rows += [f"{month}a,new{month}a,{day},100", f"{month}b,new{month}b,{day},100", f"{month}c,first,{day},300"]
    (folder / "orders.csv").write_text("\n".join(rows) + "\n", "utf-8")
    run_all(folder, as_of=date.fromisoformat(as_of), history=history)
    return folder


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
    assert len(found.warnings) == 2


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


def test_scripts_and_people_get_the_same_months(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert answer(["forecast", "--of", "revenue", "--months", "2", "--workspace", str(shop), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["of"], told["by"], told["policy"], told["version"], told["as_of"]) == (
        "revenue",
        None,
        "spend",
        1,
        "2025-12-20",
    )
    assert [each["actual"] for each in told["series"][0]["months"]] == [500] * 7 + [0] + [500] * 15
    assert told["series"][0]["model"] in [str(each) for each in TrendModel]
    for split in ("tier", "category"):
        assert answer(["forecast", "--of", "revenue", "--by", split, "--workspace", str(shop), "--lang", "zh"]) == 0
        assert "2025-12" in capsys.readouterr().out


def test_options_that_mean_nothing_here_are_named_all_at_once(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert answer(["forecast", "--by", "tier", "--months", "3", "--workspace", str(shop), "--json"]) == 2
    assert [each["text"][:8] for each in json.loads(capsys.readouterr().out)["error"]["problems"]] == ["--by has", "--months"]
    assert answer(["forecast", "--of", "revenues", "--workspace", str(shop), "--json"]) == 2
    assert "revenue" in json.loads(capsys.readouterr().out)["error"]["problems"][0]["advice"]


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
