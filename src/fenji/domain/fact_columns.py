"""Which columns of the clean tables may a metric be made from? The list that metrics.yaml is checked against; a test holds it to the contracts."""

from __future__ import annotations

from enum import StrEnum

from fenji.domain.metrics import Aggregate, Fact


class ColumnKind(StrEnum):
    """What a column holds, as far as metrics care."""

    TEXT = "text"
    """Can be filtered and counted distinct."""
    WHOLE = "whole"
    """Whole numbers."""
    EXACT = "exact"
    """Decimal numbers that are no money."""
    MONEY = "money"
    """Decimal amounts in the workspace's currency."""
    NUMBER = "number"
    """Measurements in double precision; summed to six decimals, so that the order of rows does not matter."""


FACT_COLUMNS: dict[Fact, dict[str, ColumnKind]] = {
    Fact.ORDER_LINE: {
        "source": ColumnKind.TEXT,
        "product_id": ColumnKind.TEXT,
        "category": ColumnKind.TEXT,
        "channel": ColumnKind.TEXT,
        "currency": ColumnKind.TEXT,
        "kind": ColumnKind.TEXT,
        "line_number": ColumnKind.WHOLE,
        "quantity": ColumnKind.EXACT,
        "net_revenue": ColumnKind.MONEY,
        "order_revenue": ColumnKind.MONEY,
        "returned_revenue": ColumnKind.MONEY,
        "days_since_previous_order": ColumnKind.WHOLE,
        "month_before_as_of": ColumnKind.WHOLE,
    },
    Fact.EVENT: {"kind": ColumnKind.TEXT, "value": ColumnKind.NUMBER},
    Fact.FEEDBACK: {
        "kind": ColumnKind.TEXT,
        "topic": ColumnKind.TEXT,
        "score": ColumnKind.NUMBER,
        "hours_to_resolution": ColumnKind.NUMBER,
    },
    Fact.REFERRAL: {"net_revenue": ColumnKind.MONEY},
    Fact.CONTRACT: {
        "plan": ColumnKind.TEXT,
        "monthly_fee": ColumnKind.MONEY,
        "standing": ColumnKind.TEXT,
        "days_in_force": ColumnKind.WHOLE,
    },
    Fact.POINTS_ENTRY: {
        "program": ColumnKind.TEXT,
        "kind": ColumnKind.TEXT,
        "points": ColumnKind.WHOLE,
        "qualifying_points": ColumnKind.WHOLE,
        "redeemed_points": ColumnKind.WHOLE,
    },
    Fact.VOUCHER_USE: {"program": ColumnKind.TEXT, "offer": ColumnKind.TEXT, "discount": ColumnKind.MONEY},
    Fact.BALANCE: {},
}

MADE_COLUMNS: dict[Fact, dict[str, str]] = {
    Fact.ORDER_LINE: {
        "returned_revenue": "the amount of a return as a positive number; null on sales",
        "month_before_as_of": "0 for the month that ends with the as-of day, 1 for the month before it, and so on",
    },
    Fact.FEEDBACK: {"hours_to_resolution": "as stored, but null where the resolution came after the as-of day"},
    Fact.CONTRACT: {
        "standing": "running, or ended where the end lies on the as-of day or before it",
        "days_in_force": "days from the start to the end, or to the as-of day where the contract runs; windows go by the start",
    },
    Fact.POINTS_ENTRY: {
        "redeemed_points": "points of a redemption as a positive number, negative where it was undone; null on all other entries"
    },
    Fact.REFERRAL: {"net_revenue": "net revenue of the referred customers; the window is that of their order lines"},
}
"""Columns that the panel makes or restates for the as-of date, and what they hold."""

_NUMBERS = frozenset({ColumnKind.WHOLE, ColumnKind.EXACT, ColumnKind.MONEY, ColumnKind.NUMBER})

COLUMN_KINDS_OF: dict[Aggregate, frozenset[ColumnKind]] = {
    Aggregate.SUM: _NUMBERS,
    Aggregate.COUNT: frozenset(ColumnKind),
    Aggregate.MEAN: _NUMBERS,
    Aggregate.MINIMUM: _NUMBERS,
    Aggregate.MAXIMUM: _NUMBERS,
    Aggregate.DEVIATION: _NUMBERS,
    Aggregate.COUNT_DISTINCT: frozenset({ColumnKind.TEXT, ColumnKind.WHOLE}),
    Aggregate.NET_PROMOTER: frozenset({ColumnKind.NUMBER}),
}
"""The kinds of columns that an aggregate can be taken of; aggregates that are not listed take no column."""


def columns_for(fact: Fact, aggregate: Aggregate) -> tuple[str, ...]:
    """The columns of a fact that an aggregate may be taken of.

    >>> columns_for(Fact.FEEDBACK, Aggregate.MEAN)
    ('score', 'hours_to_resolution')
    """
    if fact is Fact.REFERRAL and aggregate is not Aggregate.SUM:
        return ()
    kinds = COLUMN_KINDS_OF.get(aggregate, frozenset())
    return tuple(name for name, kind in FACT_COLUMNS[fact].items() if kind in kinds)
