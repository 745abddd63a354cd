"""How many customers have a smaller value of a metric? The basis of percentile points and of ``in top n%``.

Reads   insight.customer_metric
Writes  nothing stored: small tables, one row per distinct value or one row in all
Units   values in the unit of their metric; counts of customers
Keeps   customers without a value stand in no count of values, but in the number of all customers
Source  decision 0015: equal values stand alike; the number at the top is rounded up to whole customers
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import ibis
import ibis.expr.types as ir


def value_counts(table: ir.Table, metric: str) -> ir.Table:
    """How many customers have each value, and how many a smaller one.

    Counting distinct values first keeps the sort narrow: windows over the wide panel would sort every column of it.

    Grain: one row per distinct value; columns value, customers, below.
    """
    known = table.filter(table[metric].notnull()).select(value=table[metric])
    counted = known.group_by("value").aggregate(customers=known.count())
    until_here = counted.customers.sum().over(ibis.window(order_by=counted.value.asc(), preceding=None, following=0))
    return counted.select(value=counted.value, customers=counted.customers, below=(until_here - counted.customers).cast("int64"))


def top_threshold(table: ir.Table, metric: str, share: Decimal) -> ir.Table:
    """The smallest value that stands in the top share of all customers of the table.

    The value of the customer at position ceil(share x customers), counted from the largest value; where fewer customers
    have a value at all, the smallest value there is. Null where nobody has one.

    Grain: one row; column threshold, in the metric's own type.
    """
    counts = value_counts(table, metric)
    part = Fraction(share)
    everyone = table.aggregate(everyone=table.count(), known=table[metric].count())
    ranked = counts.cross_join(everyone)
    # ceil(everyone * share) in whole numbers: (everyone * numerator + denominator - 1) // denominator, without the division.
    at_or_above = ranked.known - ranked.below
    reaches = at_or_above * part.denominator >= ranked.everyone * part.numerator
    # The customer at that position has the largest value that enough customers reach.
    found = ranked.aggregate(reached=ranked.value.max(where=reaches), smallest=ranked.value.min())
    return found.select(threshold=ibis.coalesce(found.reached, found.smallest))
