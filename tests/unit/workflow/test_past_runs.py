"""A past run's result stays readable exactly, whatever data, policies, metrics and settings have become since. World: ann, bob and cho."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fenji.answers.json import plain
from fenji.answers.structure import Part
from fenji.domain.periods import MONTH_WINDOWS
from fenji.errors import Conflict, NotFound
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.moves import moves_between
from fenji.workflow.overrides import override_tier
from fenji.workflow.quality import report_quality
from fenji.workflow.running import run_all
from fenji.workflow.structure import structure_of
from fenji.workflow.suggesting import suggest_policy
from fenji.workflow.tiers import tiers_at, tiers_of_run
from fenji.workflow.whatif import whatif_at
from fenji.workflow.why import why_of
from fenji.workspace.override_requests import OverrideRequest

AS_OF = date(2026, 3, 31)
SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
"""
POLICY = """
policy: shop
version: {version}
effective_on: {day}
author: sales
why: because
tiers:
  - {{tier: entry, name: {{zh: 初级, en: "{entry}"}}}}
  - {{tier: vip, name: {{zh: 贵宾, en: VIP}}, qualify: {rule}}}
"""
METRICS = """
metrics:
  - slug: big_lines_12m
    name: {zh: 大单, en: big lines}
    sentence: {zh: 大单数。, en: Number of lines.}
    unit: count
    aggregate: count
    window: 12m
    fact: order_line
"""
HEADER = "order,customer,at,amount\n"
# ann 1,500 and bob 900 in the twelve months; cho's order is older than that.
ORDERS = HEADER + "1,ann,2026-01-05,1000\n2,ann,2026-02-05,500\n3,bob,2026-01-06,900\n4,cho,2025-01-06,5000\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    init_workspace(tmp_path, template="spend", language=Language.EN)
    (tmp_path / "policies" / "spend.yaml").unlink()
    (tmp_path / "sources.yaml").write_text(SOURCES, "utf-8")
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "metrics.yaml").write_text(METRICS, "utf-8")
    policy(tmp_path, 1, "2026-01-01", entry="Entry", rule="net_revenue_12m >= 1000")
    return tmp_path


def policy(root: Path, version: int, day: str, **parts: str) -> None:
    (root / "policies" / f"v{version}.yaml").write_text(POLICY.format(version=version, day=day, **parts), "utf-8")


def standing(result: object) -> list[tuple[str, int, str]]:
    return [(each.name.en, each.customers, str(each.net_revenue_12m)) for each in result.tiers]


def test_tiers_and_quality_of_a_past_run_are_those_that_were_published(shop: Path) -> None:
    first = run_all(shop, as_of=AS_OF)
    tiers = tiers_of_run(shop, first.run_id, by="big_lines_12m:0,1,2")
    quality = report_quality(shop, run_id=first.run_id)
    assert standing(tiers) == [("Entry", 2, "900.00"), ("VIP", 1, "1500.00")]

    (shop / "orders.csv").write_text(HEADER + "9,dee,2026-03-01,7\n", "utf-8")
    (shop / "metrics.yaml").unlink()
    policy(shop, 1, "2026-01-01", entry="Everyone", rule="net_revenue_12m >= 5")
    settings = (shop / "fenji.toml").read_text("utf-8")
    (shop / "fenji.toml").write_text(
        settings.replace("CNY", "HKD") if "CNY" in settings else settings + 'currency = "HKD"\n', "utf-8"
    )
    second = run_all(shop, as_of=AS_OF)

    assert standing(tiers_of_run(shop, second.run_id)) == [("Everyone", 0, "0.00"), ("VIP", 1, "7.00")]
    again = tiers_of_run(shop, first.run_id, by="big_lines_12m:0,1,2")
    assert standing(again) == standing(tiers)
    assert (plain(again, Language.EN)["groups"], again.currency, again.version) == (plain(tiers, Language.EN)["groups"], "CNY", 1)
    assert report_quality(shop, run_id=first.run_id) == quality


def test_each_review_of_a_past_run_is_read_by_the_version_that_it_followed(shop: Path) -> None:
    policy(shop, 2, "2026-02-15", entry="Everyone", rule="net_revenue_12m >= 900")
    run = run_all(shop, as_of=AS_OF, history=3)
    (shop / "policies" / "v1.yaml").unlink()
    # By version 1 ann was vip from her order of January on; at the end of January she had 1,000 exactly.
    january, march = tiers_of_run(shop, run.run_id, as_of=date(2026, 1, 31)), tiers_of_run(shop, run.run_id)
    assert (january.version, standing(january)) == (1, [("Entry", 2, "900.00"), ("VIP", 1, "1000.00")])
    assert (march.version, standing(march)) == (2, [("Everyone", 1, "0.00"), ("VIP", 2, "2400.00")])


def test_past_reviews_are_cut_by_metrics_whose_panel_is_not_kept(shop: Path) -> None:
    run = run_all(shop, as_of=AS_OF, history=3)
    january = tiers_of_run(shop, run.run_id, as_of=date(2026, 1, 31), by="net_revenue_this_year:0,600")
    assert january.groups is not None
    assert sum(each.customers for each in january.groups) == january.customers


def test_a_run_of_an_earlier_fenji_is_cut_by_metrics_that_it_did_not_know(shop: Path, tmp_path: Path) -> None:
    run = run_all(shop, as_of=AS_OF)
    asked = {"by": "orders_this_year:0,1,2"}
    expected = tiers_of_run(shop, run.run_id, **asked)
    # A copy: what has been read of a published run is remembered, since nothing changes it.
    earlier = Path(shutil.copytree(shop, tmp_path / "earlier"))
    for file in (earlier / "store" / "insight.customer_metric").rglob("*.parquet"):
        kept = pq.read_table(file, partitioning=None)
        pq.write_table(kept.drop_columns(["orders_this_year", "net_revenue_this_year"]), file)
    with closing(sqlite3.connect(earlier / "fenji.db")) as state:
        state.execute("UPDATE run_table SET has_manifest = 0")
        state.commit()
    again = tiers_of_run(earlier, run.run_id, **asked)
    assert plain(again, Language.EN)["groups"] == plain(expected, Language.EN)["groups"]
    assert structure_of(earlier, Part.PROFILE, metrics=["net_revenue_this_year"]).profile


def test_a_date_that_a_run_did_not_review_is_refused_with_those_that_it_did(shop: Path) -> None:
    run = run_all(shop, as_of=AS_OF, history=2)
    with pytest.raises(NotFound, match=r"has no review on 2026-03-30.*It has one on: 2026-02-28, 2026-03-31\."):
        tiers_of_run(shop, run.run_id, as_of=date(2026, 3, 30))


def test_a_run_that_is_not_there_is_not_found(shop: Path) -> None:
    run_all(shop, as_of=AS_OF)
    for asked in (
        lambda: tiers_of_run(shop, "20200101T000000-ffff"),
        lambda: report_quality(shop, run_id="20200101T000000-ffff"),
    ):
        with pytest.raises(NotFound, match="there is no published run 20200101T000000-ffff"):
            asked()


def test_an_override_decides_from_the_next_run_on_and_earlier_runs_stay_as_they_were(shop: Path) -> None:
    before = run_all(shop, as_of=AS_OF)
    override_tier(shop, OverrideRequest("bob", "vip", date(2026, 4, 30), "Li Lei", "new store", date(2026, 3, 1)))
    after = run_all(shop, as_of=AS_OF, history=2)
    assert standing(tiers_of_run(shop, before.run_id)) == [("Entry", 2, "900.00"), ("VIP", 1, "1500.00")]
    assert standing(tiers_of_run(shop, after.run_id)) == [("Entry", 1, "0.00"), ("VIP", 2, "2400.00")]
    # On the last day of February it had not begun.
    february = tiers_of_run(shop, after.run_id, as_of=date(2026, 2, 28))
    assert standing(february) == [("Entry", 2, "900.00"), ("VIP", 1, "1500.00")]


def test_what_a_run_followed_is_asked_of_the_run_and_not_of_the_settings_of_today(shop: Path) -> None:
    toml = shop / "fenji.toml"
    settings = toml.read_text("utf-8")
    toml.write_text(settings + "\nlost_after_days = 400\n", "utf-8")
    run = run_all(shop, as_of=AS_OF, history=3)
    draft = shop / "draft.yaml"
    draft.write_text(POLICY.format(version=9, day="2026-03-01", entry="Entry", rule="net_revenue_12m >= 2000"), "utf-8")

    def told() -> list[object]:
        reasons, moves, replayed = why_of(shop, "ann"), moves_between(shop), whatif_at(shop, draft)
        return [
            (
                reasons.currency,
                reasons.lost_after_days,
                reasons.lost_after_intervals,
                reasons.explanation,
                [each.slug for each in reasons.registry],
            ),
            (moves.currency, moves.lost.after_days, moves.lost.after_intervals, moves.movements, moves.flows),
            (replayed.currency, replayed.lost, replayed.comparison),
            report_quality(shop),
            standing(tiers_of_run(shop, run.run_id)),
        ]

    before = told()
    assert before[0][:3] == ("CNY", 400, None)
    changed = (settings.replace("CNY", "HKD") if "CNY" in settings else settings + '\ncurrency = "HKD"\n') + (
        "\nlost_after_days = 10\n"
    )
    toml.write_text(changed.replace("Asia/Shanghai", "America/New_York"), "utf-8")
    (shop / "metrics.yaml").unlink()
    policy(shop, 1, "2026-01-01", entry="Everyone", rule="net_revenue_12m >= 5")
    assert told() == before
    # Computed today by the rules of today, from amounts that are still those of the run that collected.
    assert tiers_at(shop).currency == "CNY"
    assert suggest_policy(shop).currency == "CNY"


def forget_month_windows(shop: Path) -> None:
    """Makes the runs of a workspace ones of before windows of months were whole months."""
    with closing(sqlite3.connect(shop / "fenji.db")) as state:
        for run_id, settings in state.execute("SELECT run_id, settings FROM run").fetchall():
            kept = {name: value for name, value in json.loads(settings).items() if name != MONTH_WINDOWS}
            state.execute("UPDATE run SET settings = ? WHERE run_id = ?", (json.dumps(kept), run_id))
        state.commit()


def test_at_a_months_end_a_run_of_before_whole_months_is_read_and_not_measured_again(shop: Path) -> None:
    april, may = date(2026, 4, 30), date(2026, 5, 31)
    policy(shop, 1, "2026-01-01", entry="Entry", rule="net_revenue_3m >= 400")
    first = run_all(shop, as_of=may, history=2)
    before = standing(tiers_of_run(shop, first.run_id, as_of=may))
    forget_month_windows(shop)
    assert standing(tiers_of_run(shop, first.run_id, as_of=may)) == before
    assert why_of(shop, "ann", as_of=may).tier == "entry"
    with pytest.raises(Conflict, match="whole months now") as refused:
        why_of(shop, "ann", as_of=april)
    assert "fenji run" in str(refused.value.problems[0].advice)
    # Its own reviews stay the official ones, so that tiers and movements of a day are one.
    assert tiers_at(shop, as_of=april).run_id == first.run_id
    # A day that it did not review is decided by the months of today, of all its customers.
    assert tiers_at(shop, as_of=date(2026, 2, 28)).run_id != first.run_id
    assert tiers_at(shop, as_of=may).run_id == first.run_id
