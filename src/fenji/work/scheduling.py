"""Which entries of schedule.yaml are due? Each slot fires once, however many workers look and whatever the clock does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cronsim import CronSim

from fenji.documents.schedule import RunMissed, Schedule, ScheduledWork, schedule_from_text
from fenji.domain.jobs import Job, NewJob
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, InvalidArgument, InvalidDocument, Problem
from fenji.state.transaction import Transaction
from fenji.work.asking import ask_within, own_key
from fenji.work.kinds import KINDS, kept
from fenji.workspace.folder import Workspace, open_workspace

SCHEDULE_FILE = "schedule.yaml"

SCHEDULE = Principal(PrincipalKind.SYSTEM, "schedule")
"""In whose name scheduled work is done."""

GRACE = timedelta(minutes=10)
"""A slot that nobody has seen for longer was missed."""

AHEAD = timedelta(days=1)
"""A slot further in the future than this was fired by a clock that had gone wrong; counting begins anew."""


def schedule_of(workspace: Workspace) -> Schedule | None:
    """What schedule.yaml says, every job's arguments checked; None where there is no such file.

    Raises:
        InvalidDocument: it cannot be used; all problems at once.
    """
    file = workspace.root / SCHEDULE_FILE
    if not file.is_file():
        return None
    return checked_schedule(file.read_text("utf-8-sig"))


def checked_schedule(text: str) -> Schedule:
    """What a schedule in a text says, every job's arguments checked.

    Raises:
        InvalidDocument: it cannot be used; all problems at once.
    """
    schedule = schedule_from_text(text, SCHEDULE_FILE)
    InvalidDocument.raise_if([each for entry in schedule.entries for each in _argument_problems(schedule, entry)])
    return schedule


def _argument_problems(schedule: Schedule, entry: ScheduledWork) -> list[Problem]:
    found: list[Problem] = []
    for kind in entry.kinds:
        try:
            KINDS[kind].checked(entry.arguments)
        except InvalidArgument as error:
            found += [schedule.problem_at(entry, each) for each in error.problems]
    return found


def next_slots(entry: ScheduledWork, zone: str, after: datetime, count: int) -> tuple[datetime, ...]:
    """The next slots of an entry after a moment, in UTC. An hour that does not exist is the one after it; one that comes twice counts once."""
    found: list[datetime] = []
    for each in CronSim(entry.cron, after.astimezone(ZoneInfo(zone))):
        slot = each.astimezone(UTC)
        # In the hour that comes twice the library begins with its first coming, which is past already.
        if slot > after and slot not in found:
            found.append(slot)
        if len(found) == count:
            break
    return tuple(found)


def last_slot(entry: ScheduledWork, zone: str, until: datetime) -> datetime | None:
    """The newest slot of an entry up to a moment, in UTC; None where there was none within five years."""
    # The library walks whole seconds; a slot of this very second counts.
    for each in CronSim(entry.cron, (until + timedelta(hours=3)).astimezone(ZoneInfo(zone)), reverse=True):
        slot = each.astimezone(UTC)
        if slot <= until:
            return slot
    return None


@dataclass
class Scheduler:
    """Asks for the jobs that are due in one workspace."""

    root: Path
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _read: tuple[int, int] | None = None
    """Change and size of the file when it was read."""
    _schedule: Schedule | None = None
    _handled: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """By entry, the slot up to which nothing is left to do."""

    def fire_due(self) -> tuple[Job, ...]:
        """Asks for what is due now; gives back the jobs that this call asked for.

        Raises:
            NotFound: no workspace.
            InvalidDocument: schedule.yaml cannot be used.
            Unavailable: the state database is out of reach.
        """
        workspace = open_workspace(self.root)
        self._look(workspace)
        if self._schedule is None:
            return ()
        fired: list[Job] = []
        for entry in self._schedule.entries:
            fired += self._fired(workspace, entry)
        return tuple(fired)

    def _look(self, workspace: Workspace) -> None:
        """Reads the file again where it has changed."""
        file = workspace.root / SCHEDULE_FILE
        found = file.stat() if file.is_file() else None
        seen = None if found is None else (found.st_mtime_ns, found.st_size)
        if seen != self._read:
            self._schedule = schedule_of(workspace)
            self._read = seen

    def _fired(self, workspace: Workspace, entry: ScheduledWork) -> tuple[Job, ...]:
        now, zone = self.clock(), workspace.settings.time_zone
        slot, rule = last_slot(entry, zone, now), f"{entry.cron} ({zone})"
        if slot is None or self._handled.get(entry.name) == (rule, slot):
            return ()
        jobs: tuple[Job, ...] = ()
        try:
            with workspace.state.transaction(SCHEDULE) as t:
                jobs = _fire(t, entry, rule, slot, now)
        except Conflict:
            return ()  # another worker has the slot; the next look sees what it did
        self._handled[entry.name] = (rule, slot)
        return jobs


def _fire(t: Transaction, entry: ScheduledWork, rule: str, slot: datetime, now: datetime) -> tuple[Job, ...]:
    """Deals with a slot that may be due, in one transaction with what is written down about it."""
    last = t.work.slots.last(entry.name, for_update=True)
    # What is new begins with its next slot.
    if last is None:
        t.work.slots.begin(entry.name, rule, now)
        return ()
    if last.rule != rule or last.fired_at > now + AHEAD:
        t.work.slots.keep(entry.name, rule, now, None)
        return ()
    if slot <= last.fired_at:
        return ()
    if entry.run_missed is RunMissed.SKIP and now - slot > GRACE:
        t.work.slots.keep(entry.name, rule, slot, None)
        return ()
    asked = [
        NewJob(kind, kept(KINDS[kind].checked(entry.arguments)), own_key(SCHEDULE, f"{entry.name}\n{slot.isoformat()}\n{kind}"))
        for kind in entry.kinds
    ]
    jobs = tuple(ask_within(t, each) for each in asked)
    t.work.slots.keep(entry.name, rule, slot, jobs[-1].job_id)
    return jobs
