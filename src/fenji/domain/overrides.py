"""Which tier has a person given to a customer by hand, for how long, and why? An override is one person's decision about one customer; not a rule of the policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)


class OverrideState(StrEnum):
    """What has become of an override by a day."""

    COMING = "coming"
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    OVER = "over"
    ENDED = "ended"


@dataclass(frozen=True)
class NewOverride:
    """What a person decides; both days are included."""

    policy: str
    """Slug of the policy whose tier it is."""
    source: str
    """Id space of the customer's id, as in clean.identity."""
    customer_id: str
    """The company's own id: keys of ours may change when customers are merged or split, this does not."""
    tier: str
    begins_on: date
    ends_on: date
    person: str
    reason: str


@dataclass(frozen=True)
class Ending:
    """An override was ended before its time."""

    from_on: date
    """The first day on which it no longer counts."""
    at: datetime
    person: str | None
    reason: str | None


@dataclass(frozen=True)
class Override:
    """An override as it stands in the record, where nothing is ever deleted."""

    number: int
    """Counts up in the order of recording."""
    decided: NewOverride
    recorded_at: datetime
    ending: Ending | None = None

    @property
    def last_on(self) -> date:
        """The last day on which it counts; before ``begins_on`` where it was ended before it began."""
        ends_on = self.decided.ends_on
        return ends_on if self.ending is None else min(ends_on, self.ending.from_on - ONE_DAY)

    def as_known_at(self, moment: datetime) -> Override:
        """The record as it was at a moment, when an ending that came later was not known."""
        return self if self.ending is None or self.ending.at <= moment else replace(self, ending=None)

    def counts_on(self, day: date) -> bool:
        """Whether it counts on a day, as far as it alone is concerned."""
        return self.decided.begins_on <= day <= self.last_on

    def state_on(self, day: date, *, is_replaced: bool = False) -> OverrideState:
        """What has become of it by a day; ``is_replaced``: a later one of the same customer counts on that day."""
        if self.counts_on(day):
            return OverrideState.REPLACED if is_replaced else OverrideState.IN_FORCE
        if self.ending is not None:
            return OverrideState.ENDED
        return OverrideState.COMING if day < self.decided.begins_on else OverrideState.OVER


@dataclass(frozen=True)
class Span:
    """Days in which one override decides about a customer; both are included."""

    begins_on: date
    ends_on: date
    override: Override


def spans_in_force(overrides: Iterable[Override]) -> tuple[Span, ...]:
    """Which override of one customer counts when: where several overlap, the one that was recorded last.

    Returns:
        Spans that do not overlap, the earliest first.
    """
    spans: list[Span] = []
    for each in sorted(overrides, key=lambda one: one.number):
        begins_on, ends_on = each.decided.begins_on, each.last_on
        if begins_on > ends_on:
            continue
        spans = [part for span in spans for part in _outside(span, begins_on, ends_on)]
        spans.append(Span(begins_on, ends_on, each))
    return tuple(sorted(spans, key=lambda span: span.begins_on))


def _outside(span: Span, begins_on: date, ends_on: date) -> list[Span]:
    """What is left of a span before and after other days."""
    before = Span(span.begins_on, min(span.ends_on, begins_on - ONE_DAY), span.override)
    after = Span(max(span.begins_on, ends_on + ONE_DAY), span.ends_on, span.override)
    if span.ends_on < begins_on or span.begins_on > ends_on:
        return [span]
    return [part for part in (before, after) if part.begins_on <= part.ends_on]
