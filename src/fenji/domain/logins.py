"""When does a login end, and how often may somebody try? Sessions, one-time links, and what is remembered of failed attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SESSION_LASTS = timedelta(hours=8)
IDLE_LASTS = timedelta(minutes=30)
"""Without a question, of those who let others in."""
WAITING_LASTS = timedelta(minutes=10)
"""Between the password and the second factor."""
LINK_LASTS = timedelta(minutes=30)
FIRST_LINK_LASTS = timedelta(hours=24)
"""Of the link that lets somebody in for the first time."""

SEEN_EVERY = timedelta(minutes=1)
"""How often the last use of a session or token is written down at most."""
SKEW = timedelta(minutes=30)
"""How far apart the clocks of two machines may stand: one ahead of the other by a quarter of an hour, another behind by as much."""

MINUTE = timedelta(minutes=1)
TRIES_OF_NAME = 5
"""Attempts a minute at one name."""
TRIES_OF_ADDRESS = 60
"""Attempts a minute from one address: a whole office may share one."""
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)


class Awaited(StrEnum):
    """What a login still waits for before it lets anybody in."""

    TOTP = "totp"
    """The code of the second factor."""
    TOTP_SETUP = "totp_setup"
    """A second factor has to be set up."""


class LinkPurpose(StrEnum):
    """What a one-time link is good for."""

    PASSWORD = "password"  # noqa: S105 - what a link is for
    """Choose a password, for the first time or anew."""
    TOTP = "totp"
    """Set up a second factor, with the password."""


@dataclass(frozen=True)
class LoginSession:
    """One login of a person, in one browser. Its random id stands nowhere but there."""

    login: str
    begun_at: datetime
    seen_at: datetime
    """Written once a minute at most."""
    ends_at: datetime
    awaits: Awaited | None = None

    def is_over_at(self, moment: datetime, *, idles: bool) -> bool:
        """Whether it has ended by a moment.

        Args:
            moment: now. A clock that was set back by more than machines differ ends it too: nobody knows how old it is.
            idles: whether it ends after half an hour without a question.
        """
        if moment >= self.ends_at or moment < max(self.begun_at, self.seen_at) - SKEW:
            return True
        return idles and moment - self.seen_at >= IDLE_LASTS


@dataclass(frozen=True)
class OneTimeLink:
    """What a link lets somebody do, once."""

    login: str
    purpose: LinkPurpose
    ends_at: datetime


@dataclass(frozen=True)
class Attempts:
    """What is remembered of the attempts at one name, or from one address."""

    count: int
    """In this minute."""
    minute_began_at: datetime
    last_at: datetime
    waits: int = 0
    """How often somebody had to wait."""
    wait_until: datetime | None = None


def wait_at(attempts: Attempts | None, moment: datetime) -> timedelta:
    """How long the next attempt has to wait; a clock that was wrong for a while makes it no longer than the longest wait."""
    if attempts is None or attempts.wait_until is None or attempts.wait_until <= moment:
        return timedelta()
    return min(attempts.wait_until - moment, LONGEST_WAIT)


def one_more(attempts: Attempts | None, moment: datetime, *, most: int) -> Attempts:
    """The attempts with one more at a moment: ``most`` within a minute, then a minute's wait; from then on each doubles the wait.

    >>> from datetime import UTC
    >>> began, found = datetime(2026, 3, 1, tzinfo=UTC), None
    >>> for _number in range(5):
    ...     found = one_more(found, began, most=5)
    >>> wait_at(found, began), wait_at(one_more(found, began + MINUTE, most=5), began + MINUTE)
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=120))
    """
    if attempts is None or abs(moment - attempts.last_at) > FORGOTTEN_AFTER:
        attempts = Attempts(0, moment, moment)
    is_same_minute = attempts.minute_began_at <= moment < attempts.minute_began_at + MINUTE
    count = attempts.count + 1 if is_same_minute else 1
    began = attempts.minute_began_at if is_same_minute else moment
    if count < most and not attempts.waits:
        return Attempts(count, began, moment)
    until = moment + min(MINUTE * 2 ** min(attempts.waits, 10), LONGEST_WAIT)
    return Attempts(count, began, moment, attempts.waits + 1, until)
