"""What may a job be told? One model for each shape of arguments; everything is checked before the job is queued, and kept as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

import pydantic

from fenji.choices import EngineName
from fenji.domain.access import LimitColumn
from fenji.domain.importing import ImportStep
from fenji.domain.reporting import Audience, ReportComparison, Shape
from fenji.domain.reviews import MOST_REVIEWS
from fenji.domain.trends import GroupBy, Measure
from fenji.language import Language
from fenji.language import message as _
from fenji.validation import Objection
from fenji.workflow.importing.proposing import MOST_ANSWERS
from fenji.workflow.taking import StoredList

_LONGEST_POLICY = 100_000
_MOST_FILES = 1_000

Text = Annotated[str, pydantic.Field(strict=True, min_length=1, max_length=500)]
Reviews = Annotated[int, pydantic.Field(strict=True, ge=1, le=MOST_REVIEWS)]
Day = Annotated[date, pydantic.Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]


def _inside(path: str) -> str:
    """A path that stays in the workspace."""
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\", "~")) or ":" in parts[0] or ".." in parts or "\0" in path:
        raise Objection(_("'{path}' leads out of the workspace; write a path that begins there."), path=path[:80])
    return path


Inside = Annotated[Text, pydantic.AfterValidator(_inside)]


class Arguments(pydantic.BaseModel):
    """What a job is told that needs to be told nothing."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Standing(Arguments):
    """On which day, by which policy, on which engine."""

    as_of: Day | None = None
    policy: Text | None = None
    engine: EngineName | None = None


class RunArguments(Standing):
    """See ``workflow.running.run_all``."""

    history: Reviews = 1
    force: pydantic.StrictBool = False


class StartArguments(Arguments):
    """See ``workflow.starting_tiers.begin_tiers``."""

    as_of: Day | None = None
    own_thresholds: pydantic.StrictBool = True
    history: Reviews = 1


class ForecastArguments(Arguments):
    """See ``workflow.forecast.forecast_at``."""

    run_id: Text | None = None
    engine: EngineName | None = None


class TrendArguments(Standing):
    """See ``workflow.trends.trend_at``."""

    measure: Measure
    by: GroupBy = GroupBy.ALL


class WhatIfArguments(Standing):
    """Another policy: its text, its file in the workspace, or the number of a draft, whose text counts as it is when the job is done.

    None of them: the customers are counted between the steps of all thresholds.
    """

    text: Annotated[str, pydantic.Field(strict=True, min_length=1, max_length=_LONGEST_POLICY)] | None = None
    file: Inside | None = None
    draft_id: Annotated[int, pydantic.Field(strict=True, ge=1, le=2**31 - 1)] | None = None

    @pydantic.model_validator(mode="after")
    def _at_most_one(self) -> WhatIfArguments:
        if len(self.given) > 1:
            raise Objection(_("give the policy as 'text', as 'file' or as 'draft_id': one of them."))
        return self

    @property
    def given(self) -> tuple[str | int | Inside, ...]:
        """How the policy is given; nothing where none is."""
        return tuple(each for each in (self.text, self.file, self.draft_id) if each is not None)


class ReplayArguments(WhatIfArguments):
    """See ``workflow.replaying.replay_at``."""

    reviews: Reviews

    @pydantic.model_validator(mode="after")
    def _one_of_them(self) -> ReplayArguments:
        if not self.given:
            raise Objection(_("give the policy as 'text', as 'file' or as 'draft_id': one of them."))
        return self


class Limit(Arguments):
    """See ``domain.access.RowLimit``."""

    column: LimitColumn
    values: Annotated[tuple[Text, ...], pydantic.Field(min_length=1)]


class _File(Arguments):
    """A list as a file, as far as the one who asks may see it; set by the entrance, never by whoever asks."""

    limits: tuple[Limit, ...] = ()
    is_masked: pydantic.StrictBool = False
    form: Annotated[str, pydantic.Field(pattern=r"^(xlsx|csv|parquet)$")] = "xlsx"


class ListArguments(_File):
    """See ``workspace.customer_choice.Asked``; lists that a person brings along are no job, because they would have to be kept."""

    as_of: Day | None = None
    run: Text | None = None
    engine: EngineName | None = None
    tier: Text | None = None
    standing: Text | None = None
    moved_from: Text | None = None
    moved_to: Text | None = None
    moved: Text | None = None
    earlier_on: Day | None = None
    segment: Text | None = None
    risk: Text | None = None
    mark: Text | None = None
    group: Text | None = None
    where: tuple[Text, ...] = ()
    columns: tuple[Text, ...] = ()
    sort: Text | None = None


class ExportArguments(_File):
    """The customers of an analysis, which is computed first where it is not stored yet."""

    of: StoredList
    as_of: Day | None = None
    earlier_on: Day | None = None
    """Of movements the earlier review."""
    policy: Text | None = None
    engine: EngineName | None = None


class MapArguments(Arguments):
    """See ``workflow.mapping.map_files``."""

    files: Annotated[tuple[Inside, ...], pydantic.Field(min_length=1, max_length=_MOST_FILES)]
    answers: dict[Text, Text] = {}
    write: pydantic.StrictBool = False


class ImportArguments(Arguments):
    """See ``work.importing.import_step``."""

    import_id: Annotated[str, pydantic.Field(strict=True, min_length=1, max_length=40)]
    step: ImportStep
    edition: Annotated[int, pydantic.Field(strict=True, ge=1, le=2**31 - 1)] | None = None
    """The one that was seen, where something is decided."""
    answers: Annotated[dict[Text, Text], pydantic.Field(max_length=MOST_ANSWERS)] = {}
    fingerprint: Annotated[str, pydantic.Field(strict=True, pattern="^[0-9a-f]{64}$")] | None = None
    """Of the proposal that was seen, where it is accepted."""
    database: Annotated[str, pydantic.Field(strict=True, min_length=1, max_length=80)] | None = None
    tables: Annotated[tuple[Text, ...], pydantic.Field(max_length=50)] = ()
    """Which of it come in."""

    @pydantic.model_validator(mode="after")
    def _what_the_step_needs(self) -> ImportArguments:
        given = {name for name in ("edition", "answers", "fingerprint", "database", "tables") if getattr(self, name)}
        if given != _NEEDED.get(self.step, set()):
            raise Objection(
                _(
                    "'tables' needs 'database' and 'tables', 'answer' needs 'edition' and 'answers', 'accept' needs 'edition' and 'fingerprint', other steps need none of them."
                )
            )
        return self


_NEEDED: Mapping[ImportStep, set[str]] = {
    ImportStep.TABLES: {"database", "tables"},
    ImportStep.ANSWER: {"edition", "answers"},
    ImportStep.ACCEPT: {"edition", "fingerprint"},
}


class CheckArguments(Arguments):
    """See ``workflow.checking.check_workspace``."""

    deep: pydantic.StrictBool = False


class BackupArguments(Arguments):
    """See ``workflow.backing_up.back_up``."""

    keep: Annotated[int, pydantic.Field(strict=True, ge=1, le=1000)] | None = None
    """How many backups are kept, this one included; None: all."""


class PointsArguments(Arguments):
    """See ``workflow.points_post.post_points``."""

    as_of: Day | None = None
    program: Text | None = None


class ReportArguments(Arguments):
    """See ``reports.monthly.filing.write_reports``."""

    as_of: Day | None = None
    policy: Text | None = None
    compare: ReportComparison = ReportComparison.MONTH
    audience: Audience = Audience.VIEWER
    language: Language | None = None
    shapes: Annotated[tuple[Shape, ...], pydantic.Field(min_length=1)] = (Shape.HTML,)
    compute: pydantic.StrictBool = False
