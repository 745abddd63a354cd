"""What became of every row that came in? Kept, left out for a reason, or a copy; and the single rows behind each reason."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.runs import QualityResult
from fenji.domain.access import Right
from fenji.domain.feeds import Feed
from fenji.domain.reasons import is_fault
from fenji.language import message as _
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Figures, Visit
from fenji.wording.feeds import field_name
from fenji.wording.quality import expected_words
from fenji.workflow.quality import report_quality
from fenji.workflow.quality_rows import rejected_rows

QUALITY = Page("/data/quality", Entry.DATA, _("Data quality"), Right.FIGURES_READ, place=2, has_scope=False)
ROWS = Page("/data/quality/rows", Entry.DATA, _("Rows left out"), Right.FIGURES_READ, is_tab=False, has_scope=False)
PAGES = (QUALITY, ROWS)

router = APIRouter()


@router.get(QUALITY.address)
def quality(visit: Figures) -> Response:
    """The account of the rows."""
    return visit.page(QUALITY, "pages/quality.html", lambda: _made(visit))


@router.get(ROWS.address)
def rows(visit: Figures, *, reason: str = "", after: str | None = None) -> Response:
    """The rows that were left out for one reason."""
    return visit.page(ROWS, "pages/quality_rows.html", lambda: _made_rows(visit, reason, after), has_persons=True)


def _made(visit: Visit) -> Mapping[str, object]:
    found: QualityResult = visit.read(lambda root: report_quality(root, run_id=visit.scope.run))
    faults = sum(count for reason, count in found.rejected.items() if is_fault(reason))
    return {
        "quality": found,
        "reasons": [
            {"reason": reason, "rows": count, "expected": expected_words(reason, visit.language), "is_fault": is_fault(reason)}
            for reason, count in found.rejected.items()
        ],
        "faults": faults,
        "copies": found.duplicates.across_files + found.duplicates.repeats_dropped,
        "fields": {
            feed: {each.field: field_name(Feed(feed), each.field, visit.language) for each in found.columns if each.feed == feed}
            for feed in {each.feed for each in found.columns}
        },
        "doubtful": [each for each in found.columns if each.missing or each.invalid or each.out_of_range or each.outlying],
    }


def _made_rows(visit: Visit, reason: str, after: str | None) -> Mapping[str, object]:
    return {"rejected": visit.read(lambda root: rejected_rows(root, reason, run_id=visit.scope.run, after=after))}
