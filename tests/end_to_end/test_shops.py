"""Shops' exports go from file to tiers by ``fenji map`` and ``fenji run`` with no edit in between, and the numbers are the true ones.

World: the export files of ``fixtures.shops`` side by side in one folder; every quirk that their platforms are known for, and the truth
about each worked by hand. One workspace serves all but one of them, because a command takes seconds to start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from fixtures import desk
from fixtures.shop_files import Shop
from fixtures.shops import PDD_PHONES, SHOPS
from fixtures.taobao import write_taobao_detail

AS_OF = "2025-06-30"
TOGETHER = tuple(shop for shop in SHOPS if shop is not PDD_PHONES)

# A buyer is known by the account that the export names, or else by the phone.
BUYERS = """
with buyer as (
  select customer_key,
         coalesce(min(source_customer_id) filter (source_customer_id not like 'phone:%'), min(source_customer_id)) as id
  from read_parquet('{store}/clean.identity/run={run}/**/*.parquet') group by customer_key)
select id, sum(net_revenue), count(*) filter (line_number = 1 and kind = 'sale')
from read_parquet('{store}/clean.order_line/run={run}/**/*.parquet') join buyer using (customer_key)
where source = '{source}'
group by id
"""
REASONS = """
select reason, count(*) from read_parquet('{store}/clean.rejected_row/run={run}/**/*.parquet') where source = '{source}' group by reason
"""
NOBODYS = """
select coalesce(sum(net_revenue), 0) from read_parquet('{store}/clean.order_line/run={run}/**/*.parquet')
where source = '{source}' and customer_key is null
"""


@dataclass(frozen=True)
class Workspace:
    """What a user has after map and run."""

    folder: Path
    run: str
    mapping: Mapping
    quality: Mapping
    tiers: Mapping

    def rows(self, query: str, source: str) -> list[tuple]:
        return duckdb.sql(query.format(store=self.folder / "store", run=self.run, source=source)).fetchall()


def fenji(*arguments: str) -> dict:
    """Runs the command line as a user would and reads its one JSON object."""
    said = desk.fenji(*arguments, "--json")
    assert said.code == 0, said
    return dict(said.json)


def mapped_and_run(folder: Path, files: Path) -> Workspace:
    """Init, map, run, and what the questions answer."""
    where = ("--workspace", str(folder))
    fenji("init", *where, "--template", "retail")
    mapping = fenji("map", str(files), *where, "--write")
    run = fenji("run", *where, "--as-of", AS_OF)["run_id"]
    return Workspace(folder, run, mapping, fenji("quality", *where), fenji("tiers", *where, "--as-of", AS_OF))


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("shops")
    (folder / "export").mkdir()
    for shop in TOGETHER:
        shop.write(folder / "export")
    write_taobao_detail(folder / "export")
    return mapped_and_run(folder / "work", folder / "export")


def check(workspace: Workspace, shop: Shop) -> None:
    (account,) = [each for each in workspace.quality["files"] if shop.file in each["file"]]
    truth, source = shop.truth, account["source"]
    assert (account["rows_in"], account["kept"], account["rejected"]) == (truth.rows_in, truth.kept, sum(truth.rejected.values()))
    assert dict(workspace.rows(REASONS, source)) == dict(truth.rejected)
    assert workspace.rows(NOBODYS, source) == [(Decimal(truth.unattributed),)]
    found = {who.replace("phone:+86", "phone:"): (revenue, orders) for who, revenue, orders in workspace.rows(BUYERS, source)}
    assert found == {who: (Decimal(revenue), truth.orders[who]) for who, revenue in truth.net_revenue.items()}


@pytest.mark.parametrize("shop", TOGETHER, ids=lambda shop: shop.name)
def test_a_shops_export_becomes_true_orders_without_a_hand(shop: Shop, together: Workspace) -> None:
    check(together, shop)


def test_phones_in_a_pdd_export_name_the_buyers(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    PDD_PHONES.write(tmp_path / "export")
    workspace = mapped_and_run(tmp_path / "work", tmp_path / "export")
    check(workspace, PDD_PHONES)
    assert workspace.tiers["customers"] == len(PDD_PHONES.truth.net_revenue)


def test_what_the_shops_sold_is_what_the_tiers_hold(together: Workspace) -> None:
    true = sum(Decimal(revenue) for shop in TOGETHER for revenue in shop.truth.net_revenue.values())
    assert sum(Decimal(str(tier["net_revenue_12m"])) for tier in together.tiers["tiers"]) == true
    assert sum(len(shop.truth.net_revenue) for shop in TOGETHER) == 13
    assert together.quality["reconciles"] is True


def test_the_item_list_beside_the_order_list_is_joined_with_it_and_its_money_counts_once(together: Workspace) -> None:
    by_name = {source["source"]: source for source in together.mapping["sources"]}
    assert all(source["is_usable"] for source in by_name.values())
    # The prices of the items are not counted beside what was paid: the sum over all shops above stays the true one.
    assert by_name["taobao_detail"]["belongs_to"] == "taobao"
    assert "taobao_detail" in {account["source"] for account in together.quality["files"]}
