"""Points from a shop's files to answers: the points table, the tier of the day before, late files, openings, merges, erasure. World: three customers of one shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.act.liability import allocated, liability, recognized
from fenji.act.redeeming import PointsShort
from fenji.domain.loyalty.cohorts import Cohort
from fenji.domain.loyalty.kinds import PointsKind, RequestStatus
from fenji.errors import Conflict, InvalidDocument, InvalidFile, InvalidInput
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.loyalty.members import approve_merge, list_members, list_merges, propose_merge, undo_merge
from fenji.workflow.loyalty.points import PointsAsked, balance_of, redeem_points, statement_of
from fenji.workflow.loyalty.points_adjust import adjust_points, decide_adjustment
from fenji.workflow.loyalty.points_figures import check_points, points_flow, points_liability
from fenji.workflow.loyalty.points_import import import_balances
from fenji.workflow.loyalty.points_post import post_points
from fenji.workflow.loyalty.points_rules import lint_program, publish_program
from fenji.workflow.persons_erase import erase_person
from fenji.workflow.running import run_all
from fenji.workspace.folder import open_workspace
from fixtures.copies import copy_of

TIERS = """
policy: shop
version: 1
effective_on: 2025-01-01
author: a test
why: to multiply
tiers:
  - {tier: regular, name: Regular}
  - {tier: silver, name: Silver, qualify: net_revenue_12m >= 1000}
  - {tier: gold, name: Gold, qualify: net_revenue_12m >= 2000}
  - {tier: diamond, name: Diamond, qualify: net_revenue_12m >= 4000}
review: {every: month}
"""
PROGRAM = """
program: points
version: 1
effective_on: 2026-01-01
author: a test
why: to count
earn: {per: 100, points: 1, multiply: {of: day_before, factors: {regular: 1, silver: 2, gold: 3, diamond: 5}}}
redeem: {points: 1, worth: 1.00}
cost_per_point: 0.90
expected_redemption: 0.85
merge: {approve: [union_id]}
adjust: {reasons: [goodwill, error], above: {points: 500}}
"""
SOURCES = """
sources:
  - source: shop
    feed: order
    files: "orders*.csv"
    time_zone: Asia/Shanghai
    columns: {order_id: order, customer_id: customer, ordered_at: at, order_amount: amount}
"""
# ann comes to 1,000 on the 10th: that order, and the next one of the day, keep factor 1; on the 11th it is 2.
ORDERS = """order,customer,at,amount
a1,ann,2026-01-10,500
a2,ann,2026-01-10,500
a3,ann,2026-01-10,250
a4,ann,2026-01-11,250
b1,bob,2026-01-10,99
b2,bob,2026-01-10,100
c1,cho,2026-01-11,1000
"""
DAY = date(2026, 1, 15)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("points") / "shop"
    init_workspace(root, template="spend", language=Language.EN)
    (root / "policies" / "spend.yaml").write_text(TIERS, "utf-8")
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    (root / "loyalty.yaml").write_text(PROGRAM, "utf-8")
    (root / "orders.csv").write_text(ORDERS, "utf-8")
    run_all(root, as_of=DAY)
    publish_program(root, root / "loyalty.yaml")
    post_points(root)
    return root


def spendable(root: Path) -> dict[str, int]:
    return {name: balance_of(root, f"shop:{name}").spendable for name in ("ann", "bob", "cho")}


def test_the_multiplier_is_that_of_the_day_before_and_a_second_posting_changes_nothing(begun: Path) -> None:
    assert spendable(begun) == {"ann": 5 + 5 + 2 + 2 * 2, "bob": 0 + 1, "cho": 10}
    again = post_points(begun)
    assert (again.orders_new, again.orders_changed, again.orders_unchanged, again.orders_vanished) == (0, 0, 7, 0)
    assert check_points(begun).broken == ()


@pytest.mark.parametrize(("factor", "points"), [(1, (1, 0, 2, 10)), (2, (2, 0, 4, 20)), (3, (3, 0, 6, 30)), (5, (5, 0, 10, 50))])
def test_the_points_table_of_the_texts_100_99_250_and_1000_yuan(begun: Path, factor: int, points: tuple[int, ...]) -> None:
    from fenji.act.earning import points_of
    from fenji.documents.loyalty import program_from_text

    rule = program_from_text(PROGRAM).earn
    assert tuple(points_of(rule, yuan * 100, factor * 1000) for yuan in (100, 99, 250, 1000)) == points
    multiplied = replace(
        rule,
        rounding=program_from_text(PROGRAM.replace("points: 1, mul", "points: 1, round: multiply_then_round, mul")).earn.rounding,
    )
    assert points_of(multiplied, 25_000, 2000) == 5


def test_a_late_file_changes_only_its_orders_and_what_vanished_is_taken_back(begun: Path, tmp_path: Path) -> None:
    root = copied(begun, tmp_path)
    text = ORDERS.replace("b2,bob,2026-01-10,100", "b2,bob,2026-01-10,300").replace("c1,cho,2026-01-11,1000\n", "")
    (root / "orders.csv").write_text(text + "b3,bob,2026-01-10,400\nr1,ann,2026-01-12,-120.50\nr2,bob,2026-01-12,-30\n", "utf-8")
    run_all(root, as_of=DAY)
    done = post_points(root)
    # Which orders these refunds belong to is not known, so no points go, and that is said.
    assert "2 refunds, 150.50" in done.warnings[0].what(Language.EN)
    assert (done.orders_new, done.orders_changed, done.orders_unchanged, done.orders_vanished) == (1, 1, 5, 1)
    assert spendable(root) == {"ann": 16, "bob": 3 + 4, "cho": 0}
    assert check_points(root).broken == ()
    flow = points_flow(root).months
    assert flow[-1].closing == 16 + 7


def copied(root: Path, to: Path) -> Path:
    import shutil

    return Path(shutil.copytree(root, to / "shop"))


def test_opening_balances_come_once_with_their_last_day_or_not_at_all(begun: Path, tmp_path: Path) -> None:
    root = copied(begun, tmp_path)
    file = tmp_path / "balances.csv"
    file.write_text("source,customer_id,points,expires_on,qualifying\nshop,ann,40,2099-12-31,12\nshop,dan,7,,\n", "utf-8")
    first, again = import_balances(root, file), import_balances(root, file)
    assert ((first.lots, first.points, first.members_opened), again.lots) == ((2, 47, 1), 0)
    found = balance_of(root, "shop:ann")
    assert (found.spendable, found.qualifying_total, found.lots[0].expires_on) == (56, 12 + 16 - 2, date(2099, 12, 31))
    file.write_text("source,customer_id,points,expires_on\nshop,eve,0,\nshop,eve,x,2020-13-01\n,eve,5,2020-01-01\n", "utf-8")
    with pytest.raises(InvalidFile) as caught:
        import_balances(root, file)
    assert [each.place.row for each in caught.value.problems] == [2, 3, 3, 4]
    assert balance_of(root, "shop:dan").spendable == 7


def test_an_adjustment_above_the_limit_waits_for_an_approver(begun: Path, tmp_path: Path) -> None:
    root = copied(begun, tmp_path)
    assert adjust_points(root, "shop:bob", 20, reason="goodwill", key="t1").available == 21
    asked = adjust_points(root, "shop:bob", 501, reason="goodwill", key="t2")
    assert (asked.waits_for, asked.available) == (1, 21)
    with pytest.raises(InvalidInput, match="reason"):
        adjust_points(root, "shop:bob", 1, reason="godwill", key="t3")
    decided = decide_adjustment(root, 1, is_approved=True, reason="nobody else is here").adjustments[0]
    assert (decided.status, balance_of(root, "shop:bob").spendable) == (RequestStatus.APPROVED, 522)
    with pytest.raises(Conflict):
        decide_adjustment(root, 1, is_approved=True, reason="again")


def test_merged_and_made_two_again_everybody_has_what_they_had(begun: Path, tmp_path: Path) -> None:
    root = copied(begun, tmp_path)
    number = propose_merge(root, "shop:ann", "shop:bob").merges[0].number
    approve_merge(root, number, reason="nobody else is here")
    assert (balance_of(root, "shop:ann").spendable, balance_of(root, "shop:bob").ids) == (17, ("workspace:ann", "workspace:bob"))
    assert list_merges(root).merges[0].status is RequestStatus.APPROVED
    undo_merge(root, number, "two people")
    assert spendable(root) == {"ann": 16, "bob": 1, "cho": 10}
    kinds = [each.kind for each in statement_of(root, "shop:ann").rows]
    assert kinds.count(PointsKind.EARN) == 4
    assert check_points(root).broken == ()


def test_erasing_a_person_leaves_every_sum_and_the_next_posting_nothing_to_do(begun: Path, tmp_path: Path) -> None:
    root = copied(begun, tmp_path)
    before = points_liability(root), points_flow(root).months, check_points(root).outstanding
    erase_person(root, "ann")
    assert all("ann" not in each for row in list_members(root).members for each in row.ids)
    assert (points_liability(root), points_flow(root).months, check_points(root).outstanding) == before
    done = post_points(root)
    assert (done.orders_new, done.orders_changed, done.orders_vanished, done.members_opened) == (0, 0, 0, 0)


def test_a_factor_for_a_tier_that_the_policy_lacks_is_an_error_at_its_line(begun: Path, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(PROGRAM.replace("diamond: 5", "diamant: 5"), "utf-8")
    with pytest.raises(InvalidDocument) as caught:
        lint_program(begun, file)
    assert [(each.place.row, each.text) for each in caught.value.problems] == [
        (7, "unknown {what} '{name}'."),
        (7, "there is no factor for {tiers}."),
    ]


def test_the_figures_that_ifrs_15_and_kpmg_print() -> None:
    """IE267 to IE270: 100,000 and 9,500; redeemed 4,500 of 9,500, then 8,500 of 9,700. KPMG 10A and 10B: 9,000 deferred."""
    assert [
        round(each) for each in allocated(Decimal(100_000), {"goods": Decimal(100_000), "points": Decimal(9_500)}).values()
    ] == [91_324, 8_676]
    first = recognized(Decimal(8_676), redeemed=4_500, points=10_000, expected_share=Decimal("0.95"), before=Decimal(0))
    second = recognized(Decimal(8_676), redeemed=8_500, points=10_000, expected_share=Decimal("0.97"), before=first)
    assert (round(first), round(second)) == (4_110, 3_493)
    first = recognized(Decimal(9_000), redeemed=4_500, points=10_000, expected_share=Decimal("0.97"), before=Decimal(0))
    by_rate = {
        rate: round(recognized(Decimal(9_000), redeemed=8_500, points=10_000, expected_share=Decimal(rate), before=first))
        for rate in ("0.99", "0.92")
    }
    assert (round(first), by_rate) == (4_175, {"0.99": 3_552, "0.92": 4_140})


def test_deferred_revenue_of_the_shop_is_allocated_by_what_points_are_worth(begun: Path) -> None:
    """2,599 yuan earned 27 points, worth 27, of which 85 % are expected: 2,599 x 22.95 / (2,599 + 22.95) = 22.75, none redeemed yet."""
    found = points_liability(begun)
    (row,) = found.months
    assert (row.revenue, row.deferred, row.recognized, found.deferred) == (
        Decimal("2699.00"),
        Decimal("22.76"),
        0,
        Decimal("22.76"),
    )


def test_own_months_tell_the_redemption_that_is_expected_once_they_are_old_enough() -> None:
    """Of each month 100 points: 20 are redeemed at age 0, 30 at age 1, none later; the newest month has 80 left, of which 30 will be."""
    cohorts = [
        Cohort(date(2025 + month // 12, month % 12 + 1, 1), 100, 50 if age else 80, {0: 20, 1: 30} if age else {0: 20}, age)
        for month, age in zip(range(12), range(11, -1, -1), strict=True)
    ]
    found = liability(cohorts, declared=Decimal("0.9"), ages=12)
    assert [(each.expected_share, each.is_declared) for each in found[-2:]] == [
        (Decimal("0.0000"), False),
        (Decimal("0.3750"), False),
    ]
    assert found[-1].cost(Decimal("0.90")) == Decimal("27.00")
    few = liability(cohorts[-2:], declared=Decimal("0.9"), ages=12)
    assert [(each.expected_share, each.is_declared) for each in few] == [(Decimal("0.8000"), True), (Decimal("0.8750"), True)]


def test_what_has_become_due_since_the_last_posting_counts_in_what_is_told(begun: Path, tmp_path: Path) -> None:
    root = copy_of(begun, tmp_path / "shop")
    later = PROGRAM.replace("program: points", "program: later").replace("redeem:", "pending: 7d\nexpire: {after: 1m}\nredeem:")
    never = later.replace("program: later", "program: never").replace("expire: {after: 1m}\n", "")
    for name, text in (("later", later), ("never", never)):
        (root / "loyalty.yaml").write_text(text, "utf-8")
        publish_program(root, root / "loyalty.yaml")
        post_points(root, as_of=DAY, program=name)
    with open_workspace(root).state.reading() as t:
        written = t.loyalty.members.page("never", after=0, limit=9)
    assert (sum(each.available for each in written), sum(each.pending for each in written)) == (0, 27)
    # Since then a week is over, and a month too.
    told = [list_members(root, program=name).members for name in ("later", "never")]
    assert [(sum(each.available for each in page), sum(each.pending for each in page)) for page in told] == [(0, 0), (27, 0)]
    gone, balance = (balance_of(root, "ann", program=name) for name in ("later", "never"))
    assert (gone.spendable, gone.pending, gone.lots) == (0, 0, ())
    assert (balance.spendable, balance.available, balance.pending) == (16, 16, 0)
    (warning,) = (each for each in points_liability(root, program="later").warnings if "expired" in str(each))
    assert warning.values == {"points": "27"}
    assert not any("expired" in str(each) for each in points_liability(root, program="never").warnings)
    # What is told is what can be spent, to the point.
    with pytest.raises(PointsShort):
        redeem_points(root, PointsAsked("ann", 17, "one more", "never"))
    assert redeem_points(root, PointsAsked("ann", 16, "all", "never")).available == 0
