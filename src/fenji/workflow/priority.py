"""Whom does the company serve first, who may rise, fall, or become frequent? Computed once per standing, and read back from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.rows import known_facts
from fenji.analyze.priority.downgrades import downgrade_watch
from fenji.analyze.priority.frequent import frequent_candidates
from fenji.analyze.priority.ladder import ladder_of
from fenji.analyze.priority.measures import measured_customers, measures_of
from fenji.analyze.priority.points import order_of_attention
from fenji.analyze.priority.summary import marks_in_order, priority_mark, priority_part
from fenji.analyze.priority.upgrades import upgrade_candidates
from fenji.analyze.rules.holds import RuleBasis, conditions_of, metrics_in
from fenji.choices import EngineName
from fenji.documents.priority import priority_rules_from_text
from fenji.domain.metrics import REVENUE, Fact, Metric
from fenji.domain.policies import SCORE, Policy, ReviewPeriod
from fenji.domain.priority import CHURN_MEASURE, CONTRACT_RULES, DEFAULT_RULES, PriorityRules
from fenji.domain.reviews import coming_reviews
from fenji.domain.runs import Run
from fenji.errors import NotFound, Problem
from fenji.language import message as _
from fenji.tables import clean
from fenji.tables.contract import Contract
from fenji.tables.insight_churn import CHURN_RISK
from fenji.tables.insight_priority import (
    DOWNGRADE_WATCH,
    FREQUENT_CANDIDATE,
    PRIORITY,
    PRIORITY_MARK,
    PRIORITY_PART,
    UPGRADE_CANDIDATE,
)
from fenji.tables.insight_value import CONTRACT_VALUE, CUSTOMER_VALUE
from fenji.workflow.churn_run import churn_run
from fenji.workflow.value import value_run
from fenji.workspace.customers import customer_key_of
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import RunWriter
from fenji.workspace.standing import ANALYSES_FOLDER, Standing, analyzed, open_standing

COMMAND = "priority"
PRIORITY_FILE = f"{ANALYSES_FOLDER}/priority.yaml"
LISTS: dict[str, Contract] = {"upgrades": UPGRADE_CANDIDATE, "watch": DOWNGRADE_WATCH, "frequent": FREQUENT_CANDIDATE}
"""The three lists by the names that answers give them."""
STEPS = (
    _("putting measures side by side"),
    _("ordering customers by attention"),
    _("looking for who is close to another tier"),
    _("looking for future frequent customers"),
)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class PriorityResult:
    """What stands in the tables of a priority run."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: Policy
    currency: str
    rules: PriorityRules
    measures: Mapping[str, Metric]
    """Everything that can be measured, by name, for its words and units."""
    customers: int
    parts: tuple[Row, ...]
    """Rows of insight.priority_part, in the order of the rules."""
    marks: tuple[Row, ...]
    """Rows of insight.priority_mark, A first."""
    tied_beyond: int
    """Customers beyond the capacity who have the same score as the last one within it."""
    top: tuple[Row, ...]
    """Rows of insight.priority with customer_id, the first first."""
    lists: Mapping[str, tuple[Row, ...]]
    """The beginning of each of ``LISTS``, with customer_id."""
    sizes: Mapping[str, Mapping[str, int]]
    """How long each list is, by what its customers stand there for."""
    customer: Row | None
    """The one customer that was asked for: a row of insight.priority with customer_id."""
    customer_lists: Mapping[str, Row]
    """The lists on which that customer stands, with its row of each."""
    warnings: tuple[Problem, ...] = ()


def priority_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    engine: EngineName | None = None,
    customer: str | None = None,
    top: int = 10,
    progress: Progress = silent,
) -> PriorityResult:
    """The order of attention and the three lists; computed as a run of its own where nothing published answers.

    Args:
        root: the workspace.
        as_of: the last day that counts; None: that of the last ``run``.
        policy: a policy's name; None: the one of the settings, or the only one.
        engine: None: the one of the settings.
        customer: an id, for one customer beside the whole.
        top: how many customers of the order and of each list to give.
        progress: told about each step.

    Raises:
        NotFound: no workspace, nothing has been run yet, or no such customer.
        InvalidInput: a policy or a file in analyses/ that cannot be used, several customers with the id; all problems at once.
    """
    with open_standing(root, as_of=as_of, policy=policy, engine=engine, progress=progress) as standing:
        key = None if customer is None else customer_key_of(standing.session, standing.run, customer)
        rules, _documents = priority_rules_of(standing)
        run = priority_run(standing, progress=progress)
        reader = _Reader(standing, run)
        order = [each.part for each in rules.parts]
        parts = sorted(reader.rows(PRIORITY_PART), key=lambda row: order.index(row["part"]))
        return PriorityResult(
            run_id=run.run_id,
            as_of=standing.as_of,
            is_as_of_defaulted=standing.is_as_of_defaulted,
            policy=standing.policy,
            currency=standing.past.currency,
            rules=rules,
            measures=measures_of(standing.registry),
            customers=reader.count(),
            parts=tuple(parts),
            marks=tuple(marks_in_order(reader.rows(PRIORITY_MARK))),
            tied_beyond=reader.tied_beyond(rules.capacity),
            top=reader.first(PRIORITY, "position", top),
            lists={name: reader.first(contract, "place", top) for name, contract in LISTS.items()},
            sizes=reader.sizes(),
            customer=None if key is None else reader.customer(key),
            customer_lists={} if key is None else reader.lists_of(key),
            warnings=(*standing.warnings, *_remarks(rules, parts, reader.count())),
        )


def priority_run(standing: Standing, *, progress: Progress = silent) -> Run:
    """The published run that holds insight.priority and the three lists; an earlier one where nothing has changed.

    Args:
        standing: on which customers and tiers.
        progress: told about each step, where it must be computed.

    Raises:
        InvalidDocument: a file in analyses/ cannot be used.
    """
    rules, documents = priority_rules_of(standing)
    value, churn = value_run(standing, progress=progress), churn_run(standing, progress=progress)
    inputs = {"value run": value.run_id, "churn run": churn.run_id}
    compute = partial(_compute, _Inputs(standing, rules, value, churn), progress)
    return analyzed(standing, COMMAND, compute, documents={**documents, **inputs})


def priority_rules_of(standing: Standing) -> tuple[PriorityRules, dict[str, str]]:
    """What the company has chosen, and the text that says so; the defaults where there is no analyses/priority.yaml.

    Without orders, contracts are what customers are valued by.

    Raises:
        InvalidDocument: it cannot be used.
    """
    facts = standing.base.facts
    defaults = CONTRACT_RULES if Fact.CONTRACT in facts and Fact.ORDER_LINE not in facts else DEFAULT_RULES
    file = standing.session.workspace.root / PRIORITY_FILE
    if not file.is_file():
        return defaults, {}
    text = file.read_text(encoding="utf-8-sig")
    rules = priority_rules_from_text(text, str(file), measures_of(standing.registry), defaults=defaults)
    return rules, {PRIORITY_FILE: text}


@dataclass(frozen=True)
class _Inputs:
    """What the order is made from."""

    standing: Standing
    rules: PriorityRules
    value: Run
    churn: Run


def _compute(inputs: _Inputs, progress: Progress, writer: RunWriter) -> None:
    standing, rules = inputs.standing, inputs.rules
    session, policy, as_of = standing.session, standing.policy, standing.as_of
    value = session.read(inputs.value.run_id, CUSTOMER_VALUE, as_of=as_of)
    churn = session.read(inputs.churn.run_id, CHURN_RISK, as_of=as_of)
    progress(STEPS[0], 0, len(STEPS))
    panel, assignment = standing.panel, standing.assignment
    contracts = session.read(inputs.value.run_id, CONTRACT_VALUE, as_of=as_of)
    measured = session.engine.stage(
        measured_customers(panel, value, churn, assignment, policy=policy, measures=rules.measures, contracts=contracts)
    )
    progress(STEPS[1], 1, len(STEPS))
    ordered = order_of_attention(measured, rules=rules, as_of=as_of)
    priority = writer.save(ordered, PRIORITY, as_of=as_of, same_customers_as=panel)
    writer.save(priority_part(priority, measured, rules=rules, as_of=as_of), PRIORITY_PART, as_of=as_of)
    writer.save(priority_mark(priority, rules=rules, as_of=as_of), PRIORITY_MARK, as_of=as_of)
    progress(STEPS[2], 2, len(STEPS))
    found = ladder_of(panel, standing.base.customer, assignment, value, policy=policy, as_of=as_of)
    ladder = RuleBasis(session.engine.stage(found.table), found.variants, found.top_columns)
    writer.save(upgrade_candidates(ladder, policy=policy, rules=rules, as_of=as_of), UPGRADE_CANDIDATE, as_of=as_of)
    watched = downgrade_watch(ladder, _panel_at_review(standing), policy=policy, rules=rules, as_of=as_of)
    writer.save(watched, DOWNGRADE_WATCH, as_of=as_of)
    progress(STEPS[3], 3, len(STEPS))
    writer.save(frequent_candidates(panel, value, assignment, rules=rules, as_of=as_of), FREQUENT_CANDIDATE, as_of=as_of)
    progress("", len(STEPS), len(STEPS))


def _panel_at_review(standing: Standing) -> ir.Table | None:
    """What the rules would see at the next review if nothing more happened; None where every customer has a day of its own."""
    policy, as_of = standing.policy, standing.as_of
    if policy.review.every is ReviewPeriod.ANNIVERSARY:
        return None
    (review_on,) = coming_reviews(as_of, policy.review.every, 1)
    asked = [name for name in metrics_in(conditions_of(policy)) if name != SCORE]
    metrics = standing.registry.needed_for([*asked, REVENUE])
    facts = known_facts(standing.base.facts, as_of=as_of)
    panel = customer_metric(facts, standing.base.customer, metrics=metrics, as_of=review_on)
    return standing.session.engine.stage(panel)


@dataclass(frozen=True)
class _Reader:
    """Reads the tables of a priority run, never more rows than are shown."""

    standing: Standing
    run: Run

    def rows(self, contract: Contract) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._fetch(self._table(contract))
        return found

    def count(self) -> int:
        table = self._table(PRIORITY)
        return int(self._fetch(table.aggregate(customers=table.count()))[0]["customers"])

    def first(self, contract: Contract, by: str, most: int) -> tuple[Row, ...]:
        table = self._table(contract)
        rows = self._fetch(self._named(table.filter(table[by] <= max(most, 0))))
        return tuple(sorted(rows, key=lambda row: int(row[by])))

    def customer(self, key: int) -> Row:
        table = self._table(PRIORITY)
        found = self._fetch(self._named(table.filter(table.customer_key == ibis.literal(key, "int64"))))
        if not found:
            raise NotFound.of(_("the customer was not known on {day} yet."), day=self.standing.as_of)
        return found[0]

    def lists_of(self, key: int) -> dict[str, Row]:
        tables = {name: self._table(contract) for name, contract in LISTS.items()}
        rows = {
            name: self._fetch(table.filter(table.customer_key == ibis.literal(key, "int64"))) for name, table in tables.items()
        }
        return {name: found[0] for name, found in rows.items() if found}

    def sizes(self) -> dict[str, dict[str, int]]:
        by = {"upgrades": "next_tier", "watch": "watch", "frequent": "kind"}
        found = {}
        for name, contract in LISTS.items():
            table = self._table(contract)
            counts = self._fetch(table.group_by(what=table[by[name]]).aggregate(customers=table.count()))
            found[name] = {row["what"]: int(row["customers"]) for row in sorted(counts, key=lambda row: str(row["what"]))}
        return found

    def tied_beyond(self, capacity: int | None) -> int:
        if capacity is None:
            return 0
        table = self._table(PRIORITY)
        last = table.filter(table.position == capacity).select(last_score="score")
        tied = table.filter(table.position > capacity).cross_join(last)
        tied = tied.filter(tied.score == tied.last_score)
        return int(self._fetch(tied.aggregate(customers=tied.count()))[0]["customers"])

    def _table(self, contract: Contract) -> ir.Table:
        return self.standing.session.read(self.run.run_id, contract, as_of=self.standing.as_of)

    def _named(self, table: ir.Table) -> ir.Table:
        names = self.standing.read(clean.CUSTOMER).select(name_key="customer_key", customer_id="customer_id")
        return table.left_join(names, table.customer_key == names.name_key).drop("name_key")

    def _fetch(self, table: ir.Table) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.standing.session.engine.fetch(table).to_pylist()
        return rows


def _remarks(rules: PriorityRules, parts: list[dict[str, Any]], customers: int) -> list[Problem]:
    """What must be known before the order is trusted."""
    problems = []
    for row in parts:
        values = {"part": row["part"], "measure": row["measure"]}
        if not row["customers_with_value"] and customers:
            text = _("nobody has a value of {measure}, so that the part {part} does not tell customers apart.")
            advice = _("Where no risk could be learned, let the value models tell it: measure churn_risk by p_alive, first: low.")
            is_churn = row["measure"] == CHURN_MEASURE
            problems.append(Problem(text, values, advice=advice if is_churn else None))
    if rules.capacity is None:
        text = _("nobody has said how many customers can be served, so that the order is not cut anywhere.")
        problems.append(Problem(text, {"file": PRIORITY_FILE}, advice=_("Write capacity: NUMBER into {file}.")))
    return problems
