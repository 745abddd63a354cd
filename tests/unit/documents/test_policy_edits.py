"""A policy's text with other rules: lines change in their places, and no comment is ever lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fenji.documents.policies import policy_from_text
from fenji.documents.policy_edits import comments_in, with_rules
from fenji.domain.conditions import Condition, Junction, parse_condition
from fenji.domain.policies import Policy
from fenji.domain.rule_edits import with_junction, with_lines, with_part, without_line

TEXT = """# head
policy: x
version: 1 # v
effective_on: 2009-12-01
author: a
why: b
tiers:
  - tier: low
    name: Low
  - tier: high
    name: High  # name
    qualify:
      # first
      all:
        - net_revenue_12m >= 2,000   # money
        - "orders_12m >= 3"   # orders
        # more
        - any: [days_since_last_order <= 90, net_revenue_12m in top 5%]
    keep: orders_12m >= 1 # keep
caps:
  - {when: return_rate_12m > 0.5, at_most: low, why: returns} # cap
# tail
"""


def with_qualify(rule: Condition) -> Policy:
    policy = policy_from_text(TEXT)
    return replace(policy, tiers=(policy.tiers[0], replace(policy.tiers[1], qualify=rule)))


def rule() -> Condition:
    found = policy_from_text(TEXT).tiers[1].qualify
    assert found is not None
    return found


def test_a_line_changes_in_its_place_and_nothing_else_does() -> None:
    wanted = with_qualify(with_lines(rule(), {1: parse_condition("orders_12m >= 5")}))
    assert with_rules(TEXT, wanted) == TEXT.replace('"orders_12m >= 3"', '"orders_12m >= 5"')


@pytest.mark.parametrize(
    "changed",
    [
        without_line(rule(), 0),
        with_part(rule(), (2,), parse_condition("orders_12m >= 9")),
        with_junction(rule(), (), Junction.ANY),
        parse_condition("satisfaction_12m is not null"),
    ],
)
def test_a_rule_of_another_shape_keeps_every_comment(changed: Condition) -> None:
    found = with_rules(TEXT, with_qualify(changed))
    assert found is not None
    assert policy_from_text(found) == with_qualify(changed)
    assert sorted(comments_in(found)) == sorted(comments_in(TEXT))


def test_keep_rules_and_caps_change_too() -> None:
    policy = policy_from_text(TEXT)
    keep, when = parse_condition("orders_12m >= 2"), parse_condition("return_rate_12m > 0.4")
    wanted = replace(
        policy, tiers=(policy.tiers[0], replace(policy.tiers[1], keep=keep)), caps=(replace(policy.caps[0], when=when),)
    )
    assert with_rules(TEXT, wanted) == TEXT.replace("orders_12m >= 1 #", "orders_12m >= 2 #").replace("> 0.5", "> 0.4")


def test_a_rule_that_two_tiers_share_is_not_changed_for_one() -> None:
    text = TEXT.replace("name: Low\n", "name: Low\n    keep: &same orders_12m >= 1\n").replace(
        "keep: orders_12m >= 1 #", "keep: *same #"
    )
    policy = policy_from_text(text)
    wanted = replace(policy, tiers=(policy.tiers[0], replace(policy.tiers[1], keep=parse_condition("orders_12m >= 2"))))
    assert with_rules(text, wanted) is None
