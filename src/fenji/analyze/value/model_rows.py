"""What was fitted, with which parameters, how sure are they, and why was it chosen? In rows that people and programs can read.

Reads   the fitted models
Writes  insight.value_model: one row per quantity
Units   each quantity's own: weeks for alpha, money for gamma and average, shares 0..1; intervals of 95 %
Keeps   models that were fitted and not chosen stand beside the chosen ones
Source  decision 0022
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from math import exp, log, sqrt
from typing import Any

import pyarrow as pa

from fenji.analyze.value.fitting import WIDTH, ExpectedTotal, ValueModels
from fenji.analyze.value.purchase_models import PurchaseModel
from fenji.analyze.value.sbg import SbgModel
from fenji.analyze.value.tracking import Split
from fenji.domain.value import Choice, OrderModel, SpendModel
from fenji.tables.insight_value import VALUE_MODEL

Row = dict[str, Any]

BEGINNING_DAYS = 28
"""Of the data: who ordered in them is likely to have ordered before."""


def model_rows(models: ValueModels, total: ExpectedTotal | None, checks: Iterable[Row], *, as_of: date) -> pa.Table:
    """insight.value_model.

    Args:
        models: what was fitted.
        total: what all customers are expected to order.
        checks: further rows: of the hold-out, of the classes, of known cost.
        as_of: the date.
    """
    rows = [*_orders(models), *_spending(models), *_rhythm(models), *_total(total), *checks]
    return pa.Table.from_pylist([{**row, "as_of": as_of} for row in rows], schema=VALUE_MODEL.schema.to_pyarrow())


def threshold_rows(part: str, high: Decimal | None, middle: Decimal | None) -> list[Row]:
    """Where the classes of current or potential value begin."""
    values = {"high": high, "middle": middle}
    return [_row(part, name, None if value is None else float(value)) for name, value in values.items()]


def cost_rows(found: Mapping[str, Any]) -> list[Row]:
    """How much of the sales of twelve months has a known cost: from the sums sales and sales_with_cost."""
    sales = found["sales"]
    share = float(found["sales_with_cost"]) / float(sales) if sales else None
    return [_row("cost", "known_share", share)]


def revenue_rows(total: ExpectedTotal | None, revenue: Decimal | None, clv: Decimal | None) -> list[Row]:
    """What all customers together are expected to bring, its interval joining those of orders and of an order day's revenue.

    Args:
        total: what they are expected to order.
        revenue: sum of expected_revenue_12m; None where nothing is expected of anybody.
        clv: sum of clv.
    """
    expected, interval = None if revenue is None else float(revenue), None
    if expected and total is not None and total.lower and total.upper and total.spend_error_share is not None:
        share = sqrt((log(total.upper / total.lower) / 2) ** 2 + (WIDTH * total.spend_error_share) ** 2)
        interval = (expected * exp(-share), expected * exp(share))
    return [_row("total", "expected_revenue_12m", expected, interval), _row("total", "clv", None if clv is None else float(clv))]


def sbg_rows(models: Mapping[str, SbgModel | None]) -> list[Row]:
    """The parameters of the curve of each plan; plans without one are left out."""
    return [
        row
        for plan, model in models.items()
        if model is not None
        for row in (
            _row(f"sbg:{plan}", "alpha", model.alpha, model.interval("alpha", WIDTH)),
            _row(f"sbg:{plan}", "beta", model.beta, model.interval("beta", WIDTH)),
            _row(f"sbg:{plan}", "log_likelihood", model.log_likelihood),
            _row(f"sbg:{plan}", "contracts", float(model.contracts)),
        )
    ]


def beginning_rows(arrivals: Iterable[Mapping[str, Any]], *, as_of: date) -> list[Row]:
    """How many customers seem to have come in the first four weeks of the data, and how many would have at an even pace.

    Args:
        arrivals: first_on and customers, one row per day.
        as_of: the last day that counts.
    """
    came = {each["first_on"]: each["customers"] for each in arrivals}
    everyone, first = sum(came.values()), min(came, default=as_of)
    early = sum(many for day, many in came.items() if (day - first).days < BEGINNING_DAYS)
    days = (as_of - first).days + 1
    return [
        _row("beginning", "share", early / everyone if everyone else None),
        _row("beginning", "share_at_an_even_pace", min(BEGINNING_DAYS / days, 1.0)),
    ]


def contract_rows(summed: Mapping[str, Any]) -> list[Row]:
    """What all contracts in force come to; nothing where there are none."""
    if not summed["customers"]:
        return []
    return [_row("contracts", name, None if value is None else float(value)) for name, value in summed.items()]


def holdout_summary(split: Split | None, kind: OrderModel, rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Orders after the split in one number each: actual, expected, as many as before; and by what share the model was off.

    Args:
        split: None where the history is too short: then nothing is said but that.
        kind: the model that was tried.
        rows: of insight.value_holdout.
    """
    if split is None:
        return [_row("holdout", "weeks", 0.0)]
    listed = list(rows)
    actual, expected, before = (float(sum(each[name] for each in listed)) for name in ("actual", "expected", "before"))
    found: dict[str, float | None] = {
        "weeks": float(split.weeks_after),
        "customers": float(sum(each["customers"] for each in listed)),
        "actual": actual,
        "expected": expected,
        "before": before,
        "error_share": expected / actual - 1 if actual else None,
        "before_error_share": before / actual - 1 if actual else None,
    }
    return [_row("holdout", name, value, verdict=str(kind) if name == "expected" else None) for name, value in found.items()]


def _row(
    model: str,
    quantity: str,
    value: float | None,
    interval: tuple[float, float] | None = None,
    *,
    is_chosen: bool = True,
    verdict: str | None = None,
) -> Row:
    lower, upper = interval or (None, None)
    return {
        "model": model,
        "quantity": quantity,
        "value": value,
        "lower": lower,
        "upper": upper,
        "is_chosen": is_chosen,
        "verdict": verdict,
    }


def _orders(models: ValueModels) -> Iterator[Row]:
    if models.purchase is not None:
        yield from _purchase(models.purchase, models.choice, is_chosen=True)
    if models.other is not None:
        yield from _purchase(models.other, Choice.NOT_CHOSEN, is_chosen=False)
    is_chosen = models.orders is OrderModel.AVERAGE_RATE
    verdict = str(models.choice if is_chosen else Choice.NOT_CHOSEN)
    ends = (models.rate_lower, models.rate_upper)
    interval = None if ends[0] is None or ends[1] is None else (ends[0], ends[1])
    name = str(OrderModel.AVERAGE_RATE)
    yield _row(name, "orders_per_week", models.rate, interval, is_chosen=is_chosen, verdict=verdict)
    yield _row(name, "customers", float(models.buyers), is_chosen=is_chosen)
    yield _row(name, "repeat_buyers", float(models.repeat_buyers), is_chosen=is_chosen)


def _purchase(model: PurchaseModel, choice: Choice, *, is_chosen: bool) -> Iterator[Row]:
    name = str(model.kind)
    for place, parameter in enumerate(("r", "alpha", "a", "b")):
        yield _row(name, parameter, getattr(model, parameter), model.interval(place, WIDTH), is_chosen=is_chosen)
    yield _row(name, "log_likelihood", model.log_likelihood, is_chosen=is_chosen, verdict=str(choice))
    yield _row(name, "customers", float(model.customers), is_chosen=is_chosen)


def _spending(models: ValueModels) -> Iterator[Row]:
    spend, name = models.spend, str(models.spending)
    yield _row(name, "average", None if spend is None else spend.population_mean, verdict=str(models.spending_choice))
    yield _row(name, "correlation", models.correlation)
    if spend is not None and models.spending is SpendModel.GAMMA_GAMMA:
        for parameter in ("p", "q", "gamma"):
            yield _row(name, parameter, getattr(spend, parameter), spend.interval(parameter, WIDTH))
        yield _row(name, "log_likelihood", spend.log_likelihood)
        yield _row(name, "customers", float(spend.customers))


def _rhythm(models: ValueModels) -> Iterator[Row]:
    found = models.rhythm
    interval = None if found.lower is None or found.upper is None else (found.lower, found.upper)
    yield _row("rhythm", "spread", found.spread, interval, verdict=str(found.kind))
    yield _row("rhythm", "customers", float(found.customers))


def _total(total: ExpectedTotal | None) -> Iterator[Row]:
    if total is None:
        yield _row("total", "expected_orders_12m", None)
        return
    interval = None if total.lower is None or total.upper is None else (total.lower, total.upper)
    yield _row("total", "expected_orders_12m", total.orders, interval)
    yield _row("total", "spend_error_share", total.spend_error_share)
