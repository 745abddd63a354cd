"""A policy file becomes records and comes back the same; everything wrong in it is said at once, at its line."""

from datetime import date
from decimal import Decimal

import pytest

from fenji.documents.policies import policy_from_text, read_policy_document, render_policy
from fenji.domain.conditions import Comparison, Group, Junction, Operator, Presence, TopShare
from fenji.domain.policies import Cap, Downgrade, Policy, Review, ReviewPeriod, ScorePart, Tier, Variant
from fenji.domain.words import Words
from fenji.errors import InvalidDocument, NotFound

FULL = """\
policy: retail            # 电商分级标准
version: 1
effective_on: 2026-01-01
author: data department
why: first version
tiers:
  - {tier: entry,  name: {zh: 初级会员, en: Entry}}
  - tier: middle
    name: {zh: 中级会员, en: Middle}
    qualify: {all: [net_revenue_12m >= 2000, orders_12m >= 10]}
    keep:    {any: [net_revenue_12m >= 1500.50, orders_12m == 10]}
  - tier: vip
    name: VIP
    qualify: {all: [net_revenue_12m in top 2.5%, orders_12m > 50, {any: [satisfaction_12m >= 95, satisfaction_12m is null]}]}
caps:
  - {when: complaint_rate_12m > 0.2, at_most: middle, why: unresolved complaints}
review: {every: quarter, downgrade: requalify, grace_reviews: 2, hold_reviews: 3}
variants:
  - {where: {region: [HK, NO], kind: company}, scale: {net_revenue_12m: 1.2}}
score:
  net_revenue_12m: {weight: 0.7, scale: percentile}
  satisfaction_12m: {weight: 0.3, scale: [0, 100]}
"""

REVENUE = Comparison("net_revenue_12m", Operator.AT_LEAST, Decimal(2000))
ORDERS = Comparison("orders_12m", Operator.AT_LEAST, Decimal(10))
SATISFIED = Group(
    Junction.ANY,
    (Comparison("satisfaction_12m", Operator.AT_LEAST, Decimal(95)), Presence("satisfaction_12m", is_null=True)),
)
PARSED = Policy(
    "retail",
    1,
    date(2026, 1, 1),
    "data department",
    "first version",
    (
        Tier("entry", Words("初级会员", "Entry"), None),
        Tier(
            "middle",
            Words("中级会员", "Middle"),
            Group(Junction.ALL, (REVENUE, ORDERS)),
            Group(
                Junction.ANY,
                (
                    Comparison("net_revenue_12m", Operator.AT_LEAST, Decimal("1500.50")),
                    Comparison("orders_12m", Operator.EQUAL, Decimal(10)),
                ),
            ),
        ),
        Tier(
            "vip",
            Words("VIP", "VIP"),
            Group(
                Junction.ALL,
                (
                    TopShare("net_revenue_12m", Decimal("0.025")),
                    Comparison("orders_12m", Operator.MORE_THAN, Decimal(50)),
                    SATISFIED,
                ),
            ),
        ),
    ),
    (Cap(Comparison("complaint_rate_12m", Operator.MORE_THAN, Decimal("0.2")), "middle", "unresolved complaints"),),
    Review(ReviewPeriod.QUARTER, Downgrade.REQUALIFY, 2, 3),
    (Variant({"region": ("HK", "NO"), "kind": ("company",)}, {"net_revenue_12m": Decimal("1.2")}),),
    (
        ScorePart("net_revenue_12m", Decimal("0.7"), None),
        ScorePart("satisfaction_12m", Decimal("0.3"), (Decimal(0), Decimal(100))),
    ),
)

SMALL = """\
policy: small
version: 1
effective_on: 2026-01-01
author: me
why: a test
tiers:
  - {tier: low, name: Low}
  - tier: high
    name: High
    qualify: RULE
"""


def problems(text: str) -> list[tuple[int | None, str, dict[str, object]]]:
    with pytest.raises(InvalidDocument) as caught:
        policy_from_text(text, "test.yaml")
    return [(each.place.row, each.place.column, dict(each.values)) for each in caught.value.problems]


def test_every_part_of_a_policy_is_read():
    assert policy_from_text(FULL) == PARSED


def test_a_file_is_read_and_its_parts_have_places(tmp_path):
    file = tmp_path / "retail.yaml"
    file.write_text(FULL, encoding="utf-8")
    read = read_policy_document(file)
    assert read.policy == PARSED
    assert read.document.place(("tiers", 2, "qualify")).row == 14
    with pytest.raises(NotFound):
        read_policy_document(tmp_path / "retial.yaml")


def test_what_is_left_out_has_its_default():
    policy = policy_from_text(SMALL.replace("RULE", "orders_12m >= 2"))
    assert (policy.caps, policy.review, policy.variants, policy.score) == ((), Review(), (), ())


@pytest.mark.parametrize("policy", [PARSED, policy_from_text(SMALL.replace("RULE", "orders_12m >= -0.5"))])
def test_a_rendered_policy_reads_back_the_same(policy):
    assert policy_from_text(render_policy(policy)) == policy


def test_texts_that_look_like_something_else_survive_rendering():
    odd = (
        "1e5",
        "007",
        "12:30",
        "2026-01-01",
        "no",
        "null",
        "~",
        "+86",
        "华东",
        " a: b # c ",
        "{x}",
        "'q'",
        "line\nbreak",
        ".5",
        "0x1F",
        "",
    )
    policy = Policy(
        "odd",
        1,
        date(2026, 1, 1),
        "1e5",
        "no: why?\nbecause",
        (Tier("low", Words("007", "~"), None),),
        variants=(Variant({"region": odd, "city": ("440100",)}, {"orders_12m": Decimal("0.12345678901234567890123")}),),
    )
    assert policy_from_text(render_policy(policy)) == policy


def test_all_problems_are_said_at_once_in_the_order_of_the_lines():
    text = FULL.replace("version: 1", "version: one").replace("at_most: middle", "at_mots: middle")
    text = text.replace("orders_12m > 50", "orders_12m => 50").replace("satisfaction_12m is null", "satisfaction is nil")
    text = text.replace("quarter", "quater").replace("{weight: 0.3, scale: [0, 100]}", "{weight: 0.3, scale: [0, 100, 200]}")
    rows = [(row, column) for row, column, _ in problems(text)]
    assert [row for row, _ in rows] == sorted(row for row, _ in rows)
    assert set(rows) >= {
        (2, "version"),
        (14, "tiers[3].qualify.all[2]"),
        (14, "tiers[3].qualify.all[3].any[2]"),
        (16, "caps[1].at_mots"),
        (17, "review.every"),
    }


@pytest.mark.parametrize(
    ("rule", "guess"),
    [("orders_12m => 2", ">="), ("orders_12m ≥ 2", ">="), ("orders_12m <> 2", "!="), ("orders_12m ＞ 2", ">")],
)
def test_an_unknown_operator_comes_with_the_one_that_was_meant(rule, guess):
    ((row, column, values),) = problems(SMALL.replace("RULE", f"'{rule}'"))
    assert (row, column, values["guess"]) == (10, "tiers[2].qualify", guess)


@pytest.mark.parametrize(
    "rule",
    ["orders_12m", "'>= 2'", "orders_12m >= 1万", "orders_12m in top 0%", "orders_12m in top 101%", "Orders >= 2", "2", "true",
     "[orders_12m >= 2]", "{}", "{all: []}", "{all: orders_12m >= 2}", "{all: [orders_12m >= 2], any: [orders_12m >= 3]}",
     "{al: [orders_12m >= 2]}", "{all: [{any: [x]}]}", "orders_12m ~ 2", "{all: [null]}", "''"],
)  # fmt: skip
def test_what_is_no_rule_is_refused_at_its_line(rule):
    found = problems(SMALL.replace("RULE", rule))
    assert [row for row, _, _ in found] == [10]


def test_names_that_do_not_match_come_with_the_nearest():
    text = (
        SMALL.replace("RULE", "orders_12m >= 2")
        + "caps: [{when: orders_12m < 1, at_most: hihg, why: x}]\nreveiw: {every: month}\n"
    )
    assert [values["guess"] for _, _, values in problems(text)] == ["review"]
    text = text.replace("reveiw", "review")
    assert [values["guess"] for _, _, values in problems(text)] == ["high"]


def test_a_tier_listed_twice_and_a_cap_without_condition_are_found():
    text = (
        SMALL.replace("RULE", "orders_12m >= 2").replace("tier: high", "tier: low") + "caps: [{when: , at_most: low, why: x}]\n"
    )
    assert [(row, column) for row, column, _ in problems(text)] == [(8, "tiers[2].tier"), (11, "caps[1]")]


@pytest.mark.parametrize("text", ["", "[]", "policy", "tiers: 5", "tiers: [5]\ncaps: {a: b}"])
def test_a_document_of_another_shape_is_refused_not_broken_on(text):
    assert problems(text)


def test_problems_describe_themselves():
    from fenji.language import Language

    with pytest.raises(InvalidDocument) as caught:
        policy_from_text(SMALL.replace("RULE", "orders ~ 2x"), "small.yaml")
    assert caught.value.describe(Language.EN).startswith(
        "small.yaml, row 10, column tiers[2].qualify: 'orders ~ 2x' is not a condition. Write "
    )
