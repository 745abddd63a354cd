"""How are metrics of different units and shapes made comparable? Skew taken off by rule, then centered and scaled so that no whale decides.

Reads   a sample of insight.customer_metric, as arrays
Writes  insight.cluster_scale: one row per metric asked for
Units   standard deviations from the median, held between -4 and 4; the same in whatever currency money is counted
Keeps   every customer given; who has no value of a metric stands at its center
Source  logarithms of amounts as in RFM practice; Yeo, Johnson (2000), Biometrika 87(4), 954-959; robust scale by the quartiles: Huber, Ronchetti (2009), Robust Statistics, ch. 5;
        decision 0025
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.domain.metrics import Aggregate, Metric, Unit
from fenji.tables.insight_segments import CLUSTER_SCALE

Floats = npt.NDArray[np.float64]

MOST_SKEW = 1.0
"""Skewness up to which what is no amount is left as it is (Bulmer 1979: above 1 a distribution is highly skewed)."""
_AMOUNTS = frozenset({Unit.MONEY, Unit.COUNT, Unit.DAYS, Unit.HOURS})
QUARTILES = 1.3489795003921634
"""The distance of the quartiles of a normal distribution in standard deviations."""
LIMIT = 4.0
"""Standard deviations from the median at which values are held."""
SAME = 0.98
"""Correlation after scaling from which a metric says the same as an earlier one, and would count twice."""
SMALLEST = 1e-12


class Use(StrEnum):
    """What became of a metric."""

    USED = "used"
    CONSTANT = "constant"
    NO_VALUES = "no_values"
    REPEATS = "repeats"


class Transform(StrEnum):
    """How skew is taken off."""

    NONE = "none"
    LOG = "log"
    """log(1 + value / unit); below zero the same downwards."""
    YEO_JOHNSON = "yeo_johnson"


@dataclass(frozen=True)
class Scale:
    """How a metric's values become comparable with those of others."""

    metric: str
    transform: Transform
    base: float
    """What values are divided by first."""
    power: float
    center: float
    scale: float

    def scaled(self, values: Floats) -> Floats:
        """Values in the unit of the metric (NaN where there are none) as standard deviations from the median."""
        found = (_transformed(values / self.base, self.transform, self.power) - self.center) / self.scale
        return np.asarray(np.clip(np.nan_to_num(found, nan=0.0), -LIMIT, LIMIT), dtype=np.float64)

    def unscaled(self, values: Floats) -> Floats:
        """The way back, up to what was held at the limits."""
        return np.asarray(_restored(values * self.scale + self.center, self.transform, self.power) * self.base, dtype=np.float64)


@dataclass(frozen=True)
class MetricUse:
    """A metric that was asked for, and what became of it."""

    metric: str
    use: Use
    scale: Scale | None = None
    repeats: str | None = None
    missing_share: float | None = None


def is_amount(metric: Metric) -> bool:
    """Whether a metric is compared on a logarithmic scale: money, counts and times since the last order, but not the time since the first order.

    That is a matter of the metric and not of the values of one day, so that a run compares customers as the one before did.
    """
    return metric.unit in _AMOUNTS and metric.aggregate is not Aggregate.DAYS_SINCE_FIRST


def fit_scales(values: Mapping[str, Floats], amounts: Collection[str]) -> tuple[MetricUse, ...]:
    """How each metric is scaled, or why it is left out.

    Args:
        values: of a sample of customers by metric, NaN where there are none; in the order of the plan.
        amounts: the metrics that are amounts (``is_amount``).
    """
    found: list[MetricUse] = []
    kept: dict[str, Floats] = {}
    for metric, column in values.items():
        known = column[~np.isnan(column)]
        missing = 1 - len(known) / len(column) if len(column) else None
        if not len(known):
            found.append(MetricUse(metric, Use.NO_VALUES, missing_share=missing))
            continue
        scale = fit_scale(metric, known, is_amount=metric in amounts)
        if scale is None:
            found.append(MetricUse(metric, Use.CONSTANT, missing_share=missing))
            continue
        scaled = scale.scaled(column)
        same = next((other for other, earlier in kept.items() if _correlation(scaled, earlier) >= SAME), None)
        if same is not None:
            found.append(MetricUse(metric, Use.REPEATS, repeats=same, missing_share=missing))
            continue
        kept[metric] = scaled
        found.append(MetricUse(metric, Use.USED, scale, missing_share=missing))
    return tuple(found)


def fit_scale(metric: str, known: Floats, *, is_amount: bool) -> Scale | None:
    """The scale of one metric's values; None where all are equal.

    Amounts become log(1 + value / base), the base being the size that a tenth of them do not exceed. Others stay as they are, or are
    bent by Yeo and Johnson where they are highly skewed.
    """
    if float(known.max()) - float(known.min()) <= SMALLEST * max(1.0, float(np.abs(known).max())):
        return None
    base, power = _base(known), 0.0
    transform = Transform.LOG if is_amount else Transform.NONE
    if transform is Transform.NONE and abs(_skewness(known)) > MOST_SKEW:
        transform, power = Transform.YEO_JOHNSON, _fitted_power(known / base)
    shaped = _transformed(known / base, transform, power)
    center = float(np.median(shaped))
    low, high = np.quantile(shaped, [0.25, 0.75])
    # Where half of the customers are alike, the quartiles say nothing.
    spread = float(high - low) / QUARTILES
    scale = spread if spread > SMALLEST else float(shaped.std())
    return Scale(metric, transform, base, power, center, scale) if scale > SMALLEST else None


def matrix_of(columns: Mapping[str, Floats], scales: Sequence[Scale]) -> Floats:
    """Customers x metrics, scaled."""
    return np.column_stack([each.scaled(columns[each.metric]) for each in scales])


def scale_table(uses: Mapping[str, Iterable[MetricUse]], *, as_of: date) -> pa.Table:
    """What became of the metrics, by the group among whom clusters were looked for, as insight.cluster_scale."""
    rows = [
        {
            "as_of": as_of,
            "among": among,
            "position": position,
            "metric": each.metric,
            "use": str(each.use),
            "repeats": each.repeats,
            "transform": None if each.scale is None else str(each.scale.transform),
            "base": None if each.scale is None else each.scale.base,
            "power": each.scale.power if each.scale is not None and each.scale.transform is Transform.YEO_JOHNSON else None,
            "center": None if each.scale is None else each.scale.center,
            "scale": None if each.scale is None else each.scale.scale,
            "missing_share": each.missing_share,
        }
        for among, listed in uses.items()
        for position, each in enumerate(listed, 1)
    ]
    return pa.Table.from_pylist(rows, schema=CLUSTER_SCALE.schema.to_pyarrow())


def _base(known: Floats) -> float:
    """What values are counted in, so that the currency does not matter."""
    positive = np.abs(known[known != 0])
    return float(np.quantile(positive, 0.1)) if len(positive) else 1.0


def _transformed(values: Floats, transform: Transform, power: float) -> Floats:
    match transform:
        case Transform.NONE:
            return values
        case Transform.LOG:
            return np.sign(values) * np.log1p(np.abs(values))
        case Transform.YEO_JOHNSON:
            return _bent(values, power)


def _restored(values: Floats, transform: Transform, power: float) -> Floats:
    match transform:
        case Transform.NONE:
            return values
        case Transform.LOG:
            return np.sign(values) * np.expm1(np.abs(values))
        case Transform.YEO_JOHNSON:
            return _unbent(values, power)


def _bent(values: Floats, power: float) -> Floats:
    """Equation 2.1 of Yeo and Johnson (2000)."""
    up, down = np.maximum(values, 0.0), np.maximum(-values, 0.0)
    above = np.log1p(up) if abs(power) < SMALLEST else np.expm1(power * np.log1p(up)) / power
    other = 2 - power
    below = np.log1p(down) if abs(other) < SMALLEST else np.expm1(other * np.log1p(down)) / other
    return np.where(values >= 0, above, -below)


def _unbent(values: Floats, power: float) -> Floats:
    up, down = np.maximum(values, 0.0), np.maximum(-values, 0.0)
    other = 2 - power
    # A power below 0 (above 2) has a bound that no value reaches; what is rounded beyond it is held just inside.
    above = np.expm1(up) if abs(power) < SMALLEST else np.expm1(np.log1p(np.maximum(power * up, SMALLEST - 1)) / power)
    below = np.expm1(down) if abs(other) < SMALLEST else np.expm1(np.log1p(np.maximum(other * down, SMALLEST - 1)) / other)
    return np.where(values >= 0, above, -below)


def _fitted_power(values: Floats) -> float:
    """The likeliest lambda, held where the transform stays tame."""
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - heavy third-party library

    logs = float((np.sign(values) * np.log1p(np.abs(values))).sum())

    def unlikely(power: float) -> float:
        variance = float(_bent(values, power).var())
        return 0.5 * len(values) * math.log(max(variance, 1e-300)) - (power - 1) * logs

    found = minimize_scalar(unlikely, bounds=(-3.0, 5.0), method="bounded")
    return round(float(found.x), 9)


def _skewness(values: Floats) -> float:
    centered = values - values.mean()
    spread = float(np.sqrt((centered**2).mean()))
    return float((centered**3).mean()) / spread**3 if spread > SMALLEST else 0.0


def _correlation(left: Floats, right: Floats) -> float:
    spread = float(left.std() * right.std())
    return abs(float(((left - left.mean()) * (right - right.mean())).mean())) / spread if spread > SMALLEST else 0.0
