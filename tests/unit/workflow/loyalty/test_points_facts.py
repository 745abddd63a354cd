"""What the ledger tells analyses: entries and uses of vouchers in the run, metrics over them, tiers by points. Extras and vouchers that come back. World: three customers of one shop."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fenji.documents.offers import offers_document_from_text
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.loyalty.records import OrderKey
from fenji.domain.loyalty.vouchers import Basket
from fenji.errors import FenjiError
from fenji.language import Language
from fenji.state.loyalty.retrying import retried
from fenji.state.transaction import Transaction
from fenji.tables import clean
from fenji.workflow.customers import customers_at
from fenji.workflow.initiating import init_workspace
from fenji.workflow.loyalty.points_figures import check_points
from fenji.workflow.loyalty.points_post import post_points
from fenji.workflow.loyalty.points_rules import publish_program
from fenji.workflow.persons_erase import erase_person
from fenji.workflow.repairing import repair_workspace
from fenji.workflow.running import run_all
from fenji.workspace.customer_choice import Asked
from fenji.workspace.folder import open_workspace
from fenji.workspace.loyalty.offers import offers_of
from fenji.workspace.loyalty.operations import Points
from fenji.workspace.loyalty.programs import program_of
from fenji.workspace.loyalty.vouchers import Vouchers
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
earn:
  per: 100
  points: 1
  extra:
    - {name: birthday, when: birthday_month, factor: 2}
    - {name: review, event: review, points: 1, at_most: {points: 2, per: month}}
redeem: {points: 1, worth: 1.00}
"""
OFFERS = """
offers: shop
version: 1
effective_on: 2024-01-01
author: a test
why: to be given back
program: points
list:
  - offer: five_off
    name: 5 off
    discount: {amount: 5.00}
    limits: {total: 10}
    return_on_refund: true
"""
SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: "orders*.csv"
    time_zone: Asia/Shanghai
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
  - source: people
    feed: customer
    files: people.csv
    columns: {customer_id: customer, birth_on: birthday}
  - source: app
    feed: event
    files: events.csv
    time_zone: Asia/Shanghai
    columns: {customer_id: customer, at: at, kind: kind, event_id: number}
"""
# The windows of January 2026 hold all but a0. ann earns 3 + 12 and 5 more in December, her month; bob 7, cho 1.
ORDERS = """order,customer,at,amount
a0,ann,2024-03-01,300
a1,ann,2025-12-10,500
a2,ann,2026-01-11,700
b1,bob,2026-01-10,750
c1,cho,2026-01-11,199
"""
PEOPLE = """customer,birthday
ann,1990-12-24
bob,1991-06-01
"""
# bob earns 2 of 3 in January, which is the most, and 1 in February; a visit earns nothing.
EVENTS = """number,customer,at,kind
1,bob,2026-01-12,review
2,bob,2026-01-13,review
3,bob,2026-01-14,review
4,bob,2026-02-01,review
5,cho,2026-02-01,visit
"""
LATER = """b1,bob,2026-02-10,-750
a1,ann,2026-02-15,-300
"""
DAY = date(2026, 2, 20)
COLUMNS = ("points_balance", "qualifying_points_12m", "points_earned_12m", "points_redeemed_12m", "vouchers_used_12m")


def at_till(root: Path, work: Callable[[Points], object], on: date = DAY) -> Any:
    workspace, now = open_workspace(root), datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    return retried(workspace.state, TILL, lambda t: work(Points(t, program_of(t), on, now, datetime.date)))


def use_voucher(root: Path, name: str, order: str) -> None:
    """A code of the one offer, issued to a member and used on an order."""
    who, now = member(root, name), datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC)

    def used(t: Transaction) -> None:
        vouchers = Vouchers(t, offers_of(t), DAY, now, datetime.date)
        vouchers.issue("five_off", [who], ["ABCDEFGH23456789"], "issue")
        vouchers.use("ABCDEFGH23456789", Basket(OrderKey("shop", order), 75_000), who, DAY, "use", is_reserved=False)

    workspace = open_workspace(root)
    with workspace.state.transaction(TILL) as t:
        t.loyalty.documents.publish(DocumentKind.OFFERS, offers_document_from_text(OFFERS).offers.heading, OFFERS)
    retried(workspace.state, TILL, used)


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
    for name, text in (("orders", ORDERS), ("people", PEOPLE), ("events", EVENTS)):
        (root / f"{name}.csv").write_text(text, "utf-8")
    run_all(root, as_of=DAY)
    with open_session(open_workspace(root)) as session:
        assert not {each.table for each in session.tables_of(session.latest().run_id)} & clean.LEDGER.keys()
    publish_program(root, root / "loyalty.yaml")
    assert post_points(root).events_rewarded == 3
    at_till(root, lambda points: points.refund(OrderKey("shop", "a2"), 20_000, DAY, "refund"))
    spent = at_till(root, lambda points: points.redeem(member(root, "ann"), 6, DAY, "spent")).transactions[0].transaction_id
    at_till(root, lambda points: points.undo_redemption(spent, DAY, "undone", points=2))
    at_till(root, lambda points: points.adjust(member(root, "cho"), 4, DAY, "gift", reason="goodwill"))
    use_voucher(root, "bob", "b1")
    (root / "orders.csv").write_text(ORDERS + LATER, "utf-8")
    run_all(root, as_of=DAY, history=3)
    return root


def copied(root: Path, to: Path) -> Path:
    return Path(shutil.copytree(root, to / "shop"))


def test_entries_come_to_what_members_have_and_metrics_to_what_hands_count(shop: Path) -> None:
    assert balances(shop) == {"ann": (20 - 2 - 4, 13), "bob": (10, 7), "cho": (1 + 4, 1)}
    assert told(shop, "select sum(points)::bigint, sum(qualifying_points)::bigint, count(*) from {entry}") == [(29, 21, 13)]
    assert told(shop, "select offer, discount, order_id from {use}") == [("five_off", 5, "b1")]
    rows = customers_at(shop, Asked(), columns=("customer_id", "tier", *COLUMNS), sort="customer_id").rows
    # Qualifying points fell by the refund alone: 5 + 7 - 2. Extras, redemptions and the gift count for no tier.
    assert [tuple(row.values()) for row in rows] == [
        ("ann", "gold", 14, 10, 15, 4, 0),
        ("bob", "silver", 10, 7, 10, 0, 1),
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


def test_returns_take_extras_with_their_order_and_give_its_voucher_back(shop: Path, tmp_path: Path) -> None:
    root = copied(shop, tmp_path)
    done = post_points(root)
    assert (done.orders_changed, done.vouchers_returned, done.events_rewarded) == (2, 1, 0)
    # Of a1 200 of 500 are left: 3 of its own points are gone, and 3 of the birthday.
    assert ledger(root, "select bonus, points_now from order_earning where order_id = 'a1' order by 1") == [
        ("", 2),
        ("birthday", 2),
    ]
    assert ledger(root, "select sum(available + pending + held - owed), sum(qualifying_total) from member") == [
        (29 - 7 - 6, 21 - 7 - 3)
    ]
    again = post_points(root)
    assert (again.orders_new, again.orders_changed, again.vouchers_returned, again.events_rewarded) == (0, 0, 0, 0)
    assert check_points(root).broken == ()


@pytest.mark.proof
def test_what_a_merged_member_has_counts_for_its_holder_and_an_erased_one_leaves_every_sum(shop: Path, tmp_path: Path) -> None:
    root = copied(shop, tmp_path)
    at_till(root, lambda points: points.merge(member(root, "cho"), member(root, "bob"), DAY, "merge", reason="phone"))
    run_all(root, as_of=DAY)
    assert balances(root) == {"ann": (14, 13), "bob": (10 + 5, 7 + 1)}
    at_till(root, lambda points: points.unmerge(member(root, "cho"), DAY, "two again", reason="two"))
    erase_person(root, "ann")
    run_all(root, as_of=DAY)
    found = balances(root)
    assert (found.pop("bob"), found.pop("cho"), list(found.values())) == ((10, 7), (5, 1), [(14, 13)])
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


@pytest.mark.proof
@pytest.mark.parametrize(("approved", "merged"), [("[union_id]", True), ("[phone]", False)])
def test_members_of_one_customer_are_merged_only_by_a_rule_that_the_program_names(
    tmp_path: Path, approved: str, merged: bool
) -> None:
    """One person buys under two ids; only later does a list say that both have one union id."""
    root = tmp_path / "shop"
    init_workspace(root, template="spend", language=Language.EN)
    settings = (root / "fenji.toml").read_text("utf-8")
    kept = [line for line in settings.splitlines() if not line.startswith("link_by")]
    (root / "fenji.toml").write_text("\n".join(['link_by = ["union_id"]', *kept]) + "\n", "utf-8")
    people = SOURCES.split("  - source: app", maxsplit=1)[0].replace("birth_on: birthday", "union_id: union")
    (root / "sources.yaml").write_text(people, "utf-8")
    (root / "loyalty.yaml").write_text(PROGRAM + f"merge: {{approve: {approved}}}\n", "utf-8")
    (root / "orders.csv").write_text("order,customer,at,amount\n1,app-1,2026-01-10,300\n2,web-1,2026-01-11,500\n", "utf-8")
    (root / "people.csv").write_text("customer,union\napp-1,u7\nweb-1,\n", "utf-8")
    run_all(root, as_of=DAY)
    publish_program(root, root / "loyalty.yaml")
    assert post_points(root).merges_proposed == 0
    (root / "people.csv").write_text("customer,union\napp-1,u7\nweb-1,u7\n", "utf-8")
    run_all(root, as_of=DAY)
    done = post_points(root)
    held = ledger(root, "select available, status from member order by member_id")
    assert (done.merges_proposed, held) == (1, [(8, "active"), (0, "merged")] if merged else [(3, "active"), (5, "active")])
    assert (post_points(root).merges_proposed, check_points(root).broken) == (0, ())
