"""What lies behind the counts of tiers? Spread of metrics, who the customers are, what they buy, on how few the revenue rests, when they order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.analyze.reviews.tier_counts import MAIN_METRICS
from fenji.analyze.structure.habits import Rhythm
from fenji.answers.priority import PriorityResult
from fenji.answers.structure import Part, StructureCross, StructureResult
from fenji.domain.access import Right
from fenji.domain.words import Spoken, Words
from fenji.language import message as _
from fenji.reports.charts.of_answers.priority import mark_bars
from fenji.reports.charts.of_answers.structure import (
    composition_bars,
    concentration_lines,
    habit_heat,
    profile_boxes,
    week_heat,
)
from fenji.web import structure_tables as tables
from fenji.web.asking import Block
from fenji.web.drawn import Drawn
from fenji.web.explained import all_explained
from fenji.web.navigation import Entry, Page
from fenji.web.pages.worth import asked_of
from fenji.web.versus import Versus, versus_of
from fenji.web.visiting import Figures, Visit
from fenji.workflow.priority import priority_at
from fenji.workflow.structure import structure_of

PROFILE = Page("/structure", Entry.STRUCTURE, _("Profile"), Right.FIGURES_READ, 1, takes_filters=True)
COMPOSITION = Page("/structure/composition", Entry.STRUCTURE, _("Composition"), Right.FIGURES_READ, 2, takes_filters=True)
PRODUCTS = Page("/structure/products", Entry.STRUCTURE, _("Products"), Right.FIGURES_READ, 3, takes_filters=True)
CONCENTRATION = Page("/structure/concentration", Entry.STRUCTURE, _("Concentration"), Right.FIGURES_READ, 4, takes_filters=True)
HABITS = Page("/structure/habits", Entry.STRUCTURE, _("Ordering habits"), Right.FIGURES_READ, 5, takes_filters=True)
PAGES = (PROFILE, COMPOSITION, PRODUCTS, CONCENTRATION, HABITS)

router = APIRouter()

Made = Mapping[str, object]
Shown = Annotated[str | None, Query(alias="all")]
"""Any value: all groups of a table, else the largest."""


@router.get(PROFILE.address)
def profile(visit: Figures, metric: str | None = None, a: str | None = None, b: str | None = None) -> Response:
    """How metrics are spread in each tier."""
    return visit.page(PROFILE, "pages/structure_profile.html", lambda: _profile(visit, metric or MAIN_METRICS[0], (a, b)))


@router.get(COMPOSITION.address)
def composition(visit: Figures, a: str | None = None, b: str | None = None, *, shown: Shown = None) -> Response:
    """Who the customers of each tier are."""
    make = lambda: {**_composition(visit, (a, b)), "all_shown": shown is not None}  # noqa: E731
    return visit.page(COMPOSITION, "pages/structure_composition.html", make)


@router.get(PRODUCTS.address)
def products(visit: Figures, a: str | None = None, b: str | None = None, *, shown: Shown = None) -> Response:
    """What each tier buys, and by which channel."""
    make = lambda: {**_products(visit, (a, b)), "all_shown": shown is not None}  # noqa: E731
    return visit.page(PRODUCTS, "pages/structure_products.html", make)


@router.get(CONCENTRATION.address)
def concentration(visit: Figures) -> Response:
    """On how few customers the revenue rests."""
    return visit.page(CONCENTRATION, "pages/structure_concentration.html", lambda: _concentration(visit))


@router.get(HABITS.address)
def habits(visit: Figures, tier: str | None = None, a: str | None = None, b: str | None = None) -> Response:
    """When each tier orders."""
    return visit.page(HABITS, "pages/structure_habits.html", lambda: _habits(visit, tier or None, (a, b)))


Asked = tuple[str | None, str | None]


def _part(root: Path, visit: Visit, part: Part, *, by: str | None = None, metrics: tuple[str, ...] = ()) -> StructureResult:
    scope = visit.scope
    return structure_of(
        root,
        part,
        as_of=scope.as_of,
        run_id=scope.run,
        by=by,
        metrics=metrics,
        where=scope.where,
        policy=scope.policy,
    )


def _head(found: StructureResult, asked: Asked) -> dict[str, object]:
    """What every part shows: the answer, where its lists are found, and the two tiers that are compared."""
    names = {each.tier: each.name for each in found.tiers}
    return {
        "found": found,
        "at": {"run": found.run_id, "as_of": str(found.as_of)},
        "versus": versus_of(*asked, names),
        "metrics": all_explained(each for each in found.registry if each.slug in MAIN_METRICS),
    }


def _profile(visit: Visit, metric: str, asked: Asked) -> Made:
    wanted = tuple(dict.fromkeys((metric, *MAIN_METRICS)))
    found = visit.read(lambda root: _part(root, visit, Part.PROFILE, metrics=wanted))
    say, head = visit.reader, _head(found, asked)
    versus = head["versus"]
    boxes = profile_boxes(found, metric, say)
    rows = tables.profile_rows(found, metric, say)
    return {
        **head,
        "metrics": all_explained(each for each in found.registry if each.slug in wanted),
        "metric": metric,
        "options": [(each.slug, each.name) for each in found.registry],
        "rows": rows,
        "medians": tables.median_rows(found, wanted, say),
        "chart": Drawn("profile", boxes)
        if boxes is not None and any(each.middle is not None for each in boxes.spreads)
        else None,
        "beside": tables.medians_beside(found, wanted, versus, say) if isinstance(versus, Versus) else (),
    }


def _composition(visit: Visit, asked: Asked) -> Made:
    by = visit.scope.by
    every = visit.read(lambda root: _part(root, visit, Part.COMPOSITION))
    crosses = list(every.composition or ())
    found, chosen = every, next((each for each in crosses if each.by == by), None)
    if chosen is None and by is not None:
        found = visit.read(lambda root: _part(root, visit, Part.COMPOSITION, by=by))
        (chosen,) = found.composition or (None,)
    chosen = chosen or next(iter(crosses), None)
    options: list[tuple[str, Words | Spoken[str]]] = [(each.by, each.name) for each in crosses]
    options += [(each, every.registry.named(each).name) for each in MAIN_METRICS if each in every.registry]
    return {**_head(found, asked), "options": options, **_cross(visit, found, chosen, asked, by=by)}


def _cross(visit: Visit, found: StructureResult, cross: StructureCross | None, asked: Asked, *, by: str | None) -> Made:
    if cross is None:
        return {"cross": None}
    say, versus = visit.reader, versus_of(*asked, {each.tier: each.name for each in found.tiers})
    return {
        "cross": cross,
        "by": by or cross.by,
        "heat": tables.heat_rows(cross, tables.person_condition(cross, by or cross.by), say),
        "chart": Drawn("composition", composition_bars(found, cross, say)),
        "beside": () if versus is None else tables.shares_beside(cross, versus, say),
    }


def _products(visit: Visit, asked: Asked) -> Made:
    found = visit.read(lambda root: _part(root, visit, Part.PRODUCTS))
    head = _head(found, asked)
    versus, say = head["versus"], visit.reader
    crosses = [
        {
            "cross": each,
            "heat": tables.heat_rows(each, tables.bought_condition(each), say),
            "beside": tables.shares_beside(each, versus, say) if isinstance(versus, Versus) else (),
        }
        for each in found.products or ()
    ]
    return {**head, "crosses": crosses}


def _concentration(visit: Visit) -> Made:
    found = visit.read(lambda root: _part(root, visit, Part.CONCENTRATION))
    say = visit.reader
    curve = concentration_lines(found, say)
    asked = asked_of(visit) | {"as_of": found.as_of}
    marks = Block(None) if found.conditions else visit.block(lambda root: priority_at(root, **asked, top=0))
    return {
        **_head(found, (None, None)),
        "curve": None if curve is None else Drawn("lorenz", curve),
        "missing": marks if marks.found is None and not found.conditions else None,
        "pareto": Drawn("marks", mark_bars(marks.found, say)) if isinstance(marks.found, PriorityResult) else None,
    }


def _habits(visit: Visit, tier: str | None, asked: Asked) -> Made:
    found = visit.read(lambda root: _part(root, visit, Part.HABITS))
    say, head = visit.reader, _head(found, asked)
    names = {each.tier: each.name for each in found.tiers}
    versus_of(tier, None, names)
    versus = head["versus"]
    shown = (versus.a.tier, versus.b.tier) if isinstance(versus, Versus) else (tier,)
    weeks = [(each, week_heat(found, each, say)) for each in shown]
    rhythms = [(each, habit_heat(found, each, say)) for each in (Rhythm.WEEKDAY, Rhythm.MONTH)]
    orders = sum(each.orders for each in (found.habits or {}).get(Rhythm.WEEKDAY, ()))
    return {
        **head,
        "tier": tier,
        "tier_options": [(each.tier, each.name) for each in reversed(found.tiers)],
        "orders": orders,
        "busiest": tables.busiest(found, say),
        "weeks": [Drawn(f"week-{place}", heat) for place, (_tier, heat) in enumerate(weeks) if heat is not None],
        "rhythms": [Drawn(f"rhythm-{each}", heat) for each, heat in rhythms if heat is not None] if orders else [],
    }
