"""How often may one caller ask? Requests are counted for all server processes together; each process draws some at once, so that few of them write."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fenji.errors import FenjiError, Kind
from fenji.language import message as _
from fenji.state.serving.rates import STRETCH_SECONDS

_DRAWS = 5
"""A fifth of a stretch is drawn at once: at most so many writes a process, caller and stretch, and as many requests may be left unused."""
_MOST_CALLERS = 10_000


class TooManyRequests(FenjiError):
    """The caller has asked more often than it may."""

    code, kind, retryable = "too_many_requests", Kind.UNAVAILABLE, True


@dataclass
class _Left:
    stretch: int
    granted: int


class Rates:
    """The allowance of every caller, as far as this process has drawn it."""

    def __init__(
        self, draw: Callable[[str, int, int, int], int], per_minute: int, clock: Callable[[], float] = time.time
    ) -> None:
        """See ``state.serving.rates``.

        Args:
            draw: caller, stretch, wanted, most: how many are granted.
            per_minute: requests of one caller; 0: nobody counts.
            clock: seconds since 1970.
        """
        self._draw, self._clock = draw, clock
        self.most = max(1, per_minute * STRETCH_SECONDS // 60)
        self._is_counting = per_minute > 0
        self._lock = threading.Lock()
        self._left: OrderedDict[str, _Left] = OrderedDict()

    def now(self) -> float:
        """Seconds since 1970."""
        return self._clock()

    def count(self, caller: str) -> None:
        """Counts one request.

        Raises:
            TooManyRequests: nothing is left of this stretch of time.
        """
        if not self._is_counting:
            return
        now = self._clock()
        stretch = int(now // STRETCH_SECONDS)
        with self._lock:
            left = self._left.get(caller)
            if left is None or left.stretch != stretch or left.granted == 0:
                wanted = max(1, self.most // _DRAWS)
                left = _Left(stretch, self._draw(caller, stretch, wanted, self.most))
                self._left[caller] = left
                self._left.move_to_end(caller)
                if len(self._left) > _MOST_CALLERS:
                    self._left.popitem(last=False)
            if left.granted > 0:
                left.granted -= 1
                return
        raise TooManyRequests.of(
            _("more than {most} requests in {seconds} seconds."),
            advice=_("Ask again in {wait} seconds."),
            most=self.most,
            seconds=STRETCH_SECONDS,
            wait=wait_at(now),
        )


def wait_at(now: float) -> int:
    """Seconds until the next stretch begins, at least 1.

    >>> wait_at(1_000_003.2)
    7
    """
    return max(1, int(-(-((now // STRETCH_SECONDS + 1) * STRETCH_SECONDS - now) // 1)))
