"""By what can a list of customers be narrowed, and which columns may it have? What is stored of a review, without a row of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

from fenji.answers.filters import ColumnChoice, FiltersResult, SegmentChoice, TierChoice
from fenji.domain.lists import UNIT_OF
from fenji.domain.runs import Run
from fenji.domain.segments import SEGMENT_ORDER, SEGMENTATION_NAMES, Segmentation
from fenji.domain.words import Spoken, Words
from fenji.tables import insight_segments
from fenji.wording.segments import segment_name
from fenji.workspace.customer_columns import FIXED, MADE_BY, CustomerColumns, Part
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.session import Session

_ANALYSES = (Part.SEGMENT, Part.CHURN, Part.PRIORITY)


def filters_at(root: Path, *, as_of: date | None = None, run: str | None = None) -> FiltersResult:
    """The tiers, columns and segments of a review.

    Args:
        root: the workspace.
        as_of: the review; None: the last one of the run.
        run: a published run; None: the last one.

    Raises:
        NotFound: no workspace, or no such run.
    """
    with open_question(open_workspace(root, by_customer=True)) as session:
        chosen = session.latest() if run is None else session.runs.published(run)
        past = PastRun(session, chosen)
        day = as_of or chosen.new.as_of or past.reviews[-1]
        policy = past.policy if day == chosen.new.as_of else past.policies_at([day])[day]
        made = {part: session.runs.latest_published(as_of=day, command=MADE_BY[part][0], on=chosen.run_id) for part in _ANALYSES}
        return FiltersResult(
            run_id=chosen.run_id,
            as_of=day,
            policy=policy.slug,
            version=policy.version,
            currency=past.currency,
            tiers=tuple(TierChoice(each.slug, each.name) for each in policy.tiers),
            columns=tuple(_columns(CustomerColumns(session, chosen, day), {part for part, there in made.items() if there})),
            segments=tuple(_segments(session, made[Part.SEGMENT], day)),
            has_risks=made[Part.CHURN] is not None,
            has_marks=made[Part.PRIORITY] is not None,
        )


def _columns(columns: CustomerColumns, made: set[Part]) -> Iterator[ColumnChoice]:
    for each in FIXED.values():
        is_there = each.part not in _ANALYSES or each.part in made
        if is_there and each.part is not Part.MOVE and each.column.slug not in ("customer_key", "segment"):
            yield ColumnChoice(each.column.slug, each.column.name, each.column.unit, is_metric=False, sentence=None)
    for metric in columns.registry:
        yield ColumnChoice(metric.slug, metric.name, UNIT_OF[metric.unit], is_metric=True, sentence=metric.sentence)


def _segments(session: Session, made: Run | None, day: date) -> Iterator[SegmentChoice]:
    """The segments that somebody is in, each segmentation in its own order; how many there are is told of all customers only."""
    if made is None or session.limits:
        return
    clusters = {
        row["cluster"]: Words(row["name_zh"], row["name_en"])
        for row in session.rows(made.run_id, insight_segments.CLUSTER, as_of=day)
    }
    rows = session.rows(made.run_id, insight_segments.SEGMENT_COUNT, as_of=day)
    for segmentation in Segmentation:
        known = SEGMENT_ORDER.get(segmentation, ())
        own = [row for row in rows if row["segmentation"] == segmentation and row["segment"] is not None and row["customers"]]
        place = {segment: number for number, segment in enumerate(known)}
        for row in sorted(own, key=lambda each: (place.get(each["segment"], len(place)), -each["customers"], each["segment"])):
            yield SegmentChoice(
                segmentation,
                SEGMENTATION_NAMES[segmentation],
                row["segment"],
                Spoken(partial(segment_name, segmentation, row["segment"], clusters)),
                row["customers"],
            )
