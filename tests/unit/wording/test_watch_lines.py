"""A watch list says of each figure whether it is today's, that of the next review, or one that is expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fenji.analyze.metrics.registry import Registry
from fenji.answers.priority import WatchedCustomer
from fenji.domain.conditions import parse_condition
from fenji.domain.policies import Policy, Tier
from fenji.domain.priority import Watch
from fenji.domain.words import Spoken, Words
from fenji.language import Language
from fenji.wording.priority import watch_line
from fenji.wording.rules import Wording

RULE = "net_revenue_12m >= 400"
TIERS = (Tier("basic", Words("普通", "Basic"), None), Tier("gold", Words("金卡", "Gold"), parse_condition(RULE)))
POLICY = Policy("shop", 1, date(2026, 1, 1), "me", "a test", TIERS)
CUSTOMER = WatchedCustomer(
    customer_key=1,
    customer_id="C1",
    place=1,
    sentence=Spoken(lambda _language: ""),
    net_revenue_12m=Decimal("500.00"),
    expected_revenue_12m=None,
    tier="gold",
    falls_to="basic",
    watch=Watch.NEARLY,
    margin=0.25,
    expected_margin=-0.9,
    margin_at_review=None,
    condition=RULE,
    metric_value=500.0,
    threshold=400.0,
    reviews_left=0,
    falls_on=date(2026, 7, 31),
)


@pytest.mark.parametrize(
    ("watch", "value", "said"),
    [
        (Watch.NEARLY, 500.0, "is CNY 500, met"),
        (Watch.EXPECTED, 36.08, "expected CNY 36.08"),
        (Watch.UNLESS, 36.08, "would be CNY 36.08 if nothing more comes"),
        (Watch.FALLS_NEXT, 36.08, "is CNY 36.08, not met"),
    ],
)
def test_only_what_is_there_today_is_said_to_be(watch: Watch, value: float, said: str) -> None:
    wording = Wording({each.slug: each for each in Registry.of()}, Language.EN, "CNY")
    line = watch_line(replace(CUSTOMER, watch=watch, metric_value=value), POLICY, wording)
    assert f": {said}" in line
    assert (": is " in line) == said.startswith("is ")
