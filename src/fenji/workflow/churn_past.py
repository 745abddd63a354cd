"""What was known of the customers at past dates, and what came of it? The rows that churn and propensity learn from, looked up once per date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.churn.dates import Schedule, schedule
from fenji.analyze.churn.examples import Examples, Recipe, examples_of, rows_of_customers
from fenji.analyze.churn.features import MOST_PLANS, metrics_used
from fenji.analyze.churn.outcomes import contracts_at, next_orders
from fenji.analyze.churn.sampling import sampled
from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.domain.churn import ChurnBy, ChurnRules, Target
from fenji.domain.metrics import Fact, Metric
from fenji.tables import clean
from fenji.workspace.session import Session
from fenji.workspace.standing import Standing

ORDER_NUMBERS = ("days_since_first_order", "days_since_last_order", "mean_days_between_orders")
"""Read even where there are no orders: they tell who can leave."""


@dataclass(frozen=True)
class Past:
    """The sample of customers, and the dates at which it is looked at."""

    session: Session
    rules: ChurnRules
    schedule: Schedule
    recipe: Recipe
    share: float
    """Of all customers, those in the sample."""
    needed: tuple[Metric, ...]
    """The smallest panel that holds the recipe's metrics."""
    customer: ir.Table
    facts: Mapping[Fact, ir.Table]
    contract: ir.Table | None

    def rows(self, day: date, horizon_days: int) -> pa.Table:
        """The sample at a past date, with what came within the horizon: at most ``rules.customers`` rows or so in memory."""
        panel = customer_metric(self.facts, self.customer, metrics=self.needed, as_of=day)
        orders = self.facts.get(Fact.ORDER_LINE)
        table = rows_of_customers(
            panel,
            metrics=self.recipe.metrics,
            following=None if orders is None else next_orders(orders, as_of=day, horizon_days=horizon_days),
            contracts=None if self.contract is None else contracts_at(self.contract, as_of=day, horizon_days=horizon_days),
        )
        return self.session.engine.fetch(table, limit=2 * self.rules.customers)

    def examples(self, target: Target, rows: Mapping[date, pa.Table]) -> dict[date, Examples]:
        """The customers of each date who could leave, or order."""
        return {day: examples_of(each, self.recipe, self.rules, target) for day, each in rows.items()}


def past_of(standing: Standing, rules: ChurnRules, *, horizon_days: int) -> Past | None:
    """The sample and the dates of an as-of date; None where nobody ever ordered, or had a contract, until then."""
    engine, base = standing.session.engine, standing.base
    contract = standing.read(clean.CONTRACT) if rules.by is ChurnBy.CONTRACT else None
    first_on = _first_on(standing, contract)
    if first_on is None:
        return None
    found = schedule(as_of=standing.as_of, first_on=first_on, horizon_days=horizon_days, count=rules.dates)
    customers = int(engine.fetch(base.customer.aggregate(count=base.customer.count()))["count"][0].as_py())
    share = min(1.0, rules.customers / max(customers, 1))
    facts: dict[Fact, ir.Table] = {fact: base.facts[fact] for fact in base.facts if fact is not Fact.REFERRAL}
    small: dict[Fact, ir.Table] = {fact: _sampled(standing.session, each, rules, share) for fact, each in facts.items()}
    metrics = _metrics_of(standing.registry, frozenset(facts))
    return Past(
        session=standing.session,
        rules=rules,
        schedule=found,
        recipe=Recipe(metrics, _plans(standing, contract), contract is not None, _span_days(found, first_on)),
        share=share,
        needed=standing.registry.needed_for(metrics),
        customer=sampled(base.customer, share=share, seed=rules.seed),
        facts=small,
        contract=None if contract is None else sampled(contract, share=share, seed=rules.seed),
    )


def rows_today(standing: Standing, recipe: Recipe) -> ir.Table:
    """Every customer at the as-of date, in the shape that the model was fitted to."""
    if not recipe.has_contracts:
        return rows_of_customers(standing.panel, metrics=recipe.metrics)
    # Of what comes after as_of nothing is known; contracts_later is not a feature.
    contracts = contracts_at(standing.read(clean.CONTRACT), as_of=standing.as_of, horizon_days=0)
    return rows_of_customers(standing.panel, metrics=recipe.metrics, contracts=contracts)


def has_contracts(standing: Standing) -> bool:
    """Whether anybody is known to be bound by contract."""
    return bool(standing.session.engine.fetch(standing.read(clean.CONTRACT).limit(1)).num_rows)


def _first_on(standing: Standing, contract: ir.Table | None) -> date | None:
    table, name = (standing.base.facts.get(Fact.ORDER_LINE), "ordered_on") if contract is None else (contract, "started_on")
    if table is None:
        return None
    known = table.filter(table[name] <= ibis.literal(standing.as_of, type="date"), table.customer_key.notnull())
    first: date | None = standing.session.engine.fetch(known.aggregate(first=known[name].min()))["first"][0].as_py()
    return first


def _sampled(session: Session, table: ir.Table, rules: ChurnRules, share: float) -> ir.Table:
    """The rows of sampled customers, kept: they are read once for every date."""
    return table if share >= 1 else session.engine.stage(sampled(table, share=share, seed=rules.seed))


def _metrics_of(registry: Registry, filled: frozenset[Fact]) -> tuple[str, ...]:
    """The metrics of facts that have rows, as far as features need them; those that tell who can leave come first."""
    named = {each.slug: each for each in registry}

    def is_filled(slug: str) -> bool:
        metric = named[slug]
        return metric.fact in filled if metric.ratio_of is None else all(is_filled(part) for part in metric.ratio_of)

    used = metrics_used([slug for slug in registry.slugs if is_filled(slug)])
    return tuple(dict.fromkeys((*ORDER_NUMBERS, *used)))


def _plans(standing: Standing, contract: ir.Table | None) -> tuple[str, ...]:
    """The most frequent plans, which become features of their own."""
    if contract is None:
        return ()
    known = contract.filter(contract.plan.notnull(), contract.started_on <= ibis.literal(standing.as_of, type="date"))
    counted = known.group_by("plan").aggregate(contracts=known.count())
    most = counted.order_by(ibis.desc("contracts"), ibis.asc("plan")).limit(MOST_PLANS)
    return tuple(sorted(standing.session.engine.fetch(most)["plan"].to_pylist()))


def _span_days(found: Schedule, first_on: date) -> float:
    """The history before the latest date that the earliest model learns from."""
    splits: Sequence[date] = [each.train[0] for each in (found.trial, found.final) if each]
    return float((min(splits, default=found.evaluate) - first_on).days)
