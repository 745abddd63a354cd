"""What lies behind the counts of tiers: what their customers are like, who they are, what they buy where and when, and on how few the revenue rests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from fenji.analyze.reviews.tier_counts import panel_with_tiers
from fenji.analyze.structure.bands import CUSTOMER_COLUMNS, ColumnGroups, Grouping
from fenji.analyze.structure.concentration import Concentration, concentrate, concentration_of
from fenji.analyze.structure.cross_products import (
    YEAR,
    CrossStructure,
    attribute_structure,
    buyers_by_tier,
    composition_structure,
    sales_by,
    sales_structure,
)
from fenji.analyze.structure.cross_tables import cross_tiers
from fenji.analyze.structure.descriptive import Description, describe_tiers
from fenji.analyze.structure.habits import Habit, habits_of, order_times
from fenji.answers.tiers import TiersResult
from fenji.choices import EngineName
from fenji.domain.runs import Run
from fenji.errors import InvalidArgument, Problem, unknown_name
from fenji.language import message as _
from fenji.tables import clean, insight
from fenji.workflow.tiers import tiers_at, tiers_of_run
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import Session
from fenji.workspace.tiering import panel_at

METRICS_AT_ONCE = 8
"""Metrics described in one pass: exact quantiles hold all values in memory, 160 MB a metric at 20 million customers."""

MOST_MIDNIGHT_SHARE = 0.5
"""Of orders at 0:00:00 sharp: above it the times of day are not known, whatever the hours say."""


class Part(StrEnum):
    """What can be asked of the structure of tiers."""

    PROFILE = "profile"
    COMPOSITION = "composition"
    PRODUCTS = "products"
    CONCENTRATION = "concentration"
    HABITS = "habits"


@dataclass(frozen=True)
class NamedCross:
    """Tiers by one thing, beside the average."""

    grouping: Grouping | str
    """A customer column or bands of a metric; of order lines the column: category, product_id or channel."""
    structure: CrossStructure
    names: Mapping[str, str]
    """Product id -> name, of the products listed that have one."""


@dataclass(frozen=True)
class StructureResult:
    """One part of the structure of the tiers at a date; the other parts are empty."""

    part: Part
    tiers: TiersResult
    """The tiers themselves: run, date, policy, names and counts."""
    opens_after: date
    """The twelve months are the days after this one, up to the as-of date."""
    time_zone: str
    """In which hours and days are told."""
    profile: tuple[Description, ...] = ()
    """Metric by metric, all tiers together first, then the lowest tier first."""
    crosses: tuple[NamedCross, ...] = ()
    """Of composition or products."""
    concentration: Concentration | None = None
    habits: tuple[Habit, ...] = ()
    midnight_orders: int = 0
    """Orders at 0:00:00 sharp, as they are where only days are known."""
    warnings: tuple[Problem, ...] = ()


def structure_of(
    root: Path,
    part: Part,
    *,
    as_of: date | None = None,
    run_id: str | None = None,
    by: str | None = None,
    metrics: Sequence[str] = (),
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
        by: for the composition: a customer column or a metric, as for ``tiers``; None: every customer column that has values.
        metrics: for the profile: slugs; none: all metrics.
        policy: which policy, where the workspace holds several.
        engine: None: the one of the settings.
        progress: told about each step, where tiers must be computed first.

    Raises:
        NotFound: no workspace, no such run, nothing has been run yet, or a run without a review on that date.
        InvalidArgument: an unknown column or metric; all of them are named.
    """
    workspace = open_workspace(root)
    if run_id is None:
        tiers = tiers_at(root, as_of=as_of, policy=policy, by=by, engine=engine, progress=progress)
    else:
        tiers = tiers_of_run(root, run_id, as_of=as_of, by=by)
    InvalidArgument.raise_if(
        unknown_name(_("metric"), each, tiers.registry.slugs) for each in metrics if each not in tiers.registry
    )
    with open_question(workspace, engine=engine) as session:
        run = session.runs.published(tiers.run_id)
        result = StructureResult(part, tiers, _opening(tiers.as_of), str(run.new.settings["time_zone"]), warnings=tiers.warnings)
        asked = [*metrics] or list(tiers.registry.slugs)
        standing = _standing(session, run, tiers, asked if part is Part.PROFILE else None)
        if part is Part.PROFILE:
            return replace(result, profile=_profile(session, standing, asked, _slugs(tiers)))
        if part is Part.COMPOSITION:
            return replace(result, crosses=_composition(session, run, standing, tiers))
        if part is Part.CONCENTRATION:
            found = _fetched(session, concentrate(standing))[0]
            return replace(result, concentration=concentration_of(found))
        lines = session.read(run.run_id, clean.ORDER_LINE)
        if part is Part.PRODUCTS:
            return replace(result, crosses=_products(session, run, standing, lines, tiers))
        return _with_habits(session, standing, lines, result)


def _opening(as_of: date) -> date:
    day = YEAR.opens_after(as_of)
    if day is None:
        message = "twelve months have a beginning"
        raise AssertionError(message)
    return day


def _slugs(tiers: TiersResult) -> tuple[str, ...]:
    return tuple(each.tier for each in tiers.tiers)


def _fetched(session: Session, table: ir.Table) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = session.engine.fetch(table).to_pylist()
    return records


def _standing(session: Session, run: Run, tiers: TiersResult, metrics: Sequence[str] | None) -> ir.Table:
    """Customers with their tier, their revenue and the metrics asked; what is not kept is measured again."""
    base, names = clean_base_of(session, run), ["net_revenue_12m", *(metrics or ())]
    panel = panel_at(session, run, base, tiers.registry, names, as_of=tiers.as_of)
    assignment = session.read(run.run_id, insight.TIER_ASSIGNMENT, as_of=tiers.as_of)
    return panel_with_tiers(panel, assignment, as_of=tiers.as_of)


def _profile(session: Session, standing: ir.Table, metrics: Sequence[str], tiers: Sequence[str]) -> tuple[Description, ...]:
    found: list[Description] = []
    for start in range(0, len(metrics), METRICS_AT_ONCE):
        some = metrics[start : start + METRICS_AT_ONCE]
        found += [Description(**each) for each in _fetched(session, describe_tiers(standing, metrics=some))]
    places: dict[str | None, int] = {None: -1} | {tier: place for place, tier in enumerate(tiers)}
    return tuple(sorted(found, key=lambda each: (metrics.index(each.metric), places[each.tier])))


def _composition(session: Session, run: Run, standing: ir.Table, tiers: TiersResult) -> tuple[NamedCross, ...]:
    """By what was asked; else by every customer column that has values."""
    if tiers.cross is not None:
        return (NamedCross(tiers.cross.grouping, composition_structure(tiers.cross), {}),)
    customer = session.read(run.run_id, clean.CUSTOMER)
    known = customer.semi_join(standing, "customer_key")
    filled = _fetched(session, known.aggregate(**{name: known[name].count() for name in CUSTOMER_COLUMNS}))[0]
    crosses = []
    for grouping in (ColumnGroups(name) for name in CUSTOMER_COLUMNS if filled[name]):
        rows = _fetched(session, cross_tiers(standing, customer, grouping=grouping))
        crosses.append(NamedCross(grouping, attribute_structure(rows, tiers=_slugs(tiers)), {}))
    return tuple(crosses)


def _products(session: Session, run: Run, standing: ir.Table, lines: ir.Table, tiers: TiersResult) -> tuple[NamedCross, ...]:
    """By category, or by product where no line has a category; and by channel where any line has one."""
    slugs, as_of = _slugs(tiers), tiers.as_of
    totals = _fetched(session, buyers_by_tier(standing, lines, as_of=as_of))
    columns = {"category", "product_id", "channel"}
    filled = _fetched(session, lines.aggregate(**{name: lines[name].count() for name in sorted(columns)}))[0]
    asked = ["category" if filled["category"] else "product_id", "channel"]
    crosses = []
    for column in (name for name in asked if filled[name]):
        rows = _fetched(session, sales_by(standing, lines, column=column, as_of=as_of))
        structure = sales_structure(rows, totals, tiers=slugs)
        names = _product_names(session, run, structure) if column == "product_id" else {}
        crosses.append(NamedCross(column, structure, names))
    return tuple(crosses)


def _product_names(session: Session, run: Run, structure: CrossStructure) -> dict[str, str]:
    ids = [each.key.value for each in structure.lines if each.key.value is not None]
    product = session.read(run.run_id, clean.PRODUCT)
    rows = _fetched(session, product.filter(product.product_id.isin(ids), product.name.notnull()).select("product_id", "name"))
    return {each["product_id"]: each["name"] for each in rows}


def _with_habits(session: Session, standing: ir.Table, lines: ir.Table, result: StructureResult) -> StructureResult:
    local = lines.mutate(local_at=session.engine.to_local(lines.ordered_at, result.time_zone))
    rows = _fetched(session, order_times(standing, local, as_of=result.tiers.as_of))
    midnight, orders = sum(each["midnight_orders"] for each in rows), sum(each["orders"] for each in rows)
    warnings = result.warnings
    if midnight > MOST_MIDNIGHT_SHARE * orders:
        text = _("{midnight} of {orders} orders are dated 0:00:00: their time of day is not known, so the hours say nothing.")
        warnings = (*warnings, Problem(text, {"midnight": midnight, "orders": orders}))
    habits = habits_of(rows, tiers=_slugs(result.tiers))
    return replace(result, habits=habits, midnight_orders=midnight, warnings=warnings)
