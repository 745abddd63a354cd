"""From order histories to what every customer is worth: the steps of the value analysis, in their order, each saved under its contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.value.agreeing import WITHIN, agreed, orders_within, shared, sums_of, with_limit
from fenji.analyze.value.classes import class_thresholds, margins, thresholds_of, value_of_customers, with_classes
from fenji.analyze.value.contract_lengths import contract_lengths, curves_of, largest_plans
from fenji.analyze.value.contract_values import contract_value, renewal_weights
from fenji.analyze.value.deciding import Outlook, is_upside_down, outlook, refused
from fenji.analyze.value.fitting import (
    average_rate,
    choose_purchases,
    rhythm_of,
    spend_error_share,
)
from fenji.analyze.value.grid import value_grid
from fenji.analyze.value.model_rows import (
    Sums,
    Trial,
    contract_model_rows,
    order_model_rows,
    spend_model_rows,
    summary_rows,
)
from fenji.analyze.value.order_histories import (
    interval_ratios,
    order_histories,
)
from fenji.analyze.value.rolling import trial_rows
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
from fenji.documents.value import value_rules_from_text
from fenji.domain.churn import Belief, Believed, ChurnBy
from fenji.domain.metrics import Fact
from fenji.domain.value import DEFAULT_RULES, Choice, OrderModel, ValueRules
from fenji.language import message as _
from fenji.tables import clean
from fenji.tables.contract import Contract
from fenji.tables.insight_churn import CHURN_RISK
from fenji.tables.insight_value import (
    CONTRACT_VALUE,
    CUSTOMER_VALUE,
    VALUE_CONTRACT_MODEL,
    VALUE_GRID,
    VALUE_HOLDOUT,
    VALUE_ORDER_MODEL,
    VALUE_SPEND_MODEL,
    VALUE_SUMMARY,
    VALUE_SURVIVAL,
    VALUE_TRACKING,
    VALUE_TRIAL,
)
from fenji.workflow.churn_run import CHURN, belief_of
from fenji.workspace.fitting import FittedModels, fit_histories, grouped_histories, sampled_days, scored_customers
from fenji.workspace.session import RunWriter, Workbench
from fenji.workspace.standing import ANALYSES_FOLDER, Analysis, Computation, Standing

VALUE_FILE = f"{ANALYSES_FOLDER}/value.yaml"
STEPS = (_("gathering order histories"), _("fitting models"), _("valuing customers"), _("back-testing the models"))


@dataclass(frozen=True)
class _Valued:
    sums: Mapping[str, Any]
    sales: Mapping[str, Any]
    thresholds: Mapping[str, tuple[Decimal | None, Decimal | None]]


def value_rules(standing: Standing, text: str | None) -> ValueRules:
    """What analyses/value.yaml says; the defaults where there is none.

    Raises:
        InvalidDocument: it cannot be used.
    """
    return DEFAULT_RULES if text is None else value_rules_from_text(text, str(standing.session.workspace.root / VALUE_FILE))


def compute_value(making: Computation[ValueRules]) -> None:
    """Everything that the value analysis stores."""
    standing, rules, writer, progress = making.standing, making.choices, making.writer, making.progress
    engine, as_of = standing.session.engine, standing.as_of
    order_line = standing.base.facts.get(Fact.ORDER_LINE)
    order_line = standing.read(clean.ORDER_LINE) if order_line is None else order_line
    progress(STEPS[0], 0, len(STEPS))
    histories = engine.stage(order_histories(order_line, as_of=as_of))
    progress(STEPS[1], 1, len(STEPS))
    fitted = fit_histories(engine, order_line, histories, as_of=as_of)
    progress(STEPS[2], 2, len(STEPS))
    found, scores = _outlook(making, histories, fitted, order_line)
    _save(writer, trial_rows(found.outcomes, as_of=as_of), VALUE_TRIAL, standing)
    valued = _values(standing, rules, histories, writer, scores=scores, order_line=order_line)
    progress(STEPS[3], 3, len(STEPS))
    trial = _track(standing, rules, order_line, fitted.totals, writer)
    sums = Sums(
        outlook=found,
        spend_error_share=spend_error_share(found.models.spend, fitted.spends),
        values=valued.sums,
        sales=valued.sales,
        thresholds=valued.thresholds,
        arrivals=tuple(engine.fetch(arrivals_by_day(histories)).to_pylist()),
        trial=trial,
        belief=_belief(making, found),
        contracts=_contracts(standing, rules, writer),
    )
    _save(writer, order_model_rows(found.models, as_of=as_of), VALUE_ORDER_MODEL, standing)
    _save(writer, spend_model_rows(found.models, as_of=as_of), VALUE_SPEND_MODEL, standing)
    _save(writer, summary_rows(found.models, sums, as_of=as_of), VALUE_SUMMARY, standing)
    progress("", len(STEPS), len(STEPS))


VALUE = Analysis(
    "value",
    VALUE_FILE,
    value_rules,
    (
        CUSTOMER_VALUE,
        VALUE_GRID,
        VALUE_ORDER_MODEL,
        VALUE_SPEND_MODEL,
        VALUE_CONTRACT_MODEL,
        VALUE_SUMMARY,
        VALUE_TRACKING,
        VALUE_HOLDOUT,
        VALUE_TRIAL,
        VALUE_SURVIVAL,
        CONTRACT_VALUE,
    ),
    compute_value,
    needs=(CHURN,),
)
"""Current and potential value of every customer, with the models behind them."""


def _outlook(
    making: Computation[ValueRules], histories: ir.Table, fitted: FittedModels, order_line: ir.Table
) -> tuple[Outlook, ir.Table]:
    """What is used, and what it expects of everybody; a simple rule where the model puts the lowest tier above the highest."""
    standing = making.standing
    engine, as_of = standing.session.engine, standing.as_of
    days = sampled_days(engine, order_line, fitted.totals, as_of=as_of)
    found = outlook(days, fitted.models, as_of=as_of)
    scores = _scores(making, histories, found, order_line)
    if found.models.purchase is None or not is_upside_down(
        [each.slug for each in standing.policy.tiers], engine.fetch(_by_tier(standing, scores)).to_pylist()
    ):
        return found, scores
    found = refused(found, days, Choice.UPSIDE_DOWN, as_of=as_of)
    return found, _scores(making, histories, found, order_line)


def _scores(making: Computation[ValueRules], histories: ir.Table, found: Outlook, order_line: ir.Table) -> ir.Table:
    """What is expected of everybody; with churn's probability of being active where that is to be believed."""
    engine, churn, model = making.standing.session.engine, making.needed[CHURN.name], found.models.purchase
    scores = scored_customers(engine, order_line, histories, found, making.choices, as_of=making.standing.as_of)
    if model is None or churn.choices.by is not ChurnBy.DAYS:
        return with_limit(scores, None)
    rows = histories.select("customer_key", "repeats", "recency_days", "age_days")
    step = partial(orders_within, model=model, days=churn.choices.days)
    scores = engine.stage(with_limit(scores, engine.map_customers(rows, step, ibis.Schema.from_pyarrow(WITHIN))))
    belief = _belief(making, found)
    if belief is None or belief.believed is Believed.VALUE:
        return scores
    both = engine.stage(shared(scores, churn.table(CHURN_RISK)))
    (sums,) = engine.fetch(sums_of(both)).to_pylist()
    return agreed(both, sums)


def _belief(making: Computation[ValueRules], found: Outlook) -> Belief | None:
    """Which of churn and value to believe; None where no model of orders is in use, so that value has no probability."""
    return None if found.models.purchase is None else belief_of(making.needed[CHURN.name])


def _by_tier(standing: Standing, scores: ir.Table) -> ir.Table:
    """Per tier: customers, what they have brought in twelve months, and what is expected of them."""
    people = standing.panel.select("customer_key", "net_revenue_12m")
    tiers = standing.assignment.select(tier_key="customer_key", tier="tier")
    expected = scores.select(score_key="customer_key", expected_revenue_12m="expected_revenue_12m")
    joined = people.inner_join(tiers, people.customer_key == tiers.tier_key)
    joined = joined.left_join(expected, joined.customer_key == expected.score_key)
    return joined.group_by("tier").aggregate(
        customers=joined.count().cast("int64"),
        net_revenue_12m=joined.net_revenue_12m.sum(),
        expected_revenue_12m=joined.expected_revenue_12m.sum(),
    )


def _values(
    standing: Standing,
    rules: ValueRules,
    histories: ir.Table,
    writer: RunWriter,
    *,
    scores: ir.Table,
    order_line: ir.Table,
) -> _Valued:
    """insight.customer_value and insight.value_grid, saved; what they come to, and where the classes begin."""
    engine, as_of = standing.session.engine, standing.as_of
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
    expected = saved.aggregate(
        expected_orders_12m=saved.expected_orders_12m.sum().round(6),
        expected_revenue_12m=saved.expected_revenue_12m.sum(),
        clv=saved.clv.sum(),
    )
    (sums,) = engine.fetch(expected).to_pylist()
    return _Valued(sums, sales, found)


def _track(
    standing: Standing, rules: ValueRules, order_line: ir.Table, totals: Mapping[str, Any], writer: RunWriter
) -> Trial | None:
    """insight.value_tracking and insight.value_holdout, saved; None where the history is too short for a trial."""
    split = split_of(totals["first_on"], as_of=standing.as_of, holdout_weeks=rules.holdout_weeks)
    if split is None:
        for contract in (VALUE_TRACKING, VALUE_HOLDOUT):
            _save(writer, contract.schema.to_pyarrow().empty_table(), contract, standing)
        return None
    weekly, holdout, kind = _tried(standing.session.engine, order_line, split)
    _save(writer, weekly, VALUE_TRACKING, standing)
    _save(writer, holdout, VALUE_HOLDOUT, standing)
    return Trial(split, kind, tuple(holdout.to_pylist()))


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


def _contracts(standing: Standing, rules: ValueRules, writer: RunWriter) -> Mapping[str, Any]:
    """insight.value_survival, insight.value_contract_model and insight.contract_value, saved; what all contracts come to."""
    engine, contract = standing.session.engine, standing.read(clean.CONTRACT)
    lengths = engine.stage(contract_lengths(contract, as_of=standing.as_of))
    plans = engine.fetch(largest_plans(lengths))["plan"].to_pylist()
    # Plans without a curve of their own are put together, so that there are as many rows as months and large plans allow.
    named = lengths.mutate(plan=ibis.ifelse(lengths.plan.isin(plans), lengths.plan, ibis.null("string"))) if plans else lengths
    grouped = named.group_by("plan", "period", "is_over").aggregate(contracts=named.contracts.sum())
    curves, models = curves_of(engine.fetch(grouped).to_pylist(), plans)
    _save(writer, survival_rows(curves, models, as_of=standing.as_of), VALUE_SURVIVAL, standing)
    _save(writer, contract_model_rows(models, as_of=standing.as_of), VALUE_CONTRACT_MODEL, standing)
    weights = renewal_weights(models, months=rules.clv_months, rate_yearly=float(rules.discount_rate_yearly))
    table = contract_value(contract, engine.from_arrow(weights), curves=list(models), as_of=standing.as_of)
    saved = writer.save(table, CONTRACT_VALUE, as_of=standing.as_of)
    names = ("contracts", "monthly_fee", "contracts_12m", "expected_fees_12m", "fee_clv")
    counts: Mapping[str, Any]
    (counts,) = engine.fetch(saved.aggregate(customers=saved.count(), **{name: saved[name].sum() for name in names})).to_pylist()
    return counts


def _save(writer: RunWriter, rows: pa.Table, contract: Contract, standing: Standing) -> None:
    writer.save(standing.session.engine.from_arrow(rows), contract, as_of=standing.as_of)
