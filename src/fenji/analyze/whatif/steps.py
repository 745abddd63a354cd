"""Between which thresholds may a slider stand? Round numbers across the values that customers really have, and those of the policy itself.

Reads   insight.customer_metric
Writes  nothing stored: one row of counts, and steps made from it
Units   in the unit of each metric
Keeps   every threshold of the policy is a step; 0 is one always
Source  decision 0059: round numbers, because people choose them
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

import ibis.expr.types as ir

from fenji.analyze.rules.spans import nature_of
from fenji.domain.metrics import Metric, Unit

_FINE: tuple[int, ...] = (
    *(10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 25, 26, 28, 30, 32, 35, 36, 38, 40),
    *(42, 44, 45, 46, 48, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95),
)
"""Steps of one power of ten, as tenths: 35, none more than a tenth above the one before."""
_MEDIUM = (10, 11, 12, 14, 15, 16, 18, 20, 22, 25, 28, 30, 35, 40, 45, 50, 60, 70, 80, 90)
_COARSE = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
_FEW = (10, 20, 50)
"""Where hardly anybody stands."""
_MANY_POWERS = 5
"""Powers of ten up to which the fine steps stay below two hundred."""
_POWERS = range(-2, 11)
"""Powers of ten among which values are looked for."""
_TAIL = 200
"""One customer of so many stands in a tail, where few steps are enough."""
_PARTS = 200
"""Steps of a metric that knows its own limits, and the most whole numbers of which each is a step."""
_SMALL_WHOLE = 100
"""Whole numbers of which each is a step, however large others are."""
_CALENDAR = tuple(Decimal(each) for each in (30, 45, 60, 90, 120, 180, 270, 365, 540, 730, 1095, 1460, 1825))
"""Days that people speak of."""
_MOST_BARS = 64
_BAR_RATIO = Decimal("1.19")
"""Bars of a histogram over many powers of ten: each reaches about a fifth further than it begins."""
_LOGARITHMIC = 1000
"""How many times the smallest step the largest one is, from where on an axis of equal distances would hide most customers."""


@dataclass(frozen=True)
class Spread:
    """How the values of one metric lie."""

    largest: Decimal
    """0 where nobody has a value above it."""
    positive: int
    """Customers with a value above 0."""
    at_least: Mapping[int, int]
    """Power of ten -> customers who have at least that much."""


def count_spread(panel: ir.Table, metrics: Sequence[str]) -> ir.Table:
    """How the values of some metrics lie.

    Grain: one row; columns for ``spreads_of``. Keeps: every customer of the panel who has a value above 0.
    """
    counts: dict[str, ir.Value] = {}
    for place, metric in enumerate(metrics):
        column = panel[metric]
        number = column.cast("float64")
        counts[f"largest_{place}"] = number.max()
        counts[f"positive_{place}"] = (number > 0).cast("int64").sum()
        for power in _POWERS:
            counts[f"power_{place}_{power - _POWERS.start}"] = (number >= 10.0**power).cast("int64").sum()
    return panel.aggregate(**counts)


def spreads_of(row: Mapping[str, object], metrics: Sequence[str]) -> dict[str, Spread]:
    """The fetched row of ``count_spread``."""

    def whole(name: str) -> int:
        return int(str(row[name] or 0))

    found = {}
    for place, metric in enumerate(metrics):
        largest = max(Decimal(str(row[f"largest_{place}"] or 0)), Decimal(0))
        powers = {power: whole(f"power_{place}_{power - _POWERS.start}") for power in _POWERS}
        found[metric] = Spread(largest, whole(f"positive_{place}"), powers)
    return found


def steps_of(slug: str, metrics: Mapping[str, Metric], spread: Spread | None, own: Iterable[Decimal]) -> tuple[Decimal, ...]:
    """The steps of a threshold, ascending, each once.

    Args:
        slug: the metric, or ``score``.
        metrics: all metrics by slug.
        spread: how its values lie; None: nobody knows.
        own: the policy's own thresholds, which are steps whatever they are.
    """
    nature, thresholds = nature_of(slug, metrics), tuple(own)
    low, high = nature.span.low, nature.span.high
    largest = max((spread.largest if spread else Decimal(0)), *thresholds, Decimal(0))
    if low is not None and high is not None:
        found = {low + (high - low) * part / _PARTS for part in range(_PARTS + 1)}
    elif nature.whole and largest <= _PARTS:
        found = {Decimal(each) for each in range(int(largest) + 2)}
    else:
        found = _across_powers(spread, largest)
        if nature.whole:
            found = {each for each in found if each == each.to_integral_value()} | {Decimal(each) for each in range(_SMALL_WHOLE)}
        if slug in metrics and metrics[slug].unit is Unit.DAYS:
            found |= {each for each in _CALENDAR if each <= largest}
    return tuple(sorted({_plain(each) for each in {*found, *thresholds, Decimal(0)}}))


def bars_of(steps: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Those of some ascending steps between which a histogram counts: at most about seventy."""
    if len(steps) <= _MOST_BARS:
        return tuple(steps)
    if not is_logarithmic(steps):
        return tuple(steps[:: ceil(len(steps) / _MOST_BARS)])
    found = [each for each in steps if each <= 0][-1:]
    for each in steps:
        if each > 0 and (not found or found[-1] <= 0 or each >= found[-1] * _BAR_RATIO):
            found.append(each)
    return tuple(found)


def is_logarithmic(steps: Sequence[Decimal]) -> bool:
    """Whether steps reach over so many powers of ten that an axis must show equal ratios by equal distances."""
    positive = [each for each in steps if each > 0]
    return bool(positive) and positive[-1] >= positive[0] * _LOGARITHMIC


def _across_powers(spread: Spread | None, largest: Decimal) -> set[Decimal]:
    """Fine steps where customers stand, few where hardly anybody does, and one beyond everybody."""
    powers = [power for power in _POWERS if spread and spread.at_least[power] - spread.at_least.get(power + 1, 0) > 0]
    inner = [power for power in powers if spread and _is_inner(power, spread)]
    reached = largest.adjusted() if largest > 0 else 0
    first, last = min([*powers, reached]), max([*powers, reached])
    tenths = _FINE if len(inner) <= _MANY_POWERS else _MEDIUM if len(inner) <= 2 * _MANY_POWERS else _COARSE
    found = set()
    for power in range(first, last + 1):
        is_between = bool(inner) and inner[0] <= power <= inner[-1]
        found |= {Decimal(each).scaleb(power - 1) for each in (tenths if is_between else _FEW)}
    found.add(Decimal(1).scaleb(last + 1))
    beyond = min(each for each in found if each > largest)
    return {each for each in found if each <= beyond}


def _is_inner(power: int, spread: Spread) -> bool:
    """Whether neither so few stand below the end of a power, nor above its beginning, that it lies in a tail."""
    below = spread.positive - spread.at_least.get(power + 1, 0)
    return _TAIL * below > spread.positive and _TAIL * spread.at_least[power] > spread.positive


def _plain(number: Decimal) -> Decimal:
    short = number.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short
