"""A shop's export goes from file to tiers by ``fenji map`` and ``fenji run`` with no edit in between, and the numbers are the true ones.

World: the export files of ``fixtures.shops``; every quirk that their platforms are known for, and the truth about each worked by hand.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from fixtures.shop_files import Shop, Truth
from fixtures.shops import SHOPS, YOUZAN
from fixtures.taobao import TAOBAO, write_taobao_detail

AS_OF = "2025-06-30"

# A buyer is known by the account that the export names, or else by the phone.
BUYERS = """
with buyer as (
  select customer_key,
         coalesce(min(source_customer_id) filter (source_customer_id not like 'phone:%'), min(source_customer_id)) as id
  from read_parquet('{store}/clean.identity/run={run}/**/*.parquet') group by customer_key)
select id, sum(net_revenue), count(*) filter (line_number = 1 and kind = 'sale')
from read_parquet('{store}/clean.order_line/run={run}/**/*.parquet') join buyer using (customer_key)
group by id
"""


def fenji(*arguments: str) -> dict:
    """Runs the command line as a user would and reads its one JSON object."""
    done = subprocess.run(
        [sys.executable, "-m", "fenji.cli.main", *arguments, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def mapped_and_run(folder: Path, *files: Path) -> str:
    """Init, map, run; the id of the published run."""
    workspace = ("--workspace", str(folder))
    fenji("init", *workspace, "--template", "retail")
    mapping = fenji("map", *map(str, files), *workspace, "--write")
    assert mapping["sources"][0]["is_usable"] is True
    return fenji("run", *workspace, "--as-of", AS_OF)["run_id"]


def buyers(folder: Path, run: str) -> tuple[dict[str, Decimal], dict[str, int]]:
    rows = duckdb.sql(BUYERS.format(store=folder / "store", run=run)).fetchall()
    plain = {who.replace("phone:+86", "phone:"): (revenue, orders) for who, revenue, orders in rows}
    return {who: revenue for who, (revenue, _) in plain.items()}, {who: orders for who, (_, orders) in plain.items()}


def money(amounts: Mapping[str, str]) -> dict[str, Decimal]:
    return {who: Decimal(amount) for who, amount in amounts.items()}


def rejected_in(quality: Mapping[str, dict]) -> dict[str, int]:
    return {reason: count for reason, count in quality["rejected"].items() if count}


def check(folder: Path, run: str, truth: Truth) -> None:
    quality = fenji("quality", "--workspace", str(folder))
    assert (quality["rows_in"], quality["kept"], rejected_in(quality)) == (truth.rows_in, truth.kept, dict(truth.rejected))
    assert quality["reconciles"] is True
    assert Decimal(str(quality["unattributed"]["net_revenue"])) == Decimal(truth.unattributed)
    assert buyers(folder, run) == (money(truth.net_revenue), dict(truth.orders))
    tiers = fenji("tiers", "--workspace", str(folder), "--as-of", AS_OF)
    assert sum(Decimal(str(tier["net_revenue_12m"])) for tier in tiers["tiers"]) == sum(money(truth.net_revenue).values())


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.name)
def test_a_shops_export_becomes_tiers_without_a_hand(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    file = shop.write(tmp_path / "export")
    run = mapped_and_run(tmp_path / "work", file)
    check(tmp_path / "work", run, shop.truth)


def test_two_shops_and_an_item_list_together_keep_their_own_truth(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    files = [TAOBAO.write(tmp_path / "export"), YOUZAN.write(tmp_path / "export"), write_taobao_detail(tmp_path / "export")]
    run = mapped_and_run(tmp_path / "work", *files)
    both = Truth(
        rows_in=TAOBAO.truth.rows_in + YOUZAN.truth.rows_in,
        kept=TAOBAO.truth.kept + YOUZAN.truth.kept,
        rejected={"unpaid": 2, "cancelled": 2},
        net_revenue={**TAOBAO.truth.net_revenue, **YOUZAN.truth.net_revenue},
        orders={**TAOBAO.truth.orders, **YOUZAN.truth.orders},
    )
    check(tmp_path / "work", run, both)
