"""How many customers does each tier, and each month of arrival, keep; and how long does a stay in a tier last?

Reads   insight.tier_assignment, insight.tier_movement, clean.customer
Units   customers; shares 0..1; stays in reviews and in days
Keeps   a customer who is lost counts as not kept, and stays in the cohort
Source  DESIGN section 6; a cohort is everyone registered in a calendar month, or first seen in it where no registration is known
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Any

import ibis
import ibis.expr.types as ir

from fenji.domain.telling import COUNT, told


@dataclass(frozen=True)
class TierRates:
    """What became of the customers with whom a tier opened."""

    tier: str
    opening: Annotated[int, COUNT]
    stayed: Annotated[int, COUNT]
    """Those who stand in the same tier at the later review."""
    lost: Annotated[int, COUNT]

    @property
    @told
    def stayed_share(self) -> float | None:
        """Of the opening customers, those who stand in the same tier; None where there were none."""
        return self.stayed / self.opening if self.opening else None

    @property
    @told
    def retention_rate(self) -> float | None:
        """Of the opening customers, those who stand in any tier; None where there were none."""
        return (self.opening - self.lost) / self.opening if self.opening else None

    @property
    def moved_share(self) -> float | None:
        """Of the opening customers, those who stand in another tier; None where there were none."""
        return (self.opening - self.lost - self.stayed) / self.opening if self.opening else None

    @property
    @told
    def churn_rate(self) -> float | None:
        """Of the opening customers, those who were lost; None where there were none."""
        return self.lost / self.opening if self.opening else None


def rates_of(movements: Iterable[Mapping[str, Any]], tiers: Sequence[str]) -> tuple[TierRates, ...]:
    """The rates of each tier between two reviews.

    Args:
        movements: rows of insight.tier_movement of one pair of reviews.
        tiers: the tiers to list, in this order.
    """
    rows = list(movements)
    return tuple(
        TierRates(
            tier,
            opening=sum(each["customers"] for each in rows if each["from_tier"] == tier),
            stayed=sum(each["customers"] for each in rows if each["from_tier"] == tier == each["to_tier"]),
            lost=sum(each["customers"] for each in rows if each["from_tier"] == tier and each["to_tier"] is None),
        )
        for tier in tiers
    )


def ended_stays(assignment: ir.Table, *, reviews: Sequence[date], earlier_on: date, as_of: date) -> ir.Table:
    """How long those had stood in a tier who left it between two reviews, for another tier or for good.

    Args:
        assignment: the assignments of every review from the one to the other; rows of other dates change nothing.
        reviews: every review date of the history, ascending.
        earlier_on: the earlier review.
        as_of: the later review.

    Grain: one row per tier that somebody left: tier, leavers, mean_reviews, mean_days. A customer who leaves twice counts twice.
    Keeps: stays that were under way at the first review of the history count from that review: their beginning is not known.
    """
    day = ibis.literal(as_of, type="date")
    rows = assignment.filter(
        assignment.tier.notnull(), assignment.as_of >= ibis.literal(earlier_on, type="date"), assignment.as_of <= day
    )
    stays = rows.group_by("customer_key", "tier", "since_on").aggregate(last_on=rows.as_of.max())
    over = stays.filter(stays.last_on < day)
    left_on = _next_review(over.last_on, reviews)
    timed = over.mutate(
        reviews=_place(over.last_on, reviews) - _place(over.since_on, reviews) + 1,
        days=left_on.delta(over.since_on, unit="day").cast("int64"),
    )
    counted = timed.group_by("tier").aggregate(leavers=timed.count(), all_reviews=timed.reviews.sum(), all_days=timed.days.sum())
    leavers = counted.leavers.cast("float64")
    return counted.select(
        "tier",
        leavers=counted.leavers.cast("int64"),
        mean_reviews=(counted.all_reviews.cast("float64") / leavers).round(6),
        mean_days=(counted.all_days.cast("float64") / leavers).round(6),
    )


def cohort_retention(assignment: ir.Table, customer: ir.Table, *, earlier_on: date, as_of: date) -> ir.Table:
    """Of the customers who arrived in the same month, how many stand in a tier at each review.

    Args:
        assignment: the assignments of the reviews; rows before ``earlier_on`` and after ``as_of`` change nothing.
        customer: clean.customer.
        earlier_on: the first review to list.
        as_of: the last review to list.

    Grain: one row per cohort and review: cohort (first day of the month; null where no arrival is known), as_of, customers (known at
    the review), standing (of them, those who are not lost).
    """
    rows = assignment.filter(
        assignment.as_of >= ibis.literal(earlier_on, type="date"), assignment.as_of <= ibis.literal(as_of, type="date")
    )
    arrived = ibis.coalesce(customer.registered_on, customer.first_seen_on)
    cohorts = customer.select(arrived_key="customer_key", cohort=arrived.truncate("month").cast("date"))
    joined = rows.left_join(cohorts, rows.customer_key == cohorts.arrived_key)
    return joined.group_by("cohort", "as_of").aggregate(
        customers=joined.count().cast("int64"), standing=joined.tier.count().cast("int64")
    )


def _place(day: ir.DateValue, reviews: Sequence[date]) -> ir.IntegerValue:
    """The position of a review among all; a day before the first one counts as the first."""
    places = [(day == ibis.literal(each, type="date"), ibis.literal(place, type="int64")) for place, each in enumerate(reviews)]
    return ibis.cases(*places, else_=ibis.literal(0, type="int64"))


def _next_review(day: ir.DateValue, reviews: Sequence[date]) -> ir.DateValue:
    following = [(day == ibis.literal(each, type="date"), ibis.literal(after, type="date")) for each, after in pairwise(reviews)]
    return ibis.cases(*following, else_=ibis.null("date"))
