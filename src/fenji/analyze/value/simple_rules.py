"""What would customers order and bring if they simply went on? The rules that a model must beat, and that stand in where it does not.

``continued``: everybody goes on as in the last period. ``recency_rule``: who ordered in the last period goes on as those did who
had ordered in the period before it, a share of whose orders and revenue came again; everybody else brings nothing.

Reads   clean.order_line
Units   orders are order days; money in the workspace's currency; periods are days
Keeps   every customer with an order, exactly once
Source  decision 0044
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from math import fsum

import ibis
import ibis.expr.types as ir
import numpy as np

from fenji.analyze.value.order_days import Came, Known, OrderDays
from fenji.domain.value import OrderModel

YEAR_DAYS = 365
_MONEY = "decimal(18, 2)"


@dataclass(frozen=True)
class SimpleRule:
    """A rule with what it has learned of all customers together."""

    kind: OrderModel
    """CONTINUED or RECENCY."""
    period_days: int
    """The period that goes on, which ends with the last day that counts."""
    orders_share: float
    """Share of the orders of a period that came again in the next one; 1 where everything goes on."""
    revenue_share: float

    def orders_over(self, days: float) -> float:
        """How many times the orders of the last period come within so many days."""
        return _times(self.orders_share, days / self.period_days)

    def revenue_over(self, days: float) -> float:
        """How many times the revenue of the last period comes within so many days."""
        return _times(self.revenue_share, days / self.period_days)


def continued(days: OrderDays, *, on: int, period_days: int) -> SimpleRule | None:
    """Everybody goes on as in the last period, or as in the history where that is shorter; None without a day of history."""
    period = _history_of(days, on, period_days)
    return None if period < 1 else SimpleRule(OrderModel.CONTINUED, period, 1.0, 1.0)


def recency_rule(days: OrderDays, *, on: int, period_days: int) -> SimpleRule | None:
    """Who ordered lately goes on as such customers did before; None where two periods do not hold orders.

    Args:
        days: order days; later ones change nothing.
        on: the last day that counts.
        period_days: half of the history where that is shorter.
    """
    period = _history_of(days, on, 2 * period_days) // 2
    if period < 1:
        return None
    who = days.known_at(on - period).places
    before = days.came(who, after=on - 2 * period, until=on - period)
    again = days.came(who, after=on - period, until=on)
    was_there = before.orders > 0
    orders, revenue = float(before.orders.sum()), float(np.maximum(before.revenue, 0)[was_there].sum())
    if orders <= 0 or revenue <= 0:
        return None
    came_again = float(again.orders[was_there].sum()) / orders, float(np.maximum(again.revenue, 0)[was_there].sum()) / revenue
    return SimpleRule(OrderModel.RECENCY, period, *came_again)


def expected_by(rule: SimpleRule, days: OrderDays, known: Known, *, on: int, horizon_days: int) -> Came:
    """What a rule expects of each customer within the horizon."""
    lately = days.came(known.places, after=on - rule.period_days, until=on)
    bought = lately.orders > 0
    revenue = np.where(bought, np.maximum(lately.revenue, 0.0), 0.0)
    return Came(lately.orders * rule.orders_over(horizon_days), revenue * rule.revenue_over(horizon_days))


def continued_scores(histories: ir.Table, order_line: ir.Table, rule: SimpleRule, *, clv_times: float, as_of: date) -> ir.Table:
    """What a rule expects of every customer in the next twelve months, in the columns of ``scoring.SCORES``; nothing is said of who has left.

    Args:
        histories: of ``order_histories``.
        order_line: clean.order_line; rows after ``as_of`` change nothing.
        rule: the rule.
        clv_times: how many times the revenue of the last period lifetime value is: of ``clv_times``.
        as_of: the last day that counts.
    """
    begins = ibis.literal(as_of - timedelta(days=rule.period_days), type="date")
    recent = order_line.filter(
        order_line.customer_key.notnull(),
        order_line.ordered_on > begins,
        order_line.ordered_on <= ibis.literal(as_of, type="date"),
    )
    lately = recent.group_by(lately_key="customer_key").aggregate(
        days=recent.ordered_on.nunique(where=recent.kind == "sale").cast("int64"),
        brought=recent.net_revenue.sum().cast(_MONEY),
    )
    joined = histories.select("customer_key").left_join(lately, histories.customer_key == lately.lately_key)
    days = joined.days.fill_null(0).cast("float64")
    brought = ibis.ifelse((days > 0) & (joined.brought > 0), joined.brought.cast("float64"), 0.0)
    nothing = {name: ibis.null("float64") for name in ("p_alive", "p_alive_12m", "order_probability_12m")}
    unsure = {f"expected_orders_12m_{end}": ibis.null("float64") for end in ("lower", "upper")}
    unsure |= {f"expected_revenue_12m_{end}": ibis.null(_MONEY) for end in ("lower", "upper")}
    return joined.select(
        "customer_key",
        **nothing,
        **unsure,
        expected_orders_12m=(days * rule.orders_over(YEAR_DAYS)).round(6),
        expected_order_value=(brought / days.nullif(0.0)).round(2).cast(_MONEY),
        expected_revenue_12m=(brought * rule.revenue_over(YEAR_DAYS)).round(2).cast(_MONEY),
        clv=(brought * clv_times).round(2).cast(_MONEY),
    )


def clv_times(rule: SimpleRule, *, months: int, rate_yearly: float) -> float:
    """How many times the revenue of the last period the coming months bring, each discounted from its end."""
    month = YEAR_DAYS / 12
    parts = [rule.revenue_over(each * month) for each in range(months + 1)]
    step = (1 + rate_yearly) ** (-1 / 12)
    return fsum((after - before) * step**each for each, before, after in zip(count(1), parts, parts[1:], strict=False))


def _times(share: float, periods: float) -> float:
    """The first share, its square in the period after, and so on; a share above 1 is not made to grow on."""
    whole = int(periods)
    total, each = 0.0, share
    for _period in range(whole):
        total += each
        each *= min(share, 1.0)
    return total + each * (periods - whole)


def _history_of(days: OrderDays, on: int, most: int) -> int:
    """Days of history up to a day, at most so many."""
    first = days.first
    return 0 if first is None else min(most, on - first + 1)
