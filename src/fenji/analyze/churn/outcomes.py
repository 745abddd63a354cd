"""What did customers do after a past date? Only rows of the horizon count, however much is known today.

Reads   clean.order_line, clean.contract
Units   days after the past date, 1 = the next day
Keeps   customers with an order, or a contract, in question; all others have no row
Source  decision 0026
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir


def next_orders(order_line: ir.Table, *, as_of: date, horizon_days: int) -> ir.Table:
    """The first order after a date, within a horizon.

    Grain: one row per customer who ordered in (as_of, as_of + horizon_days]: customer_key, next_order_days.
    """
    day = order_line.ordered_on
    later = order_line.filter(
        order_line.customer_key.notnull(),
        order_line.kind == "sale",
        day > _day(as_of),
        day <= _day(as_of + timedelta(days=horizon_days)),
    )
    first = later.group_by("customer_key").aggregate(next_on=later.ordered_on.min())
    days = first.next_on.delta(_day(as_of), unit="day").cast("int64")
    return first.select("customer_key", next_order_days=days)


def contracts_at(contract: ir.Table, *, as_of: date, horizon_days: int) -> ir.Table:
    """The contracts of each customer at a date, and whether any is in force at the end of the horizon.

    Grain: one row per customer with a contract that had begun by the date: customer_key, contracts (in force at the date),
    contract_days (since the earliest of these began), monthly_fee (of these together), plan (of these, the first by name),
    contracts_later (in force on the day as_of + horizon_days, also such as began since).
    """
    today, later = _day(as_of), _day(as_of + timedelta(days=horizon_days))
    begun = contract.started_on <= today
    runs = begun & _runs_beyond(contract, today)
    runs_later = (contract.started_on <= later) & _runs_beyond(contract, later)
    marked = contract.mutate(begun=begun, runs=runs, runs_later=runs_later)
    found = marked.group_by("customer_key").aggregate(
        begun=marked.begun.cast("int64").sum(),
        contracts=marked.runs.cast("int64").sum(),
        first_on=marked.started_on.min(where=marked.runs),
        monthly_fee=marked.monthly_fee.sum(where=marked.runs),
        plan=marked.plan.min(where=marked.runs),
        contracts_later=marked.runs_later.cast("int64").sum(),
    )
    found = found.filter(found.begun > 0)
    return found.select(
        "customer_key",
        contracts=found.contracts.cast("int64"),
        contract_days=today.delta(found.first_on, unit="day").cast("int64"),
        monthly_fee=found.monthly_fee.cast("float64"),
        plan=found.plan,
        contracts_later=found.contracts_later.cast("int64"),
    )


def _runs_beyond(contract: ir.Table, day: ir.DateScalar) -> ir.BooleanValue:
    """``ended_on`` is the first day on which the contract is no longer in force."""
    return contract.ended_on.isnull() | (contract.ended_on > day)


def _day(day: date) -> ir.DateScalar:
    return ibis.literal(day, type="date")
