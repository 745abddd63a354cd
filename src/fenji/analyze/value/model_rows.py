"""What was fitted, with which parameters, how sure are they, and why was it chosen? And what do all customers come to?

Reads   the fitted models, sums of insight.customer_value and insight.contract_value, rows of insight.value_holdout
Writes  insight.value_order_model, insight.value_spend_model, insight.value_contract_model, insight.value_summary
Units   weeks for r, alpha and rates; money for gamma and average; shares 0..1; intervals of 95 %
Keeps   models that were fitted and not chosen stand beside the chosen one
Source  decision 0022
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from fenji.analyze.value.deciding import Outlook
from fenji.analyze.value.fitting import WIDTH, ValueModels
from fenji.analyze.value.purchase_models import PurchaseModel
from fenji.analyze.value.sbg import SbgModel
from fenji.analyze.value.tracking import Split
from fenji.domain.churn import Belief
from fenji.domain.value import Choice, OrderModel, SpendModel
from fenji.tables.contract import Contract
from fenji.tables.insight_value import VALUE_CONTRACT_MODEL, VALUE_ORDER_MODEL, VALUE_SPEND_MODEL, VALUE_SUMMARY

Row = dict[str, Any]

BEGINNING_DAYS = 28
"""Of the data: who ordered in them is likely to have ordered before."""
CENT, SIX_PLACES = Decimal("0.01"), Decimal("0.000001")


@dataclass(frozen=True)
class Trial:
    """The models tried on the last weeks."""

    split: Split
    model: OrderModel
    rows: tuple[Mapping[str, Any], ...]
    """Of insight.value_holdout."""


@dataclass(frozen=True)
class Sums:
    """What the summary is made of, beside the models."""

    outlook: Outlook
    """What is used, and how far it may be off."""
    spend_error_share: float | None
    """Standard error of the average revenue of an order day, as a share of it."""
    values: Mapping[str, Any]
    """expected_orders_12m, expected_revenue_12m and clv, summed up."""
    sales: Mapping[str, Any]
    """sales and sales_with_cost of twelve months."""
    thresholds: Mapping[str, tuple[Decimal | None, Decimal | None]]
    """Where high and middle begin, of current and of potential value."""
    arrivals: tuple[Mapping[str, Any], ...]
    """first_on and customers, one row per day."""
    trial: Trial | None
    """None where the history is too short for one."""
    belief: Belief | None
    """Which of churn and value to believe; None where they were not compared."""
    contracts: Mapping[str, Any]
    """customers, contracts, monthly_fee, contracts_12m, expected_fees_12m and fee_clv of all contracts in force."""


def order_model_rows(models: ValueModels, *, as_of: date) -> pa.Table:
    """insight.value_order_model: the model in use, the one that was not chosen, the average rate."""
    is_average = models.orders is OrderModel.AVERAGE_RATE
    average = {
        "model": str(OrderModel.AVERAGE_RATE),
        "is_chosen": is_average,
        "choice": str(models.choice if is_average else Choice.NOT_CHOSEN),
        "customers": models.buyers,
        **_estimate("orders_per_week", models.rate, _ends(models.rate_lower, models.rate_upper)),
    }
    fitted = ((models.purchase, models.choice), (models.other, Choice.NOT_CHOSEN))
    rows = [_purchase(model, choice, is_chosen=model is models.purchase) for model, choice in fitted if model is not None]
    if models.orders in (OrderModel.CONTINUED, OrderModel.RECENCY):
        rule = {"model": str(models.orders), "is_chosen": True, "choice": str(models.choice), "customers": models.buyers}
        return _table(VALUE_ORDER_MODEL, [rule, *rows, average], as_of=as_of)
    return _table(VALUE_ORDER_MODEL, [*rows, average], as_of=as_of)


def spend_model_rows(models: ValueModels, *, as_of: date) -> pa.Table:
    """insight.value_spend_model."""
    spend = models.spend
    row: Row = {
        "model": str(models.spending),
        "choice": str(models.spending_choice),
        "average": None if spend is None else spend.population_mean,
        "correlation": models.correlation,
    }
    if spend is not None and models.spending is SpendModel.GAMMA_GAMMA:
        for name in ("p", "q", "gamma"):
            row |= _estimate(name, getattr(spend, name), spend.interval(name, WIDTH))
        row |= {"log_likelihood": spend.log_likelihood, "customers": int(spend.customers)}
    return _table(VALUE_SPEND_MODEL, [row], as_of=as_of)


def contract_model_rows(models: Mapping[str, SbgModel | None], *, as_of: date) -> pa.Table:
    """insight.value_contract_model: the curve of each plan; plans without one are left out."""
    rows = [
        {
            "plan": plan,
            **_estimate("alpha", model.alpha, model.interval("alpha", WIDTH)),
            **_estimate("beta", model.beta, model.interval("beta", WIDTH)),
            "log_likelihood": model.log_likelihood,
            "contracts": int(model.contracts),
        }
        for plan, model in models.items()
        if model is not None
    ]
    return _table(VALUE_CONTRACT_MODEL, rows, as_of=as_of)


def summary_rows(models: ValueModels, sums: Sums, *, as_of: date) -> pa.Table:
    """insight.value_summary."""
    rhythm, sales = models.rhythm, sums.sales
    row: Row = {
        "buyers": models.buyers,
        "repeat_buyers": models.repeat_buyers,
        **_expected(sums),
        **_tried(sums.outlook),
        "clv": sums.values["clv"],
        "known_cost_share_12m": float(sales["sales_with_cost"]) / float(sales["sales"]) if sales["sales"] else None,
        **_lines(sums.thresholds),
        "rhythm": str(rhythm.kind),
        **_estimate("rhythm_spread", rhythm.spread, _ends(rhythm.lower, rhythm.upper)),
        "rhythm_customers": rhythm.customers,
        **_beginning(sums.arrivals, as_of=as_of),
        **_trial(sums.trial),
        **_believed(sums.belief),
        **{"contract_customers" if name == "customers" else name: value for name, value in sums.contracts.items()},
    }
    return _table(VALUE_SUMMARY, [row], as_of=as_of)


def _lines(thresholds: Mapping[str, tuple[Decimal | None, Decimal | None]]) -> Row:
    """Where the classes begin, as current_high and so on."""
    return {
        f"{part}_{name}": None if line is None else line.quantize(SIX_PLACES)
        for part, lines in thresholds.items()
        for name, line in zip(("high", "middle"), lines, strict=True)
    }


def _purchase(model: PurchaseModel, choice: Choice, *, is_chosen: bool) -> Row:
    row: Row = {"model": str(model.kind), "is_chosen": is_chosen, "choice": str(choice), "customers": int(model.customers)}
    for place, name in enumerate(("r", "alpha", "a", "b")):
        row |= _estimate(name, getattr(model, name), model.interval(place, WIDTH))
    return row | {"log_likelihood": model.log_likelihood}


def _expected(sums: Sums) -> Row:
    """Orders and revenue of all together, with the intervals that trials on past days allow."""
    found, orders, revenue = sums.outlook, sums.values["expected_orders_12m"], sums.values["expected_revenue_12m"]
    ends = None if not orders or found.orders_spread is None else found.orders_spread.around(float(orders))
    row: Row = _estimate("expected_orders_12m", orders, ends)
    row |= {"spend_error_share": sums.spend_error_share, "expected_revenue_12m": revenue}
    if revenue and found.revenue_spread is not None:
        lower, upper = (Decimal(each).quantize(CENT) for each in found.revenue_spread.around(float(revenue)))
        row |= {"expected_revenue_12m_lower": lower, "expected_revenue_12m_upper": upper}
    return row


def _tried(found: Outlook) -> Row:
    """What trials on past days have shown, of the model and of the best simple rule."""
    contest = found.contest
    row: Row = {
        "orders_widening": None if found.orders_spread is None else found.orders_spread.widening,
        "revenue_widening": None if found.revenue_spread is None else found.revenue_spread.widening,
        "trials": 0 if contest is None else contest.trials,
    }
    if contest is not None and contest.trials:
        row |= {
            "trial_days": found.outcomes[0].days,
            "trial_model": contest.model if contest.model_error is not None else None,
            "trial_error": contest.model_error,
            "trial_baseline": contest.baseline,
            "trial_baseline_error": contest.baseline_error,
        }
    return row


def _beginning(arrivals: Iterable[Mapping[str, Any]], *, as_of: date) -> Row:
    """How many customers seem to have come in the first four weeks of the data, and how many would have at an even pace."""
    came = {each["first_on"]: each["customers"] for each in arrivals}
    everyone, first = sum(came.values()), min(came, default=as_of)
    early = sum(many for day, many in came.items() if (day - first).days < BEGINNING_DAYS)
    return {
        "beginning_share": early / everyone if everyone else None,
        "beginning_share_at_an_even_pace": min(BEGINNING_DAYS / ((as_of - first).days + 1), 1.0),
    }


def _believed(belief: Belief | None) -> Row:
    if belief is None:
        return {}
    return {
        "believed": str(belief.believed),
        "believed_days": belief.days,
        "believed_customers": belief.customers,
        "churn_brier": belief.churn_brier,
        "value_brier": belief.value_brier,
    }


def _trial(trial: Trial | None) -> Row:
    """Orders in the last weeks in one number each: actual, expected, as many as before; and by what share the model was off."""
    if trial is None:
        return {"holdout_weeks": 0}
    summed = {name: sum(each[name] for each in trial.rows) for name in ("customers", "actual", "expected", "before")}
    actual = summed["actual"]
    return {
        "holdout_weeks": trial.split.weeks_after,
        "holdout_model": str(trial.model),
        **{f"holdout_{name}": value for name, value in summed.items()},
        "holdout_error_share": summed["expected"] / actual - 1 if actual else None,
        "holdout_before_error_share": summed["before"] / actual - 1 if actual else None,
    }


def _ends(lower: float | None, upper: float | None) -> tuple[float, float] | None:
    return None if lower is None or upper is None else (lower, upper)


def _estimate(name: str, value: float | None, interval: tuple[float, float] | None) -> Row:
    lower, upper = interval or (None, None)
    return {name: value, f"{name}_lower": lower, f"{name}_upper": upper}


def _table(contract: Contract, rows: list[Row], *, as_of: date) -> pa.Table:
    return pa.Table.from_pylist([{"as_of": as_of, **row} for row in rows], schema=contract.schema.to_pyarrow())
