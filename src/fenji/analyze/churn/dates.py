"""At which past dates do we look, so that nothing is learned from the time that it is tried on?

With horizon H and as_of T: the model in use learns from dates up to T - 2H and is calibrated at T - H, where the outcome is known
in full. The trial is the same procedure moved back by H, as it would have stood at T - H, and is evaluated there. Outcomes never
overlap: what happened until one date is over before the next one's outcomes begin.

One horizon earlier can be another season. Where the history holds the day a year before the one that is scored, and the trial's too,
the level of the probabilities follows what came after that day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from fenji.domain.periods import months_before

LEAST_HISTORY_DAYS = 90
"""Days of orders before the earliest date, or the horizon where that is shorter: below it features say little."""

FARTHEST_SEASON_DAYS = 300
"""With a longer horizon the date of calibration lies in about the same season as the day that is scored."""


@dataclass(frozen=True)
class Split:
    """What one fit looks at."""

    train: tuple[date, ...]
    """The latest first; the outcomes of each are complete before ``calibrate``."""
    calibrate: date
    season: date | None = None
    """The day a year before the one that is scored; None where it is not known, or where ``calibrate`` is about that day itself."""


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
        found = {self.evaluate, *(day for each in splits for day in (*each.train, each.calibrate))}
        return tuple(sorted(found | {each.season for each in splits if each.season}))


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
    trial = _split(evaluate - timedelta(days=horizon_days), earliest, horizon_days, count)
    final = _split(evaluate, earliest, horizon_days, count)
    if final and (trial is None or trial.season is None):
        # What was not tried on the past is not done.
        final = replace(final, season=None)
    return Schedule(
        final=final,
        trial=trial,
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
    season = months_before(calibrate + timedelta(days=horizon_days), 12)
    is_known = earliest <= season and horizon_days <= FARTHEST_SEASON_DAYS
    return Split(train, calibrate, season if is_known else None) if train else None
