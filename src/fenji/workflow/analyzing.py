"""From clean tables to tiers at a date: the steps of analyze, in their order, each saved under its contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir

from fenji.analyze.metrics.events import kinds_named
from fenji.analyze.metrics.panel import customer_metric, known_customers
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.policies.lint import Severity, lint_policy
from fenji.analyze.reviews.tier_counts import MAIN_METRICS, panel_with_tiers, profile_tiers
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.documents.policies import PolicyDocument, render_policy
from fenji.domain.metrics import Fact, Metric
from fenji.domain.policies import Policy
from fenji.domain.reviews import ReviewOn
from fenji.domain.runs import PolicyText
from fenji.errors import InvalidDocument, Problem
from fenji.language import message as _
from fenji.tables import clean, insight
from fenji.tables.contract import Contract
from fenji.workflow.moves import save_moves
from fenji.workflow.overrides import overrides_in
from fenji.workflow.progress import Progress
from fenji.workflow.reviewing import ReviewPlan, check_reviews, decide_plan, lost_rule_of, save_reviews
from fenji.workflow.wiring import RunWriter, Session

FACTS: Mapping[Fact, Contract] = {
    Fact.ORDER_LINE: clean.ORDER_LINE,
    Fact.EVENT: clean.EVENT,
    Fact.FEEDBACK: clean.FEEDBACK,
    Fact.REFERRAL: clean.REFERRAL,
    Fact.CONTRACT: clean.CONTRACT,
    Fact.BALANCE: clean.BALANCE,
}
MOST_EVENT_KINDS = 200
"""Each kind is two columns of the panel; a company with more kinds than this has put something else into the column."""

STEPS = (_("computing metrics"), _("assigning tiers"), _("counting tiers"))


@dataclass(frozen=True)
class CleanBase:
    """The clean tables that analysis reads, with the facts that have no rows left out."""

    customer: ir.Table
    identity: ir.Table
    facts: Mapping[Fact, ir.Table]
    event_kinds: tuple[str, ...]


def clean_base(session: Session, tables: Mapping[str, ir.Table]) -> CleanBase:
    """The clean base from stored tables by full name.

    Raises:
        InvalidInput: there are more kinds of events than metrics can be made for.
    """
    facts = {fact: tables[contract.full_name] for fact, contract in FACTS.items()}
    # Metrics are of customers; what nobody has signed counts for none of them.
    facts[Fact.FEEDBACK] = facts[Fact.FEEDBACK].filter(facts[Fact.FEEDBACK]["customer_key"].notnull())
    filled = {fact: table for fact, table in facts.items() if session.engine.fetch(table.limit(1)).num_rows}
    kinds: list[str] = []
    if Fact.EVENT in filled:
        found = filled[Fact.EVENT].select("kind").distinct().order_by("kind")
        kinds = session.engine.fetch(found, limit=MOST_EVENT_KINDS)["kind"].to_pylist()
    return CleanBase(tables[clean.CUSTOMER.full_name], tables[clean.IDENTITY.full_name], filled, tuple(kinds))


def registry_of(own: tuple[Metric, ...], policy: Policy, event_kinds: tuple[str, ...] = ()) -> Registry:
    """Every metric of a workspace: the built-in ones, those of the event kinds in its data or its policy, and its own."""
    asked = [*metrics_in(conditions_of(policy)), *(part.metric for part in policy.score)]
    return Registry.of({*event_kinds, *kinds_named(asked)}, own, named=asked)


def usable_policy(read: PolicyDocument, registry: Registry) -> tuple[Problem, ...]:
    """The linter's warnings about a policy.

    Raises:
        InvalidDocument: the linter finds errors: the policy cannot be used.
    """
    findings = lint_policy(read.policy, registry.metrics, place=read.document.place)
    InvalidDocument.raise_if(each.problem for each in findings if each.severity is Severity.ERROR)
    return tuple(each.problem for each in findings)


def frozen_text(policy: Policy) -> PolicyText:
    """The policy as a run keeps it."""
    return PolicyText(policy.slug, policy.version, render_policy(policy))


def analyze_base(
    writer: RunWriter,
    base: CleanBase,
    registry: Registry,
    policy: Policy,
    *,
    as_of: date,
    progress: Progress,
    done: int,
    total: int,
    earlier: Sequence[ReviewOn] = (),
    own: tuple[Metric, ...] = (),
) -> ir.Table:
    """Panel, tiers, thresholds and counts at a date and at the reviews before it, with the movements between them, saved.

    Returns:
        The panel at ``as_of``, as stored.

    Args:
        writer: where the run's tables go.
        base: the clean tables.
        registry: the metrics of the panel.
        policy: the rules.
        as_of: the review date; later rows change nothing.
        progress: told about each step.
        done: steps of the whole run that came before.
        total: steps of the whole run.
        earlier: the reviews before, the earliest first, each with the policy version in force; panels are not kept of these.
        own: the company's own metrics, which the policies of earlier reviews may name.

    Raises:
        InvalidArgument: nobody was known at the first review yet.
        ContractBroken: a table breaks its promise, such as a flow that does not close.
    """
    plan = ReviewPlan(
        reviews=(*earlier, ReviewOn(as_of, policy)),
        registries=(*(registry_of(own, each.policy, base.event_kinds) for each in earlier), registry),
        lost=lost_rule_of(writer.session.workspace.settings),
        overrides=overrides_in(
            writer.session, base.identity, policy=policy.slug, dates=[*(each.as_of for each in earlier), as_of]
        ),
    )
    check_reviews(plan.reviews, _first_seen_on(writer.session, base))
    progress(STEPS[0], done, total)
    panel = writer.save(
        customer_metric(base.facts, base.customer, metrics=registry.metrics, as_of=as_of),
        insight.customer_metric(registry.metrics),
        as_of=as_of,
        same_customers_as=known_customers(base.customer, as_of=as_of),
    )
    progress(STEPS[1], done + 1, total)
    decided = decide_plan(
        writer.session.engine,
        base.customer,
        base.facts,
        plan,
        last_panel=panel,
        on_review=lambda number: progress(STEPS[1], done + 1 + number, total),
    )
    reviewed = save_reviews(writer, base.customer, decided)
    progress(STEPS[2], total - 1, total)
    save_moves(writer, reviewed)
    standing = panel_with_tiers(panel, reviewed[-1][1], as_of=as_of)
    writer.save(profile_tiers(standing, metrics=MAIN_METRICS, policy=policy, as_of=as_of), insight.TIER_PROFILE, as_of=as_of)
    return panel


def _first_seen_on(session: Session, base: CleanBase) -> date | None:
    first: date | None = session.engine.fetch(base.customer.aggregate(first=base.customer.first_seen_on.min()))["first"][
        0
    ].as_py()
    return first
