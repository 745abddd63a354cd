"""Which rows stand in the tables of structure? From the answers, with figures as people read them and the condition behind each count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from fenji.analyze.structure.bands import CUSTOMER_COLUMNS
from fenji.analyze.structure.descriptive import Description
from fenji.analyze.structure.habits import Rhythm
from fenji.answers.structure import StructureCross, StructureGroup, StructureResult, TierCell
from fenji.reports.charts.axes import Axis, Unit
from fenji.reports.charts.of_answers.parts import Reader, metric_axis
from fenji.reports.charts.of_answers.structure import AVERAGE, MOST_INDEX, slot_name
from fenji.web.explained import explained
from fenji.web.versus import Beside, Versus, beside
from fenji.wording import figures

Row = Mapping[str, object]
Condition = Callable[[StructureGroup], Mapping[str, object] | None]

QUANTILES = ("p10", "p25", "median", "p75", "p90")
_SHARE = Axis("", Unit.SHARE)
MOST_BESIDE = 30
"""Groups of two tiers that are set side by side."""


def profile_rows(found: StructureResult, metric: str, say: Reader) -> list[Row]:
    """One metric in every tier, the highest first, and in all together."""
    axis = metric_axis(found.registry, metric, found.currency, say)
    own = {each.tier: each for each in found.profile or () if each.metric == metric}
    order = [*(each.tier for each in reversed(found.tiers)), None]
    return [_profile_row(own[tier], axis, say) for tier in order if tier in own]


def _profile_row(row: Description, axis: Axis, say: Reader) -> Row:
    told = {name: axis.text(say.beside(row, getattr(row, name))) for name in ("mean", "standard_deviation", *QUANTILES)}
    return {
        "tier": row.tier,
        "customers": say.view.count(row.customers),
        "condition": {"tier": row.tier, "counted": None if row.tier else "placed.yes", "where": f"{row.metric} is not null"},
        **told,
    }


def median_rows(found: StructureResult, metrics: Sequence[str], say: Reader) -> list[Row]:
    """The medians of several metrics: one row each, all tiers beside one another, the highest first."""
    rows = {(each.metric, each.tier): each for each in found.profile or ()}
    told: list[Row] = []
    for slug in metrics:
        axis = metric_axis(found.registry, slug, found.currency, say)
        order = [*(each.tier for each in reversed(found.tiers)), None]
        cells = [rows.get((slug, tier)) for tier in order]
        medians = [None if each is None else say.beside(each, each.median) for each in cells]
        if any(each is not None for each in medians):
            told.append({"metric": slug, "name": axis.title, "medians": [axis.text(each) for each in medians]})
    return told


def medians_beside(found: StructureResult, metrics: Sequence[str], versus: Versus, say: Reader) -> list[Beside]:
    """The same of two tiers, with the difference."""
    rows = {(each.metric, each.tier): each for each in found.profile or ()}
    told = []
    for slug in metrics:
        pair = [rows.get((slug, side.tier)) for side in (versus.a, versus.b)]
        values = [None if each is None else say.beside(each, each.median) for each in pair]
        if any(each is not None for each in values):
            metric = found.registry.named(slug)
            axis = metric_axis(found.registry, slug, found.currency, say)
            told.append(beside(metric.name, values, axis, say.language, explained(metric)))
    return told


def person_condition(cross: StructureCross, by: str) -> Condition:
    """Who stands in a group of the composition."""

    def condition(group: StructureGroup) -> Mapping[str, object]:
        value = "" if group.group is None else group.group
        is_column = cross.by in CUSTOMER_COLUMNS
        return {"counted": f"person.{cross.by}.{value}" if is_column else f"band.{by}.{value}"}

    return condition


def bought_condition(cross: StructureCross) -> Condition:
    """Who bought of a group; all others together have no condition of their own."""

    def condition(group: StructureGroup) -> Mapping[str, object] | None:
        if group.is_rest:
            return None
        return {"counted": f"bought.{cross.by}.{'' if group.group is None else group.group}"}

    return condition


def heat_rows(cross: StructureCross, condition: Condition, say: Reader) -> list[Row]:
    """Groups down, tiers across, the highest first: how many, which share of the tier, and how far from the average."""
    return [
        {
            "name": group.name,
            "customers": say.view.count(group.customers),
            "condition": condition(group),
            "share": figures.share(say.beside(group, group.customer_share)),
            "revenue_share": figures.share(say.beside(group, group.revenue_share)),
            "cells": [_heat_cell(cell, say) for cell in reversed(group.tiers)],
        }
        for group in cross.groups
    ]


def _heat_cell(cell: TierCell, say: Reader) -> Row:
    index = say.beside(cell, cell.customer_index)
    away = 0.0 if index is None or cell.is_small else (index - AVERAGE) / (MOST_INDEX - AVERAGE if index > AVERAGE else AVERAGE)
    return {
        "tier": cell.tier,
        "customers": say.view.count(cell.customers),
        "share": figures.share(say.beside(cell, cell.customer_share)),
        "index": figures.number(index, 0),
        "deep": f"{min(abs(away), 1):.3f}",
        "is_below": away < 0,
    }


def shares_beside(cross: StructureCross, versus: Versus, say: Reader) -> list[Beside]:
    """Which share of each of two tiers the largest groups are; groups that both lack are left out."""
    told = []
    for group in cross.groups:
        own = {each.tier: each for each in group.tiers}
        pair = [own.get(side.tier) for side in (versus.a, versus.b)]
        values = [None if each is None else say.beside(each, each.customer_share) for each in pair]
        if any(values):
            told.append(beside(say.name(group.name), values, _SHARE, say.language))
    return told[:MOST_BESIDE]


def busiest(found: StructureResult, say: Reader) -> Mapping[str, str]:
    """The weekday and the month with most orders, and the shares of them; empty where nobody orders."""
    told: dict[str, str] = {}
    for rhythm in (Rhythm.WEEKDAY, Rhythm.MONTH):
        times = (found.habits or {}).get(rhythm, ())
        best = max(times, key=lambda each: each.orders, default=None)
        if best is not None and best.orders:
            told[rhythm.value] = slot_name(rhythm, best.slot, say)
            told[f"{rhythm.value}_share"] = figures.share(best.share)
    return told
