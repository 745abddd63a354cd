"""What came of one attempt to send something?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """How an attempt ended."""

    DELIVERED = "delivered"
    FAILED = "failed"
    """Another attempt may succeed."""
    GONE = "gone"
    """The receiver wants nothing any more."""
    SLOW_DOWN = "slow_down"
    """The receiver wants it later."""


@dataclass(frozen=True)
class Outcome:
    """One attempt."""

    verdict: Verdict
    status: str
    """A number of HTTP, or a word such as ``timeout`` or ``dingtalk_310000``; never what the receiver wrote."""
    wait: timedelta | None = None
    """How long the receiver wants to be left alone."""

    @property
    def is_delivered(self) -> bool:
        """Whether it has arrived."""
        return self.verdict is Verdict.DELIVERED


def failed(status: str) -> Outcome:
    """An attempt that did not arrive."""
    return Outcome(Verdict.FAILED, status)


def delivered(status: str) -> Outcome:
    """An attempt that arrived."""
    return Outcome(Verdict.DELIVERED, status)
