"""What does each tier give, and what does that cost a year? A matrix of tiers and benefits, for the customers of the last review."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.loyalty.benefits import BenefitsCostResult
from fenji.answers.tiers import TiersResult
from fenji.domain.access import Right
from fenji.domain.loyalty.published import DocumentKind
from fenji.language import message as _
from fenji.web.loyalty import is_published, missing
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Figures, Visit
from fenji.workflow.loyalty.benefits import cost_benefits, show_benefits
from fenji.workflow.loyalty.benefits_words import describe_benefits
from fenji.workflow.tiers import tiers_at

PAGE = Page("/actions/benefits", Entry.ACTIONS, _("Benefits"), Right.FIGURES_READ, place=6, has_scope=False)

router = APIRouter()


@router.get(PAGE.address)
def benefits(visit: Figures) -> Response:
    """The page."""
    if not is_published(visit, DocumentKind.BENEFITS):
        return missing(visit, PAGE, DocumentKind.BENEFITS)
    found = visit.block(show_benefits)
    described = visit.block(describe_benefits)
    cost = visit.block(cost_benefits)
    tiers = visit.block(tiers_at).found
    values = {
        "head": "parts/loyalty_head.html",
        "found": found,
        "described": described,
        "cost": cost,
        "words": {each.benefit: each for each in getattr(described.found, "list", ())},
        **_costs(visit, cost.found, tiers),
    }
    return visit.shown(PAGE, "pages/benefits.html", values)


def _costs(visit: Visit, found: object, tiers: object) -> dict[str, Any]:
    """What each cell of the matrix costs, and the sums of rows and columns as far as they can be counted.

    Args:
        visit: of whom.
        found: the costs; anything else: they cannot be counted.
        tiers: those of the same run, for tiers without benefits; anything else: they stay without a number.
    """
    if not isinstance(found, BenefitsCostResult):
        return {"cells": {}, "of_tiers": {}, "of_benefits": {}, "customers": {}}
    cells = {(each.tier, each.benefit): each for each in found.costs}
    of_tiers: dict[str, Decimal] = {}
    of_benefits: dict[str, Decimal | None] = {}
    for each in found.costs:
        if each.cost is None:
            of_benefits[each.benefit] = None
            continue
        of_tiers[each.tier] = of_tiers.get(each.tier, Decimal(0)) + each.cost
        before = of_benefits.get(each.benefit, Decimal(0))
        of_benefits[each.benefit] = None if before is None else before + each.cost
    is_few = {tier: visit.view.is_small(each.customers) for (tier, _benefit), each in cells.items()}
    return {
        "cells": {
            tier: {each.benefit: None if is_few[tier] else each.cost for (own, _b), each in cells.items() if own == tier}
            for tier, _benefit in cells
        },
        "of_tiers": {tier: None if is_few.get(tier) else value for tier, value in of_tiers.items()},
        "of_benefits": of_benefits,
        "customers": _others(visit, found, tiers)
        | {tier: visit.view.count(each.customers) for (tier, _benefit), each in cells.items()},
    }


def _others(visit: Visit, found: BenefitsCostResult, tiers: object) -> dict[str, Any]:
    if not isinstance(tiers, TiersResult) or tiers.run_id != found.run_id:
        return {}
    return {each.tier: visit.view.count(each.customers) for each in tiers.tiers}
