"""Who is told of what, by which channel, and when not? The company's choices of alerts.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from fenji.domain.events import EventKind


class ChannelKind(StrEnum):
    """By what a channel reaches people."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    MAIL = "mail"


@dataclass(frozen=True)
class QuietHours:
    """Hours in which nobody is disturbed, in the workspace's time zone; they may lie around midnight."""

    begins: time
    ends: time

    def end_after(self, moment: datetime) -> datetime | None:
        """When the quiet hours that a local moment lies in end; None: it lies in none."""
        now = moment.time().replace(tzinfo=None)
        over_midnight = self.begins > self.ends
        is_quiet = (now >= self.begins or now < self.ends) if over_midnight else self.begins <= now < self.ends
        if not is_quiet:
            return None
        day = moment.date() + timedelta(days=1) if over_midnight and now >= self.begins else moment.date()
        return datetime.combine(day, self.ends, moment.tzinfo)


@dataclass(frozen=True)
class Channel:
    """One group robot, or one list of mail addresses."""

    name: str
    kind: ChannelKind
    url: str | None = None
    """Where the robot's service is, where that is not its usual address."""
    key: str | None = None
    """Name of the environment variable that holds key, token or hook id of a robot."""
    secret: str | None = None
    """Name of the environment variable that holds the secret that signs; None: the robot asks for no signature."""
    keyword: str | None = None
    """A word that the robot wants to see in every message."""
    to: tuple[str, ...] = ()
    """Mail addresses of people of the company."""
    quiet: QuietHours | None = None
    """When it holds back what is not urgent."""
    digest_at: time | None = None
    """Everything that is not urgent comes once a day at this time; None: at once."""
    at_most: int | None = None
    """Messages an hour; what comes above that waits and comes together."""


@dataclass(frozen=True)
class AlertRule:
    """One line of alerts.yaml: what is told to whom."""

    on: tuple[EventKind, ...]
    to: tuple[str, ...]
    """Names of channels."""
    tiers: tuple[str, ...] = ()
    """Events of customers: only those that lead out of or into these tiers; empty: all."""
    at_least: int = 1
    """Events of customers: only where there are so many in a run."""
    count_changes_by: Decimal | None = None
    """Told as well: a tier that gained or lost such a share of its customers since the run before, 0 to 1."""
    is_urgent: bool = False
    """Is told in quiet hours and outside digests too."""


@dataclass(frozen=True)
class Alerts:
    """All of alerts.yaml."""

    channels: tuple[Channel, ...] = ()
    rules: tuple[AlertRule, ...] = ()

    def channel(self, name: str) -> Channel | None:
        """The channel of a name."""
        return next((each for each in self.channels if each.name == name), None)


class AlertKind(StrEnum):
    """What one line of an alert says."""

    EVENT = "event"
    COUNTS = "counts"
    """How many customers moved from which tier to which."""
    TIER_COUNT = "tier_count"
    """How many customers stand in a tier, now and at the run before."""
    TEST = "test"


@dataclass(frozen=True)
class TierChange:
    """How many customers went from one tier to another between two runs, for one reason."""

    kind: EventKind
    from_tier: str | None
    to_tier: str | None
    customers: int


@dataclass(frozen=True)
class Waiting:
    """When a line may be sent."""

    channel: Channel
    is_urgent: bool

    def earliest(self, moment: datetime) -> datetime:
        """The earliest moment, for a line that came up at a local moment."""
        if self.is_urgent:
            return moment
        due = moment
        if self.channel.digest_at is not None:
            due = _next(self.channel.digest_at, moment)
        quiet_until = None if self.channel.quiet is None else self.channel.quiet.end_after(due)
        return quiet_until or due


def _next(at: time, moment: datetime) -> datetime:
    day: date = moment.date()
    found = datetime.combine(day, at, moment.tzinfo)
    return found if found > moment else datetime.combine(day + timedelta(days=1), at, moment.tzinfo)
