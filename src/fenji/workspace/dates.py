"""Which day is yesterday for the company, and is there any data near the day that was asked for?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from fenji.domain.steps import Step
from fenji.errors import Problem
from fenji.language import message as _

STALE_DAYS = 62
"""From this many days without an order before the as-of date, people are told: a month without any sale is hardly business as usual."""


def yesterday(zone: str, *, now: datetime | None = None) -> date:
    """The last day that is over in the company's time zone."""
    return today(zone, now=now) - timedelta(days=1)


def today(zone: str, *, now: datetime | None = None) -> date:
    """The day that it is in the company's time zone."""
    moment = now if now is not None else datetime.now(UTC)
    return moment.astimezone(ZoneInfo(zone)).date()


def stale_warning(newest_order: date | None, *, as_of: date) -> tuple[Problem, ...]:
    """A warning where the newest order is far older than the as-of date, naming the date to ask for instead."""
    if newest_order is None or (as_of - newest_order).days < STALE_DAYS:
        return ()
    text = _("the newest order up to {as_of} is of {newest}, {days} days before.")
    values = {"as_of": as_of, "newest": newest_order, "days": (as_of - newest_order).days}
    return (Problem(text, values, advice=Step.ADD_DAY, code="orders_are_old"),)
