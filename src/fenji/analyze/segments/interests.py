"""What does each customer mainly buy, and is that one thing or many? Shares of categories in the sales of a window.

Reads   clean.order_line
Units   shares of sales 0..1, refunds not taken off
Keeps   customers with sales of a known category in the window; others have no interests that we know of
Source  decision 0025
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.domain.segments import InterestPlan


def customer_interests(order_line: ir.Table, *, plan: InterestPlan, as_of: date) -> ir.Table:
    """Main category and breadth of interest.

    Of equal categories the first by name is the main one.

    Grain: one row per customer with such sales: customer_key, main_category, main_category_share, counted_categories, interest_class.
    """
    sales = _sales(order_line, plan, as_of)
    bought = sales.group_by("customer_key", "category").aggregate(revenue=sales.net_revenue.sum().cast("float64"))
    bought = bought.filter(bought.revenue > 0)
    mine = ibis.window(group_by=bought.customer_key)
    order = ibis.window(group_by=bought.customer_key, order_by=[bought.revenue.desc(), bought.category.asc()])
    placed = bought.mutate(place=ibis.row_number().over(order), share=(bought.revenue / bought.revenue.sum().over(mine)).round(9))
    found = placed.group_by("customer_key").aggregate(
        main_category=placed.category.max(where=placed.place == 0),
        main_category_share=placed.share.max(where=placed.place == 0),
        counted_categories=placed.count(where=placed.share >= float(plan.counted_share)).cast("int64"),
    )
    interest = ibis.cases(
        (found.main_category_share >= float(plan.focused_share), "focused"),
        (found.main_category_share < float(plan.broad_share), "broad"),
        else_="mixed",
    )
    return found.mutate(interest_class=interest)


def _sales(order_line: ir.Table, plan: InterestPlan, as_of: date) -> ir.Table:
    found = order_line.filter(
        order_line.customer_key.notnull(),
        order_line.category.notnull(),
        order_line.kind == "sale",
        order_line.ordered_on <= ibis.literal(as_of, type="date"),
    )
    opens_after = plan.window.opens_after(as_of)
    return found if opens_after is None else found.filter(found.ordered_on > ibis.literal(opens_after, type="date"))
