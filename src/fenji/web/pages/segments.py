"""Which groups are there among the customers, how large are they, and what do they bring? One way of telling apart at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.answers.segments import SegmentRow, SegmentsResult
from fenji.domain.access import Right
from fenji.domain.segments import SEGMENTATION_NAMES, Segmentation
from fenji.language import message as _
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Figures, Visit
from fenji.workflow.segments import segments_at

PAGE = Page("/customers/segments", Entry.CUSTOMERS, _("Segments"), Right.FIGURES_READ, place=1)

router = APIRouter()


@router.get(PAGE.address)
def segments(
    visit: Figures,
    *,
    kind: Annotated[Segmentation, Query(description="A way of telling customers apart.")] = Segmentation.LIFECYCLE,
) -> Response:
    """The segments of one segmentation, with their tiers."""
    return visit.page(PAGE, "pages/segments.html", lambda: _made(visit, kind))


def _made(visit: Visit, kind: Segmentation) -> Mapping[str, object]:
    def ask(root: Path) -> SegmentsResult:
        return segments_at(root, as_of=visit.scope.as_of, policy=visit.scope.policy)

    found = visit.read(ask)
    rows = found.segmentations.get(kind, ())
    named = [each for each in rows if each.segment is not None and each.customers]
    return {
        "kind": kind,
        "kinds": [
            {"kind": each, "name": SEGMENTATION_NAMES[each], "there": any(row.segment is not None for row in own)}
            for each, own in found.segmentations.items()
        ],
        "kind_name": SEGMENTATION_NAMES[kind],
        "as_of": found.as_of,
        "run_id": found.run_id,
        "currency": found.currency,
        "customers": found.customers,
        "rows": [_row(visit, each) for each in rows if each.customers],
        "largest": max(named, key=lambda each: each.customers, default=None),
        "richest": max(named, key=lambda each: each.net_revenue_12m, default=None),
        "segments": len(named),
        "tier_names": found.tier_names,
        "clusters": found.clusters if kind is Segmentation.CLUSTER else (),
        "is_limited": not any(found.segmentations.values()),
        "warnings": found.warnings,
    }


def _row(visit: Visit, row: SegmentRow) -> Mapping[str, object]:
    """A segment with its tiers, of which few people are told only as few."""
    return {"own": row, "tiers": visit.view.count(row.tiers), "lost": visit.view.count(row.in_no_tier)}
