"""What is answered to the question whether this installation finds what others have published?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from fenji.domain.telling import HIDDEN, told


@dataclass(frozen=True)
class Check:
    """One published figure beside the one that was found."""

    subject: str
    """Model and data: a catalog message."""
    quantity: str
    """Which figure."""
    published: Annotated[str, HIDDEN]
    """Digit for digit."""
    found: float
    """What this installation finds."""
    source: str
    """Where the figure was published."""
    slack: Annotated[float | None, HIDDEN] = None
    """How far apart both may lie; None: as the published digits round."""

    @property
    @told
    def expected(self) -> float:
        """The figure as published."""
        return float(self.published)

    @property
    @told
    def difference(self) -> float:
        """Found less expected."""
        return self.found - self.expected

    @property
    @told
    def allowed(self) -> float:
        """How far apart both may lie: half a unit of the last published digit, unless the source itself is less exact."""
        digits = -int(Decimal(self.published).as_tuple().exponent)
        return 0.5 * 10.0**-digits if self.slack is None else self.slack

    @property
    @told
    def is_passed(self) -> bool:
        """Whether the figure found lies near enough to the published one."""
        return abs(self.difference) <= self.allowed * (1 + 1e-9)


@dataclass(frozen=True)
class SelfTestResult:
    """Published figures, rebuilt from their data; no workspace is needed."""

    checks: tuple[Check, ...]
    """In the order in which they were made."""
    run_id: None = None
    as_of: None = None

    @property
    @told
    def is_passed(self) -> bool:
        """Whether every figure is as published."""
        return all(each.is_passed for each in self.checks)
