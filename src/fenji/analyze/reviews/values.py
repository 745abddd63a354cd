"""How is a metric read off whole arrays of measures? The arithmetic of ``panel_values``, operation by operation, so that every bit is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from fenji.analyze.metrics.plan import Measure, measures_of
from fenji.analyze.reviews.cells import Gathers, decimals_of, gathers_of
from fenji.analyze.reviews.columns import Numbers
from fenji.analyze.reviews.windows import NONE
from fenji.domain.metrics import Aggregate, Metric, Unit
from fenji.tables.insight import MONEY, metric_type

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_CENTS = 2
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Values:
    """A metric of every customer."""

    numbers: npt.NDArray[Any]
    """Whole numbers of the smallest unit, or doubles."""
    decimals: int | None
    """Digits of the smallest unit: 2 for cents, 0 for counts; None for doubles."""
    missing: Flags | None = None
    """Who has no value; None: everybody has one."""

    def doubles(self) -> Doubles:
        """The values in double precision, as both engines turn decimals into doubles."""
        if self.decimals is None:
            return self.numbers
        return self.numbers / float(10**self.decimals) if self.decimals else self.numbers.astype(np.float64)


def values_of(metrics: Sequence[Metric], present: Mapping[Measure, Numbers], *, size: int, as_of: date) -> dict[str, Values]:
    """Every metric, in its stored type; a measure that is not present had no rows."""
    found: dict[str, Values] = {}
    waiting = list(metrics)
    with np.errstate(divide="ignore", invalid="ignore"):
        while waiting:
            metric = waiting.pop(0)
            if metric.aggregate is not Aggregate.RATIO:
                found[metric.slug] = _plain(metric, present, size, as_of)
            elif all(slug in found for slug in metric.ratio_of or ()):
                found[metric.slug] = _ratio(metric, found)
            else:
                waiting.append(metric)
    return found


def _plain(metric: Metric, present: Mapping[Measure, Numbers], size: int, as_of: date) -> Values:
    measures = measures_of(metric)
    if any(each not in present for each in measures):
        nothing = np.zeros(size, np.int64)
        return _typed(metric, Values(nothing, 0, np.ones(size, np.bool_) if metric.is_null_when_empty else None))
    parts = [_measured(each, present[each]) for each in measures]
    return _typed(metric, _formula(metric, parts, as_of))


def _measured(measure: Measure, numbers: Numbers) -> Values:
    gathers = gathers_of(measure)
    return Values(numbers, decimals_of(measure), None if gathers is Gathers.SUM else numbers == NONE[gathers])


def _formula(metric: Metric, parts: list[Values], as_of: date) -> Values:
    match metric.aggregate:
        case Aggregate.MEAN:
            return _divided(parts[0], parts[1], metric)
        case Aggregate.DAYS_SINCE_FIRST | Aggregate.DAYS_SINCE_LAST:
            return Values((as_of - _EPOCH).days - parts[0].numbers, 0, parts[0].missing)
        case Aggregate.NET_PROMOTER:
            promoters, detractors, scores = (each.doubles() for each in parts)
            return Values((promoters - detractors) * 100 / scores, None, parts[2].numbers == 0)
        case Aggregate.DEVIATION:
            count, total, squares = (each.doubles() for each in parts)
            return Values(np.sqrt(count * squares - total * total) / count, None, parts[0].numbers <= 1)
        case Aggregate.SUM if metric.per is not None:
            size = float(metric.per * 100)
            return Values(np.maximum(np.floor(parts[0].numbers.astype(np.float64) / size), 0).astype(np.int64), 0)
        case _ if len(parts) == 1:
            return parts[0]
        case _:
            message = f"nobody has said how {metric.aggregate} is made of {len(parts)} measures"
            raise AssertionError(message)


def _ratio(metric: Metric, found: Mapping[str, Values]) -> Values:
    upper, lower = (found[slug] for slug in metric.ratio_of or ())
    value = _divided(upper, lower, metric)
    if metric.unit is Unit.SHARE:
        return Values(np.where(value.numbers > 1, 1.0, np.where(value.numbers < 0, 0.0, value.numbers)), None, value.missing)
    return value


def _divided(upper: Values, lower: Values, metric: Metric) -> Values:
    """The quotient; missing where the lower one is 0 or missing. Money is rounded half up to the cent."""
    divisor = lower.doubles()
    missing = divisor == 0
    for each in (upper.missing, lower.missing):
        missing = missing if each is None else missing | each
    if metric.unit is not Unit.MONEY:
        return Values(upper.doubles() / divisor, None, missing)
    cents = upper.numbers.astype(np.float64)
    rounded = np.floor((cents * 2 + divisor) / (divisor * 2))
    return Values(np.where(missing, 0.0, rounded).astype(np.int64), _CENTS, missing)


def _typed(metric: Metric, value: Values) -> Values:
    """The value in the type in which the panel stores it."""
    kind = metric_type(metric)
    if kind in (MONEY, "int64", "decimal(18, 3)"):
        return value
    return Values(value.doubles(), None, value.missing)
