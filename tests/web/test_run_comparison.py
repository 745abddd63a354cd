"""Two runs side by side: what the use-case, the page and a program are told is what their tables hold.

World: run A: M1 12,000 (vip), M2 600 and M3 700 (entry). Run B, a month later: M1's file is gone (nobody knows M1), M2 as before, M3 has
bought for 5,000 more (high), M4 is new with 900 (entry); the policy asks for 550 where it asked for 500, and amounts count in another zone.
"""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from fenji.domain.access import LimitColumn, Role, RowLimit
from fenji.errors import Forbidden, InvalidArgument, NotFound
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.runs_compared import compare_runs
from fenji.workspace.limits import limited_to
from web.conftest import Web
from web.test_frame import COUNT, NUMBERS

SOURCES = """
sources:
  - {source: shop, feed: order_line, files: "*.csv", columns: {order_id: o, customer_id: c, ordered_at: at, line_amount: amount}}
"""
HEAD = "o,c,at,amount\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Web, str, str]:
    """The shop and the ids of its runs."""
    root = tmp_path_factory.mktemp("compared") / "shop"
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    (root / "big.csv").write_text(f"{HEAD}1,M1,2026-01-05,12000\n", "utf-8")
    (root / "small.csv").write_text(f"{HEAD}2,M2,2026-01-06,600\n3,M3,2026-01-07,700\n", "utf-8")
    a = run_all(root, as_of=date(2026, 1, 31)).run_id
    (root / "big.csv").unlink()
    (root / "small.csv").write_text(f"{HEAD}2,M2,2026-01-06,600\n3,M3,2026-01-07,700\n4,M3,2026-02-07,5000\n", "utf-8")
    (root / "more.csv").write_text(f"{HEAD}5,M4,2026-02-08,900\n6,,2026-02-08,x\n", "utf-8")
    policy = root / "policies" / "spend.yaml"
    text = (
        policy.read_text("utf-8")
        .replace("version: 1", "version: 2")
        .replace("net_revenue_12m >= 500}", "net_revenue_12m >= 550}")
    )
    policy.with_name("spend-2.yaml").write_text(text.replace("effective_on: 2009-12-01", "effective_on: 2026-02-01"), "utf-8")
    settings = root / "fenji.toml"
    settings.write_text(f"lost_after_days = 400\n{settings.read_text('utf-8')}", "utf-8")
    b = run_all(root, as_of=date(2026, 2, 28)).run_id
    return Web(root), a, b


def tiers_in(root: Path, run_id: str) -> dict[str, str]:
    """Customer: tier, read from the files of a run by plain SQL."""
    store = root / "store"
    sql = f"""
        select c.customer_id, a.tier
        from read_parquet('{store}/insight.tier_assignment/run={run_id}/**/*.parquet') a
        join read_parquet('{store}/clean.customer/run={run_id}/**/*.parquet') c using (customer_key)
        where a.as_of = (select max(as_of) from read_parquet('{store}/insight.tier_assignment/run={run_id}/**/*.parquet'))"""
    return dict(duckdb.sql(sql).fetchall())


def test_what_two_runs_were_made_of_and_what_they_count(shop: tuple[Web, str, str]) -> None:
    web, a, b = shop
    found = compare_runs(web.root, a, b)
    assert (found.files.new, found.files.changed, found.files.gone) == (("more.csv",), ("small.csv",), ("big.csv",))
    assert [(each.setting, each.a, each.b) for each in found.settings] == [("lost_after_days", "", "400")]
    assert [each.sentence.in_language(Language.EN) for each in found.rules] != []
    assert (found.a.run.version, found.b.run.version) == (1, 2)
    assert (found.a.rows_in, found.b.rows_in, found.b.kept, sum(found.b.rejected.values())) == (3, 5, 4, 1)
    before, after = tiers_in(web.root, a), tiers_in(web.root, b)
    assert (before, after) == ({"M1": "vip", "M2": "entry", "M3": "entry"}, {"M2": "entry", "M3": "high", "M4": "entry"})
    for each in found.tiers:
        assert each.customers_a == list(before.values()).count(each.tier)
        assert each.customers_b == list(after.values()).count(each.tier)
    ways = {(each.tier_a, each.tier_b): each.customers for each in found.elsewhere}
    assert ways == {("vip", None): 1, ("entry", "high"): 1, (None, "entry"): 1}
    assert found.customers_elsewhere == sum(before.get(each) != after.get(each) for each in before | after)
    back = compare_runs(web.root, b, a)
    assert {(each.tier_b, each.tier_a): each.customers for each in back.elsewhere} == ways


def test_what_cannot_be_compared_is_refused_all_at_once(shop: tuple[Web, str, str]) -> None:
    web, a, b = shop
    with pytest.raises(InvalidArgument, match="itself"):
        compare_runs(web.root, a, a)
    with pytest.raises(NotFound) as missing:
        compare_runs(web.root, "x", "y")
    assert [each.place.column for each in missing.value.problems] == ["?a", "?b"]
    with limited_to([RowLimit(LimitColumn.REGION, ("east",))]), pytest.raises(Forbidden):
        compare_runs(web.root, a, b)


def test_the_page_opens_the_list_behind_every_number(shop: tuple[Web, str, str]) -> None:
    web, a, b = shop
    browser = web.login(Role.ANALYST)
    assert "/data/runs/compare" in browser.get("/data/runs").text
    page = browser.get("/data/runs/compare").text
    assert [shown for _link, shown in NUMBERS.findall(browser.get(f"/data/runs/compare?b={a}").text)][:2] == ["3", "3"]
    numbers = NUMBERS.findall(page)
    assert len(numbers) == 11
    for link, shown in numbers:
        listed = browser.get(html.unescape(link), headers={"fenji-part": "drawer"}).text
        assert COUNT.search(listed), (link, listed)
        assert COUNT.search(listed)[1] == shown, link
    few = web.login(Role.VIEWER).get("/data/runs/compare").text
    assert "&lt;5" in few
    assert "12,000" not in few
    assert browser.get("/data/runs/compare?a=x&b=y").status_code == 404
    told = browser.get("/api/v1/runs/compare", params={"a": a, "b": b}).json()
    assert (told["customers_elsewhere"], told["a"]["run_id"], told["run_id"]) == (3, a, b)
    assert re.search(r"/data/runs/compare\?b=", browser.get(f"/data/runs/{b}").text)
