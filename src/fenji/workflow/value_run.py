"""From order histories to what every customer is worth: the steps of the value analysis, in their order, each saved under its contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.value.classes import class_thresholds, margins, thresholds_of, value_of_customers, with_classes
from fenji.analyze.value.contract_lengths import contract_lengths, curves_of, largest_plans
from fenji.analyze.value.contract_values import contract_value, renewal_weights
from fenji.analyze.value.fitting import (
    ValueModels,
    average_rate,
    choose_purchases,
    expected_total,
    fit_models,
    purchase_counts,
    rhythm_of,
    spend_counts,
)
from fenji.analyze.value.grid import value_grid
from fenji.analyze.value.model_rows import (
    beginning_rows,
    contract_rows,
    cost_rows,
    holdout_summary,
    model_rows,
    revenue_rows,
    sbg_rows,
    threshold_rows,
)
from fenji.analyze.value.order_histories import (
    EXACT_CUSTOMERS,
    MOST_CELLS,
    SCALES,
    history_totals,
    interval_ratios,
    order_histories,
    purchase_cells,
    spend_cells,
)
from fenji.analyze.value.purchase_models import PurchaseCounts
from fenji.analyze.value.scoring import SCORES, Discounting, score_customers
from fenji.analyze.value.spend import SpendCounts
from fenji.analyze.value.survival import survival_rows
from fenji.analyze.value.tracking import (
    Split,
    arrivals_by_day,
    holdout_by_repeats,
    holdout_rows,
    repeat_orders_by_week,
    split_of,
    tracking_rows,
)
from fenji.domain.metrics import Fact
from fenji.domain.value import OrderModel, ValueRules
from fenji.language import message as _
from fenji.tables import clean
from fenji.tables.contract import Contract
from fenji.tables.insight_value import (
    CONTRACT_VALUE,
    CUSTOMER_VALUE,
    VALUE_GRID,
    VALUE_HOLDOUT,
    VALUE_MODEL,
    VALUE_SURVIVAL,
    VALUE_TRACKING,
)
from fenji.workspace.progress import Progress
from fenji.workspace.session import RunWriter, Workbench
from fenji.workspace.standing import Standing

STEPS = (_("gathering order histories"), _("fitting models"), _("valuing customers"), _("trying the models on the past"))


@dataclass(frozen=True)
class _Fitted:
    models: ValueModels
    purchases: PurchaseCounts
    spends: SpendCounts
    totals: Mapping[str, Any]


def compute_value(standing: Standing, rules: ValueRules, progress: Progress, writer: RunWriter) -> None:
    """Everything that the value analysis stores, saved with the writer.

    Args:
        standing: customers, orders and tiers at the date.
        rules: the company's choices.
        progress: told about each step.
        writer: where the tables go.
    """
    engine, as_of = standing.session.engine, standing.as_of
    order_line = standing.base.facts.get(Fact.ORDER_LINE)
    order_line = standing.read(clean.ORDER_LINE) if order_line is None else order_line
    progress(STEPS[0], 0, len(STEPS))
    histories = engine.stage(order_histories(order_line, as_of=as_of))
    progress(STEPS[1], 1, len(STEPS))
    fitted = _fit(engine, order_line, histories, standing)
    progress(STEPS[2], 2, len(STEPS))
    values, class_rows = _values(standing, rules, histories, writer, models=fitted.models, order_line=order_line)
    progress(STEPS[3], 3, len(STEPS))
    holdout = _track(standing, rules, order_line, fitted.totals, writer)
    total = expected_total(fitted.models, fitted.purchases, fitted.spends)
    (summed,) = engine.fetch(values.aggregate(revenue=values.expected_revenue_12m.sum(), clv=values.clv.sum())).to_pylist()
    contracts = _contracts(standing, rules, writer)
    beginning = beginning_rows(engine.fetch(arrivals_by_day(histories)).to_pylist(), as_of=as_of)
    checks = [*revenue_rows(total, summed["revenue"], summed["clv"]), *holdout, *beginning, *class_rows, *contracts]
    _save(writer, model_rows(fitted.models, total, checks, as_of=as_of), VALUE_MODEL, standing)
    progress("", len(STEPS), len(STEPS))


def grouped_histories(engine: Workbench, histories: ir.Table) -> PurchaseCounts:
    """The customers in groups of bounded number: exact where they are few, else as narrow as the bound allows."""
    if _rows_of(engine, histories) <= EXACT_CUSTOMERS:
        return purchase_counts(engine.fetch(purchase_cells(histories, scale=None)))
    for scale in SCALES:
        cells = engine.stage(purchase_cells(histories, scale=scale))
        if scale == SCALES[-1] or _rows_of(engine, cells) <= MOST_CELLS:
            break
    return purchase_counts(engine.fetch(cells))


def _fit(engine: Workbench, order_line: ir.Table, histories: ir.Table, standing: Standing) -> _Fitted:
    (totals,) = engine.fetch(history_totals(histories)).to_pylist()
    purchases = grouped_histories(engine, histories)
    is_exact = totals["paying"] <= EXACT_CUSTOMERS
    spends = spend_counts(engine.fetch(spend_cells(histories, is_exact=is_exact)))
    (intervals,) = engine.fetch(interval_ratios(order_line, as_of=standing.as_of)).to_pylist()
    return _Fitted(fit_models(totals, purchases, spends, intervals), purchases, spends, totals)


def _values(
    standing: Standing,
    rules: ValueRules,
    histories: ir.Table,
    writer: RunWriter,
    *,
    models: ValueModels,
    order_line: ir.Table,
) -> tuple[ir.Table, list[dict[str, Any]]]:
    """insight.customer_value and insight.value_grid, saved; the first as stored, and where its classes begin."""
    engine, as_of = standing.session.engine, standing.as_of
    discounting = Discounting(rules.clv_months, float(rules.discount_rate_yearly))
    scores = engine.map_customers(
        histories.select("customer_key", "repeats", "recency_days", "age_days", "revenue"),
        partial(score_customers, models=models, discounting=discounting),
        ibis.Schema.from_pyarrow(SCORES),
    )
    margin = engine.stage(margins(order_line, standing.read(clean.PRODUCT), as_of=as_of))
    (sales,) = engine.fetch(margin.aggregate(sales=margin.sales.sum(), sales_with_cost=margin.sales_with_cost.sum())).to_pylist()
    values = engine.stage(value_of_customers(standing.panel, histories, scores, margin, as_of=as_of))
    found = {}
    for part, cuts in (("current", rules.current), ("potential", rules.potential)):
        (row,) = engine.fetch(class_thresholds(values, cuts)).to_pylist()
        found[part] = thresholds_of(cuts, row)
    classed = with_classes(values, (rules.current.measure, *found["current"]), (rules.potential.measure, *found["potential"]))
    saved = writer.save(classed, CUSTOMER_VALUE, as_of=as_of, same_customers_as=standing.panel)
    writer.save(value_grid(saved, standing.assignment, as_of=as_of), VALUE_GRID, as_of=as_of)
    rows = [each for part, (high, middle) in found.items() for each in threshold_rows(part, high, middle)]
    return saved, [*rows, *cost_rows(sales)]


def _track(
    standing: Standing, rules: ValueRules, order_line: ir.Table, totals: Mapping[str, Any], writer: RunWriter
) -> list[dict[str, Any]]:
    """insight.value_tracking and insight.value_holdout, saved; what they come to."""
    split = split_of(totals["first_on"], as_of=standing.as_of, holdout_weeks=rules.holdout_weeks)
    if split is None:
        for contract in (VALUE_TRACKING, VALUE_HOLDOUT):
            _save(writer, contract.schema.to_pyarrow().empty_table(), contract, standing)
        return holdout_summary(None, OrderModel.AVERAGE_RATE, ())
    weekly, holdout, kind = _tried(standing.session.engine, order_line, split)
    _save(writer, weekly, VALUE_TRACKING, standing)
    _save(writer, holdout, VALUE_HOLDOUT, standing)
    return holdout_summary(split, kind, holdout.to_pylist())


def _tried(engine: Workbench, order_line: ir.Table, split: Split) -> tuple[pa.Table, pa.Table, OrderModel]:
    """The models as they would have been fitted at the split, beside what came."""
    known = engine.stage(order_histories(order_line, as_of=split.split_on))
    counts = grouped_histories(engine, known)
    (intervals,) = engine.fetch(interval_ratios(order_line, as_of=split.split_on)).to_pylist()
    model, _other, _choice = choose_purchases(counts, rhythm_of(intervals).kind)
    rate, _lower, _upper = average_rate(round(float(counts.customers @ counts.repeats)), float(counts.customers @ counts.age))
    orders = engine.fetch(repeat_orders_by_week(order_line, known, split)).to_pylist()
    arrivals = engine.fetch(arrivals_by_day(known)).to_pylist()
    by_repeats = engine.fetch(holdout_by_repeats(order_line, known, split)).to_pylist()
    kind = OrderModel.AVERAGE_RATE if model is None else model.kind
    return tracking_rows(model, rate, orders, arrivals, split), holdout_rows(model, counts, by_repeats, split), kind


def _contracts(standing: Standing, rules: ValueRules, writer: RunWriter) -> list[dict[str, Any]]:
    """insight.value_survival and insight.contract_value, saved; the parameters of the curves, and what all contracts come to."""
    engine, contract = standing.session.engine, standing.read(clean.CONTRACT)
    lengths = engine.stage(contract_lengths(contract, as_of=standing.as_of))
    plans = engine.fetch(largest_plans(lengths))["plan"].to_pylist()
    # Plans without a curve of their own are put together, so that there are as many rows as months and large plans allow.
    named = lengths.mutate(plan=ibis.ifelse(lengths.plan.isin(plans), lengths.plan, ibis.null("string"))) if plans else lengths
    grouped = named.group_by("plan", "period", "is_over").aggregate(contracts=named.contracts.sum())
    curves, models = curves_of(engine.fetch(grouped).to_pylist(), plans)
    _save(writer, survival_rows(curves, models, as_of=standing.as_of), VALUE_SURVIVAL, standing)
    weights = renewal_weights(models, months=rules.clv_months, rate_yearly=float(rules.discount_rate_yearly))
    table = contract_value(contract, engine.from_arrow(weights), curves=list(models), as_of=standing.as_of)
    saved = writer.save(table, CONTRACT_VALUE, as_of=standing.as_of)
    names = ("contracts", "monthly_fee", "contracts_12m", "expected_fees_12m", "fee_clv")
    (summed,) = engine.fetch(saved.aggregate(customers=saved.count(), **{name: saved[name].sum() for name in names})).to_pylist()
    return [*sbg_rows(models), *contract_rows(summed)]


def _rows_of(engine: Workbench, table: ir.Table) -> int:
    return int(engine.fetch(table.aggregate(rows=table.count()))["rows"][0].as_py())


def _save(writer: RunWriter, rows: pa.Table, contract: Contract, standing: Standing) -> None:
    writer.save(standing.session.engine.from_arrow(rows), contract, as_of=standing.as_of)
