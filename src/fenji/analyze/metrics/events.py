"""What do customers do apart from buying? Visits, searches, lessons, nights, miles: metrics for every kind of event that the data holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fenji.domain.metrics import Aggregate, Better, Fact, Metric, RowFilter, Unit
from fenji.domain.periods import Window
from fenji.domain.words import Words

_NAMED = re.compile(r"event_(?P<kind>[a-z0-9_]+?)_(30d|12m|value_12m)")
LAST_EVENT = Metric(
    "days_since_last_event",
    Words("距最近行为天数", "days since last event"),
    Words("最近一次行为（不论哪种）到统计日的天数。", "Days from the last event of any kind to the as-of day."),
    Unit.DAYS,
    Aggregate.DAYS_SINCE_LAST,
    Window.parse("total"),
    Fact.EVENT,
    better=Better.LOWER,
)
"""Beside orders the other half of being active."""
_SPANS = {"30d": ("近30天", "of thirty days"), "12m": ("近12个月", "of twelve months")}


def event_metrics(kinds: Iterable[str]) -> tuple[Metric, ...]:
    """For every kind: how often in thirty days and twelve months, and the sum of the values of twelve months; first of all: when was the last one of any.

    Without kinds there are none. Kinds whose names come out alike as a slug (``page view``, ``page-view``) are one kind.
    """
    named: dict[str, list[str]] = {}
    for kind in sorted(set(kinds)):
        named.setdefault(kind_slug(kind), []).append(kind)
    found = tuple(metric for slug, alike in sorted(named.items()) for metric in _metrics(slug, tuple(alike)))
    return (LAST_EVENT, *found) if found else ()


def kinds_named(slugs: Iterable[str]) -> tuple[str, ...]:
    """The kinds of events that metric names ask for, whether or not the data holds any: nobody having done it is 0, not unknown.

    >>> kinds_named(["event_visit_30d", "event_mile_value_12m", "orders_12m"])
    ('mile', 'visit')
    """
    found = (_NAMED.fullmatch(slug) for slug in slugs)
    return tuple(sorted({match["kind"] for match in found if match}))


def kind_slug(kind: str) -> str:
    """A kind as part of a metric's name: small ASCII letters, digits and underscores; other characters by their code points.

    >>> kind_slug("Page View"), kind_slug("签到")
    ('page_view', 'u7b7e_u5230')
    """
    spelled = "".join(character if character.isascii() else f" u{ord(character):x} " for character in kind.lower())
    return re.sub(r"[^a-z0-9]+", "_", spelled).strip("_") or "unnamed"


def _metrics(slug: str, kinds: tuple[str, ...]) -> list[Metric]:
    where = (RowFilter("kind", kinds),)
    shown = ", ".join(kinds)
    counts = [
        Metric(
            f"event_{slug}_{span}",
            Words(f"{before}“{shown}”次数", f"{shown} events {after}"),
            Words(f"{before}“{shown}”事件的次数。", f"Number of events of kind {shown} {after}."),
            Unit.COUNT,
            Aggregate.COUNT,
            Window.parse(span),
            Fact.EVENT,
            None,
            where,
            adds_up=True,
        )
        for span, (before, after) in _SPANS.items()
    ]
    amount = Metric(
        f"event_{slug}_value_12m",
        Words(f"近12个月“{shown}”数值合计", f"{shown} amount of twelve months"),
        Words(
            f"近12个月“{shown}”事件数值的合计，例如里程、晚数；没有数值的事件不计。",
            f"Sum of the values of events of kind {shown} of twelve months, such as miles or nights; events without a value add nothing.",
        ),
        Unit.COUNT,
        Aggregate.SUM,
        Window.parse("12m"),
        Fact.EVENT,
        "value",
        where,
        adds_up=True,
    )
    return [*counts, amount]
