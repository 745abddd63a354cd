"""What is said of a customer who may leave? One short sentence per reason, with the customer's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fenji.answers.churn import TargetForecast
from fenji.domain.churn import Belief, Believed, ChurnBy, ChurnRules, Driver, RiskClass, ScoreModel, Target, Weakness
from fenji.domain.contests import Contest
from fenji.errors import Problem
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording.contests import CUSTOMERS, Contestants

MODEL_NAMES = {
    ScoreModel.RECENCY: _("recency rule"),
    ScoreModel.LOGISTIC: _("logistic regression"),
    ScoreModel.LIGHTGBM: _("gradient boosting"),
    ScoreModel.BLEND: _("mean of both"),
    ScoreModel.ORDERS: _("order model of value"),
}
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
        text = _("Leaving, in every table: no contract is in force {days} days later, also none that began since.")
        return translate(text, language, days=rules.contract_days)
    if rules.by is ChurnBy.RHYTHM:
        text = _(
            "Leaving, in every table: no order within {intervals} of the customer's own usual intervals, at least {least} and at most {most} days. Has left: the last order is longer ago than that."
        )
        return translate(text, language, intervals=rules.intervals, least=rules.least_days, most=rules.most_days)
    text = _("Leaving, in every table: no order within {days} days. Has left: the last order is more than {days} days ago.")
    return translate(text, language, days=rules.days)


def _shown(name: str, value: Any) -> str:  # noqa: ANN401 - a metric's value
    if isinstance(value, Decimal):
        return f"{value:,.0f}"
    if name.startswith("refund_rate"):
        return f"{value * 100:.0f}%"
    return f"{value:,.0f}"


_NO_NAMES = {
    Weakness.CHANCE: _(
        "in the back-test the ranking was no better than chance (AUC {auc}; 0.5 is chance): no list of customers is made from it."
    ),
    Weakness.RECENCY: _(
        "in the back-test the ranking was not clearly better than the days since the last order (AUC {auc} against {recency}): no list of customers is made from it."
    ),
}


def no_names(forecast: TargetForecast) -> Problem | None:
    """Why no names are taken from a ranking; None where they may be."""
    weakness = forecast.weakness
    if weakness is None:
        return None
    models = {"auc": forecast.used, "recency": ScoreModel.RECENCY}
    figures = {name: None if model is None else forecast.figure(model, "auc") for name, model in models.items()}
    values = {name: None if figure is None else f"{figure:.3f}" for name, figure in figures.items()}
    advice = _("Sort customers by days since the last order instead: fenji customers") if weakness is Weakness.RECENCY else None
    return Problem(_NO_NAMES[weakness], values, advice=advice, code=f"no_better_than_{weakness}")


_BELIEVED = {
    Believed.CHURN: _(
        "The analyses of churn and of value both say who will order again; believe those of churn: of {customers} customers of a past date they were nearer to who ordered within {days} days (Brier score {churn_brier} against {value_brier}). Expected revenue, potential, priority and upgrade candidates follow them."
    ),
    Believed.VALUE: _(
        "The analyses of churn and of value both say who will order again; believe those of value where it gives any: of {customers} customers of a past date they were nearer to who ordered within {days} days (Brier score {value_brier} against {churn_brier}). Expected revenue, potential, priority and upgrade candidates follow them."
    ),
}


def believed_problem(belief: Belief) -> Problem:
    """Which of churn and value to believe about the same customers, and by which figures."""
    figures = {name: f"{getattr(belief, name):.3f}" for name in ("churn_brier", "value_brier")}
    values = {"customers": f"{belief.customers:,}", "days": belief.days, **figures}
    return Problem(_BELIEVED[belief.believed], values, code=f"believe_{belief.believed}")


_SUBJECTS = {
    Target.CHURN: _("the risk of leaving"),
    Target.PURCHASE_30D: _("an order within 30 days"),
    Target.PURCHASE_90D: _("an order within 90 days"),
}


def contestants(target: Target, found: Contest) -> Contestants:
    """How the sentence of a lost contest names what it compares."""
    return Contestants(
        subject=_SUBJECTS[target],
        model=MODEL_NAMES[ScoreModel(found.model)],
        baseline=MODEL_NAMES[ScoreModel(str(found.baseline))],
        measure=_("Brier score"),
        show=lambda error: f"{error:.3f}",
        trials=CUSTOMERS,
    )
