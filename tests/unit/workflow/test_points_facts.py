"""What the ledger tells analyses: entries and uses of vouchers in the run, metrics over them, tiers by points. World: three customers of one shop."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fenji.domain.loyalty.records import OrderKey
from fenji.errors import FenjiError
from fenji.language import Language
from fenji.state.loyalty.retrying import retried
from fenji.tables import clean
from fenji.workflow.customers import customers_at
from fenji.workflow.initiating import init_workspace
from fenji.workflow.persons_erase import erase_person
from fenji.workflow.points_post import post_points
from fenji.workflow.points_rules import publish_program
from fenji.workflow.repairing import repair_workspace
from fenji.workflow.running import run_all
from fenji.workspace.customer_choice import Asked
from fenji.workspace.folder import open_workspace
from fenji.workspace.loyalty.operations import Points
from fenji.workspace.loyalty.programs import program_of
from fenji.workspace.opening import open_session
from fixtures.ledgers import TILL

TIERS = """
policy: members
version: 1
effective_on: 2025-01-01
author: a test
why: tiers by points
tiers:
  - {tier: regular, name: Regular}
  - {tier: silver, name: Silver, qualify: qualifying_points_12m >= 5}
  - {tier: gold, name: Gold, qualify: qualifying_points_12m >= 10}
review: {every: month}
"""
PROGRAM = """
program: points
version: 1
effective_on: 2024-01-01
author: a test
why: to count
earn: {per: 100, points: 1}
redeem: {points: 1, worth: 1.00}
"""
SOURCES = """
sources:
  - source: shop
    feed: order
    files: "orders*.csv"
    time_zone: Asia/Shanghai
    columns: {order_id: order, customer_id: customer, ordered_at: at, order_amount: amount}
"""
# The windows of 31 January 2026 hold all but a0. ann earns 3 + 12, bob 7, cho 1; a2 is refunded in part in February.
ORDERS = """order,customer,at,amount
a0,ann,2024-03-01,300
a1,ann,2025-12-10,500
a2,ann,2026-01-11,700
b1,bob,2026-01-10,750
c1,cho,2026-01-11,199
"""
DAY = date(2026, 2, 20)
COLUMNS = ("points_balance", "qualifying_points_12m", "points_earned_12m", "points_redeemed_12m", "vouchers_used_12m")


def at_till(root: Path, work: Callable[[Points], object], on: date = DAY) -> Any:
    workspace, now = open_workspace(root), datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    return retried(workspace.state, TILL, lambda t: work(Points(t, program_of(t), on, now, datetime.date)))


def member(root: Path, name: str) -> int:
    with open_workspace(root).state.reading() as t:
        return t.loyalty.members.find("points", "workspace", name).member_id


def told(root: Path, query: str) -> list[tuple[Any, ...]]:
    """What plain SQL finds in the tables of the newest run; {entry}, {use} and {identity} are files."""
    with open_session(open_workspace(root)) as session:
        run_id = session.latest().run_id
        files = {
            name: f"read_parquet({[str(each) for each in session.files_of(run_id, contract)]})"
            for name, contract in (("entry", clean.POINTS_ENTRY), ("use", clean.VOUCHER_USE), ("identity", clean.IDENTITY))
        }
    return duckdb.execute(query.format(**files)).fetchall()


def balances(root: Path) -> dict[str, tuple[int, int]]:
    """Points and qualifying points of each customer, as the entries say."""
    rows = told(
        root,
        """select source_customer_id, sum(points)::bigint, sum(qualifying_points)::bigint
        from {entry} join {identity} using (customer_key) group by 1""",
    )
    return {name: (points, qualifying) for name, points, qualifying in rows}


def ledger(root: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(root / "fenji.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("facts") / "shop"
    init_workspace(root, template="spend", language=Language.EN)
    (root / "policies" / "spend.yaml").write_text(TIERS, "utf-8")
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    (root / "loyalty.yaml").write_text(PROGRAM, "utf-8")
    (root / "orders.csv").write_text(ORDERS, "utf-8")
    run_all(root, as_of=DAY)
    with open_session(open_workspace(root)) as session:
        assert not {each.table for each in session.tables_of(session.latest().run_id)} & clean.LEDGER.keys()
    publish_program(root, root / "loyalty.yaml")
    post_points(root)
    at_till(root, lambda points: points.refund(OrderKey("shop", "a2"), 20_000, DAY, "refund"))
    spent = at_till(root, lambda points: points.redeem(member(root, "ann"), 6, DAY, "spent")).transactions[0].transaction_id
    at_till(root, lambda points: points.undo_redemption(spent, DAY, "undone", points=2))
    at_till(root, lambda points: points.adjust(member(root, "cho"), 4, DAY, "gift", reason="goodwill"))
    run_all(root, as_of=DAY, history=3)
    return root


def copied(root: Path, to: Path) -> Path:
    return Path(shutil.copytree(root, to / "shop"))


def test_entries_come_to_what_members_have_and_metrics_to_what_hands_count(shop: Path) -> None:
    assert balances(shop) == {"ann": (15 - 2 - 4, 13), "bob": (7, 7), "cho": (1 + 4, 1)}
    assert ledger(shop, "select sum(available + pending + held - owed), sum(qualifying_total) from member") == [(21, 21)]
    assert told(shop, "select sum(points)::bigint, sum(qualifying_points)::bigint, count(*) from {entry}") == [(21, 21, 9)]
    rows = customers_at(shop, Asked(), columns=("customer_id", "tier", *COLUMNS), sort="customer_id").rows
    # Qualifying points fell by the refund alone: 5 + 7 - 2. Redemptions and the gift are no earnings.
    assert [tuple(row.values()) for row in rows] == [
        ("ann", "gold", 9, 10, 10, 4, 0),
        ("bob", "silver", 7, 7, 7, 0, 0),
        ("cho", "regular", 5, 1, 1, 0, 0),
    ]
    chosen = customers_at(shop, Asked(where=("points_balance >= 6", "points_redeemed_12m < 3")), columns=("customer_id",)).rows
    assert [row["customer_id"] for row in chosen] == ["bob"]


def test_tiers_by_points_are_those_of_plain_sql_at_every_review(shop: Path) -> None:
    for day in (date(2025, 12, 31), date(2026, 1, 31), DAY):
        asked = f"""select i.source_customer_id, coalesce(sum(e.qualifying_points) filter (e."on" <= date '{day}'
            and e."on" > date '{day}' - interval 12 month), 0)::bigint from {{identity}} i left join {{entry}} e using (customer_key)
            group by 1 order by 1"""
        by_sql = [
            (name, "gold" if points >= 10 else "silver" if points >= 5 else "regular") for name, points in told(shop, asked)
        ]
        rows = customers_at(shop, Asked(), columns=("customer_id", "tier"), sort="customer_id", as_of=day).rows
        assert [(row["customer_id"], row["tier"]) for row in rows] == [
            each for each in by_sql if day >= date(2026, 1, 31) or each[0] == "ann"
        ]


@pytest.mark.proof
def test_what_a_merged_member_has_counts_for_its_holder_and_an_erased_one_leaves_every_sum(shop: Path, tmp_path: Path) -> None:
    root = copied(shop, tmp_path)
    at_till(root, lambda points: points.merge(member(root, "cho"), member(root, "bob"), DAY, "merge", reason="phone"))
    run_all(root, as_of=DAY)
    assert balances(root) == {"ann": (9, 13), "bob": (7 + 5, 7 + 1)}
    at_till(root, lambda points: points.unmerge(member(root, "cho"), DAY, "two again", reason="two"))
    erase_person(root, "ann")
    run_all(root, as_of=DAY)
    found = balances(root)
    assert (found.pop("bob"), found.pop("cho"), list(found.values())) == ((7, 7), (5, 1), [(9, 13)])
    assert "ann" not in found


@pytest.mark.proof
def test_the_same_ledger_gives_the_same_bytes_and_a_damaged_table_is_told_again(shop: Path, tmp_path: Path) -> None:
    root = copied(shop, tmp_path)
    run_all(root, as_of=DAY)
    before, last = sorted(root.glob("store/clean.points_entry/run=*/*.parquet"), key=lambda each: each.stat().st_mtime)
    content = last.read_bytes()
    assert before.read_bytes() == content
    last.write_bytes(b"")
    with pytest.raises(FenjiError):
        balances(root)
    repair_workspace(root)
    assert last.read_bytes() == content
