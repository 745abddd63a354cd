"""What are the customers worth, and what will they be worth? Computed once per standing, and read back from its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import ibis

from fenji.analyze.value.spend import CORRELATED
from fenji.choices import EngineName
from fenji.documents.value import value_rules_from_text
from fenji.domain.policies import Policy
from fenji.domain.runs import Run
from fenji.domain.value import DEFAULT_RULES, Choice, OrderModel, Rhythm, SpendModel, ValueRules
from fenji.errors import NotFound, Problem
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
from fenji.workflow.value_run import compute_value
from fenji.workspace.customers import customer_key_of
from fenji.workspace.progress import Progress, silent
from fenji.workspace.standing import ANALYSES_FOLDER, Standing, analyzed, open_standing

COMMAND = "value"
VALUE_FILE = f"{ANALYSES_FOLDER}/value.yaml"
MOST_OFF = 0.2
"""Share by which orders in the hold-out may differ from what was expected before people are warned."""

MANY_EARLY, MANY_TIMES = 0.1, 3
"""Share of customers who seem to have come with the first data, and how many times more than at an even pace, from which people are told."""

Quantities = Mapping[tuple[str, str], Mapping[str, Any]]
"""The rows of insight.value_model by model and quantity."""


@dataclass(frozen=True)
class ValueResult:
    """What stands in the tables of a value run."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: Policy
    currency: str
    rules: ValueRules
    quantities: Quantities
    grid: tuple[Mapping[str, Any], ...]
    """Rows of insight.value_grid."""
    tracking: tuple[Mapping[str, Any], ...]
    holdout: tuple[Mapping[str, Any], ...]
    survival: tuple[Mapping[str, Any], ...]
    top: tuple[Mapping[str, Any], ...]
    """Rows of insight.customer_value with customer_id and tier: the highest lifetime value first."""
    customer: Mapping[str, Any] | None
    """The one customer that was asked for."""
    customer_contracts: Mapping[str, Any] | None = None
    """Its row of insight.contract_value; None without a contract in force."""
    warnings: tuple[Problem, ...] = ()

    def value(self, model: str, quantity: str) -> float | None:
        """A stored quantity; None where it is not known or does not exist."""
        row = self.quantities.get((model, quantity))
        found: float | None = None if row is None else row["value"]
        return found

    @property
    def order_model(self) -> OrderModel:
        """The model of orders in use."""
        return next(each for each in OrderModel if self._is_chosen(each))

    @property
    def choice(self) -> Choice:
        """Why it is in use."""
        model = self.order_model
        quantity = "orders_per_week" if model is OrderModel.AVERAGE_RATE else "log_likelihood"
        return Choice(self.quantities[model, quantity]["verdict"])

    @property
    def spend_model(self) -> SpendModel:
        """The model of spending in use."""
        return next(each for each in SpendModel if (each, "average") in self.quantities)

    def _is_chosen(self, model: OrderModel) -> bool:
        return any(name == model and row["is_chosen"] for (name, _quantity), row in self.quantities.items())


def value_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    engine: EngineName | None = None,
    customer: str | None = None,
    top: int = 10,
    progress: Progress = silent,
) -> ValueResult:
    """The value of all customers; computed as a run of its own where nothing published answers.

    Args:
        root: the workspace.
        as_of: the last day that counts; None: that of the last ``run``.
        policy: a policy's name; None: the one of the settings, or the only one.
        engine: None: the one of the settings.
        customer: an id, for one customer beside the whole.
        top: how many customers to list, the highest lifetime value first.
        progress: told about each step.

    Raises:
        NotFound: no workspace, nothing has been run yet, or no such customer.
        InvalidInput: a policy or analyses/value.yaml that cannot be used, several customers with the id; all problems at once.
    """
    with open_standing(root, as_of=as_of, policy=policy, engine=engine, progress=progress) as standing:
        key = None if customer is None else customer_key_of(standing.session, standing.run, customer)
        run = value_run(standing, progress=progress)
        quantities = {(each["model"], each["quantity"]): each for each in _rows(standing, run, VALUE_MODEL)}
        rules, _documents = value_rules_of(standing)
        result = ValueResult(
            run_id=run.run_id,
            as_of=standing.as_of,
            is_as_of_defaulted=standing.is_as_of_defaulted,
            policy=standing.policy,
            currency=standing.past.currency,
            rules=rules,
            quantities=quantities,
            grid=_rows(standing, run, VALUE_GRID),
            tracking=_rows(standing, run, VALUE_TRACKING, by="week"),
            holdout=_rows(standing, run, VALUE_HOLDOUT, by="repeats"),
            survival=_rows(standing, run, VALUE_SURVIVAL, by="period"),
            top=_customers(standing, run, most=top),
            customer=None if key is None else _customer(standing, run, key),
            customer_contracts=None if key is None else _contracts_of(standing, run, key),
            warnings=standing.warnings,
        )
        return _with_remarks(result)


def value_run(standing: Standing, *, progress: Progress = silent) -> Run:
    """The published run that holds insight.customer_value and what belongs to it; an earlier one where nothing has changed.

    Args:
        standing: on which customers and orders.
        progress: told about each step, where it must be computed.

    Raises:
        InvalidDocument: analyses/value.yaml cannot be used.
    """
    rules, documents = value_rules_of(standing)
    return analyzed(standing, COMMAND, partial(compute_value, standing, rules, progress), documents=documents)


def value_rules_of(standing: Standing) -> tuple[ValueRules, dict[str, str]]:
    """What the company has chosen, and the text that says so; the defaults where there is no analyses/value.yaml.

    Raises:
        InvalidDocument: it cannot be used.
    """
    file = standing.session.workspace.root / VALUE_FILE
    if not file.is_file():
        return DEFAULT_RULES, {}
    text = file.read_text(encoding="utf-8-sig")
    return value_rules_from_text(text, str(file)), {VALUE_FILE: text}


def _rows(standing: Standing, run: Run, contract: Contract, by: str | None = None) -> tuple[Mapping[str, Any], ...]:
    table = standing.session.read(run.run_id, contract, as_of=standing.as_of)
    rows = standing.session.engine.fetch(table).to_pylist()
    return tuple(rows if by is None else sorted(rows, key=lambda row: int(row[by])))


def _customers(standing: Standing, run: Run, *, most: int, key: int | None = None) -> tuple[Mapping[str, Any], ...]:
    values = standing.session.read(run.run_id, CUSTOMER_VALUE, as_of=standing.as_of)
    wanted = values if key is None else values.filter(values.customer_key == key)
    best = wanted.order_by([ibis.desc("clv", nulls_first=False), ibis.desc("net_revenue_12m"), ibis.asc("customer_key")]).limit(
        max(most, 0)
    )
    names = standing.read(clean.CUSTOMER).select(name_key="customer_key", customer_id="customer_id")
    tiers = standing.assignment.select(tier_key="customer_key", tier="tier")
    joined = best.left_join(names, best.customer_key == names.name_key)
    joined = joined.left_join(tiers, joined.customer_key == tiers.tier_key).drop("name_key", "tier_key")
    rows = standing.session.engine.fetch(joined).to_pylist()
    return tuple(sorted(rows, key=lambda row: (-(row["clv"] or Decimal(0)), -row["net_revenue_12m"], row["customer_key"])))


def _customer(standing: Standing, run: Run, key: int) -> Mapping[str, Any]:
    found = _customers(standing, run, most=1, key=key)
    if not found:
        raise NotFound.of(_("the customer was not known on {day} yet."), day=standing.as_of)
    return found[0]


def _contracts_of(standing: Standing, run: Run, key: int) -> Mapping[str, Any] | None:
    table = standing.session.read(run.run_id, CONTRACT_VALUE, as_of=standing.as_of)
    found: list[dict[str, Any]] = standing.session.engine.fetch(table.filter(table.customer_key == key)).to_pylist()
    return found[0] if found else None


def _with_remarks(result: ValueResult) -> ValueResult:
    return ValueResult(**{**vars(result), "warnings": (*result.warnings, *remarks(result))})


def remarks(result: ValueResult) -> Sequence[Problem]:
    """What must be known before the numbers are trusted; read from the stored quantities."""
    if not result.value("average_rate", "customers"):
        return []
    return [*_too_little(result), *_doubts(result), *_misses(result)]


def _too_little(result: ValueResult) -> list[Problem]:
    buyers, repeat_buyers = result.value("average_rate", "customers"), result.value("average_rate", "repeat_buyers")
    values = {"buyers": int(buyers or 0), "repeat_buyers": int(repeat_buyers or 0)}
    problems = []
    if result.order_model is OrderModel.AVERAGE_RATE:
        text = _(
            "{buyers} customers have ordered, {repeat_buyers} of them more than once: too few for a model of who has left (30 and 10 are the least). Everybody is taken to order at the average rate, and nothing is said of who still is a customer."
        )
        problems.append(Problem(text, values))
    elif result.quantities[result.order_model, "r"]["lower"] is None:
        text = _(
            "the customers are so much alike that the model's parameters have no clear interval; read the forecasts as rough."
        )
        problems.append(Problem(text, values))
    if result.spend_model is SpendModel.AVERAGE:
        text = _(
            "too few customers with several paid order days for a model of spending: an order day of everybody is taken to bring the average."
        )
        problems.append(Problem(text, values))
    if result.order_model is OrderModel.BG_NBD:
        text = _("the model in use (BG/NBD) takes everybody who ordered once for a customer still, whenever that was.")
        problems.append(Problem(text, values))
    return problems


def _doubts(result: ValueResult) -> list[Problem]:
    problems = []
    correlation = result.value(result.spend_model, "correlation")
    if correlation is not None and abs(correlation) >= CORRELATED:
        more = _(
            "who orders more often also spends more on a day (correlation {correlation}); the model takes both for independent, so it understates frequent customers."
        )
        less = _(
            "who orders more often spends less on a day (correlation {correlation}); the model takes both for independent, so it overstates frequent customers."
        )
        problems.append(Problem(more if correlation > 0 else less, {"correlation": f"{correlation:.2f}"}))
    early, even = result.value("beginning", "share"), result.value("beginning", "share_at_an_even_pace")
    if early and even and early > MANY_EARLY and early > MANY_TIMES * even:
        text = _(
            "{share} % of the customers have their first order in the first four weeks of the data: many of them are older customers whose beginning is not known, and are judged as if they had come then."
        )
        problems.append(Problem(text, {"share": round(early * 100)}))
    rhythm = result.quantities["rhythm", "spread"]["verdict"]
    if rhythm == Rhythm.REGULAR:
        problems.append(
            Problem(_("customers order more regularly than the models assume: who is late has left more probably than is said."))
        )
    if rhythm == Rhythm.CLUMPY:
        problems.append(
            Problem(
                _(
                    "customers order in bursts, which the models do not know: after a pause they come back more often than is said."
                )
            )
        )
    return problems


def _misses(result: ValueResult) -> list[Problem]:
    if not result.value("holdout", "weeks"):
        return [Problem(_("the history is too short to try the models on its last weeks: twelve weeks are the least."))]
    error = result.value("holdout", "error_share")
    if error is None or abs(error) <= MOST_OFF:
        return []
    text = _(
        "on the last {weeks} weeks the models expected {expected} orders and {actual} came; read the forecasts with that in mind."
    )
    values = {name: f"{result.value('holdout', name) or 0:,.0f}" for name in ("weeks", "expected", "actual")}
    return [Problem(text, values)]
