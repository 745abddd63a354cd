"""On which customers does most of it rest? Pareto's marks: A for those who bring the first 80 %, B up to 95 %, C for all others.

Reads   customers with a measure (``measures.measured_customers``)
Writes  column mark beside them
Units   shares of the sum of all values above 0
Keeps   every customer, exactly once
Source  Juran, Quality Control Handbook (1951), on Pareto: ordered from the largest, a customer is A while those before bring less
        than the share of A, so that the one who reaches it is A; customers with equal values stand alike
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from fenji.domain.priority import Mark, ParetoRule
from fenji.tables.insight_priority import AMOUNT

_SUMMED = "decimal(38, 6)"


def with_marks(table: ir.Table, rule: ParetoRule) -> ir.Table:
    """The customers with ``pareto_value`` and ``mark``; without a value, or with nothing or less, one is C.

    Keeps: every row.
    """
    valued = table.mutate(pareto_value=table[rule.measure].try_cast(AMOUNT))
    gaining = valued.filter(valued.pareto_value > 0)
    counted = gaining.group_by("pareto_value").aggregate(customers=gaining.count())
    # A value times its customers, as a sum of decimals: exact, whatever the order of rows.
    amounts = counted.mutate(
        amount=(counted.pareto_value.cast("decimal(27, 6)") * counted.customers.cast("decimal(11, 0)")).cast(_SUMMED)
    )
    until_here = amounts.amount.sum().over(ibis.window(order_by=amounts.pareto_value.desc(), preceding=None, following=0))
    placed = amounts.mutate(larger=until_here.cast(_SUMMED) - amounts.amount)
    total = amounts.aggregate(total=amounts.amount.sum())
    shared = placed.cross_join(total)
    larger, everything = shared.larger.cast("float64"), shared.total.cast("float64")
    marks = shared.select(
        marked_value=shared.pareto_value,
        found_mark=ibis.cases(
            (larger < everything * float(rule.a), str(Mark.A)),
            (larger < everything * float(rule.b), str(Mark.B)),
            else_=str(Mark.C),
        ),
    )
    joined = valued.left_join(marks, valued.pareto_value == marks.marked_value)
    return joined.select(*valued.columns, mark=joined.found_mark.fill_null(str(Mark.C)))
