"""Which groups are there among the customers, how large are they, and what do they bring? One way of telling apart at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.answers.segments import SegmentRow, SegmentsResult
from fenji.domain.access import Right
from fenji.domain.segments import SEGMENTATION_NAMES, Segmentation
from fenji.language import message as _
from fenji.web.navigation import Entry, Page
from fenji.web.pages.worth import asked_of
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
        return segments_at(root, **asked_of(visit))

    found = visit.read(ask)
    rows = [_row(visit, each) for each in found.segmentations.get(kind, ()) if each.customers]
    named = [each for each in rows if each["segment"] is not None]
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
        "rows": rows,
        "largest": _first(named, "customers"),
        "richest": _first(named, "net_revenue_12m"),
        "segments": len(named),
        "tier_names": found.tier_names,
        "clusters": [each for each in found.clusters if kind is Segmentation.CLUSTER and not visit.view.is_small(each.customers)],
        "warnings": found.warnings,
    }


def _first(rows: Sequence[Mapping[str, Any]], by: str) -> Mapping[str, object] | None:
    """The segment with the largest figure; None where no figure is told."""
    told = [each for each in rows if isinstance(each[by], int | Decimal)]
    return max(told, key=lambda each: each[by], default=None)


def _row(visit: Visit, row: SegmentRow) -> Mapping[str, object]:
    """A segment as the caller may see it: of few people nothing but that they are few."""
    is_of_few = visit.view.is_small(row.customers)
    return {
        "segment": row.segment,
        "name": row.name,
        "customers": visit.view.count(row.customers),
        "share": None if is_of_few else row.share,
        "net_revenue_12m": None if is_of_few else row.net_revenue_12m,
        "revenue_share": None if is_of_few else row.revenue_share,
        "tiers": visit.view.count(row.tiers),
        "lost": visit.view.count(row.in_no_tier),
    }
