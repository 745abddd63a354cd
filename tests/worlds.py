"""Small worlds of clean tables: customers, orders, events, feedback and referrals, written as a person would tell them.

``world(...)`` builds tables that keep the contracts of ``fenji.tables.clean``, so that every test of analysis can start from one.
The named worlds below are used by several tests; what is true in them is said beside each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count

import ibis.expr.types as ir
import pyarrow as pa

from fenji.domain.metrics import Fact
from fenji.engines.engine import Engine
from fenji.tables import clean
from fenji.tables.contract import Contract


def day(text: str | date) -> date:
    return text if isinstance(text, date) else date.fromisoformat(text)


def noon(on: date) -> datetime:
    return datetime.combine(on, time(12), UTC)


@dataclass(frozen=True)
class Line:
    """One line of an order."""

    amount: Decimal
    quantity: Decimal = Decimal(1)
    category: str | None = None


@dataclass(frozen=True)
class Order:
    """A sale, or with ``is_return`` goods that came back; amounts of returns are given as positive numbers."""

    customer: int | None
    on: date
    lines: tuple[Line, ...]
    channel: str | None = "shop"
    is_return: bool = False


def sale(customer: int | None, on: str | date, *lines: object, channel: str | None = "shop") -> Order:
    """A sale; each line is an amount, (amount, category) or (amount, category, quantity)."""
    return Order(customer, day(on), tuple(_line(each) for each in lines), channel)


def came_back(customer: int | None, on: str | date, *lines: object, channel: str | None = "shop") -> Order:
    """A return, with its day and what was paid back."""
    return Order(customer, day(on), tuple(_line(each) for each in lines), channel, is_return=True)


def _line(given: object) -> Line:
    amount, *rest = given if isinstance(given, tuple) else (given,)
    category = rest[0] if rest else None
    quantity = rest[1] if len(rest) > 1 else 1
    return Line(Decimal(str(amount)), Decimal(str(quantity)), category)


@dataclass(frozen=True)
class World:
    """Clean tables in memory."""

    customer: pa.Table
    facts: dict[Fact, pa.Table] = field(default_factory=dict)

    def on(self, engine: Engine) -> tuple[dict[Fact, ir.Table], ir.Table]:
        """The facts that have rows, and the customers, as tables of an engine."""
        facts = {fact: engine.from_arrow(table) for fact, table in self.facts.items() if table.num_rows}
        return facts, engine.from_arrow(self.customer)


def world(
    *orders: Order,
    customers: Sequence[dict[str, object]] = (),
    events: Sequence[tuple[object, ...]] = (),
    feedback: Sequence[dict[str, object]] = (),
    referrals: Sequence[tuple[object, ...]] = (),
    contracts: Sequence[tuple[object, ...]] = (),
) -> World:
    """Clean tables of what is told.

    Args:
        orders: sales and returns.
        customers: columns of clean.customer by name; everyone who occurs elsewhere is added.
        events: (customer, day, kind) or (customer, day, kind, value).
        feedback: columns of clean.feedback by name, ``on`` and ``resolved_on`` as days.
        referrals: (referrer, referred, day or None).
        contracts: (customer, start, end or None) or (customer, start, end, plan, monthly fee).
    """
    lines = list(_lines(orders))
    happenings = [_event(number, *each) for number, each in enumerate(events)]
    voices = [_voice(number, each) for number, each in enumerate(feedback)]
    brought = [{"customer_key": a, "referred_key": b, "referred_on": on and day(str(on))} for a, b, on in referrals]
    bound = [_contract(number, *each) for number, each in enumerate(contracts)]
    seen = [(each["customer_key"], each["ordered_on"]) for each in lines]
    seen += [(each["customer_key"], each["started_on"]) for each in bound]
    seen += [(each["customer_key"], each["on"]) for each in (*happenings, *voices)]
    return World(
        _table(clean.CUSTOMER, _people(customers, seen, brought)),
        {
            Fact.ORDER_LINE: _table(clean.ORDER_LINE, lines),
            Fact.EVENT: _table(clean.EVENT, happenings),
            Fact.FEEDBACK: _table(clean.FEEDBACK, voices),
            Fact.REFERRAL: _table(clean.REFERRAL, brought),
            Fact.CONTRACT: _table(clean.CONTRACT, bound),
        },
    )


def _lines(orders: Iterable[Order]) -> Iterable[dict[str, object]]:
    """Order lines with what prepare adds: the order's value and the days since the order day before, both on line 1."""
    sale_days: dict[object, set[date]] = {}
    for each in orders:
        if not each.is_return:
            sale_days.setdefault(each.customer, set()).add(each.on)
    opened: set[tuple[object, date]] = set()
    for number, order in enumerate(orders):
        earlier = [other for other in sale_days.get(order.customer, ()) if other < order.on]
        opens = not order.is_return and (order.customer, order.on) not in opened
        opened |= {(order.customer, order.on)} if opens else set()
        for position, line in enumerate(order.lines, 1):
            first = position == 1 and not order.is_return
            sign = -1 if order.is_return else 1
            yield {
                "source": "till",
                "order_id": f"{'R' if order.is_return else 'S'}{number}",
                "line_number": position,
                "customer_key": order.customer,
                "ordered_at": noon(order.on),
                "ordered_on": order.on,
                "category": line.category,
                "channel": order.channel,
                "quantity": sign * line.quantity,
                "net_revenue": sign * line.amount,
                "currency": "CNY",
                "kind": "return" if order.is_return else "sale",
                "days_since_previous_order": (order.on - max(earlier)).days
                if first and opens and earlier and order.customer is not None
                else None,
                "order_revenue": sum(one.amount for one in order.lines) if first else None,
            }


def _event(number: int, customer: object, on: object, kind: object, value: object = None) -> dict[str, object]:
    when = day(str(on))
    return {"event_id": f"e{number}", "customer_key": customer, "at": noon(when), "on": when, "kind": kind, "value": value}


def _contract(  # noqa: PLR0917 - a row of a table reads best on one line
    number: int, customer: object, start: object, end: object, plan: object = None, fee: object = None
) -> dict[str, object]:
    days = {"started_on": day(str(start)), "ended_on": day(str(end)) if end is not None else None}
    monthly = None if fee is None else Decimal(str(fee))
    return {"contract_id": f"k{number}", "customer_key": customer, **days, "plan": plan, "monthly_fee": monthly}


def _voice(number: int, told: dict[str, object]) -> dict[str, object]:
    when, hours = day(str(told["on"])), told.get("hours_to_resolution")
    resolved_at = noon(when) + timedelta(hours=float(str(hours))) if hours is not None else None
    resolved = {"resolved_at": resolved_at, "resolved_on": resolved_at and resolved_at.date()}
    return {"feedback_id": f"f{number}", "at": noon(when), **resolved, **told, "on": when}


def _people(
    told: Sequence[dict[str, object]], seen: Sequence[tuple[object, object]], brought: Sequence[dict[str, object]]
) -> list[dict[str, object]]:
    keys = {each["customer_key"] for each in told} | {key for key, _ in seen if key is not None}
    keys |= {each[name] for each in brought for name in ("customer_key", "referred_key")}
    given = {each["customer_key"]: each for each in told}
    people = []
    for key in sorted(keys, key=lambda each: int(str(each))):
        days = [on for other, on in seen if other == key]
        first = min(days, key=str) if days else None
        people.append({"customer_id": f"C{key}", "first_seen_on": first, "customer_key": key, **given.get(key, {})})
    return people


def _table(contract: Contract, rows: Sequence[dict[str, object]]) -> pa.Table:
    schema = contract.schema.to_pyarrow()
    return pa.table({each.name: pa.array([row.get(each.name) for row in rows], type=each.type) for each in schema})


def corner_shop() -> World:
    """Three regulars of a corner shop, one lead without orders, and a line whose customer nobody noted."""
    return world(
        sale(1, "2024-11-20", (30, "tea"), (20, "cups", 2)),
        sale(1, "2025-01-10", (12.5, "tea")),
        sale(1, "2025-03-10", (100, "tea"), (7.5, "cake"), channel="web"),
        came_back(1, "2025-03-20", (40, "tea")),
        sale(2, "2025-03-31", (9.99, "cake")),
        sale(2, "2025-03-31", (5, None), channel=None),
        sale(3, "2023-06-01", (1000, "tea", 10)),
        sale(None, "2025-03-01", (77, "tea")),
        customers=[{"customer_key": 4, "first_seen_on": date(2025, 2, 1)}],
    )


def one_whale() -> World:
    """One customer brings 99 % of the revenue; ninety-nine bring the rest."""
    return world(sale(1, "2025-06-01", 9900), *(sale(key, "2025-06-01", 1 if key < 100 else 2) for key in range(2, 101)))


def all_refunds() -> World:
    """Everything that was bought in the window came back, the last piece after the window's orders."""
    return world(sale(1, "2025-05-01", 80, 20), came_back(1, "2025-05-09", 80), came_back(1, "2025-06-30", 20))


def dead_year() -> World:
    """Nobody bought for more than a year before 2025-06-30."""
    return world(sale(1, "2023-01-15", 50), sale(1, "2023-02-15", 50), sale(2, "2024-06-30", 10))


def boundary_values() -> World:
    """Orders on the days around the borders of 12m and 3m at 2024-02-29 and 2025-02-28: amounts are powers of two."""
    days = (
        "2023-02-28",
        "2023-03-01",
        "2023-11-28",
        "2023-11-29",
        "2023-11-30",
        "2024-02-28",
        "2024-02-29",
        "2024-03-01",
        "2025-02-28",
    )
    return world(*(sale(1, on, 2**power) for power, on in zip(count(), days, strict=False)))


def late_refund() -> World:
    """An order of last year comes back this year: the refund counts on its own day."""
    return world(sale(1, "2024-03-01", 500), sale(1, "2025-05-05", 100), came_back(1, "2025-06-01", 500))
