"""How are the tiers made up: metrics, composition, products and channels, ordering habits, and concentration of revenue?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from fenji.analyze.reviews.tier_counts import MAIN_METRICS, panel_with_tiers
from fenji.analyze.structure.bands import CUSTOMER_COLUMNS, ColumnGroups, Grouping, MetricBands, parse_grouping
from fenji.analyze.structure.concentration import concentrate, concentration_of
from fenji.analyze.structure.cross_products import (
    SALES_COLUMNS,
    YEAR,
    CrossLine,
    CrossStructure,
    attribute_structure,
    buyers_by_tier,
    composition_structure,
    filled_columns,
    sales_by,
    sales_structure,
    usual_columns,
)
from fenji.analyze.structure.cross_tables import cross_table, cross_tiers
from fenji.analyze.structure.descriptive import Description, describe_tiers
from fenji.analyze.structure.habits import HabitSlot, habits_of, hours_of_week, order_times
from fenji.answers.structure import (
    HabitTime,
    Part,
    StructureCross,
    StructureGroup,
    StructureResult,
    TierCell,
    TierHabit,
    TierSize,
)
from fenji.choices import EngineName
from fenji.domain.metrics import REVENUE
from fenji.domain.words import Spoken
from fenji.errors import InvalidArgument, Problem, unknown_name
from fenji.language import message as _
from fenji.tables import clean, insight
from fenji.wording.groups import cross_group_name, grouping_name, line_column_name
from fenji.wording.rules import Voice
from fenji.workspace.dates import stale_warning
from fenji.workspace.folder import open_workspace
from fenji.workspace.headlines import asks_for_money, headlines, order_facts
from fenji.workspace.limited_moves import tier_counts_of
from fenji.workspace.narrowing import narrowed
from fenji.workspace.opening import open_question
from fenji.workspace.products import product_names
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import is_partial
from fenji.workspace.standing import Standing, open_standing, past_standing
from fenji.workspace.tiering import panel_at

METRICS_AT_ONCE = 8
"""Metrics described in one pass: exact quantiles hold all values in memory, 160 MB a metric at 20 million customers."""

Sales = tuple[str, list[dict[str, Any]], list[dict[str, Any]]]
"""A column of the lines, with the rows of ``sales_by`` and of ``buyers_by_tier``."""

MOST_MIDNIGHT_SHARE = 0.5
"""Of orders at 0:00:00 sharp: above it the times of day are not known, whatever the hours say."""


def structure_of(
    root: Path,
    part: Part,
    *,
    as_of: date | None = None,
    run_id: str | None = None,
    by: str | None = None,
    metrics: Sequence[str] = (),
    is_brief: bool = False,
    where: Sequence[str] = (),
    policy: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> StructureResult:
    """One part of the structure of the tiers; customers who are lost stand in no tier and are left out.

    Args:
        root: the workspace.
        part: what is asked.
        as_of: the date; None: that of the last ``run``. Where nothing is published for it, its tiers are computed first.
        run_id: a past run, whose tiers and clean tables are read; None: the newest answer.
        by: for the composition: a customer column or a metric, as for ``tiers``; None: every customer column that has values. For
            the products: one of ``SALES_COLUMNS``; None: by category, or by product where no line has one, and by channel.
        metrics: for the profile: slugs; none: all metrics.
        is_brief: for the profile, where no metrics are named: the main ones only, as many as a person reads.
        where: only customers who meet all of these at the date, as for ``tiers_at``.
        policy: which policy, where the workspace holds several.
        engine: None: the one of the settings.
        progress: told about each step, where tiers must be computed first.

    Raises:
        NotFound: no workspace, no such run, nothing has been run yet, or a run without a review on that date.
        InvalidArgument: an unknown column or metric, or a condition that cannot be read; all of them are named.
    """
    named = [*metrics] or ([*MAIN_METRICS] if is_brief else [])
    if run_id is None:
        with open_standing(root, as_of=as_of, policy=policy, engine=engine, progress=progress) as standing:
            return _part_of(standing, part, by=by, metrics=named, where=where)
    with open_question(open_workspace(root), engine=engine) as session:
        return _part_of(past_standing(session, run_id, as_of=as_of), part, by=by, metrics=named, where=where)


def _part_of(whole: Standing, part: Part, *, by: str | None, metrics: Sequence[str], where: Sequence[str]) -> StructureResult:
    near = narrowed(whole.session, whole.run, whole.policy, where, as_of=whole.as_of)
    standing = whole.on(near.session)
    registry, policy = standing.registry, standing.policy
    InvalidArgument.raise_if(unknown_name(_("metric"), each, registry.slugs) for each in metrics if each not in registry)
    head = replace(_head(standing, part, whole), conditions=near.conditions)
    if part is Part.PROFILE:
        asked = [*metrics] or list(registry.slugs)
        return replace(head, profile=_profile(standing, _placed(standing, asked), asked))
    if part is Part.COMPOSITION:
        grouping = None if by is None else parse_grouping(by, metrics={each.slug: each for each in registry}, policy=policy)
        return replace(head, composition=_composition(standing, grouping))
    if part is Part.CONCENTRATION:
        return replace(head, concentration=concentration_of(_fetched(standing, concentrate(_placed(standing)))[0]))
    head = replace(head, opens_after=YEAR.opens_after(standing.as_of))
    if part is Part.PRODUCTS:
        return replace(head, products=_products(standing, by))
    return _with_habits(standing, head)


def _head(standing: Standing, part: Part, whole: Standing) -> StructureResult:
    """Run, date, policy and tiers, which stand above every part; ``whole``: the same of all customers."""
    session, base, policy = whole.session, whole.base, standing.policy
    own = tier_counts_of(standing.session, standing.run, policy, as_of=standing.as_of)
    counts = sorted(own, key=lambda each: each["rank"])
    customers = sum(each["customers"] for each in counts)
    revenue = sum((each["net_revenue_12m"] for each in counts), Decimal(0))
    newest_on = order_facts(session, standing.run, base, as_of=standing.as_of).newest_on
    is_whole = standing is whole
    return StructureResult(
        run_id=standing.run.run_id,
        as_of=standing.as_of,
        is_as_of_defaulted=standing.is_as_of_defaulted,
        policy=policy.slug,
        version=policy.version,
        part=part,
        currency=standing.past.currency,
        customers=customers,
        tiers=tuple(TierSize(each["tier"], policy.tiers[each["rank"]].name, each["customers"]) for each in counts),
        registry=standing.registry,
        warnings=(
            *(
                headlines(session, base, customers, revenue, needs_money=asks_for_money(policy, standing.registry))
                if is_whole
                else ()
            ),
            *standing.warnings,
            *stale_warning(newest_on, as_of=standing.as_of),
        ),
    )


def _slugs(standing: Standing) -> tuple[str, ...]:
    return tuple(each.slug for each in standing.policy.tiers)


def _fetched(standing: Standing, table: ir.Table) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = standing.session.engine.fetch(table).to_pylist()
    return records


def _placed(standing: Standing, metrics: Sequence[str] = ()) -> ir.Table:
    """Customers with their tier, their revenue and the metrics asked; what is not kept is measured again."""
    panel = panel_at(standing.session, standing.run, standing.base, standing.registry, [REVENUE, *metrics], as_of=standing.as_of)
    return panel_with_tiers(panel, standing.assignment, as_of=standing.as_of)


def _profile(standing: Standing, placed: ir.Table, metrics: Sequence[str]) -> tuple[Description, ...]:
    found: list[Description] = []
    for start in range(0, len(metrics), METRICS_AT_ONCE):
        some = metrics[start : start + METRICS_AT_ONCE]
        found += [Description(**each) for each in _fetched(standing, describe_tiers(placed, metrics=some))]
    places: dict[str | None, int] = {None: -1} | {tier: place for place, tier in enumerate(_slugs(standing))}
    return tuple(sorted(found, key=lambda each: (metrics.index(each.metric), places[each.tier])))


def _composition(standing: Standing, grouping: Grouping | None) -> tuple[StructureCross, ...]:
    """By what was asked; else by every customer column that has values."""
    placed = _placed(standing, [grouping.metric] if isinstance(grouping, MetricBands) else [])
    customer = standing.base.customer
    if grouping is not None:
        rows = _fetched(standing, cross_tiers(placed, customer, grouping=grouping))
        structure = composition_structure(cross_table(rows, grouping=grouping, policy=standing.policy))
        return (_cross_by(standing, grouping, structure),)
    known = customer.semi_join(placed, "customer_key")
    filled = _fetched(standing, known.aggregate(**{name: known[name].count() for name in CUSTOMER_COLUMNS}))[0]
    crosses = []
    for column in (ColumnGroups(name) for name in CUSTOMER_COLUMNS if filled[name]):
        rows = _fetched(standing, cross_tiers(placed, customer, grouping=column))
        crosses.append(_cross_by(standing, column, attribute_structure(rows, tiers=_slugs(standing))))
    return tuple(crosses)


def _products(standing: Standing, by: str | None) -> tuple[StructureCross, ...]:
    """By what was asked; else by category, or by product where no line has a category, and by channel; nothing where no line has it."""
    InvalidArgument.raise_if(
        unknown_name(_("column"), each, SALES_COLUMNS) for each in [by] if each and each not in SALES_COLUMNS
    )
    crosses = []
    for column, rows, totals in _kept_sales(standing, by) or _counted_sales(standing, by):
        structure = sales_structure(rows, totals, tiers=_slugs(standing))
        name = _voice(standing).say(line_column_name, column)
        names = _names_of(standing, structure) if column == "product_id" else {}
        crosses.append(_cross(standing, column, name, ColumnGroups(column), structure, names=names))
    return tuple(crosses)


def _kept_sales(standing: Standing, by: str | None) -> list[Sales]:
    """What the run has kept of its own date; nothing where it kept none, or not by what was asked."""
    session = standing.session
    if is_partial(session):
        return []
    kept: dict[str | None, list[dict[str, Any]]] = {}
    for row in session.rows(standing.run.run_id, insight.TIER_SALES, as_of=standing.as_of):
        kept.setdefault(row["by"], []).append({**row, "group": row["value"]})
    columns = [each for each in [by] if each in kept] if by else usual_columns([each for each in kept if each])
    return [(each, kept[each], kept[None]) for each in columns]


def _counted_sales(standing: Standing, by: str | None) -> list[Sales]:
    """The same, counted now."""
    lines = standing.read(clean.ORDER_LINE)
    found = _fetched(standing, filled_columns(lines))[0]
    filled = [each for each in SALES_COLUMNS if found[each]]
    columns = [each for each in [by] if each in filled] if by else usual_columns(filled)
    if not columns:
        return []
    placed = _placed(standing)
    totals = _fetched(standing, buyers_by_tier(placed, lines, as_of=standing.as_of))
    return [(each, _fetched(standing, sales_by(placed, lines, column=each, as_of=standing.as_of)), totals) for each in columns]


def _names_of(standing: Standing, structure: CrossStructure) -> dict[str, str]:
    ids = (str(each.key.value) for each in structure.lines if each.key.value is not None)
    return product_names(standing.session, standing.run, ids)


def _voice(standing: Standing) -> Voice:
    return Voice({each.slug: each for each in standing.registry}, standing.past.currency)


def _cross_by(standing: Standing, grouping: Grouping, structure: CrossStructure) -> StructureCross:
    by = grouping.metric if isinstance(grouping, MetricBands) else grouping.column
    return _cross(standing, by, _voice(standing).say(grouping_name, grouping), grouping, structure, names={})


def _cross(
    standing: Standing,
    by: str,
    name: Spoken[str],
    grouping: Grouping,
    structure: CrossStructure,
    *,
    names: Mapping[str, str],
) -> StructureCross:
    voice = _voice(standing)
    return StructureCross(
        by=by,
        name=name,
        customers=structure.total.customers,
        is_overlapping=structure.is_overlapping,
        test=structure.test,
        groups=tuple(
            _group(line, structure.tiers, voice.say(cross_group_name, grouping, line.key, names)) for line in structure.lines
        ),
        totals=structure.totals,
    )


def _group(line: CrossLine, tiers: Sequence[str], name: Spoken[str]) -> StructureGroup:
    return StructureGroup(
        **vars(line.total),
        group=line.key.value,
        is_rest=line.key.is_rest,
        name=name,
        test=line.test,
        tiers=tuple(TierCell(**vars(cell), tier=tier) for tier, cell in zip(tiers, line.cells, strict=True)),
    )


def _with_habits(standing: Standing, head: StructureResult) -> StructureResult:
    time_zone = str(standing.run.new.settings["time_zone"])
    lines = standing.read(clean.ORDER_LINE)
    local = lines.mutate(local_at=standing.session.engine.to_local(lines.ordered_at, time_zone))
    rows = _fetched(standing, order_times(_placed(standing), local, as_of=standing.as_of))
    midnight, orders = sum(each["midnight_orders"] for each in rows), sum(each["orders"] for each in rows)
    warnings, tiers = head.warnings, _slugs(standing)
    are_times_known = midnight <= MOST_MIDNIGHT_SHARE * orders
    if not are_times_known:
        text = _("{midnight} of {orders} orders are dated 0:00:00: their time of day is not known, so the hours say nothing.")
        warnings = (*warnings, Problem(text, {"midnight": midnight, "orders": orders}))
    habits = {each.rhythm: tuple(_time(slot, tiers) for slot in each.slots) for each in habits_of(rows, tiers=tiers)}
    week = tuple(_time(slot, tiers) for slot in hours_of_week(rows, tiers=tiers)) if are_times_known else None
    return replace(head, time_zone=time_zone, midnight_orders=midnight, habits=habits, week=week, warnings=warnings)


def _time(slot: HabitSlot, tiers: Sequence[str]) -> HabitTime:
    own = tuple(TierHabit(**vars(cell), tier=tier) for tier, cell in zip(tiers, slot.cells, strict=True))
    return HabitTime(**vars(slot.total), slot=slot.slot, tiers=own)
