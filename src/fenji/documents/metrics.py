"""Which metrics has the company declared itself? metrics.yaml, with every problem at its line.

.. code-block:: yaml

    metrics:
      - slug: tea_revenue_12m
        name: {zh: 近12个月茶叶收入, en: "tea revenue, last twelve months"}
        sentence: {zh: 近12个月茶叶类目的净收入。, en: Net revenue of tea in the last twelve months.}
        unit: money
        fact: order_line
        column: net_revenue
        aggregate: sum
        window: 12m
        where: [{column: category, is: [tea, green tea]}]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pydantic

from fenji.documents.metric_checks import metric_problems, name_problems, ratio_problems
from fenji.documents.reader import Document, parse_document, read_document, validated
from fenji.domain.metrics import Aggregate, Better, Fact, Metric, RowFilter, Unit
from fenji.domain.periods import WINDOW_NAMES, Window
from fenji.domain.words import Words
from fenji.errors import InvalidDocument, Place, Problem
from fenji.language import message as _
from fenji.validation import Objection, problems_of
from fenji.validation import Path as Keys

_SLUG = re.compile(r"^[a-z][a-z0-9_]{0,59}$")

_Cell = pydantic.StrictStr | pydantic.StrictInt


def _listed(given: object) -> object:
    """A single value stands for a list of one; null for an empty list."""
    return given if isinstance(given, list) else [] if given is None else [given]


_Cells = Annotated[list[_Cell], pydantic.BeforeValidator(_listed)]


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class TwoLanguages(_Strict):
    """A name or sentence."""

    zh: pydantic.StrictStr
    en: pydantic.StrictStr


class Filter(_Strict):
    """Which rows count: the column is, or is not, one of some values; null means without a value."""

    column: pydantic.StrictStr
    wanted: _Cells = pydantic.Field(default=[], alias="is")
    unwanted: _Cells = pydantic.Field(default=[], alias="is_not")

    @pydantic.model_validator(mode="after")
    def _one_of_two(self) -> Filter:
        if len(self.model_fields_set) != 2:  # noqa: PLR2004 - the column and one of the two
            raise Objection(_("a filter has either 'is' or 'is_not'."))
        return self


class Draft(_Strict):
    """One metric as written."""

    slug: pydantic.StrictStr
    name: TwoLanguages
    sentence: TwoLanguages
    unit: Unit
    aggregate: Aggregate
    window: pydantic.StrictStr | None = None
    fact: Fact | None = None
    column: pydantic.StrictStr | None = None
    where: list[Filter] = []
    ratio_of: list[pydantic.StrictStr] | None = None
    better: Better = Better.HIGHER
    adds_up: pydantic.StrictBool | None = None
    per: Annotated[Decimal, pydantic.Field(gt=0)] | None = None

    @pydantic.field_validator("slug")
    @classmethod
    def _is_a_slug(cls, text: str) -> str:
        if not _SLUG.match(text):
            raise Objection(_("a metric's slug is at most 60 small letters, digits and underscores, a letter first."))
        return text

    @pydantic.field_validator("window")
    @classmethod
    def _is_a_window(cls, text: str) -> str:
        try:
            Window.of_metric(text or "")
        except ValueError as error:
            text_, known = _("'{came}' is not a window; write 30d, 12m, or one of: {known}."), ", ".join(WINDOW_NAMES)
            raise Objection(text_, came=str(text)[:40], known=known) from error
        return text

    @pydantic.field_validator("ratio_of")
    @classmethod
    def _are_two(cls, names: list[str]) -> list[str]:
        if names is None or len(names) != 2:  # noqa: PLR2004 - a ratio has two sides
            raise Objection(_("'ratio_of' names two metrics: the upper and the lower one."))
        return names


class MetricsFile(_Strict):
    """The whole document; its entries are validated one by one, so that a broken one does not hide the problems of others."""

    metrics: list[dict[str, Any]] = []


def read_metrics(path: Path, known: Sequence[Metric]) -> tuple[Metric, ...]:
    """The metrics of a metrics.yaml, in its order.

    Args:
        path: the file.
        known: the built-in metrics; ratios may refer to them, and their names are taken.

    Raises:
        NotFound: there is no such file.
        InvalidDocument: some metrics cannot be used; every problem with its line and, for unknown names, the nearest one.
    """
    return _metrics_in(read_document(path), known)


def metrics_from_text(text: str, file: str, known: Sequence[Metric]) -> tuple[Metric, ...]:
    """The metrics in a text that was a metrics.yaml once, such as the copy that a run keeps.

    Raises:
        InvalidDocument: as ``read_metrics``.
    """
    return _metrics_in(parse_document(text, file), known)


def _metrics_in(document: Document, known: Sequence[Metric]) -> tuple[Metric, ...]:
    taken = {each.slug: each for each in known}
    found: dict[int, Metric] = {}
    problems: list[Problem] = []
    for position, entry in enumerate(validated(MetricsFile, document).metrics):
        place = _places(document, position)
        draft = _draft(entry, place, problems)
        if draft is not None:
            metric = _metric(draft)
            problems += name_problems(metric.slug, taken, place)
            problems += metric_problems(metric, place, has_window=draft.window is not None)
            taken.setdefault(metric.slug, metric)
            found[position] = metric
    for position, metric in found.items():
        problems += ratio_problems(metric, taken, _places(document, position))
    InvalidDocument.raise_if(problems)
    return tuple(_over_numerators_window(each, taken) for each in found.values())


def _places(document: Document, position: int) -> Callable[[Keys], Place]:
    return lambda path: document.place(("metrics", position, *path))


def _draft(entry: dict[str, Any], place: Callable[[Keys], Place], problems: list[Problem]) -> Draft | None:
    try:
        return Draft.model_validate(entry)
    except pydantic.ValidationError as error:
        problems += problems_of(error, Draft, place=place)
        return None


def _metric(draft: Draft) -> Metric:
    """The record; a ratio without a window gets that of its upper metric later."""
    adds_up = draft.aggregate in (Aggregate.SUM, Aggregate.COUNT) if draft.adds_up is None else draft.adds_up
    return Metric(
        draft.slug,
        Words(draft.name.zh, draft.name.en),
        Words(draft.sentence.zh, draft.sentence.en),
        draft.unit,
        draft.aggregate,
        Window.of_metric(draft.window or "total"),
        draft.fact,
        draft.column,
        tuple(_row_filter(each) for each in draft.where),
        (draft.ratio_of[0], draft.ratio_of[1]) if draft.ratio_of else None,
        draft.better,
        adds_up,
        "metrics.yaml",
        draft.per,
    )


def _row_filter(written: Filter) -> RowFilter:
    negate = "unwanted" in written.model_fields_set
    return RowFilter(written.column, tuple(written.unwanted if negate else written.wanted), negate=negate)


def _over_numerators_window(metric: Metric, named: dict[str, Metric]) -> Metric:
    upper = metric.ratio_of and named.get(metric.ratio_of[0])
    return replace(metric, window=upper.window) if upper else metric
