"""At which past dates do we look, so that nothing is learned from the time that it is tried on?

With horizon H and as_of T: the model in use learns from dates up to T - 2H and is calibrated at T - H, where the outcome is known
in full. The trial is the same procedure moved back by H, as it would have stood at T - H, and is evaluated there. Outcomes never
overlap: what happened until one date is over before the next one's outcomes begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

LEAST_HISTORY_DAYS = 90
"""Days of orders before the earliest date, or the horizon where that is shorter: below it features say little."""


@dataclass(frozen=True)
class Split:
    """What one fit looks at."""

    train: tuple[date, ...]
    """The latest first; the outcomes of each are complete before ``calibrate``."""
    calibrate: date


@dataclass(frozen=True)
class Schedule:
    """The past dates of one as-of date."""

    final: Split | None
    """None where the history is too short to learn from."""
    trial: Split | None
    """None where it is too short to try the model on a date of its own."""
    evaluate: date
    """The latest past date whose horizon is complete."""
    days_missing: int
    """Days of history that are missing for a trial."""
    history_days: int

    @property
    def dates(self) -> tuple[date, ...]:
        """Every past date, the earliest first."""
        splits = [each for each in (self.final, self.trial) if each]
        return tuple(sorted({self.evaluate, *(day for each in splits for day in (*each.train, each.calibrate))}))


def schedule(*, as_of: date, first_on: date, horizon_days: int, count: int) -> Schedule:
    """The past dates to look at.

    Args:
        as_of: the last day that counts.
        first_on: the first day with orders.
        horizon_days: how far ahead is looked.
        count: past dates to learn from, half a horizon apart.
    """
    earliest = first_on + timedelta(days=min(LEAST_HISTORY_DAYS, horizon_days))
    evaluate = as_of - timedelta(days=horizon_days)
    needed = as_of - timedelta(days=3 * horizon_days)
    return Schedule(
        final=_split(evaluate, earliest, horizon_days, count),
        trial=_split(evaluate - timedelta(days=horizon_days), earliest, horizon_days, count),
        evaluate=evaluate,
        days_missing=max(0, (earliest - needed).days),
        history_days=(as_of - first_on).days,
    )


def longest_horizon(history_days: int) -> int:
    """The longest horizon that a history of so many days can try on the past.

    >>> longest_horizon(365)
    91
    """
    return max(history_days - LEAST_HISTORY_DAYS, 0) // 3 if history_days >= 4 * LEAST_HISTORY_DAYS else history_days // 4


def _split(calibrate: date, earliest: date, horizon_days: int, count: int) -> Split | None:
    step = timedelta(days=max(horizon_days // 2, 1))
    last = calibrate - timedelta(days=horizon_days)
    train = tuple(day for day in (last - number * step for number in range(count)) if day >= earliest)
    return Split(train, calibrate) if train else None
