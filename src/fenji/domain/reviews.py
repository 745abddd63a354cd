"""On which days are tiers decided, by which rules, and when does a customer count as lost? A review is a decision about everyone; not a look at one customer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fenji.domain.metrics import Metric
from fenji.domain.periods import Window, WindowUnit, end_of_month, months_before
from fenji.domain.policies import Policy, ReviewPeriod

MONTHS_OF = {
    ReviewPeriod.MONTH: 1,
    ReviewPeriod.QUARTER: 3,
    ReviewPeriod.HALF_YEAR: 6,
    ReviewPeriod.YEAR: 12,
    ReviewPeriod.ANNIVERSARY: 1,
}
"""Calendar months between two reviews. With anniversaries the clock ticks monthly, and each tick decides on those whose day it holds."""

MOST_REVIEWS = 240
"""Kept or replayed at once: twenty years of months; beyond it somebody has meant days."""

MOST_DECIDED = 1200
"""From the beginning of history to the as-of date: a hundred years of months; beyond it a year was mistyped."""


@dataclass(frozen=True)
class LostRule:
    """When a customer counts as lost: after too long without an order or any event. Both None: nobody is ever lost."""

    after_days: int | None = None
    """More days than this since the last activity, or since the customer was first seen where there was none."""
    after_intervals: Decimal | None = None
    """More than this many times the customer's own mean days between orders; ``after_days`` for those who have none."""

    @property
    def is_on(self) -> bool:
        """Whether anybody can be lost."""
        return self.after_days is not None or self.after_intervals is not None


NEVER_LOST = LostRule()


@dataclass(frozen=True)
class ReviewOn:
    """One review: the day, and the policy version that is in force on it."""

    as_of: date
    policy: Policy


def review_dates(as_of: date, every: ReviewPeriod, count: int) -> tuple[date, ...]:
    """The last reviews up to a day, the earliest first: calendar ends of the period, and the day itself, which may lie within one.

    >>> [str(day) for day in review_dates(date(2026, 5, 20), ReviewPeriod.QUARTER, 3)]
    ['2025-12-31', '2026-03-31', '2026-05-20']
    """
    if count < 1:
        message = f"{count} reviews are none"
        raise ValueError(message)
    dates = [as_of]
    while len(dates) < count:
        dates.append(_period_end_before(dates[-1], MONTHS_OF[every]))
    return tuple(reversed(dates))


def reviews_between(begins_on: date, as_of: date, policy_on: Callable[[date], Policy]) -> tuple[ReviewOn, ...]:
    """The reviews of a history, the earliest first: every day that ends a period of the version in force on it, and ``as_of`` itself.

    Unlike ``review_dates``, each version keeps its own clock, so that a later version does not move the reviews before it.

    Args:
        begins_on: the first day that can be a review; where it lies after ``as_of``, only ``as_of`` is one.
        as_of: the last review, which may lie within a period.
        policy_on: the version in force on a day.
    """
    ends, day = [], end_of_month(begins_on)
    while day < as_of:
        policy = policy_on(day)
        if is_period_end(day, policy.review.every):
            ends.append(ReviewOn(day, policy))
        day = end_of_month(day + timedelta(days=1))
    return (*ends, ReviewOn(as_of, policy_on(as_of)))


def coming_reviews(day: date, every: ReviewPeriod, count: int) -> tuple[date, ...]:
    """The next reviews after a day, the earliest first: calendar ends of the period.

    >>> [str(day) for day in coming_reviews(date(2026, 5, 20), ReviewPeriod.QUARTER, 2)]
    ['2026-06-30', '2026-09-30']
    """
    months = MONTHS_OF[every]
    month = day.year * 12 + day.month - 1
    following = month - month % months + months
    ends = [_first_of(following + step * months) - timedelta(days=1) for step in range(count + 1)]
    return tuple(each for each in ends if each > day)[:count]


def is_period_end(day: date, every: ReviewPeriod) -> bool:
    """Whether a review on that day ends its period; one within it is an interim review."""
    return coming_reviews(day - timedelta(days=1), every, 1) == (day,)


def is_filling(review_on: date, first_on: date, metrics: Iterable[Metric], lost: LostRule) -> bool:
    """Whether the longest window of some metrics, or the time after which a customer is lost, reaches back before the first day of the data.

    Until then windows only gain and nobody is lost, so counts grow whatever customers do. Windows without a beginning never count.

    Args:
        review_on: the review.
        first_on: the first day of which anything is known.
        metrics: those that the rules name.
        lost: when a customer counts as lost.
    """
    windows = [each.window for each in metrics if each.window.unit is not WindowUnit.TOTAL]
    if lost.after_days is not None:
        windows.append(Window(WindowUnit.DAYS, lost.after_days))
    opened = [window.opens_after(review_on) for window in windows]
    return any(day < first_on - timedelta(days=1) for day in opened if day is not None)


def rank_in(policy: Policy, tier: str, earlier: Policy) -> int:
    """Where a tier of an earlier version stands on this ladder: by its name; a tier that is gone counts as the nearest one below it that is left.

    The lowest tier where nothing below it is left.
    """
    slugs = [each.slug for each in policy.tiers]
    below = [each.slug for each in earlier.tiers[: earlier.rank_of(tier) + 1]]
    return next((slugs.index(each) for each in reversed(below) if each in slugs), 0)


def _first_of(month: int) -> date:
    """The first day of a month, counted from the year 0."""
    return date(month // 12, month % 12 + 1, 1)


def _period_end_before(day: date, months: int) -> date:
    """The last calendar end of a period of so many months that lies before the day; a year's periods begin in January."""
    into_period = (day.month - 1) % months
    first = months_before(day.replace(day=1), into_period)
    return first - timedelta(days=1)
