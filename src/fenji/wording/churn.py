"""What is said of a customer who may leave? One short sentence per reason, with the customer's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fenji.domain.churn import ChurnBy, ChurnRules, Driver, RiskClass
from fenji.language import Language, translate
from fenji.language import message as _

DRIVER_NAMES = {
    Driver.LONGER_SILENCE: _("longer since the last order"),
    Driver.FALLING_FREQUENCY: _("falling frequency"),
    Driver.RARE_ORDERS: _("rare orders"),
    Driver.FALLING_SPEND: _("falling spend"),
    Driver.LOW_SPEND: _("low spend"),
    Driver.FEWER_CATEGORIES: _("fewer categories than before"),
    Driver.NARROW_RANGE: _("narrow range of categories"),
    Driver.COMPLAINTS: _("complaints"),
    Driver.LOWER_SATISFACTION: _("low satisfaction"),
    Driver.REFUNDS: _("refunds"),
    Driver.NEW_CUSTOMER: _("new customer"),
    Driver.IRREGULAR_RHYTHM: _("irregular rhythm"),
    Driver.LESS_ACTIVITY: _("less activity apart from orders"),
    Driver.SHORT_CONTRACT: _("short time under contract"),
    Driver.HIGH_FEE: _("high monthly fee"),
    Driver.PLAN: _("the plan"),
}
RISK_NAMES = {RiskClass.HIGH: _("high risk"), RiskClass.MIDDLE: _("middle risk"), RiskClass.LOW: _("low risk")}

_SENTENCES = {
    Driver.LONGER_SILENCE: (("days_since_last_order",), _("{days_since_last_order} days since the last order")),
    Driver.FALLING_FREQUENCY: (
        ("orders_3m", "orders_12m"),
        _("orders less often: {orders_3m} orders in 3 months, {orders_12m} in 12"),
    ),
    Driver.RARE_ORDERS: (("orders_3m", "orders_12m"), _("few orders: {orders_3m} in 3 months, {orders_12m} in 12")),
    Driver.FALLING_SPEND: (
        ("net_revenue_3m", "net_revenue_12m"),
        _("spends less: {net_revenue_3m} in 3 months, {net_revenue_12m} in 12"),
    ),
    Driver.LOW_SPEND: (("net_revenue_12m",), _("spends little: {net_revenue_12m} in 12 months")),
    Driver.FEWER_CATEGORIES: (
        ("categories_3m", "categories_12m"),
        _("fewer categories: {categories_3m} in 3 months, {categories_12m} in 12"),
    ),
    Driver.NARROW_RANGE: (("categories_12m",), _("few categories: {categories_12m} in 12 months")),
    Driver.COMPLAINTS: (("complaints_12m",), _("complaints in 12 months: {complaints_12m}")),
    Driver.LOWER_SATISFACTION: (("satisfaction_12m",), _("satisfaction: {satisfaction_12m} of 100")),
    Driver.REFUNDS: (("refund_rate_12m",), _("refunded: {refund_rate_12m} of the sales of 12 months")),
    Driver.NEW_CUSTOMER: (("days_since_first_order",), _("new: first order {days_since_first_order} days ago")),
}
_BEYOND_USUAL = _("{days_since_last_order} days since the last order, usually {mean_days_between_orders} between two")
"""Used where the time since the last order is longer than the customer's own interval."""


def reason_sentence(driver: Driver, facts: Mapping[str, Any], language: Language) -> str:
    """A reason with the customer's numbers; its name alone where they are not known.

    >>> reason_sentence(Driver.RARE_ORDERS, {"orders_3m": 0, "orders_12m": 2}, Language.EN)
    'few orders: 0 in 3 months, 2 in 12'
    """
    names, text = _SENTENCES.get(driver, ((), DRIVER_NAMES[driver]))
    last, usual = facts.get("days_since_last_order"), facts.get("mean_days_between_orders")
    if driver is Driver.LONGER_SILENCE and last is not None and usual is not None and last > usual:
        names, text = ("days_since_last_order", "mean_days_between_orders"), _BEYOND_USUAL
    if any(facts.get(each) is None for each in names):
        names, text = (), DRIVER_NAMES[driver]
    return translate(text, language, **{each: _shown(each, facts[each]) for each in names})


def driver_name(driver: Driver, language: Language) -> str:
    """What a driver is called."""
    return translate(DRIVER_NAMES[driver], language)


def definition_sentence(rules: ChurnRules, language: Language) -> str:
    """When a customer has left, in words."""
    if rules.by is ChurnBy.CONTRACT:
        text = _("A customer leaves when the last contract ends; the forecast looks {days} days ahead.")
        return translate(text, language, days=rules.contract_days)
    if rules.by is ChurnBy.RHYTHM:
        text = _(
            "A customer has left after {intervals} of the own usual intervals without an order, but never before {least} and always after {most} days."
        )
        return translate(text, language, intervals=rules.intervals, least=rules.least_days, most=rules.most_days)
    return translate(_("A customer has left after more than {days} days without an order."), language, days=rules.days)


def _shown(name: str, value: Any) -> str:  # noqa: ANN401 - a metric's value
    if isinstance(value, Decimal):
        return f"{value:,.0f}"
    if name.startswith("refund_rate"):
        return f"{value * 100:.0f}%"
    return f"{value:,.0f}"
