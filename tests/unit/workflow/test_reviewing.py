"""A run decides the last reviews at once, and every one of them can be read back. World: a shop whose customers rise, fall, fall silent and return."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.errors import InvalidArgument, InvalidInput
from fenji.language import Language
from fenji.tables import insight
from fenji.tables.clean import CUSTOMER
from fenji.workflow.initiating import init_workspace
from fenji.workflow.overrides import override_tier
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at, tiers_of_run
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fenji.workspace.override_requests import OverrideRequest

SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: data.csv
    columns: {order_id: 订单号, customer_id: 会员, ordered_at: 时间, line_amount: 金额}
"""
# ann buys 600 in January and nothing after; bob buys every month; cho comes in March.
ORDERS = """订单号,会员,时间,金额
1,ann,2026-01-05 10:00:00,600
2,bob,2026-01-20 10:00:00,100
3,bob,2026-02-20 10:00:00,450
4,cho,2026-03-03 10:00:00,700
5,bob,2026-04-20 10:00:00,450
"""
POLICY = """
policy: quarter
version: {version}
effective_on: {effective_on}
author: me
why: a test
tiers:
  - {{tier: low, name: Low}}
  - {{tier: good, name: Good, qualify: net_revenue_3m >= 500, keep: net_revenue_3m >= {keep}}}
review: {{every: month}}
"""
AS_OF = date(2026, 4, 25)
JAN, FEB, MAR = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    init_workspace(tmp_path, template="spend", language=Language.EN)
    (tmp_path / "policies" / "spend.yaml").unlink()
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (tmp_path / "data.csv").write_text(ORDERS, encoding="utf-8")
    write_policy(tmp_path, 1, "2026-01-01", keep=500)
    settings = tmp_path / "fenji.toml"
    settings.write_text("lost_after_days = 60\n" + settings.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def write_policy(root: Path, version: int, effective_on: str, *, keep: int) -> None:
    text = POLICY.format(version=version, effective_on=effective_on, keep=keep)
    (root / "policies" / f"quarter{version}.yaml").write_text(text, encoding="utf-8")


def decided(root: Path, run_id: str) -> dict[tuple[str, date], tuple[str | None, str, int]]:
    """Customer and review -> tier, cause, version, from the store."""
    with open_session(open_workspace(root)) as session:
        rows = session.engine.fetch(session.read(run_id, insight.TIER_ASSIGNMENT)).to_pylist()
        people = session.engine.fetch(session.read(run_id, CUSTOMER)).to_pylist()
    names = {each["customer_key"]: each["customer_id"] for each in people}
    return {(names[row["customer_key"]], row["as_of"]): (row["tier"], row["cause"], row["version"]) for row in rows}


HISTORY = {
    ("ann", JAN): ("good", "new", 1),
    ("bob", JAN): ("low", "new", 1),
    ("ann", FEB): ("good", "kept", 1),
    ("bob", FEB): ("good", "upgrade", 1),
    # 85 days after her only order; the rules would still keep her.
    ("ann", MAR): (None, "lost", 1),
    ("bob", MAR): ("good", "kept", 1),
    ("cho", MAR): ("good", "new", 1),
    ("ann", AS_OF): (None, "lost", 1),
    ("bob", AS_OF): ("good", "kept", 1),
    ("cho", AS_OF): ("good", "kept", 1),
}


def test_the_last_reviews_are_decided_and_each_can_be_read(shop: Path) -> None:
    run = run_all(shop, as_of=AS_OF, history=4)
    assert run.reviews == (JAN, FEB, MAR, AS_OF)
    assert run.lost.after_days == 60
    assert decided(shop, run.run_id) == HISTORY
    february = tiers_at(shop, as_of=FEB)
    assert february.run_id == run.run_id
    assert [(each.tier, each.customers, str(each.net_revenue_12m)) for each in february.tiers] == [
        ("low", 0, "0.00"),
        ("good", 2, "1150.00"),
    ]
    # The panel of February is not kept; its averages are made again.
    assert february.tiers[1].averages["net_revenue_12m"] == 575.0
    march = tiers_of_run(shop, run.run_id, as_of=MAR)
    assert [(each.tier, each.customers) for each in march.tiers] == [("low", 0), ("good", 2)]
    assert march.customers == 2
    by = tiers_at(shop, as_of=FEB, by="orders_12m:1,2").groups
    assert by is not None
    assert [(group.group, group.customers) for group in by if group.customers] == [(1, 1), (2, 1)]


def test_without_a_number_one_review_is_kept_and_all_are_decided(shop: Path) -> None:
    run = run_all(shop, as_of=AS_OF)
    assert (run.history_begins_on, run.reviews_decided, run.reviews) == (JAN, 4, (AS_OF,))
    assert decided(shop, run.run_id) == {where: found for where, found in HISTORY.items() if where[1] == AS_OF}
    # February is not kept, so it is decided now, from the same beginning on.
    february = tiers_at(shop, as_of=FEB).run_id
    assert february != run.run_id
    assert decided(shop, february) == {where: found for where, found in HISTORY.items() if where[1] == FEB}
    assert tiers_at(shop, as_of=FEB).run_id == february


def test_each_review_follows_the_version_of_its_day_and_is_read_with_it(shop: Path) -> None:
    write_policy(shop, 2, "2026-03-01", keep=900)
    run = run_all(shop, as_of=AS_OF, history=4)
    found = decided(shop, run.run_id)
    assert {day: version for (_name, day), (_tier, _cause, version) in found.items()} == {JAN: 1, FEB: 1, MAR: 2, AS_OF: 2}
    # Bob's 550 of three months qualifies in March, his 450 + 450 in April; keep is stricter now, but what qualifies keeps.
    assert found == {where: (tier, cause, 1 if where[1] < MAR else 2) for where, (tier, cause, _) in HISTORY.items()}
    assert (tiers_at(shop, as_of=FEB).version, tiers_at(shop).version) == (1, 2)
    assert tiers_of_run(shop, run.run_id, as_of=FEB).version == 1
    write_policy(shop, 1, "2026-01-01", keep=400)
    assert tiers_at(shop, as_of=FEB).run_id != run.run_id


def test_an_override_decides_the_reviews_of_its_days(shop: Path) -> None:
    run_all(shop, as_of=AS_OF)
    override_tier(shop, OverrideRequest("cho", "low", date(2026, 4, 30), "May", "paid late", begins_on=date(2026, 4, 1)))
    found = decided(shop, run_all(shop, as_of=AS_OF, history=4).run_id)
    assert (found["cho", MAR], found["cho", AS_OF]) == (("good", "new", 1), ("low", "override", 1))


def test_a_day_before_the_data_is_refused_and_so_are_no_reviews(shop: Path) -> None:
    with pytest.raises(InvalidArgument, match="2026-01-05"):
        run_all(shop, as_of=date(2025, 12, 31))
    with pytest.raises(InvalidInput, match="240"):
        run_all(shop, as_of=AS_OF, history=0)
    assert not list((shop / "store").glob("insight.*"))
