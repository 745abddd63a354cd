"""Figures of some customers alone: what tiers, moves, structure and worth tell where conditions are given is what plain SQL counts, and pages say of whom.

World: the served shop, two regions, 160 customers.
"""

from __future__ import annotations

import html
from functools import partial
from pathlib import Path

import duckdb
import pytest
from starlette.testclient import TestClient

from fenji.answers.structure import Part
from fenji.domain.access import LimitColumn, Role, RowLimit
from fenji.errors import FenjiError
from fenji.workflow.moves import moves_between
from fenji.workflow.structure import structure_of
from fenji.workflow.tiers import tiers_at, tiers_of_run
from fenji.workflow.value import value_at
from fenji.workspace.limits import limited_to
from web.conftest import Web
from web.test_frame import COUNT, NUMBERS
from web.test_movement import text_of

CASES = {
    ("region:east",): "c.region = 'east'",
    ("region:west", "orders_12m >= 3"): "c.region = 'west' and m.orders_12m >= 3",
    ("region:",): "c.region is null",
    (
        "net_revenue_12m < 250",
        "days_since_last_order is not null",
    ): "m.net_revenue_12m < 250 and m.days_since_last_order is not null",
}


def parquet(root: Path, run_id: str, table: str) -> str:
    """A stored table in SQL."""
    return f"read_parquet('{root}/store/{table}/run={run_id}/**/*.parquet', union_by_name = true)"


@pytest.mark.parametrize("where", CASES, ids=" and ".join)
def test_tiers_and_moves_of_some_are_what_sql_counts(where: tuple[str, ...], served_root: Path) -> None:
    found, moves = tiers_at(served_root, where=where), moves_between(served_root, where=where)
    assigned, clean, panel = (
        parquet(served_root, found.run_id, each)
        for each in ("insight.tier_assignment", "clean.customer", "insight.customer_metric")
    )
    own = f"""select c.customer_key from {clean} c join {panel} m using (customer_key)
        where m.as_of = date '{found.as_of}' and {CASES[where]}"""
    rows = duckdb.sql(f"""select tier, count(*), sum(net_revenue_12m) from {assigned}
        where as_of = date '{found.as_of}' and tier is not null and customer_key in ({own}) group by tier""").fetchall()
    told = {each.tier: (each.customers, each.net_revenue_12m) for each in found.tiers if each.customers}
    assert told == {tier: (count, revenue) for tier, count, revenue in rows}
    assert sum(each.share for each in found.tiers) == pytest.approx(1 if rows else 0)
    assert len(found.conditions) == len(moves.conditions) == len(where)
    moved = duckdb.sql(f"""
        select a.tier, b.tier, count(*) from (select * from {assigned} where as_of = date '{moves.as_of}') b
        left join (select * from {assigned} where as_of = date '{moves.earlier_on}') a using (customer_key)
        where customer_key in ({own}) and (a.tier is not null or b.tier is not null) group by all""").fetchall()
    cells: dict[tuple[str | None, str | None], int] = {}
    for each in moves.movements:
        cells[each.from_tier, each.to_tier] = cells.get((each.from_tier, each.to_tier), 0) + each.customers
    assert cells == {(was, now): count for was, now, count in moved}
    assert moves.closing == found.customers
    assert tiers_of_run(served_root, found.run_id, where=where).tiers == found.tiers


@pytest.mark.parametrize("where", list(CASES)[:2], ids=" and ".join)
def test_structure_and_worth_of_some_are_what_sql_counts(where: tuple[str, ...], served_root: Path) -> None:
    found = structure_of(served_root, Part.PRODUCTS, by="category", where=where)
    worth, curve = value_at(served_root, where=where, top=2), structure_of(served_root, Part.CONCENTRATION, where=where)
    assigned, clean, panel, lines, values = (
        parquet(served_root, run, table)
        for run, table in (
            (found.run_id, "insight.tier_assignment"),
            (found.run_id, "clean.customer"),
            (found.run_id, "insight.customer_metric"),
            (found.run_id, "clean.order_line"),
            (worth.run_id, "insight.customer_value"),
        )
    )
    own = f"""select c.customer_key from {clean} c join {panel} m using (customer_key)
        where m.as_of = date '{found.as_of}' and {CASES[where]}"""
    (products,) = found.products or ()
    bought = duckdb.sql(f"""select category, count(distinct customer_key), sum(net_revenue) from {lines}
        join (select * from {assigned} where as_of = date '{found.as_of}' and tier is not null) using (customer_key)
        where ordered_on > date '{found.opens_after}' and ordered_on <= date '{found.as_of}' and kind = 'sale'
        and customer_key in ({own}) group by category""").fetchall()
    assert {each.group: each.customers for each in products.groups} == {group: buyers for group, buyers, _sum in bought}
    assert sum(each.net_revenue_12m for each in products.groups) == sum(amount for _group, _buyers, amount in bought)
    counted = duckdb.sql(f"""select current_class, potential_class, count(*), sum(net_revenue_12m) from {values}
        where customer_key in ({own}) group by all""").fetchall()
    cells: dict[tuple[object, object], list[object]] = {}
    for each in worth.grid:
        known = cells.setdefault((each.current_class, each.potential_class), [0, 0])
        known[:] = [known[0] + each.customers, known[1] + each.net_revenue_12m]
    assert cells == {(now, later): [count, revenue] for now, later, count, revenue in counted}
    best = duckdb.sql(f"""select customer_key from {values} where customer_key in ({own})
        order by clv desc nulls last, net_revenue_12m desc, customer_key limit 2""").fetchall()
    assert [each.customer_key for each in worth.top] == [key for (key,) in best]
    assert worth.company == value_at(served_root).company
    assert curve.concentration.customers == found.customers == sum(each.customers for each in found.tiers)


def test_conditions_narrow_what_somebody_may_see_and_never_widen_it(served_root: Path) -> None:
    with limited_to([RowLimit(LimitColumn.REGION, ("west",))]):
        assert tiers_at(served_root, where=["region:east"]).customers == 0
        some = tiers_at(served_root, where=["orders_12m >= 3"])
        assert moves_between(served_root, where=["orders_12m >= 3"]).closing == some.customers
    assert some.tiers == tiers_at(served_root, where=["orders_12m >= 3", "region:west"]).tiers
    for where in (["regoin:east"], ["orders"], ["orders_13m >= 3"]):
        for ask in (tiers_at, value_at, partial(structure_of, part=Part.HABITS)):
            with pytest.raises(FenjiError):
                ask(served_root, where=where)


def test_pages_say_of_whom_they_are_and_their_numbers_open_the_same_people(analyst: TestClient, web: Web) -> None:
    where = {"where": ["region:west", "orders_12m >= 2"]}
    for path in ("/", "/movement"):
        page = analyst.get(path, params=where).text
        assert "Only customers who meet: region is west; " in text_of(page)
        assert "those of all customers; take the filters out" in text_of(page)
        numbers = NUMBERS.findall(page)
        assert numbers
        for link, shown in numbers:
            listed = COUNT.search(analyst.get(html.unescape(link), headers={"fenji-part": "drawer"}).text)
            assert listed, link
            assert listed[1] == shown, link
    whole = analyst.get("/").text
    assert "Only customers who meet" not in whole
    told = analyst.get("/api/v1/tiers", params=where).json()
    assert told["customers"] == tiers_at(web.root, where=where["where"]).customers
    assert analyst.get("/api/v1/moves", params=where).json()["closing"] == told["customers"]
    assert analyst.get("/", params={"where": "regoin:west"}).status_code == 422
    chips = analyst.get("/customers", params=where).text
    assert "/customers?where=orders_12m" in chips
    assert "/customers?where=region" in chips
    assert web.login(Role.VIEWER).get("/", params={"where": "orders_12m >= 9"}).status_code == 200


def test_pages_of_structure_and_worth_say_so_too(analyst: TestClient) -> None:
    where = {"where": ["region:west", "orders_12m >= 2"]}
    for path in ("/structure", "/structure/composition", "/structure/products", "/structure/concentration", "/value"):
        page = analyst.get(path, params=where).text
        assert "Only customers who meet: region is west; " in text_of(page), path
        for link, shown in NUMBERS.findall(page)[:3]:
            listed = COUNT.search(analyst.get(html.unescape(link), headers={"fenji-part": "drawer"}).text)
            assert listed, link
            assert listed[1] == shown, link
    assert "Only customers who meet" in analyst.get("/structure/habits", params=where).text
