"""A run publishes everything or nothing; what counts is what the folder holds now. World: corner_shop, three customers in two files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fenji.answers.runs import RunResult
from fenji.errors import InvalidInput, NotFound
from fenji.language import Language
from fenji.tables.clean import CUSTOMER
from fenji.workflow.initiating import init_workspace
from fenji.workflow.quality import report_quality
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fixtures.beginning import begin
from fixtures.copies import copy_of

AS_OF = date(2026, 3, 31)

SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: data
    columns: {order_id: 订单号, customer_id: 会员, ordered_at: 时间, line_amount: 金额}
"""

# Twelve months to 2026-03-31: ann 2,000 (the boundary belongs to the upper tier) in two orders, bob 499.99, cho nothing.
FIRST = "订单号,会员,时间,金额\n1,ann,2026-01-05 10:00:00,1500\n2,bob,2026-02-01 09:00:00,499.99\n"
SECOND = "订单号,会员,时间,金额\n3,ann,2026-03-31 23:59:59,500\n4,cho,2025-03-31 23:59:59,9000\n5,,2026-03-01,70\n"


def made(root: Path) -> Path:
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (root / "data").mkdir()
    (root / "data" / "a.csv").write_text(FIRST, encoding="utf-8")
    (root / "data" / "b.csv").write_text(SECOND, encoding="utf-8")
    return root


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return made(tmp_path)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    """A shop after its first run, which nobody changes."""
    root = made(tmp_path_factory.mktemp("once"))
    return root, run_all(root, as_of=AS_OF)


@pytest.fixture
def run_before(once: tuple[Path, RunResult], tmp_path: Path) -> Path:
    """A shop of one's own after its first run."""
    return copy_of(once[0], tmp_path)


def standing(root: Path, **asked: object) -> list[tuple[str, int, str]]:
    result = tiers_at(root, **asked)
    return [(each.tier, each.customers, str(each.net_revenue_12m)) for each in result.tiers]


EXPECTED = [("registered", 2, "499.99"), ("entry", 0, "0.00"), ("middle", 1, "2000.00"), ("high", 0, "0.00"), ("vip", 0, "0.00")]


def test_a_run_puts_every_customer_into_the_tier_worked_by_hand(once: tuple[Path, RunResult]) -> None:
    shop, result = once
    assert (result.as_of, result.is_as_of_defaulted, result.policy, result.version) == (AS_OF, False, "spend", 1)
    assert (result.files.new, result.files.unchanged) == (("data/a.csv", "data/b.csv"), ())
    assert standing(shop) == EXPECTED
    tiers = tiers_at(shop)
    assert (tiers.run_id, tiers.customers, str(tiers.unattributed_net_revenue_12m)) == (result.run_id, 3, "70.00")


def test_a_second_run_reads_only_what_is_new_or_changed_and_forgets_what_is_gone(run_before: Path) -> None:
    (run_before / "data" / "a.csv").write_text(FIRST.replace("499.99", "500.00"), encoding="utf-8")
    (run_before / "data" / "c.csv").write_text("订单号,会员,时间,金额\n6,dee,2026-03-02,10000\n", encoding="utf-8")
    (run_before / "data" / "b.csv").unlink()
    result = run_all(run_before, as_of=AS_OF)
    assert (result.files.new, result.files.changed) == (("data/c.csv",), ("data/a.csv",))
    assert (result.files.unchanged, result.files.gone) == ((), ("data/b.csv",))
    # ann has 1,500 left (entry), bob reaches 500 exactly (entry), dee 10,000 exactly (vip).
    assert standing(run_before) == [
        ("registered", 0, "0.00"),
        ("entry", 2, "2000.00"),
        ("middle", 0, "0.00"),
        ("high", 0, "0.00"),
        ("vip", 1, "10000.00"),
    ]


def test_nothing_changed_means_nothing_is_read_and_the_same_comes_out(run_before: Path) -> None:
    again = run_all(run_before, as_of=AS_OF)
    assert (again.files.new, again.files.changed, again.files.unchanged) == ((), (), ("data/a.csv", "data/b.csv"))
    assert standing(run_before) == EXPECTED


def test_file_by_file_gives_what_all_at_once_gives(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    # Without a beginning in the settings the first run fixes it from the data that are there by then.
    begin(shop, AS_OF)
    (shop / "data" / "b.csv").rename(shop / "b.csv")
    run_all(shop, as_of=AS_OF)
    (shop / "b.csv").rename(shop / "data" / "b.csv")
    run_all(shop, as_of=AS_OF)
    assert standing(shop) == EXPECTED
    quality = report_quality(shop)
    assert (quality.rows_in, quality.kept, quality.reconciles) == (5, 5, True)
    assert (quality.unattributed.rows, str(quality.unattributed.net_revenue)) == (1, "70.00")


def test_another_date_is_computed_once_and_then_read(run_before: Path, once: tuple[Path, RunResult]) -> None:
    day = date(2026, 1, 31)
    first, second = tiers_at(run_before, as_of=day), tiers_at(run_before, as_of=day)
    assert first.run_id == second.run_id != once[1].run_id
    # Seen by then: ann with 1,500 and cho with 9,000; nobody knows of bob yet.
    assert [(each.tier, each.customers) for each in first.tiers if each.customers] == [("entry", 1), ("high", 1)]
    assert tiers_at(run_before).as_of == AS_OF


def test_without_a_date_the_run_takes_yesterday_and_warns_that_orders_end_long_before(shop: Path) -> None:
    result = run_all(shop)
    shanghai_yesterday = (datetime.now(UTC) + timedelta(hours=8)).date() - timedelta(days=1)
    assert (result.as_of, result.is_as_of_defaulted) == (shanghai_yesterday, True)
    warned = [each.describe(Language.EN) for each in result.warnings]
    assert [text for text in warned if "2026-03-31" in text and "ask as of 2026-03-31" in text] == warned


def test_a_policy_with_faults_ends_the_run_before_anything_is_read(shop: Path) -> None:
    policy = shop / "policies" / "spend.yaml"
    policy.write_text(
        policy.read_text(encoding="utf-8").replace("net_revenue_12m >= 500}", "net_revenu_12m >= 500}"), encoding="utf-8"
    )
    with pytest.raises(InvalidInput) as caught:
        run_all(shop, as_of=AS_OF)
    assert "Did you mean net_revenue_12m?" in str(caught.value)
    assert "spend.yaml" in str(caught.value)
    assert not list((shop / "store").glob("*.*"))


def test_a_bad_file_ends_the_run_and_the_last_result_stays(run_before: Path) -> None:
    (run_before / "data" / "c.csv").write_text("<html><body>请登录</body></html>", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        run_all(run_before, as_of=AS_OF)
    assert "c.csv" in str(caught.value)
    assert standing(run_before) == EXPECTED


def test_cross_tables_by_bands_add_up_to_all_customers(run_before: Path) -> None:
    found = tiers_at(run_before, by="orders_12m:1,2")
    assert found.groups is not None
    assert [(group.group, group.customers) for group in found.groups] == [(0, 1), (1, 1), (2, 1)]
    assert found.customers == 3


def test_tiers_before_the_first_run_say_what_to_do(shop: Path) -> None:
    with pytest.raises(NotFound, match="Run it first"):
        tiers_at(shop)


def keys(root: Path) -> dict[str, int]:
    """customer_id -> customer_key as the last run published them."""
    with open_session(open_workspace(root)) as session:
        table = session.read(session.latest().run_id, CUSTOMER).select("customer_id", "customer_key")
        return {each["customer_id"]: each["customer_key"] for each in session.engine.fetch(table).to_pylist()}


def test_a_key_is_never_given_to_somebody_else(run_before: Path) -> None:
    before = keys(run_before)
    assert sorted(before) == ["ann", "bob", "cho"]
    assert sorted(before.values()) == [1, 2, 3]
    # cho, who holds the largest key, leaves with b.csv; dee comes a run later.
    (run_before / "data" / "b.csv").unlink()
    run_all(run_before, as_of=AS_OF)
    (run_before / "data" / "c.csv").write_text("订单号,会员,时间,金额\n6,dee,2026-03-02,1\n", encoding="utf-8")
    run_all(run_before, as_of=AS_OF)
    assert keys(run_before) == {"ann": before["ann"], "bob": before["bob"], "dee": 4}
