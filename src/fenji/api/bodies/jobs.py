"""What does somebody say who starts work?"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Depends
from pydantic import Field

from fenji.api.bodies.reading import Body, Read
from fenji.domain.jobs import JobKind
from fenji.domain.reporting import Audience, ReportComparison, Shape
from fenji.language import Language
from fenji.workflow.taking import StoredList

Text = Annotated[str, Field(min_length=1, max_length=500)]

STARTED = (
    JobKind.RUN,
    JobKind.TIERS,
    JobKind.VALUE,
    JobKind.PRIORITY,
    JobKind.SEGMENTS,
    JobKind.CHURN,
    JobKind.PROPENSITY,
    JobKind.RULES,
    JobKind.RECOMMEND,
    JobKind.FORECAST,
    JobKind.TREND,
    JobKind.WHATIF,
    JobKind.REPLAY,
    JobKind.CHECK,
    JobKind.SELFTEST,
)
"""Kinds that are started over the network; lists go by /exports, files that come in by /imports."""


class JobAsked(Body):
    """Work that nobody waits for."""

    kind: Literal[STARTED]  # type: ignore[valid-type]
    arguments: Annotated[
        dict[str, Any],
        Field(description="As the command of that name takes them, such as as_of.", default_factory=dict, max_length=30),
    ]


class RunAsked(Body):
    """One run of the whole thread."""

    as_of: date | None = None
    policy: Text | None = None
    history: Annotated[int, Field(ge=1, le=240, description="Reviews that are kept.")] = 1
    force: Annotated[bool, Field(description="Also where rows of a source could not be kept.")] = False


class ExportAsked(Body):
    """A list of customers as a file."""

    form: Literal["xlsx", "csv", "parquet"] = "xlsx"
    of: Annotated[
        StoredList | None, Field(description="The customers of a stored analysis; left out: those who meet the conditions.")
    ] = None
    as_of: date | None = None
    earlier_on: date | None = None
    tier: Text | None = None
    standing: Text | None = None
    moved: Text | None = None
    moved_from: Text | None = None
    moved_to: Text | None = None
    segment: Text | None = None
    risk: Text | None = None
    mark: Text | None = None
    group: Text | None = None
    where: Annotated[tuple[Text, ...], Field(max_length=30)] = ()
    columns: Annotated[tuple[Text, ...], Field(max_length=60)] = ()
    sort: Text | None = None


class ReportAsked(Body):
    """A monthly report, as files that are kept."""

    as_of: Annotated[date | None, Field(description="The review; left out: that of the last run.")] = None
    policy: Text | None = None
    compare: Annotated[ReportComparison, Field(description="The review before, or that of the same month a year before.")] = (
        ReportComparison.MONTH
    )
    audience: Annotated[
        Audience,
        Field(description="manager shows customers as they are; needs personal:read, customers:export and Fenji-Reason."),
    ] = Audience.VIEWER
    language: Language | None = None
    shapes: Annotated[tuple[Shape, ...], Field(min_length=1, max_length=len(Shape))] = (Shape.HTML,)


JobBody = Annotated[JobAsked, Depends(Read(JobAsked))]
ReportBody = Annotated[ReportAsked, Depends(Read(ReportAsked))]
RunBody = Annotated[RunAsked, Depends(Read(RunAsked))]
ExportBody = Annotated[ExportAsked, Depends(Read(ExportAsked))]
