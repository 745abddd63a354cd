"""What would count of a table if it were read as it is understood? Customers, orders and money of the rows looked at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fenji.collect.understanding.joining import Understood
from fenji.collect.understanding.order_numbers import PERSON_FIELDS
from fenji.domain.feeds import FEEDS, Cell, Feed
from fenji.domain.sources import StatusClass, TotalsPeriod

MONEY_FIELDS = frozenset(field.name for fields in FEEDS.values() for field in fields if field.cell is Cell.MONEY)
_CODE = re.compile("^[A-Z]{3}$")
_COUNTS = (None, StatusClass.PAID)


@dataclass(frozen=True)
class Effect:
    """What would count, in the rows that were looked at."""

    customers: int
    """Who have any of them."""
    orders: int
    """How many."""
    revenue: float
    """What they brought."""


def measured(each: Understood) -> Effect:
    """Customers, orders and money of a table; nothing where it is left out."""
    if each.choice is None or each.blocking:
        return Effect(0, 0, 0.0)
    if each.feed is Feed.BALANCE:
        # Only totals of the last twelve months say what tiers of twelve months ask for.
        whole = sum(amount or 0.0 for amount in money_of(each)) if each.period is TotalsPeriod.LAST_12_MONTHS else 0.0
        return Effect(each.table.rows, 0, round(whole, 2))
    people = [_cells(each, name) for name in PERSON_FIELDS if each.column(name)]
    persons = (
        [next((cell for cell in row if cell), None) for row in zip(*people, strict=True)] if people else [None] * each.table.rows
    )
    numbers = _cells(each, "order_id")
    customers: set[str] = set()
    orders: dict[object, float] = {}
    for row, (person, amount, counts) in enumerate(zip(persons, money_of(each), _counting(each), strict=True)):
        if not counts:
            continue
        if person is not None:
            customers.add(person)
        if amount is not None:
            number = numbers[row] or row
            repeats = each.column("order_amount") is not None
            orders[number] = amount if repeats else orders.get(number, 0.0) + amount
    return Effect(len(customers), len(orders), round(sum(orders.values()), 2))


def money_of(each: Understood) -> Sequence[float | None]:
    """The amount of every row, None where it has none: what was paid, or quantity times price, or a total."""
    table = each.table
    column = each.column("order_amount") or each.column("line_amount") or each.column("total")
    if column is not None and column.column:
        seen = table.evidence(column.column)
        numbers = (seen.number_of(value, decimal=column.decimal) for value in seen.values)
        return tuple(None if number is None else number * float(column.unit.factor) for number in numbers)
    quantity, price = each.column("quantity"), each.column("unit_price")
    if price is None or not price.column:
        return (None,) * table.rows
    prices = table.numbers(price.column)
    pieces = table.numbers(quantity.column) if quantity and quantity.column else (1.0,) * len(prices)
    factor = float(price.unit.factor)
    return tuple(None if one is None else one * factor * (count or 0.0) for one, count in zip(prices, pieces, strict=True))


def currency_of_all(tables: Sequence[Understood]) -> str | None:
    """The currency that the money of all tables names most often, beside amounts or in a column of its own; None where none does."""
    named: Counter[str] = Counter()
    for each in tables:
        if each.choice is None:
            continue
        for column in each.choice.columns:
            if column.column is None:
                continue
            seen = each.table.evidence(column.column)
            if column.field == "currency":
                named += Counter({value.upper(): count for value, count in seen.counts.items() if _CODE.match(value.upper())})
            elif column.field in MONEY_FIELDS:
                named += seen.currencies
    return max(named.items(), key=lambda item: (item[1], item[0]))[0] if named else None


def _counting(each: Understood) -> Sequence[bool]:
    """Whether each row would count by its status."""
    status = each.column("status")
    if status is None or not status.column:
        return (True,) * each.table.rows
    own = {word: meaning for meaning, words in each.statuses.items() for word in words}
    return tuple(
        word is None or own.get(word, each.table.readings[word].status) in _COUNTS
        for word in each.table.evidence(status.column).values
    )


def _cells(each: Understood, field: str) -> Sequence[str | None]:
    column = each.column(field)
    if column is None or not column.column:
        return (None,) * each.table.rows
    return each.table.evidence(column.column).values
