"""The reviews of a history lie on the same days whenever somebody looks, whatever versions come later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fenji.documents.policies import policy_from_text
from fenji.domain.policies import Policy, ReviewPeriod
from fenji.domain.reviews import reviews_between

MONTHLY = policy_from_text("""
policy: two
version: 1
effective_on: 2024-01-01
author: me
why: a test
tiers:
  - {tier: low, name: Low}
  - {tier: high, name: High, qualify: net_revenue_12m >= 1000}
review: {every: month}
""")
QUARTERLY = replace(MONTHLY, version=2, review=replace(MONTHLY.review, every=ReviewPeriod.QUARTER))


def monthly(_day: date) -> Policy:
    return MONTHLY


def quarterly_from_july(day: date) -> Policy:
    return QUARTERLY if day >= date(2026, 7, 1) else MONTHLY


def days(begins_on: date, as_of: date, policy_on=monthly) -> list[str]:
    return [str(each.as_of) for each in reviews_between(begins_on, as_of, policy_on)]


def test_a_history_is_the_ends_of_periods_since_its_beginning_and_the_day_itself():
    assert days(date(2026, 1, 31), date(2026, 3, 15)) == ["2026-01-31", "2026-02-28", "2026-03-15"]
    # A beginning within a period counts from the end of that period on.
    assert days(date(2026, 2, 1), date(2026, 3, 31)) == ["2026-02-28", "2026-03-31"]
    assert days(date(2026, 3, 31), date(2026, 3, 31)) == ["2026-03-31"]


def test_a_day_before_the_beginning_is_a_review_by_itself():
    assert days(date(2026, 5, 31), date(2026, 3, 15)) == ["2026-03-15"]


def test_a_later_version_with_another_clock_moves_no_earlier_review():
    before = days(date(2026, 4, 30), date(2026, 6, 30))
    assert days(date(2026, 4, 30), date(2026, 10, 5), quarterly_from_july) == [*before, "2026-09-30", "2026-10-05"]
    versions = [each.policy.version for each in reviews_between(date(2026, 5, 1), date(2026, 9, 30), quarterly_from_july)]
    assert versions == [1, 1, 2]
