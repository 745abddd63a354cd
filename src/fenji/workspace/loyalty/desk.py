"""At what desk are points asked for? A program, and the company's day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from fenji.domain.principals import Principal
from fenji.state.loyalty.retrying import retried
from fenji.state.transaction import Transaction
from fenji.workspace.folder import Workspace
from fenji.workspace.loyalty.operations import Points
from fenji.workspace.loyalty.programs import program_of

Result = TypeVar("Result")


@dataclass(frozen=True)
class Desk:
    """Where somebody works with the points of a workspace."""

    workspace: Workspace
    program: str | None
    """None: the only one."""

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.workspace.settings.time_zone)

    def points(self, t: Transaction) -> Points:
        """The points of the program, inside a transaction.

        Raises:
            NotFound: no such program is published.
        """
        now = t.clock()

        def day_of(moment: datetime) -> date:
            return moment.astimezone(self.zone).date()

        return Points(t, program_of(t, self.program), day_of(now), now, day_of)

    def read(self, work: Callable[[Points], Result]) -> Result:
        """Asks; nothing is changed.

        Raises:
            NotFound: nothing was ever written, or no such program is published.
        """
        with self.workspace.state.reading() as t:
            return work(self.points(t))

    def write(self, principal: Principal, work: Callable[[Points], Result]) -> Result:
        """Does a piece of work as one transaction, again where another writer came in between."""
        return retried(self.workspace.state, principal, lambda t: work(self.points(t)))
