"""How many customers stand in each tier at a date? Read from a published run, or computed from its clean tables where that date or policy is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.reviews.tier_counts import MAIN_METRICS, panel_with_tiers, profile_tiers
from fenji.analyze.structure.bands import Grouping, MetricBands, parse_grouping
from fenji.analyze.structure.cross_tables import CrossTable, cross_table, cross_tiers
from fenji.answers.tiers import GroupTier, TierGroup, TierRow, TiersResult
from fenji.choices import EngineName
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import Policy
from fenji.domain.runs import Run
from fenji.errors import Problem
from fenji.tables import insight
from fenji.wording.groups import group_label, grouping_name
from fenji.wording.rules import Voice
from fenji.workspace.clean_base import CleanBase, clean_base_of
from fenji.workspace.dates import stale_warning
from fenji.workspace.folder import (
    open_workspace,
)
from fenji.workspace.headlines import asks_for_money, headlines, order_facts
from fenji.workspace.limited_moves import tier_counts_of
from fenji.workspace.narrowing import narrowed
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import Session, is_partial
from fenji.workspace.standing import past_standing
from fenji.workspace.tiering import asked_tiers, panel_at


def tiers_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    by: str | None = None,
    where: Sequence[str] = (),
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> TiersResult:
    """The tiers of a workspace at a date; computed as a run of its own where nothing published answers.

    Within ``limited_to`` they are those of the customers within the limits, counted from their rows.

    Args:
        root: the workspace.
        as_of: None: the date of the last ``run``.
        policy: a policy's name; None: the one of the settings, or the only one.
        by: a customer column, a metric, or a metric with edges (``orders_12m:0,1,5``), for a cross table.
        where: only customers who meet all of these at the date, each a condition over a metric or ``ATTRIBUTE:VALUE`` (``region:east``).
        engine: None: the one of the settings.
        progress: told about each step of computing.

    Raises:
        NotFound: no workspace, or nothing has been run yet.
        InvalidInput: a policy that cannot be used, an unknown column; all problems at once.
    """
    workspace = open_workspace(root, by_customer=True)
    with open_question(workspace, engine=engine) as session:
        asked = asked_tiers(session, as_of=as_of, policy=policy)
        grouping = None if by is None else grouping_of(by, asked.registry, asked.policy)
        return tiers_of(
            session,
            asked.run(progress),
            asked.base,
            asked.registry,
            asked.policy,
            as_of=asked.as_of,
            grouping=grouping,
            where=where,
            is_as_of_defaulted=as_of is None,
            warnings=asked.warnings,
        )


def tiers_of_run(
    root: Path, run_id: str, *, as_of: date | None = None, by: str | None = None, where: Sequence[str] = ()
) -> TiersResult:
    """The tiers exactly as a past run published them, whatever data, policies and metrics have become since.

    Args:
        root: the workspace.
        run_id: the run.
        as_of: one of its reviews; None: its last.
        by: as for ``tiers_at``.
        where: as for ``tiers_at``.

    Raises:
        NotFound: no workspace, no such run, or a run without a review on that date.
        InvalidArgument: ``by`` names nothing of that run.
    """
    workspace = open_workspace(root, by_customer=True)
    with open_question(workspace) as session:
        past = past_standing(session, run_id, as_of=as_of)
        grouping = None if by is None else grouping_of(by, past.registry, past.policy)
        return tiers_of(
            session,
            past.run,
            past.base,
            past.registry,
            past.policy,
            as_of=past.as_of,
            grouping=grouping,
            where=where,
            is_as_of_defaulted=past.is_as_of_defaulted,
        )


def tiers_of(
    session: Session,
    run: Run,
    base: CleanBase,
    registry: Registry,
    policy: Policy,
    *,
    as_of: date,
    grouping: Grouping | None = None,
    where: Sequence[str] = (),
    is_as_of_defaulted: bool = False,
    warnings: tuple[Problem, ...] = (),
) -> TiersResult:
    """The tiers that a published run holds for a date."""
    near = narrowed(session, run, policy, where, as_of=as_of)
    of_whom = near.session
    seen = clean_base_of(of_whom, run) if where else base
    counts = tier_counts_of(of_whom, run, policy, as_of=as_of)
    stored = [] if is_partial(of_whom) else session.rows(run.run_id, insight.TIER_PROFILE, as_of=as_of)
    profile = stored or of_whom.memory.recall(
        ("profile", run.run_id, as_of), lambda: _profile_of(of_whom, run, seen, registry, policy, as_of=as_of)
    )
    orders = order_facts(session, run, base, as_of=as_of)
    customers = sum(each["customers"] for each in counts)
    revenue = sum((each["net_revenue_12m"] for each in counts), Decimal(0))
    currency = PastRun(session, run).currency
    voice = Voice({each.slug: each for each in registry}, currency)
    cross = None if grouping is None else _cross(of_whom, run, seen, registry, policy, as_of=as_of, grouping=grouping)
    return TiersResult(
        run_id=run.run_id,
        as_of=as_of,
        is_as_of_defaulted=is_as_of_defaulted,
        policy=policy.slug,
        version=policy.version,
        customers=customers,
        net_revenue_12m=revenue,
        unattributed_net_revenue_12m=Decimal(0) if where else orders.unattributed_net_revenue_12m,
        currency=currency,
        tiers=tuple(_tier_row(policy, each, profile) for each in sorted(counts, key=lambda each: each["rank"])),
        main_metrics={slug: registry.named(slug).name for slug in MAIN_METRICS},
        registry=registry,
        by=None if cross is None else voice.say(grouping_name, cross.grouping),
        groups=None if cross is None else _told_groups(cross, voice),
        warnings=(
            *(() if where else headlines(session, base, customers, revenue, needs_money=asks_for_money(policy, registry))),
            *warnings,
            *stale_warning(orders.newest_on, as_of=as_of),
        ),
        conditions=near.conditions,
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
