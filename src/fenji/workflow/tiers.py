"""How many customers stand in each tier at a date? Read from a published run, or computed from its clean tables where that date or policy is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.reviews.tier_counts import MAIN_METRICS, panel_with_tiers, profile_tiers
from fenji.analyze.structure.bands import Grouping, MetricBands, parse_grouping
from fenji.analyze.structure.cross_tables import CrossTable, cross_table, cross_tiers
from fenji.answers.tiers import GroupTier, TierGroup, TierRow, TiersResult
from fenji.choices import EngineName
from fenji.domain.metrics import REVENUE
from fenji.domain.periods import Window
from fenji.domain.policies import Policy
from fenji.domain.runs import Run
from fenji.errors import NotFound, Problem
from fenji.language import message as _
from fenji.tables import insight
from fenji.wording.groups import group_label, grouping_name
from fenji.wording.rules import Voice
from fenji.workflow.arrival_warnings import asks_for_money, no_customers, no_money
from fenji.workspace.clean_base import FACTS, CleanBase, clean_base_of, is_money_read
from fenji.workspace.dates import stale_warning
from fenji.workspace.folder import (
    open_workspace,
    own_metrics_of,
    policies_of,
    policy_in_force,
)
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import Session
from fenji.workspace.tiering import answering_run, panel_at, registry_of, usable_policy

YEAR = Window.parse("12m")


def tiers_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    by: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> TiersResult:
    """The tiers of a workspace at a date; computed as a run of its own where nothing published answers.

    Args:
        root: the workspace.
        as_of: None: the date of the last ``run``.
        policy: a policy's name; None: the one of the settings, or the only one.
        by: a customer column, a metric, or a metric with edges (``orders_12m:0,1,5``), for a cross table.
        engine: None: the one of the settings.
        progress: told about each step of computing.

    Raises:
        NotFound: no workspace, or nothing has been run yet.
        InvalidInput: a policy that cannot be used, an unknown column; all problems at once.
    """
    workspace = open_workspace(root)
    policies, own = policies_of(workspace), own_metrics_of(workspace)
    with open_question(workspace, engine=engine) as session:
        base_run = session.latest()
        day = as_of or base_run.new.as_of
        if day is None:
            message = f"run {base_run.run_id} has no as-of date"
            raise AssertionError(message)
        read = policy_in_force(policies, policy or workspace.settings.policy, as_of=day)
        chosen, base = read.policy, clean_base_of(session, base_run)
        registry = registry_of(own, chosen, base.event_kinds)
        warnings = usable_policy(read, registry)
        grouping = None if by is None else grouping_of(by, registry, chosen)
        run = answering_run(session, base_run, base, registry, chosen, as_of=day, progress=progress)
        return tiers_of(
            session,
            run,
            base,
            registry,
            chosen,
            as_of=day,
            grouping=grouping,
            is_as_of_defaulted=as_of is None,
            warnings=warnings,
        )


def tiers_of_run(root: Path, run_id: str, *, as_of: date | None = None, by: str | None = None) -> TiersResult:
    """The tiers exactly as a past run published them, whatever data, policies and metrics have become since.

    Args:
        root: the workspace.
        run_id: the run.
        as_of: one of its reviews; None: its last.
        by: as for ``tiers_at``.

    Raises:
        NotFound: no workspace, no such run, or a run without a review on that date.
        InvalidArgument: ``by`` names nothing of that run.
    """
    workspace = open_workspace(root)
    with open_question(workspace) as session:
        run = session.runs.published(run_id)
        day = _review_of(session, run, as_of=as_of)
        past = PastRun(session, run)
        chosen, own, base = past.policies_at([day])[day], past.own_metrics, clean_base_of(session, run)
        registry = registry_of(own, chosen, base.event_kinds)
        grouping = None if by is None else grouping_of(by, registry, chosen)
        return tiers_of(session, run, base, registry, chosen, as_of=day, grouping=grouping, is_as_of_defaulted=as_of is None)


def _review_of(session: Session, run: Run, *, as_of: date | None) -> date:
    dates = PastRun(session, run).days_kept(insight.TIER_COUNT)
    day = as_of or run.new.as_of
    if day is None or day not in dates:
        raise NotFound.of(
            _("run {run_id} has no review on {day}."),
            advice=_("It has one on: {dates}."),
            run_id=run.run_id,
            day=day,
            dates=_listed(dates),
        )
    return day


def _listed(dates: Sequence[date]) -> str:
    return ", ".join(day.isoformat() for day in dates)


def tiers_of(
    session: Session,
    run: Run,
    base: CleanBase,
    registry: Registry,
    policy: Policy,
    *,
    as_of: date,
    grouping: Grouping | None = None,
    is_as_of_defaulted: bool = False,
    warnings: tuple[Problem, ...] = (),
) -> TiersResult:
    """The tiers that a published run holds for a date."""
    counts = session.rows(run.run_id, insight.TIER_COUNT, as_of=as_of)
    profile = session.rows(run.run_id, insight.TIER_PROFILE, as_of=as_of) or session.memory.recall(
        ("profile", run.run_id, as_of), lambda: _profile_of(session, run, base, registry, policy, as_of=as_of)
    )
    newest, unattributed = session.memory.recall(
        ("order facts", run.run_id, as_of), lambda: _order_facts(session, base, as_of=as_of)
    )
    customers = sum(each["customers"] for each in counts)
    currency = PastRun(session, run).currency
    voice = Voice({each.slug: each for each in registry}, currency)
    cross = None if grouping is None else _cross(session, run, base, registry, policy, as_of=as_of, grouping=grouping)
    headlines = _headlines(session, base, customers, needs_money=asks_for_money(policy, registry))
    return TiersResult(
        run_id=run.run_id,
        as_of=as_of,
        is_as_of_defaulted=is_as_of_defaulted,
        policy=policy.slug,
        version=policy.version,
        customers=customers,
        net_revenue_12m=sum((each["net_revenue_12m"] for each in counts), Decimal(0)),
        unattributed_net_revenue_12m=unattributed,
        currency=currency,
        tiers=tuple(_tier_row(policy, each, profile) for each in sorted(counts, key=lambda each: each["rank"])),
        main_metrics={slug: registry.named(slug).name for slug in MAIN_METRICS},
        registry=registry,
        by=None if cross is None else voice.say(grouping_name, cross.grouping),
        groups=None if cross is None else _told_groups(cross, voice),
        cross=cross,
        warnings=(*headlines, *warnings, *stale_warning(newest, as_of=as_of)),
    )


def grouping_of(by: str, registry: Registry, policy: Policy) -> Grouping:
    """What ``--by`` asks for.

    Raises:
        InvalidArgument: neither a customer column nor a metric of the workspace, or edges that are none.
    """
    return parse_grouping(by, metrics={each.slug: each for each in registry}, policy=policy)


def _tier_row(policy: Policy, count: Mapping[str, Any], profile: list[dict[str, Any]]) -> TierRow:
    own = [each for each in profile if each["tier"] == count["tier"]]
    return TierRow(
        tier=count["tier"],
        name=policy.tiers[count["rank"]].name,
        customers=count["customers"],
        share=count["share"],
        net_revenue_12m=count["net_revenue_12m"],
        revenue_share=count["revenue_share"],
        averages={each["metric"]: each["average"] for each in own},
        medians={each["metric"]: each["median"] for each in own},
    )


def _order_facts(session: Session, base: CleanBase, *, as_of: date) -> tuple[date | None, Decimal]:
    """The newest order up to the date, and the revenue of twelve months that no customer is known for."""
    orders = next((table for fact, table in base.facts.items() if fact == "order_line"), None)
    if orders is None:
        return None, Decimal(0)
    seen = orders.filter(orders.ordered_on <= ibis.literal(as_of, type="date"))
    opens_after = YEAR.opens_after(as_of)
    unknown: ir.BooleanValue = seen.customer_key.isnull() & (seen.ordered_on > ibis.literal(opens_after, type="date"))
    found = session.engine.fetch(
        seen.aggregate(newest=seen.ordered_on.max(), revenue=seen.net_revenue.sum(where=unknown))
    ).to_pylist()[0]
    return found["newest"], Decimal(found["revenue"] or 0)


def _headlines(session: Session, base: CleanBase, customers: int, *, needs_money: bool) -> tuple[Problem, ...]:
    """What must be known before any of the figures is read: that nobody is in them, or no money."""
    if not customers:
        return (no_customers(),)
    facts = {FACTS[fact].full_name: table for fact, table in base.facts.items()}
    return (no_money(customers),) if needs_money and not is_money_read(session, facts) else ()


def _profile_of(
    session: Session, run: Run, base: CleanBase, registry: Registry, policy: Policy, *, as_of: date
) -> list[dict[str, Any]]:
    """The profile of an earlier review, whose panel is not kept: the main metrics made again from the same clean tables."""
    panel = panel_at(session, run, base, registry, MAIN_METRICS, as_of=as_of)
    assignment = session.read(run.run_id, insight.TIER_ASSIGNMENT, as_of=as_of)
    standing = session.engine.stage(panel_with_tiers(panel, assignment, as_of=as_of))
    profile = profile_tiers(standing, metrics=MAIN_METRICS, policy=policy, as_of=as_of)
    records: list[dict[str, Any]] = session.engine.fetch(profile).to_pylist()
    return records


def _cross(
    session: Session, run: Run, base: CleanBase, registry: Registry, policy: Policy, *, as_of: date, grouping: Grouping
) -> CrossTable:
    names = [REVENUE, *([grouping.metric] if isinstance(grouping, MetricBands) else [])]
    panel = panel_at(session, run, base, registry, names, as_of=as_of)
    assignment = session.read(run.run_id, insight.TIER_ASSIGNMENT, as_of=as_of)
    standing = panel_with_tiers(panel, assignment, as_of=as_of)
    rows = session.engine.fetch(cross_tiers(standing, base.customer, grouping=grouping)).to_pylist()
    return cross_table(rows, grouping=grouping, policy=policy)


def _told_groups(table: CrossTable, voice: Voice) -> tuple[TierGroup, ...]:
    return tuple(
        TierGroup(
            each.group,
            voice.say(group_label, table.grouping, each.group),
            each.total.customers,
            each.total.net_revenue_12m,
            tuple(GroupTier(tier, *vars(cell).values()) for tier, cell in zip(table.tiers, each.cells, strict=True)),
        )
        for each in table.groups
    )
