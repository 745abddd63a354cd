"""What is every customer measured by? Panel, value, risk of leaving and tier side by side.

Reads   insight.customer_metric, insight.customer_value, insight.contract_value, insight.churn_risk, insight.tier_assignment
Writes  nothing stored: one row per customer of the panel
Units   each measure in its own unit; tier_position is 0 for the lowest tier and for lost customers, 1 for the highest
Keeps   every customer of the panel, exactly once
Source  decision 0024
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.metrics import Aggregate, Metric, Unit
from fenji.domain.periods import Window
from fenji.domain.policies import Policy
from fenji.domain.priority import CHURN_MEASURE, TIER_MEASURE
from fenji.domain.words import Words

EXPECTATIONS = ("expected_revenue_12m", "expected_orders_12m")

_YEAR, _EVER = Window.parse("12m"), Window.parse("total")


def _measure(slug: str, name: Words, sentence: Words, unit: Unit, window: Window = _YEAR) -> Metric:
    return Metric(slug, name, sentence, unit, Aggregate.SUM, window)


FORETOLD_MEASURES: tuple[Metric, ...] = (
    _measure(
        "expected_revenue_12m",
        Words("未来12个月预期收入", "revenue expected in twelve months"),
        Words("预计未来12个月带来的收入。", "Revenue expected in the next twelve months."),
        Unit.MONEY,
    ),
    _measure(
        "expected_orders_12m",
        Words("未来12个月预期下单天数", "order days expected in twelve months"),
        Words("预计未来12个月有订单的天数。", "Days with an order expected in the next twelve months."),
        Unit.RATIO,
    ),
    _measure(
        "expected_order_value",
        Words("预期单日消费", "revenue expected of an order day"),
        Words("预计每个下单日带来的收入。", "Revenue expected of a day with an order."),
        Unit.MONEY,
    ),
    _measure(
        "clv",
        Words("折现客户终身价值", "discounted lifetime value"),
        Words("未来若干月预期收入的折现值。", "Revenue expected of the coming months, discounted."),
        Unit.MONEY,
    ),
    _measure(
        "margin_12m",
        Words("近12个月毛利", "margin of twelve months"),
        Words("近12个月收入减去已知成本。", "Revenue of twelve months less known cost."),
        Unit.MONEY,
    ),
    _measure(
        "p_alive",
        Words("仍为客户的概率", "probability of still being a customer"),
        Words("统计日仍是客户的概率。", "Probability that it still is a customer on the as-of day."),
        Unit.SHARE,
        _EVER,
    ),
    _measure(
        "p_alive_12m",
        Words("12个月后仍为客户的概率", "probability of being a customer in twelve months"),
        Words("12个月后仍是客户的概率。", "Probability that it is a customer twelve months later."),
        Unit.SHARE,
    ),
    _measure(
        "order_probability_12m",
        Words("未来12个月下单概率", "probability of an order in twelve months"),
        Words("未来12个月至少下一单的概率。", "Probability of at least one order in the next twelve months."),
        Unit.SHARE,
    ),
)
"""What insight.customer_value knows beside the panel, with words for people."""

CONTRACT_MEASURES: tuple[Metric, ...] = (
    _measure(
        "expected_fees_12m",
        Words("未来12个月预期合同费用", "fees expected in twelve months"),
        Words("预计未来12个月有效合同带来的费用。", "Fees expected of the contracts in force in the next twelve months."),
        Unit.MONEY,
    ),
    _measure(
        "fee_clv",
        Words("折现合同终身价值", "discounted lifetime value of contracts"),
        Words("未来若干月预期合同费用的折现值。", "Fees expected of the coming months, discounted."),
        Unit.MONEY,
    ),
)
"""What insight.contract_value knows, with words for people."""

OTHER_MEASURES: tuple[Metric, ...] = (
    _measure(
        CHURN_MEASURE,
        Words("流失概率", "probability of leaving"),
        Words(
            "客户在预测期内流失的概率；超过流失期限后逐渐降为0。",
            "Probability that the customer leaves within the horizon; past its limit of silence it fades to 0.",
        ),
        Unit.SHARE,
        _EVER,
    ),
    _measure(
        TIER_MEASURE,
        Words("等级位置", "position of the tier"),
        Words("等级在阶梯上的位置：最低为0，最高为1。", "Where the tier stands on the ladder: 0 lowest, 1 highest."),
        Unit.SHARE,
        _EVER,
    ),
)


def measures_of(metrics: Iterable[Metric]) -> dict[str, Metric]:
    """Everything that a part may be measured by, by name.

    Args:
        metrics: the metrics of the panel.
    """
    return {each.slug: each for each in (*FORETOLD_MEASURES, *CONTRACT_MEASURES, *OTHER_MEASURES, *metrics)}


def measured_customers(
    panel: ir.Table,
    value: ir.Table,
    churn: ir.Table,
    assignment: ir.Table,
    *,
    policy: Policy,
    measures: Sequence[str],
    contracts: ir.Table | None = None,
    believes_value: bool = False,
) -> ir.Table:
    """The customers with their measures.

    Args:
        panel: insight.customer_metric at the date.
        value: insight.customer_value at the date.
        churn: insight.churn_risk at the date.
        assignment: insight.tier_assignment at the date.
        policy: the tiers.
        measures: names out of ``measures_of``.
        contracts: insight.contract_value at the date; None where there are no contracts.
        believes_value: whether the order model's probability of an order is to be believed rather than churn's (``churn.beside.believed``).

    Returns:
        customer_key, tier (null: lost) and the measures, each in its own type.
    """
    foretold = {each.slug for each in FORETOLD_MEASURES}
    elsewhere = foretold | {each.slug for each in CONTRACT_MEASURES}
    own = [name for name in measures if name in panel.columns and name not in elsewhere]
    found = panel.select("customer_key", *own)
    tiers = assignment.select(tier_key="customer_key", tier="tier")
    found = found.left_join(tiers, found.customer_key == tiers.tier_key).drop("tier_key")
    expected = [name for name in measures if name in foretold]
    if expected:
        values = value.select("customer_key", *expected).rename(value_key="customer_key")
        found = found.left_join(values, found.customer_key == values.value_key).drop("value_key")
    fees = [each.slug for each in CONTRACT_MEASURES if each.slug in measures]
    if fees and contracts is not None:
        values = contracts.select("customer_key", *fees).rename(contract_key="customer_key")
        found = found.left_join(values, found.customer_key == values.contract_key).drop("contract_key")
    elif fees:
        found = found.mutate(**{name: ibis.null("decimal(18, 2)") for name in fees})
    if CHURN_MEASURE in measures:
        counted = _by_value(churn, value) if believes_value else churn
        risks = counted.select(risk_key="customer_key", **{CHURN_MEASURE: counted.fading_probability})
        found = found.left_join(risks, found.customer_key == risks.risk_key).drop("risk_key")
    return found.mutate(tier_position(found.tier, policy).name(TIER_MEASURE))


def _by_value(churn: ir.Table, value: ir.Table) -> ir.Table:
    """The risks of leaving with the order model's probabilities in the place of churn's, without steps in the same way."""
    within = value.select(within_key="customer_key", silent=1.0 - value.order_probability_in_limit)
    both = churn.left_join(within, churn.customer_key == within.within_key).drop("within_key")
    left = ibis.greatest(2.0 - both.silent_days.cast("float64") / both.limit_days, 0.0)
    grown = (both.fading_probability / both.churn_probability.nullif(0.0)).fill_null(1.0)
    weight = ibis.ifelse(both.is_at_risk_set, grown, left)
    return both.mutate(fading_probability=(both.silent * weight).fill_null(both.fading_probability))


def tier_position(tier: ir.StringValue, policy: Policy) -> ir.FloatingValue:
    """How high a tier stands, 0..1; null where there is one tier only, which tells nobody apart."""
    top = len(policy.tiers) - 1
    if top == 0:
        return ibis.null("float64")
    positions = [(tier == each.slug, ibis.literal(number / top, "float64")) for number, each in enumerate(policy.tiers)]
    return ibis.cases(*positions, else_=ibis.literal(0.0, "float64"))
