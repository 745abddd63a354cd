"""What sets a cluster apart from all customers, in words?"""

from __future__ import annotations

from collections.abc import Iterable

from fenji.analyze.segments.cluster_names import LEAST_DIFFERENCE, Difference
from fenji.language import message as _
from fenji.language import translate
from fenji.wording.rules import Wording

IN_DESCRIPTION = 4


def description(facts: Iterable[Difference], wording: Wording) -> tuple[str, ...]:
    """What sets a cluster apart, the largest difference first, each as a line with its medians."""
    large = [each for each in facts if abs(each.difference) >= LEAST_DIFFERENCE and each.median is not None]
    large.sort(key=lambda each: (-abs(each.difference), each.metric))
    return tuple(_line(each, wording) for each in large[:IN_DESCRIPTION])


def _line(fact: Difference, wording: Wording) -> str:
    if fact.median == fact.median_of_all:
        text = _("{metric}: higher than elsewhere") if fact.difference > 0 else _("{metric}: lower than elsewhere")
        return translate(text, wording.language, metric=wording.name(fact.metric))
    return translate(
        _("{metric}: median {median}, of all {median_of_all}"),
        wording.language,
        metric=wording.name(fact.metric),
        median=_shown(fact.metric, fact.median, wording),
        median_of_all=_shown(fact.metric, fact.median_of_all, wording),
    )


def _shown(metric: str, value: float | None, wording: Wording) -> str:
    return "-" if value is None else wording.number(metric, round(value, 2))
