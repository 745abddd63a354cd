"""Where does a value stand along an axis, and which round numbers are written beside it?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, isclose, log10

ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
"""First digits of steps that people read at once."""


@dataclass(frozen=True)
class Scale:
    """From values to places on paper."""

    low: float
    high: float
    begins: float
    """Where the lowest value stands."""
    ends: float
    is_log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value; values outside stand at the end."""
        low, high, at = self._measured(self.low), self._measured(self.high), self._measured(min(max(value, self.low), self.high))
        share = 0.5 if isclose(low, high) else (at - low) / (high - low)
        return self.begins + (self.ends - self.begins) * share

    def _measured(self, value: float) -> float:
        return log10(max(value, 1e-12)) if self.is_log else value


def nice_ticks(low: float, high: float, *, about: int = 5) -> tuple[float, ...]:
    """Round numbers from at or below the lowest to at or above the highest value, 0 among them where the sign changes.

    >>> nice_ticks(0, 4380), nice_ticks(-61, 24), nice_ticks(0, 0)
    ((0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0), (-80.0, -60.0, -40.0, -20.0, 0.0, 20.0, 40.0), (0.0, 1.0))
    """
    if isclose(low, high):
        low, high = (min(low, 0.0), max(high, 0.0)) if low else (0.0, 1.0)
        about = 1
    rough = (high - low) / about
    size = 10 ** floor(log10(rough))
    step = next(each * size for each in ROUND if each * size >= rough * (1 - 1e-9))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return tuple(round(place * step, 12) + 0.0 for place in range(first, last + 1))


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """1, 2 and 5 of each power of ten between two positive numbers; only the powers where they are many.

    >>> log_ticks(20, 900), log_ticks(3, 400000)
    ((20.0, 50.0, 100.0, 200.0, 500.0), (10.0, 100.0, 1000.0, 10000.0, 100000.0))
    """
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    digits = (1, 2, 5) if log10(high / low) <= 4 else (1,)  # noqa: PLR2004 - more than twelve numbers no axis has room for
    found = (digit * 10.0**power for power in powers for digit in digits)
    return tuple(each for each in found if low * (1 - 1e-9) <= each <= high * (1 + 1e-9))


def bounds(values: Iterable[float | None], *, from_zero: bool = True) -> tuple[float, float]:
    """The lowest and highest of the values that are there.

    >>> bounds([3, None, 8]), bounds([3, 8], from_zero=False), bounds([])
    ((0.0, 8.0), (3.0, 8.0), (0.0, 0.0))
    """
    there = [float(each) for each in values if each is not None]
    if from_zero or not there:
        there.append(0.0)
    return min(there), max(there)


def spaced(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near as can be to those wanted, in their order, none nearer to another than ``gap`` where there is room.

    >>> spaced([10, 12, 40], 10, 0, 100)
    [10, 20, 40]
    """
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    placed = [0.0] * len(wanted)
    last = low - gap
    for place in order:
        last = placed[place] = max(wanted[place], last + gap)
    after = high + gap
    for place in reversed(order):
        after = placed[place] = min(placed[place], after - gap)
    return placed
