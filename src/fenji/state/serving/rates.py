"""How often may somebody ask? Allowances that all server processes draw from together, so that none of them is passed by asking another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fenji.state.serving.rows import RateRow

STRETCH_SECONDS = 10
"""Requests are granted by stretches of this length, so that a burst at their border stays a sixth of a minute's."""
KEPT = 180
"""Stretches of a caller that are kept: half an hour, by which the clocks of servers may differ."""


class RateRepository:
    """Allowances by caller and stretch of time, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The allowances in the state database of a session."""
        self._session = session
        self._clock = clock

    def draw(self, caller: str, stretch: int, *, wanted: int, most: int) -> int:
        """Takes from what is left of a stretch of time.

        Args:
            caller: who asks.
            stretch: number of the stretch.
            wanted: requests to be granted at once, so that not each of them writes.
            most: requests of the stretch, in all processes together.

        Returns:
            How many are granted: 0 where nothing is left.
        """
        row = self._session.scalars(
            select(RateRow).where(RateRow.caller == caller, RateRow.stretch == stretch).with_for_update()
        ).one_or_none()
        if row is None:
            # Where the clock of another server is behind, its stretch is not over yet.
            self._session.execute(delete(RateRow).where(RateRow.caller == caller, RateRow.stretch < stretch - KEPT))
            row = RateRow(caller=caller, stretch=stretch, granted=0)
            self._session.add(row)
        granted = max(0, min(wanted, most - row.granted))
        row.granted += granted
        self._session.flush()
        return granted

    def forget_before(self, stretch: int) -> None:
        """Forgets everything before a stretch, also of callers who never came again."""
        self._session.execute(delete(RateRow).where(RateRow.stretch < stretch))
