"""What a version changes is told rule by rule, in both languages; world: two tiers with everything that a policy can have."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fenji.analyze.metrics.registry import builtin_metrics
from fenji.analyze.policies.differences import policy_changes
from fenji.documents.policies import policy_from_text, signed_text
from fenji.domain.policies import Policy
from fenji.domain.policy_changes import ChangeKind, PolicyPart
from fenji.language import Language
from fenji.wording.policy_changes import change_sentence
from fenji.wording.rules import Wording

TEXT = """# rules of the board
policy: retail
version: 1
effective_on: 2026-01-01
author: sales
why: three tiers
tiers:
  - {tier: entry, name: {zh: 普通, en: Entry}}
  - tier: vip
    name: {zh: 贵宾, en: VIP}
    qualify: {all: [orders_12m >= 10, net_revenue_12m in top 5%]}
    keep: orders_12m >= 5
  - {tier: star, name: {zh: 明星, en: Star}, qualify: {any: [orders_12m >= 50, net_revenue_12m >= 90000]}}
caps:
  - {when: refund_rate_12m > 0.5, at_most: entry, why: returns}
review: {every: month, grace_reviews: 1}
variants:
  - {where: {region: HK}, scale: {orders_12m: 2}}
  - {where: {kind: company}, scale: {orders_12m: 3}}
score:
  orders_12m: {weight: 1, scale: percentile}
"""
METRICS = {each.slug: each for each in builtin_metrics()}


def told(before: Policy, after: Policy, language: Language = Language.EN) -> list[str]:
    names = {each.slug: each.name for policy in (before, after) for each in policy.tiers}
    return [change_sentence(each, names, Wording(METRICS, language, "CNY")) for each in policy_changes(before, after)]


CASES = {
    "nothing": ("", "", []),
    "order of lines and ways of writing": (
        "{all: [orders_12m >= 10, net_revenue_12m in top 5%]}",
        "{all: [net_revenue_12m in top 5.0%, orders_12m >= 10.0]}",
        [],
    ),
    "threshold": (
        "orders_12m >= 10,",
        "orders_12m >= 12,",
        ["VIP, to gain it: orders, last twelve months at least 12; before: orders, last twelve months at least 10."],
    ),
    "top share": (
        "top 5%",
        "top 2%",
        [
            (
                "VIP, to gain it: net revenue, last twelve months among the top 2% of all customers; "
                "before: net revenue, last twelve months among the top 5% of all customers."
            )
        ],
    ),
    "line added": (
        "[orders_12m >= 10,",
        "[orders_12m >= 10, visits_12m > 1,",
        ["VIP, to gain it: also needed is visits_12m more than 1."],
    ),
    "line removed": (
        "orders_12m >= 10, ",
        "",
        ["VIP, to gain it: no longer needed is orders, last twelve months at least 10."],
    ),
    "another comparison": (
        "orders_12m >= 10,",
        "orders_12m > 10,",
        ["VIP, to gain it: orders, last twelve months more than 10; before: orders, last twelve months at least 10."],
    ),
    "keep rule gone": (
        "    keep: orders_12m >= 5\n",
        "",
        ["VIP is kept by what gains it. Before, it was kept by: orders, last twelve months at least 5."],
    ),
    "keep threshold": (
        "orders_12m >= 5\n",
        "orders_12m >= 6\n",
        ["VIP, to keep it: orders, last twelve months at least 6; before: orders, last twelve months at least 5."],
    ),
    "alternatives as a whole": (
        "orders_12m >= 50",
        "orders_12m >= 60",
        [
            (
                "Star, to gain it: orders, last twelve months at least 60 or net revenue, last twelve months at least CNY 90,000; "
                "before: orders, last twelve months at least 50 or net revenue, last twelve months at least CNY 90,000."
            )
        ],
    ),
    "name": ("en: VIP", "en: Gold", ["Tier vip is called Gold; before: VIP."]),
    "tier gone": (
        "  - {tier: star, name: {zh: 明星, en: Star}, qualify: {any: [orders_12m >= 50, net_revenue_12m >= 90000]}}\n",
        "",
        ["Tier Star is gone."],
    ),
    "cap": (
        "refund_rate_12m > 0.5",
        "refund_rate_12m > 0.4",
        [
            (
                "While refund rate, last twelve months more than 40%: at most Entry (returns). "
                "Before: While refund rate, last twelve months more than 50%: at most Entry (returns)."
            )
        ],
    ),
    "reviews": (
        "every: month, grace_reviews: 1",
        "every: quarter",
        [
            (
                "Tiers are reviewed every quarter. A customer who no longer keeps a tier falls by one tier. Before: Tiers are reviewed "
                "every month. A customer who no longer keeps a tier falls by one tier. Before a fall, 1 review of grace is given."
            )
        ],
    ),
    "variant": (
        "scale: {orders_12m: 2}",
        "scale: {orders_12m: 4}",
        [
            (
                "Where region is HK, thresholds are multiplied: orders, last twelve months x 4. "
                "Before: Where region is HK, thresholds are multiplied: orders, last twelve months x 2."
            )
        ],
    ),
    "order of variants": (
        "  - {where: {region: HK}, scale: {orders_12m: 2}}\n  - {where: {kind: company}, scale: {orders_12m: 3}}\n",
        "  - {where: {kind: company}, scale: {orders_12m: 3}}\n  - {where: {region: HK}, scale: {orders_12m: 2}}\n",
        ["The variants stand in another order: of two that fit a customer the first one counts."],
    ),
    "score": (
        "weight: 1,",
        "weight: 0.5,",
        [
            (
                "In the score 50%: orders, last twelve months, by the share of the other customers who have less. "
                "Before: In the score 100%: orders, last twelve months, by the share of the other customers who have less."
            )
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_one_sentence(name: str) -> None:
    old, new, expected = CASES[name]
    assert old in TEXT
    before, after = policy_from_text(TEXT), policy_from_text(TEXT.replace(old, new) if old else TEXT)
    assert told(before, after) == expected
    assert len(told(before, after, Language.ZH)) == len(expected)
    if expected and name != "order of variants":  # what is added one way is removed the other way
        assert told(after, before) != expected


def test_added_parts_and_the_ladder() -> None:
    policy = policy_from_text(TEXT)
    bare = replace(policy, caps=(), variants=(), score=(), tiers=(policy.tiers[0],))
    assert [(each.part, each.kind, each.tier) for each in policy_changes(bare, policy)] == [
        (PolicyPart.TIER, ChangeKind.ADDED, "vip"),
        (PolicyPart.TIER, ChangeKind.ADDED, "star"),
        (PolicyPart.CAP, ChangeKind.ADDED, "entry"),
        (PolicyPart.VARIANT, ChangeKind.ADDED, None),
        (PolicyPart.VARIANT, ChangeKind.ADDED, None),
        (PolicyPart.SCORE, ChangeKind.ADDED, None),
    ]
    assert told(bare, policy, Language.ZH)[0].startswith("新等级 贵宾：")
    turned = replace(policy, tiers=(policy.tiers[0], policy.tiers[2], policy.tiers[1]))
    assert told(policy, turned) == ["The order of the tiers is Entry, Star, VIP; before: Entry, VIP, Star."]


def test_lines_that_stand_twice_are_counted() -> None:
    once = policy_from_text(TEXT)
    twice = policy_from_text(TEXT.replace("[orders_12m >= 10,", "[orders_12m >= 10, orders_12m >= 11,"))
    assert told(once, twice) == ["VIP, to gain it: also needed is orders, last twelve months at least 11."]


@pytest.mark.parametrize(
    "text",
    [TEXT, TEXT.replace("author: sales", "author: &who sales"), TEXT.replace("why: three tiers", "why: >\n  three\n  tiers")],
)
def test_author_reason_and_day_are_changed_and_nothing_else(text: str) -> None:
    wanted = replace(policy_from_text(text), author='Li "Lei": x', why="a\nb # c", effective_on=date(2027, 2, 3))
    signed = signed_text(text, wanted)
    assert policy_from_text(signed) == wanted
    assert ("# rules of the board" in signed) == ("&who" not in text)
    assert signed_text(signed, wanted) == signed
    assert wanted.score[0].weight == Decimal(1)
