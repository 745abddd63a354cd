"""A till moves the points and vouchers of own customers only, and learns nothing of others. World: two members of two regions, the first with two ids."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.domain.access import LimitColumn, RowLimit
from fenji.errors import InvalidArgument, NotFound
from fenji.workflow.loyalty.members import link_id
from fenji.workflow.loyalty.offers import publish_offers
from fenji.workflow.loyalty.points import (
    PointsAsked,
    balance_of,
    hold_points,
    redeem_held,
    redeem_points,
    release_held,
    statement_of,
    undo_redemption,
)
from fenji.workflow.loyalty.points_adjust import adjust_points
from fenji.workflow.loyalty.points_import import import_balances
from fenji.workflow.loyalty.points_rules import publish_program
from fenji.workflow.loyalty.referrals import claim_referral, referral_code
from fenji.workflow.loyalty.vouchers import (
    OrderAsked,
    Recipients,
    check_voucher,
    issue_vouchers,
    list_vouchers,
    release_vouchers,
    use_voucher,
)
from fenji.workspace.limits import limited_to

EAST = RowLimit(LimitColumn.REGION, ("华东",))
SHOP = RowLimit(LimitColumn.SOURCE, ("workspace",))
SOURCES = """
sources:
  - source: shop
    feed: customer
    files: members.csv
    columns: {customer_id: id, phone: phone, region: region}
  - source: web
    feed: customer
    shares_ids_with: web
    files: web.csv
    columns: {customer_id: id, phone: phone}
  - source: orders
    feed: order
    files: orders.csv
    time_zone: Asia/Shanghai
    columns: {order_id: order, customer_id: id, ordered_at: at, order_amount: amount}
"""
PROGRAM = """
program: points
version: 1
effective_on: 2026-01-01
author: a test
why: to count
earn: {per: 1, points: 1}
redeem: {points: 1, worth: 0.01}
cost_per_point: 0.01
expected_redemption: 0.9
adjust: {reasons: [goodwill]}
referral: {reward: {advocate: {points: 20}}}
"""
OFFERS = """
offers: shop
version: 1
effective_on: 2026-01-01
author: a test
why: to try
program: points
list:
  - {offer: ten, name: Ten off, discount: {amount: 10}, valid: {days: 3000}, limits: {per_code: any}}
"""


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("till") / "shop"
    assert answer(["init", str(root), "--template", "spend", "--lang", "en"]) == 0
    for name, text in {
        "sources.yaml": SOURCES,
        "loyalty.yaml": PROGRAM,
        "offers.yaml": OFFERS,
        "members.csv": "id,phone,region\nann,13800001111,华东\nbob,13800002222,华北\n",
        "web.csv": "id,phone\nw1,13800001111\n",
        "orders.csv": "order,id,at,amount\na1,ann,2026-01-10,500\nb1,bob,2026-01-10,300\n",
        "opening.csv": "source,customer_id,points\nworkspace,ann,100\nworkspace,bob,200\n",
    }.items():
        (root / name).write_text(text, "utf-8")
    assert answer(["run", "--workspace", str(root), "--as-of", "2026-01-31"]) == 0
    publish_program(root, root / "loyalty.yaml")
    publish_offers(root, root / "offers.yaml")
    import_balances(root, root / "opening.csv")
    return root


def asked(customer: str, key: str, points: int = 5) -> PointsAsked:
    return PointsAsked(customer, points, key)


MOVES: dict[str, Callable[[Path, str], object]] = {
    "balance": balance_of,
    "statement": statement_of,
    "redeem": lambda root, who: redeem_points(root, asked(who, f"redeem {who}")),
    "hold": lambda root, who: hold_points(root, asked(who, f"hold {who}")),
    "adjust": lambda root, who: adjust_points(root, who, 1, reason="goodwill", key=f"adjust {who}"),
    "vouchers": lambda root, who: list_vouchers(root, customer=who),
    "code": referral_code,
    "claim": lambda root, who: claim_referral(root, "NOBODYS", who),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_customer_out_of_the_limits_is_as_unknown_as_one_who_is_not_there(till: Path, name: str) -> None:
    told = set()
    for who in (
        "bob",
        "workspace:bob",
        "orders:bob",
        "13800002222",
        "member:2",
        "key:2",
        "workspace:nobody",
        "nobody",
        "member:9",
    ):
        with limited_to([EAST]), pytest.raises(NotFound) as caught:
            MOVES[name](till, who)
        told.add(str(caught.value))
    assert len(told) == 1


def test_own_customers_are_found_by_whatever_they_are_known_by(till: Path) -> None:
    with limited_to([EAST]):
        found = [
            balance_of(till, who)
            for who in ("ann", "shop:ann", "workspace:ann", "web:w1", "w1", "13800001111", "member:1", "key:1")
        ]
    assert {(each.member_id, each.program) for each in found} == {(1, "points")}


def test_the_hold_and_the_redemption_of_somebody_else_are_not_there(till: Path) -> None:
    held = hold_points(till, asked("bob", "of bob"))
    spent = redeem_points(till, asked("bob", "spent by bob"))
    told = set()
    for named in (held.transaction_id, spent.transaction_id, "no such thing"):
        for work in (
            lambda name: redeem_held(till, name, f"till {name}"),
            lambda name: release_held(till, name),
            lambda name: undo_redemption(till, name, f"undo {name}"),
        ):
            with limited_to([EAST]), pytest.raises(NotFound) as caught:
                work(named)
            told.add(str(caught.value).replace(named, "X"))
    assert len(told) == 1
    mine = redeem_points(till, asked("ann", "mine"))
    with limited_to([EAST]):
        assert undo_redemption(till, mine.transaction_id, "undo mine").points == 5


def test_a_till_acts_for_ids_of_its_own_source_before_any_run_knows_them(till: Path) -> None:
    link_id(till, "ann", "workspace", "card 7")
    with limited_to([SHOP]):
        assert balance_of(till, "workspace:card 7").member_id == 1
        with pytest.raises(NotFound):
            balance_of(till, "web:unknown")


def test_reserved_codes_of_orders_of_others_are_not_given_up(till: Path) -> None:
    code = issue_vouchers(till, "ten", Recipients(code="SPRINGTIME"), "spring").codes[0].code or ""
    order = OrderAsked("orders:b9", Decimal(50))
    with limited_to([EAST]), pytest.raises(NotFound):
        check_voucher(till, code, order, customer="bob")
    use_voucher(till, code, order, "b9", customer="bob", is_reserved=True)
    with limited_to([EAST]), pytest.raises(NotFound):
        release_vouchers(till, "orders:b9")
    with limited_to([EAST]):
        use_voucher(till, code, OrderAsked("orders:a9", Decimal(50)), "a9", customer="ann", is_reserved=True)
        assert len(release_vouchers(till, "orders:a9").uses) == 1


def test_a_customer_of_two_members_is_never_shown_as_one_of_them(till: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("source,customer_id,points\nweb,w1,7\n", "utf-8")
    import_balances(till, file)
    with pytest.raises(InvalidArgument, match=r"member:1, member:\d+"):
        balance_of(till, "13800001111")
    assert balance_of(till, "web:w1").available == 7
