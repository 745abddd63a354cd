"""The structure of a published run, asked as a user asks it; world: four customers with seven orders until 2026-03-31, and one later."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.analyze.structure.cross_products import sales_by
from fenji.analyze.structure.habits import Rhythm
from fenji.answers.json import plain
from fenji.answers.structure import Part
from fenji.errors import InvalidArgument, NotFound
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.structure import structure_of
from fixtures.four_customers import AS_OF, SOURCES, shop_of


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("structure"))


def test_every_metric_is_described_for_every_tier_in_which_somebody_stands(shop: Path) -> None:
    result = structure_of(shop, Part.PROFILE)
    described = {each.metric for each in result.profile}
    assert described == set(result.registry.slugs)
    revenue = [each for each in result.profile if each.metric == "net_revenue_12m"]
    # 1600 stands apart from 60, 40 and -20.
    assert [(each.tier, each.customers, each.mean, each.median) for each in revenue] == [
        (None, 4, 420.0, 50.0), (revenue[1].tier, 3, round(80 / 3, 6), 40.0), (revenue[2].tier, 1, 1600.0, 1600.0),
    ]  # fmt: skip


def test_rows_after_the_date_count_nowhere(shop: Path) -> None:
    crosses = structure_of(shop, Part.PRODUCTS).products
    assert [(each.by, sum(total.net_revenue_12m for total in each.totals)) for each in crosses] == [
        ("category", Decimal("1680.00")), ("channel", Decimal("1680.00")),
    ]  # fmt: skip
    category = {each.group: (each.customers, each.net_revenue_12m) for each in crosses[0].groups}
    assert category == {"tea": (3, Decimal("1000.00")), "pots": (1, Decimal("700.00")), "cups": (1, Decimal("-20.00"))}
    hours = structure_of(shop, Part.HABITS).habits[Rhythm.HOUR]
    assert {each.slot: each.orders for each in hours if each.orders} == {9: 1, 10: 1, 19: 1, 20: 1, 21: 1}


def test_refunds_beyond_payments_are_told_apart(shop: Path) -> None:
    found = structure_of(shop, Part.CONCENTRATION).concentration
    assert (found.customers, found.positive, found.zero, found.negative) == (4, 3, 0, 1)
    assert (found.positive_revenue_12m, found.negative_revenue_12m) == (Decimal("1700.00"), Decimal("-20.00"))


def test_a_date_whose_panel_is_not_kept_is_measured_again(shop: Path) -> None:
    run_all(shop, as_of=AS_OF, history=2)
    result = structure_of(shop, Part.CONCENTRATION, as_of=date(2026, 2, 28))
    assert (result.as_of, result.concentration.positive_revenue_12m) == (date(2026, 2, 28), Decimal("1640.00"))


def test_what_is_asked_wrongly_is_named_all_at_once(shop: Path) -> None:
    with pytest.raises(InvalidArgument) as caught:
        structure_of(shop, Part.PROFILE, metrics=("orders_12", "net_revenu_12m"))
    assert [each for each in ("orders_12m", "net_revenue_12m") if each not in caught.value.describe(Language.EN)] == []
    with pytest.raises(NotFound):
        structure_of(shop, Part.PROFILE, run_id="20990101T000000-abcd")


def test_sales_that_a_run_keeps_are_those_that_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shop_of(tmp_path)
    with (shop / "orders.csv").open("a") as file:
        file.write("9,M3,2026-03-08 10:00:00,10,,app\n")  # of no category
    monkeypatch.setitem(sales_by.__kwdefaults__, "most", 2)
    monkeypatch.setattr("fenji.workspace.tiering.FEWEST_KEPT", 1)
    run_all(shop, as_of=AS_OF)

    def told() -> list[object]:
        asked = (None, "category", "channel", "product_id")
        return [plain(structure_of(shop, Part.PRODUCTS, by=by).products, Language.EN) for by in asked]

    with monkeypatch.context() as nothing_is_counted:
        nothing_is_counted.setattr("fenji.workflow.structure.buyers_by_tier", None)
        kept = told()
    monkeypatch.setattr("fenji.workflow.structure._kept_sales", lambda *_asked: [])
    assert kept == told()
    # tea, pots, cups as the rest, and none; app and store.
    assert [len(cross["groups"]) for cross in kept[0]] == [4, 2]


def test_orders_dated_at_midnight_have_no_hour(tmp_path: Path) -> None:
    init_workspace(tmp_path, template="spend", language=Language.EN)
    (tmp_path / "orders.csv").write_text("order,customer,at,amount\n1,a,2026-01-05,10\n2,b,2026-01-06,10\n", "utf-8")
    (tmp_path / "sources.yaml").write_text(SOURCES.replace(", category: category, channel: channel", ""), "utf-8")
    run_all(tmp_path, as_of=AS_OF)
    result = structure_of(tmp_path, Part.HABITS)
    assert result.midnight_orders == 2
    assert any("2 of 2 orders are dated 0:00:00" in each.describe(Language.EN) for each in result.warnings)
    assert structure_of(tmp_path, Part.PRODUCTS).products == ()
