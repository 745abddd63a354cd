"""What is each customer worth today, and is that high, middle or low beside the others?

Reads   insight.customer_metric, clean.order_line, clean.product
Writes  insight.customer_value: one row per customer known at as_of
Units   money in the workspace's currency; shares 0..1
Keeps   every customer of the panel, exactly once; equal values stand in equal classes
Source  decision 0022; the classes are Pareto's ABC unless the company has chosen other cuts
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.analyze.rules.distributions import top_threshold
from fenji.domain.periods import Window
from fenji.domain.value import ClassCuts, CutBy, ValueClass

_MONEY = "decimal(18, 2)"
_YEAR = Window.parse("12m")
_CURRENT = ("orders_12m", "categories_12m", "net_revenue_12m", "net_revenue_total")
"""What current value takes from the panel."""
_SCORES = (
    "p_alive",
    "p_alive_12m",
    "order_probability_12m",
    "order_probability_in_limit",
    "expected_orders_12m",
    "expected_orders_12m_lower",
    "expected_orders_12m_upper",
    "expected_order_value",
    "expected_revenue_12m",
    "expected_revenue_12m_lower",
    "expected_revenue_12m_upper",
    "clv",
)


def margins(order_line: ir.Table, product: ir.Table, *, as_of: date) -> ir.Table:
    """Revenue less cost per customer over twelve months, for the lines whose product's cost is known.

    Args:
        order_line: clean.order_line; rows after ``as_of`` change nothing.
        product: clean.product.
        as_of: the last day that counts.

    Grain: one row per customer with lines in the window: margin_key, margin_12m (null without known cost), sales, sales_with_cost.
    """
    opens_after = ibis.literal(_YEAR.opens_after(as_of), type="date")
    lines = order_line.filter(
        order_line.customer_key.notnull(),
        order_line.ordered_on <= ibis.literal(as_of, type="date"),
        order_line.ordered_on > opens_after,
    )
    costs = product.filter(product.unit_cost.notnull()).select(cost_id="product_id", unit_cost="unit_cost")
    priced = lines.left_join(costs, lines.product_id == costs.cost_id)
    cost = (priced.quantity * priced.unit_cost).cast("decimal(38, 5)")
    is_known, is_sale = priced.unit_cost.notnull(), priced.kind == "sale"
    summed = priced.group_by("customer_key").aggregate(
        revenue=priced.net_revenue.sum(where=is_known),
        cost=cost.sum(where=is_known),
        sales=priced.net_revenue.sum(where=is_sale),
        sales_with_cost=priced.net_revenue.sum(where=is_sale & is_known),
    )
    return summed.select(
        margin_key="customer_key",
        margin_12m=(summed.revenue.cast("decimal(38, 5)") - summed.cost.cast("decimal(38, 5)")).cast(_MONEY),
        sales=summed.sales.fill_null(0).cast(_MONEY),
        sales_with_cost=summed.sales_with_cost.fill_null(0).cast(_MONEY),
    )


def value_of_customers(panel: ir.Table, histories: ir.Table, scores: ir.Table, margin: ir.Table, *, as_of: date) -> ir.Table:
    """insight.customer_value without its classes.

    Args:
        panel: insight.customer_metric; rows of other dates change nothing.
        histories: of ``order_histories``.
        scores: of ``score_customers``, with the column of ``agreeing.with_limit``.
        margin: of ``margins``.
        as_of: the date.
    """
    people = panel.filter(panel.as_of == ibis.literal(as_of, type="date")).select("customer_key", *_CURRENT)
    ordered = histories.select(history_key="customer_key", order_days=histories.repeats + 1)
    scored = scores.rename(score_key="customer_key")
    joined = people.left_join(ordered, people.customer_key == ordered.history_key)
    joined = joined.left_join(scored, joined.customer_key == scored.score_key)
    joined = joined.left_join(margin, joined.customer_key == margin.margin_key)
    share = (joined.sales_with_cost.cast("float64") / joined.sales.cast("float64").nullif(0.0)).round(6)
    return joined.select(
        "customer_key",
        as_of=ibis.literal(as_of, type="date"),
        order_days=joined.order_days.fill_null(0).cast("int64"),
        orders_12m=joined.orders_12m.fill_null(0).cast("int64"),
        categories_12m=joined.categories_12m.fill_null(0).cast("int64"),
        net_revenue_12m=joined.net_revenue_12m.fill_null(0).cast(_MONEY),
        net_revenue_total=joined.net_revenue_total.fill_null(0).cast(_MONEY),
        margin_12m=joined.margin_12m,
        known_cost_share_12m=share,
        **{name: joined[name] for name in _SCORES},
    )


def class_thresholds(values: ir.Table, cuts: ClassCuts) -> ir.Table:
    """The smallest values of the high and of the middle class: one row with high and middle, null where nobody brings anything.

    Args:
        values: one row per customer with the measure of the cuts.
        cuts: by share of the sum, or of the customers.
    """
    both = cuts.high + cuts.middle
    if cuts.by is CutBy.CUSTOMER_SHARE:
        high, middle = top_threshold(values, cuts.measure, cuts.high), top_threshold(values, cuts.measure, both)
        return high.select(high="threshold").cross_join(middle.select(middle="threshold"))
    positive = values.filter(values[cuts.measure] > 0).select(value=values[cuts.measure])
    counted = positive.group_by("value").aggregate(brought=positive.value.sum().cast("decimal(38, 2)"))
    until_here = counted.brought.sum().over(ibis.window(order_by=counted.value.desc(), preceding=None, following=0))
    ranked = counted.select("value", above=(until_here - counted.brought).cast("float64"))
    total = counted.aggregate(total=counted.brought.sum().cast("float64"))
    placed = ranked.cross_join(total)
    # A value belongs to a class as long as those above it do not fill the class yet; sums are exact before they become doubles.
    return placed.aggregate(
        high=placed.value.min(where=placed.above < placed.total * float(cuts.high)),
        middle=placed.value.min(where=placed.above < placed.total * float(both)),
    )


def thresholds_of(cuts: ClassCuts, found: Mapping[str, Any] | None) -> tuple[Decimal | None, Decimal | None]:
    """Where high and middle begin: the amounts of the cuts, or the fetched row of ``class_thresholds``."""
    if cuts.by is CutBy.AMOUNT or found is None:
        return cuts.high, cuts.middle
    return found["high"], found["middle"]


def with_classes(
    values: ir.Table,
    current: tuple[str, Decimal | None, Decimal | None],
    potential: tuple[str, Decimal | None, Decimal | None],
) -> ir.Table:
    """insight.customer_value: the values with their classes; each argument is a measure with where high and middle begin."""
    return values.mutate(current_class=_class(values, *current), potential_class=_class(values, *potential))


def _class(values: ir.Table, measure: str, high: Decimal | None, middle: Decimal | None) -> ir.StringValue:
    """Who brings nothing is low, also where a share of customers would reach down to zero."""
    value = values[measure]
    begins = [(each, name) for each, name in ((high, ValueClass.HIGH), (middle, ValueClass.MIDDLE)) if each is not None]
    cases = [((value >= ibis.literal(each, type=_MONEY)) & (value > 0), ibis.literal(str(name))) for each, name in begins]
    return ibis.cases((value.isnull(), ibis.null("string")), *cases, else_=ibis.literal(str(ValueClass.LOW)))
