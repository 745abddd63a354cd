"""Thresholds that somebody moves: counted from cells as fenji whatif counts from customers, and a list behind every number. World: sixty customers, a year and a half."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.analyze.whatif.cells import NotByCells
from fenji.analyze.whatif.comparing import Direction
from fenji.analyze.whatif.cuts import with_cuts
from fenji.answers.trying import CountedOn, TryResult
from fenji.documents.policies import policy_from_text, render_policy
from fenji.domain.access import LimitColumn, RowLimit
from fenji.errors import Forbidden, InvalidArgument, NotFound, NotStored
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.trying import Tries, trial_list, try_cuts
from fenji.workflow.whatif import whatif_of
from fenji.workspace import trials
from fenji.workspace.limits import limited_to
from fenji.workspace.opening import reading_only

AS_OF, EARLIER = date(2026, 6, 30), date(2026, 4, 30)
SOURCES = """
sources:
  - {source: shop, feed: order_line, files: a.csv, columns: {order_id: 订单号, customer_id: 会员, ordered_at: 时间, line_amount: 金额}}
"""
POLICY = """
policy: shop
version: 1
effective_on: 2025-01-01
author: a test
why: two metrics and a cap
tiers:
  - {tier: entry, name: {zh: 初级, en: Entry}}
  - {tier: middle, name: {zh: 中级, en: Middle}, qualify: {any: [net_revenue_12m >= 300, orders_12m >= 4]}}
  - {tier: high, name: {zh: 高级, en: High}, qualify: {all: [net_revenue_12m >= 900, orders_12m > 3]}, keep: net_revenue_12m >= 1}
caps:
  - {when: days_since_last_order > 200, at_most: middle, why: silent}
review: {every: month, downgrade: one_step, grace_reviews: 1}
"""
TOP = POLICY.replace("policy: shop", "policy: top").replace("net_revenue_12m >= 900", "net_revenue_12m in top 10%")


def orders() -> str:
    chance = random.Random(3)
    lines = ["订单号,会员,时间,金额"]
    for customer in range(60):
        for _order in range(chance.randint(1, 9)):
            day = date(2025, 1, 5) + timedelta(days=chance.randint(0, 530))
            lines.append(f"{len(lines)},c{customer},{day},{chance.choice([30, 75.5, 150, 300, 450])}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop")
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (root / "a.csv").write_text(orders(), encoding="utf-8")
    (root / "policies" / "spend.yaml").unlink()
    (root / "policies" / "shop.yaml").write_text(POLICY, encoding="utf-8")
    (root / "policies" / "top.yaml").write_text(TOP, encoding="utf-8")
    settings = (root / "fenji.toml").read_text(encoding="utf-8")
    (root / "fenji.toml").write_text('lost_after_days = 365\npolicy = "shop"\n' + settings, encoding="utf-8")
    run_all(root, as_of=AS_OF, history=3)
    return root


def told(found: object) -> tuple[object, ...]:
    names = ("as_of", "customers", "net_revenue_12m", "current", "new", "moves", "up", "down", "stay")
    return tuple(_without_sentences(getattr(found, name)) for name in names)


def _without_sentences(value: object) -> object:
    """Sentences are made for their reader, and are equal where their rules are."""
    if hasattr(value, "lines"):
        return (
            [(each.tier, each.rule, each.met, each.turned_away, each.decides) for each in value.lines],
            [(each.rule, each.at_most, each.bound) for each in value.caps],
            value.tiers,
        )
    return value


def as_whatif(shop: Path, cuts: dict[str, Decimal], text: str = POLICY, as_of: date | None = None) -> tuple[object, ...]:
    new = render_policy(with_cuts(policy_from_text(text), cuts))
    return told(whatif_of(shop, new, name="new", as_of=as_of))


def drawn(found: TryResult, chance: random.Random) -> dict[str, Decimal]:
    steps = {each.metric: each.steps for each in found.metrics}
    return {each.key: chance.choice(steps[each.metric]) for each in found.thresholds}


def test_moved_thresholds_are_what_fenji_whatif_says(shop: Path) -> None:
    chance = random.Random(5)
    with reading_only():
        first = try_cuts(shop, Tries(policy="shop"))
        assert (first.counted_on, first.because, first.up.customers) == (CountedOn.CELLS, None, 0)
        assert {each.key for each in first.thresholds} == {"middle.0", "middle.1", "high.0", "high.1", "caps.0.0"}
        assert all(each.number == each.current for each in first.thresholds)
        for _trial in range(6):
            cuts = drawn(first, chance)
            found = try_cuts(shop, Tries(policy="shop", cuts=cuts), with_steps=False)
            assert (found.counted_on, found.metrics) == (CountedOn.CELLS, ())
            assert told(found) == as_whatif(shop, cuts)
            assert found.histogram is not None
            assert sum(each.customers for each in found.histogram.bars) == found.customers
            by_tier = {each.tier: each.customers for each in found.new.tiers}
            assert {tier: sum(each.by_tier.get(tier, 0) for each in found.histogram.bars) for tier in by_tier} == by_tier


@pytest.mark.proof
def test_where_nobody_stands_there_are_not_too_many_to_count(shop: Path) -> None:
    found = try_cuts(shop, Tries(policy="shop", as_of=date(2029, 1, 31), cuts={"middle.0": Decimal(1)}))
    assert (found.customers, found.up.customers, found.counted_on, found.because) == (0, 0, CountedOn.CELLS, None)


@pytest.mark.parametrize(
    ("change", "cuts", "reason"),
    [
        (("", ""), {"high.0": Decimal("899.99")}, NotByCells.OTHER_THRESHOLD),
        (("days_since_last_order > 200", "days_since_last_order >= 200"), {}, NotByCells.OTHER_THRESHOLD),
        (("orders_12m > 3", "orders_3m > 3"), {}, NotByCells.OTHER_METRIC),
        (("net_revenue_12m >= 900", "net_revenue_12m in top 5%"), {}, NotByCells.TOP_SHARE),
        (
            ("review:", "score: {net_revenue_12m: {weight: 1, scale: percentile}}\nreview:"),
            {},
            None,
        ),
        (("review:", "variants:\n  - {where: {region: HK}, scale: {net_revenue_12m: 2}}\nreview:"), {}, NotByCells.VARIANTS),
        (
            ("orders_12m > 3", "orders_12m > 3, score >= 50"),
            {},
            NotByCells.SCORE,
        ),
        (("tier: middle, name: {zh: 中级, en: Middle}", "tier: other, name: {zh: 其他, en: Other}"), {}, None),
    ],
)
def test_what_cells_cannot_tell_is_counted_customer_by_customer(
    shop: Path, change: tuple[str, str], cuts: dict[str, Decimal], reason: NotByCells | None
) -> None:
    text = POLICY.replace(*change) if change[0] else POLICY
    text = text.replace("at_most: middle", "at_most: other") if "tier: other" in text else text
    if reason is NotByCells.SCORE:
        text = text.replace("review:", "score: {net_revenue_12m: {weight: 1, scale: percentile}}\nreview:")
    with reading_only():
        found = try_cuts(shop, Tries(policy="shop", text=text, cuts=cuts))
        assert (found.because, found.counted_on) == (reason, CountedOn.CELLS if reason is None else CountedOn.PANEL)
        assert told(found) == as_whatif(shop, cuts, text)
        assert found.histogram is not None
        assert sum(sum(each.by_tier.values()) for each in found.histogram.bars) == found.customers
        if reason is not None:
            assert "because" in found.sentence.in_language(Language.EN)


def test_every_number_has_its_list(shop: Path) -> None:
    tries = Tries(policy="shop", cuts={"high.0": Decimal(450), "middle.1": Decimal(6), "caps.0.0": Decimal(100)})
    with reading_only():
        found = try_cuts(shop, tries)
        assert len(found.moves) > 3
        for move in found.moves:
            behind = trial_list(shop, tries, from_tier=move.from_tier, to_tier=move.to_tier)
            assert (behind.count, behind.net_revenue_12m) == (move.customers, move.net_revenue_12m)
            assert len(behind.rows) == behind.count
            assert sum(each.net_revenue_12m for each in behind.rows) == behind.net_revenue_12m
        for direction, moved in ((Direction.UP, found.up), (Direction.DOWN, found.down), (Direction.STAY, found.stay)):
            behind = trial_list(shop, tries, direction=direction)
            assert (behind.count, behind.net_revenue_12m) == (moved.customers, moved.net_revenue_12m)
        assert trial_list(shop, tries, from_tier="high").count == found.current.tiers[2].customers
        assert trial_list(shop, tries, to_tier="middle").count == found.new.tiers[1].customers


def test_a_list_goes_on_where_a_page_ended_and_begins_with_the_largest(shop: Path) -> None:
    tries = Tries(policy="shop", cuts={"high.0": Decimal(450)})
    pages, after = [], None
    with reading_only():
        while True:
            page = trial_list(shop, tries, limit=25, after=after)
            pages += page.rows
            after = page.after
            if after is None:
                break
        assert len({each.customer_key for each in pages}) == page.count == len(pages)
        revenue = [each.net_revenue_12m for each in pages]
        assert revenue == sorted(revenue, reverse=True)
        assert pages[0].values["net_revenue_12m"] == revenue[0]
        other = trial_list(shop, Tries(policy="shop"), limit=25).after
        with pytest.raises(InvalidArgument, match="page"):
            trial_list(shop, tries, limit=25, after=other)
        with pytest.raises(NotFound, match="middle"):
            trial_list(shop, tries, from_tier="midle")


def test_an_earlier_review_is_counted_once_by_a_run_of_its_own(shop: Path) -> None:
    tries = Tries(policy="shop", as_of=EARLIER, cuts={"high.0": Decimal(450)})
    with reading_only(), pytest.raises(NotStored, match="2026-04-30") as raised:
        try_cuts(shop, tries)
    assert raised.value.problems[0].values["command"] == "whatif"
    made = try_cuts(shop, tries)
    with reading_only():
        found = try_cuts(shop, tries)
        assert (found.counted_on, found.as_of, told(found)) == (CountedOn.CELLS, EARLIER, told(made))
        assert told(found) == as_whatif(shop, dict(tries.cuts or {}), as_of=EARLIER)
        moved = trial_list(shop, tries, direction=Direction.UP)
        assert moved.count == found.up.customers > 0


def test_another_policy_of_the_workspace_says_why_it_has_no_cells(shop: Path) -> None:
    with reading_only(), pytest.raises(NotStored) as raised:
        try_cuts(shop, Tries(policy="top"))
    assert raised.value.problems[0].values["command"] == "tiers"
    found = try_cuts(shop, Tries(policy="top", cuts={"middle.0": Decimal(450)}))
    assert (found.counted_on, found.because, found.policy) == (CountedOn.PANEL, NotByCells.TOP_SHARE, "top")
    assert Decimal(450) in found.metrics[0].steps
    with pytest.raises(NotFound, match="shop"):
        try_cuts(shop, Tries(policy="shap"))


def test_too_many_cells_are_not_kept_and_it_is_said(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "MOST_CELLS", 3)
    day = date(2026, 5, 31)
    found = try_cuts(shop, Tries(policy="shop", as_of=day, cuts={"high.0": Decimal(450)}))
    assert (found.counted_on, found.because) == (CountedOn.PANEL, NotByCells.TOO_MANY_CELLS)
    assert told(found) == as_whatif(shop, {"high.0": Decimal(450)}, as_of=day)


def test_what_cannot_be_tried_is_refused(shop: Path) -> None:
    with reading_only():
        with pytest.raises(InvalidArgument, match=r"high\.9"):
            try_cuts(shop, Tries(policy="shop", cuts={"high.9": Decimal(1)}))
        with pytest.raises(InvalidArgument, match="orders_3m"):
            try_cuts(shop, Tries(policy="shop"), metric="orders_3m")
        with pytest.raises(NotFound, match="net_revenue_12m"):
            try_cuts(shop, Tries(policy="shop", text=POLICY.replace("net_revenue_12m >= 900", "net_revenu_12m >= 900")))
        east = (RowLimit(LimitColumn.REGION, ("华东",)),)
        with limited_to(east), pytest.raises(Forbidden):
            try_cuts(shop, Tries(policy="shop"))
        with limited_to(east), pytest.raises(Forbidden):
            trial_list(shop, Tries(policy="shop"))
