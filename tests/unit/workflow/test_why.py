"""fenji why tells the reasons that decided, for every customer of a small shop over eight reviews; a customer is found under any id."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.domain.policies import Cause
from fenji.errors import InvalidArgument, NotFound
from fenji.language import Language
from fenji.tables import clean, insight
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.why import why_of
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fixtures.beginning import begin

AS_OF = date(2026, 8, 31)
SOURCES = """
sources:
  - {source: shop, feed: order_line, files: shop.csv, columns: {order_id: 订单号, customer_id: 会员, ordered_at: 时间, line_amount: 金额}}
  - {source: web, shares_ids_with: online, feed: order_line, files: web.csv, columns: {order_id: 订单号, customer_id: 会员, ordered_at: 时间, line_amount: 金额}}
"""
POLICY = """
policy: shop
version: 1
effective_on: 2020-01-01
author: me
why: a test
tiers:
  - {tier: entry, name: {zh: 初级, en: Entry}}
  - {tier: silver, name: {zh: 银卡, en: Silver}, qualify: net_revenue_3m >= 500, keep: net_revenue_3m >= 300}
  - {tier: gold, name: {zh: 金卡, en: Gold}, qualify: {all: [net_revenue_3m >= 1000, orders_3m >= 2]}}
caps:
  - {when: net_revenue_3m > 5000, at_most: silver, why: resellers}
review: {every: month, downgrade: one_step, hold_reviews: 1, grace_reviews: 1}
"""
# ann reaches gold in January and buys nothing more; bob is silver by 500 and kept by 300; cho stays entry; dee is a reseller.
SHOP = """订单号,会员,时间,金额
1,ann,2026-01-05 10:00:00,600
2,ann,2026-01-20 10:00:00,600
3,bob,2026-05-02 10:00:00,500
4,bob,2026-08-02 10:00:00,300
5,cho,2026-02-01 10:00:00,20
6,dee,2026-08-03 10:00:00,4000
7,dee,2026-08-04 10:00:00,4000
"""
WEB = "订单号,会员,时间,金额\n1,cho,2026-08-01 10:00:00,70\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop")
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (root / "policies" / "spend.yaml").write_text(POLICY, encoding="utf-8")
    (root / "shop.csv").write_text(SHOP, encoding="utf-8")
    (root / "web.csv").write_text(WEB, encoding="utf-8")
    begin(root, date(2026, 1, 31))
    run_all(root, as_of=AS_OF, history=8)
    return root


def test_reasons_agree_with_the_decision_for_every_customer_at_every_review(shop: Path) -> None:
    with open_session(open_workspace(shop)) as session:
        run = session.latest()
        rows = session.engine.fetch(session.read(run.run_id, insight.TIER_ASSIGNMENT)).to_pylist()
        ids = {
            each["customer_key"]: f"{each['source']}:{each['source_customer_id']}"
            for each in session.engine.fetch(session.read(run.run_id, clean.IDENTITY)).to_pylist()
        }
    assert len(rows) == 21
    for row in rows:
        found = why_of(shop, ids[row["customer_key"]], as_of=row["as_of"])
        reasons = found.explanation.tiers
        qualified = max(rank for rank, each in enumerate(reasons) if each.is_qualified)
        kept = max(rank for rank, each in enumerate(reasons) if each.is_kept)
        told = (found.customer_key, reasons[qualified].tier.slug, reasons[kept].tier.slug, found.explanation.decision.tier)
        assert told == (row["customer_key"], row["qualified_tier"], row["kept_tier"], row["tier"])
        assert found.history[-1] == found.explanation.decision


def test_the_history_tells_every_review_with_its_cause(shop: Path) -> None:
    found = why_of(shop, "ann")
    assert [(each.as_of.month, each.tier, each.cause) for each in found.history] == [
        (1, "gold", Cause.NEW),
        (2, "gold", Cause.KEPT),
        (3, "gold", Cause.KEPT),
        # Three months to 30 April hold nothing of January: the hold of one review is long over, one review of grace, then steps.
        (4, "gold", Cause.GRACE),
        (5, "silver", Cause.DOWNGRADE),
        (6, "silver", Cause.HELD),
        (7, "silver", Cause.GRACE),
        (8, "entry", Cause.DOWNGRADE),
    ]


def test_an_earlier_review_is_explained_from_its_own_day(shop: Path) -> None:
    found = why_of(shop, "ann", as_of=date(2026, 4, 30)).explanation
    assert (found.decision.cause, found.falls_to, found.falls_at_earliest) == (Cause.GRACE, "silver", date(2026, 5, 31))
    assert [part.value for part in found.tiers[2].qualify.parts] == [0, 0]


def test_what_keeps_a_tier_what_is_missing_and_which_cap_binds(shop: Path) -> None:
    bob, dee = (why_of(shop, each).explanation for each in ("bob", "dee"))
    assert (bob.decision.tier, bob.own.is_qualified, bob.own.is_kept, bob.falls_to) == ("silver", False, True, "entry")
    assert [[str(line.amount) for line in way] for way in bob.missing] == [["700.00", "1"]]
    assert (dee.decision.tier, dee.decision.cause, [each.cap.why for each in dee.capped_by]) == (
        "silver",
        Cause.CAP,
        ["resellers"],
    )


def test_an_id_of_several_customers_must_say_its_source(shop: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"online:cho \(key:1\); workspace:cho"):
        why_of(shop, "cho")
    assert [why_of(shop, each).explanation.decision.net_revenue_12m for each in ("workspace:cho", "online:cho")] == [20, 70]


@pytest.mark.parametrize("written", ["'ann", '="ann"', "='ann'", "  ann ", "\ufeffann", "workspace:'ann", 'workspace:="ann"'])
def test_an_id_may_be_copied_with_what_a_spreadsheet_puts_around_it(shop: Path, written: str) -> None:
    assert why_of(shop, written).customer_id == "ann"


def test_unknown_customers_days_and_runs_are_not_found(shop: Path) -> None:
    with pytest.raises(NotFound, match="no customer is known by this"):
        why_of(shop, "nobody")
    with pytest.raises(NotFound, match="2026-01-31, 2026-02-28"):
        why_of(shop, "ann", as_of=date(2025, 1, 1))
    with pytest.raises(NotFound, match="not known yet"):
        why_of(shop, "bob", as_of=date(2026, 1, 31))
    with pytest.raises(NotFound):
        why_of(shop, "ann", run="20200101T000000-0000")
