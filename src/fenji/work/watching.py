"""Which workers are dead? Their host looks for the process; others watch whether its beats stand still, by a clock that nobody can set."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from fenji.domain.jobs import Job, Lease
from fenji.state.heartbeat import PATIENCE, is_gone
from fenji.state.work.claims import here

SILENT_SECONDS = PATIENCE.total_seconds() + 30
"""So long nobody beats who lives. More than the patience with a run, so that the run of a dead worker is dead before its job is taken."""


class Watch:
    """What one worker has seen of the others."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Has seen nothing yet; ``monotonic`` counts seconds and is never set back."""
        self._monotonic = monotonic
        self._seen: dict[tuple[Lease, int], float] = {}

    def dead(self, running: Sequence[Job]) -> tuple[Lease, ...]:
        """The leases of workers that are dead, of jobs that are at work now."""
        now, place = self._monotonic(), here()
        self._seen = {(each.lease, each.beats): self._seen.get((each.lease, each.beats), now) for each in running}
        return tuple(
            each.lease
            for each in running
            if is_gone(host=each.host or "", pid=each.pid or 0, here=place)
            or now - self._seen[each.lease, each.beats] > SILENT_SECONDS
        )
