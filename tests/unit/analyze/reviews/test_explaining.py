"""The reasons of a tier are the decision itself, told for one customer; what follows from it is worked by hand. World: four regulars of a shop."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.reviews.explaining import Decision, explain
from fenji.analyze.rules.judging import CustomerFacts
from fenji.documents.policies import policy_from_text
from fenji.domain.policies import Cause, Policy, ReviewPeriod
from fenji.domain.reviews import coming_reviews
from fenji.errors import ContractBroken
from fenji.language import Language
from fenji.wording.reasons import keeping_lines, missing_lines, rule_lines, standing_line
from fenji.wording.rules import Wording

POLICY = """
policy: shop
version: 2
effective_on: 2026-01-01
author: me
why: a test
tiers:
  - {tier: entry, name: {zh: 初级, en: Entry}}
  - {tier: silver, name: {zh: 银卡, en: Silver}, qualify: {all: [net_revenue_12m >= 500]}, keep: {all: [net_revenue_12m >= 300]}}
  - {tier: gold, name: {zh: 金卡, en: Gold}, qualify: {all: [net_revenue_12m >= 2000, orders_12m >= 10]}, keep: {any: [net_revenue_12m >= 1500, orders_12m >= 10]}}
caps:
  - {when: complaints_12m > 2, at_most: silver, why: complaints}
review: {every: month, downgrade: DOWN, grace_reviews: 1, hold_reviews: 2}
"""
AS_OF = date(2026, 3, 31)


def policy(downgrade: str = "one_step", every: str = "month") -> Policy:
    return policy_from_text(POLICY.replace("DOWN", downgrade).replace("every: month", f"every: {every}"))


def facts(revenue: str, orders: int, complaints: int = 0) -> CustomerFacts:
    return CustomerFacts({"net_revenue_12m": Decimal(revenue), "orders_12m": orders, "complaints_12m": complaints})


def decided(tier: str | None, qualified: str | None, kept: str | None, cause: Cause, *left: int) -> Decision:
    grace, hold = (*left, *(1, 0)[len(left) :])
    return Decision(AS_OF, tier, qualified, kept, date(2026, 1, 31), "shop", 2, cause, grace, hold, Decimal("700.00"))


EN = Wording({each.slug: each for each in Registry.of()}, Language.EN, "CNY")


def test_what_is_missing_for_the_next_tier_is_what_its_rule_asks_beyond_the_present_values():
    found = explain(decided("silver", "silver", "silver", Cause.KEPT), policy(), facts("700.00", 4))
    assert (found.next_tier, [[(str(line.condition), line.amount) for line in way] for way in found.missing]) == (
        "gold",
        [[("net_revenue_12m >= 2000", Decimal("1300.00")), ("orders_12m >= 10", Decimal(6))]],
    )
    assert (found.falls_to, found.capped_by) == ("entry", ())


def test_every_rule_of_every_tier_comes_with_value_threshold_and_result():
    found = explain(decided("silver", "silver", "silver", Cause.KEPT), policy(), facts("700.00", 4))
    gold = found.tiers[2].qualify
    assert [(str(part.condition), part.value, part.threshold, part.met) for part in gold.parts] == [
        ("net_revenue_12m >= 2000", Decimal("700.00"), Decimal(2000), False),
        ("orders_12m >= 10", 4, Decimal(10), False),
    ]
    assert [(each.is_qualified, each.is_kept) for each in found.tiers] == [(True, True), (True, True), (False, False)]


@pytest.mark.parametrize(
    ("downgrade", "seen", "tiers", "expected"),
    [
        # One step at a time, even where nothing below is met.
        ("one_step", facts("100.00", 1), ("gold", "entry", "entry"), "silver"),
        # To what is still met: nothing but the lowest.
        ("requalify", facts("100.00", 1), ("gold", "entry", "entry"), "entry"),
        # Silver's keep rule (300) stops the fall.
        ("requalify", facts("350.00", 1), ("gold", "entry", "silver"), "silver"),
        # The lowest tier cannot be lost.
        ("one_step", facts("100.00", 1), ("entry", "entry", "entry"), None),
    ],
)
def test_where_a_customer_would_fall_to(downgrade, seen, tiers, expected):
    assert explain(decided(*tiers, Cause.GRACE), policy(downgrade), seen).falls_to == expected


def test_hold_and_grace_put_off_the_fall_review_by_review():
    def earliest(grace: int, hold: int) -> date | None:
        decision = decided("gold", "entry", "entry", Cause.HELD, grace, hold)
        return explain(decision, policy(), facts("100.00", 1)).falls_at_earliest

    assert [earliest(0, 0), earliest(1, 0), earliest(1, 2)] == [date(2026, 4, 30), date(2026, 5, 31), date(2026, 7, 31)]


def test_with_anniversaries_only_the_customers_own_months_count():
    decision = decided("gold", "entry", "entry", Cause.HELD, 1, 0)
    found = explain(decision, policy(every="anniversary"), facts("100.00", 1), joined_on=date(2020, 6, 15))
    # The first anniversary review of June 2026 is covered by grace, the fall can come a year later.
    assert found.falls_at_earliest == date(2027, 6, 30)


def test_a_cap_that_holds_stands_in_the_way_of_the_next_tier():
    found = explain(decided("silver", "gold", "gold", Cause.CAP), policy(), facts("9000.00", 20, complaints=3))
    assert (found.missing, [each.cap.at_most for each in found.capped_by]) == (((),), ["silver"])


def test_a_lost_customer_has_no_next_tier_and_nothing_to_lose():
    found = explain(decided(None, None, None, Cause.LOST, 0), policy(), facts("0.00", 0))
    assert (found.next_tier, found.missing, found.falls_to, found.falls_at_earliest, found.own) == (None, (), None, None, None)


def test_reasons_that_do_not_lead_to_the_decision_are_never_shown():
    with pytest.raises(ContractBroken, match="gold"):
        explain(decided("gold", "gold", "gold", Cause.NEW), policy(), facts("1999.99", 10))


def test_the_sentences_say_where_why_until_when_and_what_is_missing():
    found = explain(decided("silver", "silver", "silver", Cause.UPGRADE, 1, 2), policy(), facts("700.00", 4))
    assert standing_line(found, EN) == "Stands in Silver since 2026-01-31 (upgrade: a higher tier was reached)."
    assert keeping_lines(found, None, EN) == (
        "The rule that gains the tier is met, and keeps it as long as that is so.",
        "It is held for 2 more reviews whatever happens.",
        "Reviews of grace that are left: 1.",
        "If nothing keeps it from now on, the customer falls to Entry at the review of 2026-07-31 at the earliest.",
    )
    assert rule_lines(found.tiers[2].qualify, EN)[1] == "orders, last twelve months at least 10: is 4, not met"
    assert missing_lines(found, EN) == ("net revenue, last twelve months: CNY 1,300 more; orders, last twelve months: 6 more",)


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (ReviewPeriod.MONTH, ["2026-01-31", "2026-02-28"]),
        (ReviewPeriod.QUARTER, ["2026-03-31", "2026-06-30"]),
        (ReviewPeriod.HALF_YEAR, ["2026-06-30", "2026-12-31"]),
        (ReviewPeriod.YEAR, ["2026-12-31", "2027-12-31"]),
        (ReviewPeriod.ANNIVERSARY, ["2026-01-31", "2026-02-28"]),
    ],
)
def test_the_next_reviews_are_calendar_ends(every, expected):
    assert [str(day) for day in coming_reviews(date(2025, 12, 31), every, 2)] == expected
