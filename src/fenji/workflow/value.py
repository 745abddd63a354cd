"""What are the customers worth, and what will they be worth? Read back from the run that holds it, with what must be known before trusting it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import ibis

from fenji.analyze.priority.measures import measures_of
from fenji.analyze.value.grid import value_grid
from fenji.analyze.value.spend import CORRELATED
from fenji.answers.rows import record_of
from fenji.answers.value import (
    ContractSurvival,
    ContractValue,
    CustomerValue,
    FittedContracts,
    FittedOrders,
    FittedSpending,
    HeldOut,
    PastTrial,
    TrackedWeek,
    ValueCell,
    ValueResult,
    ValueSummary,
)
from fenji.choices import EngineName
from fenji.domain.churn import Belief
from fenji.domain.value import REFUSALS, OrderModel, Rhythm, SpendModel, ValueRules
from fenji.errors import NotFound, Problem
from fenji.language import message as _
from fenji.tables import clean
from fenji.tables.contract import Contract
from fenji.tables.insight import TIER_ASSIGNMENT
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
from fenji.wording.churn import believed_problem
from fenji.wording.value import refusal
from fenji.workflow.value_run import VALUE
from fenji.workspace.customers import customer_key_of
from fenji.workspace.narrowing import narrowed
from fenji.workspace.progress import Progress, silent
from fenji.workspace.standing import Analyzed, analyze, open_standing

MOST_OFF = 0.2
"""Share by which orders in the hold-out may differ from what was expected before people are warned."""

MANY_EARLY, MANY_TIMES = 0.1, 3
"""Share of customers who seem to have come with the first data, and how many times more than at an even pace, from which people are told."""

Record = TypeVar("Record")


def value_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    run_id: str | None = None,
    engine: EngineName | None = None,
    customer: str | None = None,
    top: int = 10,
    where: Sequence[str] = (),
    progress: Progress = silent,
) -> ValueResult:
    """The value of all customers; computed as a run of its own where nothing published answers.

    Args:
        root: the workspace.
        as_of: the last day that counts; None: that of the last ``run``.
        policy: a policy's name; None: the one of the settings, or the only one.
        run_id: a past run, with what was stored with it alone; None: the newest data.
        engine: None: the one of the settings.
        customer: an id, for one customer beside the whole.
        top: how many customers to list, the highest lifetime value first.
        where: only customers who meet all of these at the date, as for ``tiers_at``, are counted in the grid and listed; models and
            what was tried on past days are those of all customers.
        progress: told about each step.

    Raises:
        NotFound: no workspace, nothing has been run yet, or no such customer.
        InvalidInput: a policy or analyses/value.yaml that cannot be used, several customers with the id, or a condition that cannot be read; all problems at once.
    """
    is_of_one = customer is not None
    with open_standing(
        root, as_of=as_of, policy=policy, run_id=run_id, engine=engine, progress=progress, by_customer=is_of_one
    ) as standing:
        key = None if customer is None else customer_key_of(standing.session, standing.run, customer)
        found = analyze(VALUE, standing, progress=progress)
        near = narrowed(standing.session, standing.run, standing.policy, where, as_of=standing.as_of)
        own = found.on(standing.on(near.session))
        result = ValueResult(
            run_id=found.run.run_id,
            as_of=standing.as_of,
            is_as_of_defaulted=standing.is_as_of_defaulted,
            policy=standing.policy.slug,
            version=standing.policy.version,
            currency=standing.past.currency,
            rules=found.choices,
            company=next(iter(_records(found, VALUE_SUMMARY, ValueSummary)), None),
            order_models=_order_models(found),
            spending=next(iter(_records(found, VALUE_SPEND_MODEL, FittedSpending)), None),
            contract_models=_records(found, VALUE_CONTRACT_MODEL, FittedContracts, "plan"),
            grid=_grid(own) if where else _records(found, VALUE_GRID, ValueCell),
            tracking=_records(found, VALUE_TRACKING, TrackedWeek, "week"),
            holdout=_records(found, VALUE_HOLDOUT, HeldOut, "repeats"),
            trials=_records(found, VALUE_TRIAL, PastTrial, "on", "contender"),
            survival=_records(found, VALUE_SURVIVAL, ContractSurvival, "period"),
            top=near.session.memory.recall(
                ("most valuable", standing.run.run_id, found.run.run_id, standing.as_of, top), lambda: _best(own, most=top)
            ),
            customer=None if key is None else _customer(found, key),
            customer_contracts=None if key is None else _contracts_of(found, key),
            tier_policy=standing.policy,
            measures=measures_of(standing.registry),
            conditions=near.conditions,
        )
        return replace(result, warnings=(*standing.warnings, *remarks(result)))


def _records(found: Analyzed[ValueRules], contract: Contract, kind: type[Record], *order: str) -> tuple[Record, ...]:
    """What is told of all customers; nothing to whoever sees only some."""
    if found.standing.session.limits:
        return ()
    return tuple(record_of(kind, row) for row in found.rows(contract, *order))


def _grid(found: Analyzed[ValueRules]) -> tuple[ValueCell, ...]:
    """The grid of some customers, counted from their values."""
    table = value_grid(found.table(CUSTOMER_VALUE), found.standing.assignment, as_of=found.standing.as_of)
    rows = found.fetch(table)
    return tuple(record_of(ValueCell, row) for row in sorted(rows, key=_in_grid))


def _in_grid(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] or "" for name in ("tier", "current_class", "potential_class"))


def _order_models(found: Analyzed[ValueRules]) -> tuple[FittedOrders, ...]:
    """The one in use first, the average rate after those that were fitted."""
    models = _records(found, VALUE_ORDER_MODEL, FittedOrders)
    return tuple(sorted(models, key=lambda each: (not each.is_chosen, each.model is OrderModel.AVERAGE_RATE, each.model)))


def _best(found: Analyzed[ValueRules], *, most: int) -> tuple[CustomerValue, ...]:
    """The customers of the highest lifetime value, with their ids and tiers."""
    standing, values = found.standing, found.table(CUSTOMER_VALUE)
    by_worth = [ibis.desc("clv", nulls_first=False), ibis.desc("net_revenue_12m"), ibis.asc("customer_key")]
    best = values.order_by(by_worth).limit(max(most, 0))
    names = standing.read(clean.CUSTOMER).select(name_key="customer_key", customer_id="customer_id")
    tiers = standing.assignment.select(tier_key="customer_key", tier="tier")
    joined = best.left_join(names, best.customer_key == names.name_key)
    joined = joined.left_join(tiers, joined.customer_key == tiers.tier_key).drop("name_key", "tier_key")
    customers = [record_of(CustomerValue, row) for row in found.fetch(joined)]
    return tuple(sorted(customers, key=lambda each: (-(each.clv or Decimal(0)), -each.net_revenue_12m, each.customer_key)))


def _customer(found: Analyzed[ValueRules], key: int) -> CustomerValue:
    standing, where = found.standing, {"customer_key": key}
    values = standing.session.rows(found.run.run_id, CUSTOMER_VALUE, as_of=standing.as_of, where=where)
    if not values:
        raise NotFound.of(_("the customer was not known on {day} yet."), day=standing.as_of)
    (person,) = standing.session.rows(standing.run.run_id, clean.CUSTOMER, where=where)
    placed = standing.session.rows(standing.run.run_id, TIER_ASSIGNMENT, as_of=standing.as_of, where=where)
    tier = placed[0]["tier"] if placed else None
    return record_of(CustomerValue, {**values[0], "customer_id": person["customer_id"], "tier": tier})


def _contracts_of(found: Analyzed[ValueRules], key: int) -> ContractValue | None:
    standing = found.standing
    rows = standing.session.rows(found.run.run_id, CONTRACT_VALUE, as_of=standing.as_of, where={"customer_key": key})
    return record_of(ContractValue, rows[0]) if rows else None


def remarks(result: ValueResult) -> Sequence[Problem]:
    """Warnings about how far the numbers can be trusted, from the stored summary and models."""
    if result.company is None or not result.company.buyers:
        return []
    return [*_too_little(result), *_believed(result), *_doubts(result), *_misses(result)]


def _believed(result: ValueResult) -> list[Problem]:
    """Which of churn and value to believe, where they were compared."""
    told = result.summary
    if told.believed is None:
        return []
    counts, briers = (told.believed_days or 0, told.believed_customers or 0), (told.churn_brier or 0.0, told.value_brier or 0.0)
    return [believed_problem(Belief(told.believed, *counts, *briers))]


def _too_little(result: ValueResult) -> list[Problem]:
    orders, values = result.order_model, {"buyers": result.summary.buyers, "repeat_buyers": result.summary.repeat_buyers}
    problems = []
    if orders.model is OrderModel.AVERAGE_RATE and orders.choice not in REFUSALS:
        text = _(
            "{buyers} customers have ordered, {repeat_buyers} of them more than once: too few for a model of leaving, which needs 30 and 10. Everybody is assumed to order at the average rate, and no probability of still being a customer is given."
        )
        problems.append(Problem(text, values))
    elif (why := refusal(result)) is not None:
        problems.append(why)
    if result.spend_model.model is SpendModel.AVERAGE:
        text = _(
            "too few customers have several paid order days for a model of spending: every order day is assumed to bring the average."
        )
        problems.append(Problem(text, values))
    if orders.model is OrderModel.BG_NBD:
        text = _("the model in use (BG/NBD) counts everybody who ordered once as still a customer, however long ago that was.")
        problems.append(Problem(text, values))
    return problems


def _doubts(result: ValueResult) -> list[Problem]:
    problems = []
    correlation = result.spend_model.correlation
    if correlation is not None and abs(correlation) >= CORRELATED:
        more = _(
            "customers who order more often also spend more on a day (correlation {correlation}); the model assumes independence, so it understates frequent customers."
        )
        less = _(
            "customers who order more often spend less on a day (correlation {correlation}); the model assumes independence, so it overstates frequent customers."
        )
        problems.append(Problem(more if correlation > 0 else less, {"correlation": f"{correlation:.2f}"}))
    early, even = result.summary.beginning_share, result.summary.beginning_share_at_an_even_pace
    if early and early > MANY_EARLY and early > MANY_TIMES * even:
        text = _(
            "{share} % of the customers have their first order in the first four weeks of the data: many of them are older customers whose beginning is not known, and are judged as if they had come then."
        )
        problems.append(Problem(text, {"share": round(early * 100)}))
    if result.summary.rhythm is Rhythm.REGULAR:
        problems.append(
            Problem(
                _("customers order more regularly than the models assume: an overdue customer has more probably left than shown.")
            )
        )
    if result.summary.rhythm is Rhythm.CLUMPY:
        problems.append(
            Problem(
                _("customers order in bursts, which the models do not know: after a pause they come back more often than shown.")
            )
        )
    return problems


def _misses(result: ValueResult) -> list[Problem]:
    summary, error = result.summary, result.summary.holdout_error_share
    if summary.holdout_weeks and summary.expected_orders_12m and summary.orders_widening is None:
        return [
            Problem(
                _(
                    "no interval is given, because too little could be tried on past days: at least sixteen weeks of orders are needed."
                )
            )
        ]
    if not summary.holdout_weeks:
        return [Problem(_("the history is too short to try the models on its last weeks: twelve weeks are the least."))]
    if error is None or abs(error) <= MOST_OFF:
        return []
    text = _(
        "on the last {weeks} weeks the models expected {expected} orders and {actual} came; read the forecasts with that in mind."
    )
    counts = {"weeks": summary.holdout_weeks, "expected": summary.holdout_expected, "actual": summary.holdout_actual}
    return [Problem(text, {name: f"{count or 0:,.0f}" for name, count in counts.items()})]
