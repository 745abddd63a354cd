"""What do the charts of all answers share? Words, names and colors of tiers, axes, and conditions of lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from fenji.analyze.metrics.registry import Registry
from fenji.answers.views import View
from fenji.domain.metrics import Unit as MetricUnit
from fenji.domain.telling import COUNT, told_of
from fenji.domain.words import Spoken, Words
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.reports.charts.axes import NEUTRAL, Axis, Color, Unit, tier_color
from fenji.wording import figures

Known = TypeVar("Known")


class Tiered(Protocol):
    """Anything that is said of one tier."""

    @property
    def tier(self) -> str:
        """Its slug."""
        ...

    @property
    def name(self) -> Words:
        """What it is called."""
        ...


@dataclass(frozen=True)
class Reader:
    """For whom a chart is made: in which language it speaks, and how much it shows."""

    language: Language
    view: View

    def count(self, people: int | None) -> int | None:
        """A number of people; None where so few are not told."""
        return None if self.view.is_small(people) else people

    def told_count(self, people: int) -> str:
        """A number of people in a sentence; few are told only as few."""
        told = self.view.count(people)
        return told if isinstance(told, str) else figures.count(told)

    def beside(self, record: object, value: Known) -> Known | None:
        """A figure of a record; None where a number of people in it is too small to be told."""
        return None if self.is_of_few(record) else value

    def is_of_few(self, record: Any) -> bool:  # noqa: ANN401 - any record of an answer
        """Whether a record counts so few people that nothing of it is told."""
        class_: Any = type(record)
        counted = (getattr(record, each.attribute) for each in told_of(class_) if COUNT in each.marks)
        return any(self.view.is_small(each) for each in counted)

    def __call__(self, text: str, **values: object) -> str:
        """A message with its places filled."""
        return translate(text, self.language, **values)

    def name(self, words: Words | Spoken[str]) -> str:
        """What something is called."""
        return words.in_language(self.language)

    def customers(self) -> Axis:
        """An axis of customers."""
        return Axis(self(_("customers")))

    def review(self) -> Axis:
        """An axis of reviews."""
        return Axis(self(_("review")), Unit.DATE)

    def tier(self) -> str:
        """What a column of tiers is called."""
        return self(_("tier"))

    def revenue(self, currency: str | None) -> Axis:
        """An axis of twelve months' revenue."""
        return Axis(self(_("net revenue of 12 months")), Unit.MONEY, currency)


def colors_of(tiers: Sequence[str]) -> dict[str, Color]:
    """The color of each tier by its slug; lowest first."""
    return {tier: tier_color(place, len(tiers)) for place, tier in enumerate(tiers)}


def names_of(tiers: Iterable[Tiered], say: Reader) -> dict[str, str]:
    """The name of each tier by its slug, in the order given."""
    return {each.tier: say.name(each.name) for each in tiers}


def behind(**parts: object) -> str:
    """The condition of a list, written as the parameters of the API's customers; what is None is left out.

    >>> behind(tier="vip", as_of=date(2026, 6, 30), moved=None)
    'tier=vip&as_of=2026-06-30'
    """
    return urlencode([(name, str(value)) for name, value in parts.items() if value is not None])


UNITS: Mapping[MetricUnit, Unit] = {MetricUnit.MONEY: Unit.MONEY, MetricUnit.SHARE: Unit.SHARE, MetricUnit.COUNT: Unit.COUNT}
"""How the units of metrics are written; all others as numbers."""


def metric_axis(registry: Registry, slug: str, currency: str | None, say: Reader) -> Axis:
    """The axis of a metric, with its name and unit."""
    metric = registry.named(slug)
    unit = UNITS.get(metric.unit, Unit.NUMBER)
    return Axis(say.name(metric.name), unit, currency if unit is Unit.MONEY else None)


def color_or_neutral(colors: Mapping[str, Color], tier: str | None) -> Color:
    """The color of a tier; of no tier, neutral."""
    return NEUTRAL if tier is None else colors.get(tier, NEUTRAL)
