"""How did the points move from month to month, and what will those that are left cost? Roll-forward and liability, on the page and as a workbook."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.domain.loyalty.published import DocumentKind
from fenji.language import message as _
from fenji.reports.charts.of_answers.points import flow_bars
from fenji.reports.points_workbook import points_workbook
from fenji.web.drawn import Drawn
from fenji.web.exporting import FORMS
from fenji.web.loyalty import Program, SeeingPoints, is_published, missing, programs
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Visit
from fenji.workflow.loyalty.points_figures import points_flow, points_liability, points_sheet

PAGE = Page("/actions/liability", Entry.ACTIONS, _("Roll-forward and liability"), Right.POINTS_READ, place=1, has_scope=False)
SHOWN = 12
"""Months that stand open; earlier ones unfold."""

router = APIRouter()


@router.get(PAGE.address)
def figures(visit: SeeingPoints, program: Program = None) -> Response:
    """The page."""
    if not is_published(visit, DocumentKind.POINTS):
        return missing(visit, PAGE, DocumentKind.POINTS)
    flow = visit.read(lambda root: points_flow(root, program=program))
    liability = visit.read(lambda root: points_liability(root, program=program))
    values: dict[str, Any] = {
        "head": "parts/loyalty_head.html",
        "export": visit.link("/actions/liability/workbook", program=program),
        "flow": flow,
        "months": list(reversed(flow.months)),
        "chart": Drawn("points-flow", flow_bars(flow, visit.reader)) if flow.months else None,
        "liability": liability,
        "owing": list(reversed(liability.months)),
        "sums": {name: sum(getattr(each, name) for each in liability.months) for name in ("granted", "redeemed", "outstanding")},
        "is_declared": all(each.is_declared for each in liability.months),
        "shown": SHOWN,
        **programs(visit, program),
    }
    return visit.shown(PAGE, "pages/points_figures.html", values, opens_at=visit.link(PAGE.address, program=program))


@router.get("/actions/liability/workbook")
def workbook(visit: SeeingPoints, program: Program = None) -> Response:
    """Balance sheet, roll-forward and liability as one workbook, whole."""
    return Response(
        _made(visit, program),
        media_type=FORMS["xlsx"],
        headers={"Content-Disposition": 'attachment; filename="points.xlsx"', "Cache-Control": "no-store"},
    )


def _made(visit: Visit, program: str | None) -> bytes:
    sheet = visit.read(lambda root: points_sheet(root, program=program))
    flow = visit.read(lambda root: points_flow(root, program=program))
    liability = visit.read(lambda root: points_liability(root, program=program))
    return points_workbook(sheet, flow, liability, by=visit.caller.principal.name, language=visit.language)
