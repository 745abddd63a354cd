"""Which points come beside those of an order, and for which events? Extras of a program: each has a name, and what it granted stands under that name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fenji.act.orders import OrderFacts
from fenji.domain.loyalty.program import THOUSAND, Extra, LimitPeriod, Program
from fenji.domain.loyalty.records import OrderEarning, OrderKey


def birthday_extras(
    orders: Iterable[OrderFacts],
    births: Mapping[OrderKey, int | None],
    known: Mapping[OrderKey, OrderEarning],
    version_on: Callable[[date], Program],
) -> Iterator[OrderFacts]:
    """What orders earn for the birthday month, as earnings of their own.

    Whether an order has one is decided at its first posting; afterwards the extra follows the order, whatever becomes of the birthday.

    Args:
        orders: as they are known now.
        births: the month of the customer's birthday, by order.
        known: what was posted of these orders.
        version_on: the version of the program on a day.
    """
    posted: dict[tuple[str, str], list[OrderKey]] = {}
    for key in sorted(known):
        if key.bonus:
            posted.setdefault((key.source, key.order_id), []).append(key)
    for each in orders:
        theirs, was = posted.get((each.key.source, each.key.order_id), []), known.get(each.key)
        if was is not None and was.member_id == each.member_id:
            yield from (replace(each, key=key) for key in theirs)
            continue
        granted = list(_granted(each, births.get(each.key), version_on(each.ordered_on).earn.extra))
        yield from granted
        # The order is another customer's now: what its extras gave to the one before is taken back.
        for key in sorted({*theirs} - {one.key for one in granted}):
            member_id = known[key].member_id
            if member_id is not None:
                yield replace(each, key=key, member_id=member_id, gross_cents=0, returned=())


def _granted(order: OrderFacts, birth_month: int | None, extras: Sequence[Extra]) -> Iterator[OrderFacts]:
    for each in extras:
        if each.is_birthday_month and birth_month == order.ordered_on.month:
            # The points of the order itself are the first time of the factor.
            multiplier = order.multiplier * (each.factor - THOUSAND) // THOUSAND
            key = replace(order.key, bonus=each.name)
            yield replace(order, key=key, multiplier=multiplier, most_points=each.at_most)


@dataclass(frozen=True)
class Rewarded:
    """An event that earns points."""

    event_id: str
    member_id: int
    on: date
    points: int


def rewarded(
    extra: Extra, events: Collection[tuple[str, int, date]], granted: Mapping[tuple[int, date], int]
) -> Iterator[Rewarded]:
    """Which events earn how much, the earliest first, until the limit of their period is reached.

    Args:
        extra: for events.
        events: event_id, member and day of those that earned nothing yet.
        granted: points that the extra has granted already, by member and first day of the period.

    >>> extra = Extra("review", False, "review", 0, 2, 3, LimitPeriod.MONTH)
    >>> days = [("a", 1, date(2027, 1, 9)), ("b", 1, date(2027, 1, 3)), ("c", 1, date(2027, 2, 1))]
    >>> [(each.event_id, each.points) for each in rewarded(extra, days, {})]
    [('b', 2), ('a', 1), ('c', 2)]
    """
    sums = dict(granted)
    for event_id, member_id, on in sorted(events, key=lambda each: (each[2], each[0])):
        period = member_id, first_of_period(extra, on)
        points = extra.points if extra.at_most is None else min(extra.points, extra.at_most - sums.get(period, 0))
        if points > 0:
            sums[period] = sums.get(period, 0) + points
            yield Rewarded(event_id, member_id, on, points)


def first_of_period(extra: Extra, day: date) -> date:
    """The first day of the period of a limit that a day lies in."""
    return day.replace(month=1, day=1) if extra.period is LimitPeriod.YEAR else day.replace(day=1)
