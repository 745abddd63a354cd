"""When does what work begin by itself? schedule.yaml, with every problem at its line.

.. code-block:: yaml

    schedule:
      - name: nightly
        do: run
        when: every day at 02:30
        with: {history: 24}
      - name: weekly
        do: [value, segments, churn, priority]
        when: every monday at 03:00
        run_missed: skip             # or once, which is what counts where nothing is said
      - name: monthly list
        do: export
        when: every month on day 1 at 04:00
        with: {of: value}
      - name: often
        do: check
        when: 15 */6 * * *           # cron: minute, hour, day, month, day of the week
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import pydantic
from cronsim import CronSim, CronSimError

from fenji.documents.reader import Document, parse_document, validated
from fenji.domain.jobs import JobKind
from fenji.errors import InvalidDocument, Problem, unknown_name
from fenji.language import message as _
from fenji.validation import Objection

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_AT = r"at (?P<hour>\d{1,2}):(?P<minute>\d{2})"
_DAILY = re.compile(rf"every day {_AT}")
_WEEKLY = re.compile(rf"every (?P<day>[a-z]+) {_AT}")
_MONTHLY = re.compile(rf"every month on (?:day (?P<day>\d{{1,2}})|the (?P<last>last) day) {_AT}")
_CRON_FIELDS = 5
_LAST_HOUR, _LAST_MINUTE, _LONGEST_MONTH = 23, 59, 31
_SURE_DAY = 28
"""The last day that every month has."""

ADVICE = _("Write `every day at 02:30`, `every monday at 03:00`, `every month on day 1 at 04:00`, or five fields of cron.")


class RunMissed(StrEnum):
    """What becomes of slots at which nobody worked."""

    ONCE = "once"
    """However many were missed, the work is done once, as soon as somebody works again."""
    SKIP = "skip"
    """It is not done until the next slot."""


@dataclass(frozen=True)
class ScheduledWork:
    """One entry of schedule.yaml."""

    name: str
    kinds: tuple[JobKind, ...]
    """What is done, in this order of asking."""
    arguments: dict[str, Any]
    """Of each of the jobs, unchecked."""
    when: str
    """In the words of the document."""
    cron: str
    """The same as five fields of cron, in the time zone of the workspace."""
    run_missed: RunMissed
    position: int
    """In the document, from 0."""


@dataclass(frozen=True)
class Schedule:
    """All of schedule.yaml."""

    entries: tuple[ScheduledWork, ...]
    document: Document

    def problem_at(self, entry: ScheduledWork, problem: Problem) -> Problem:
        """A problem with the arguments of an entry, placed at its line."""
        path = ("schedule", entry.position, "with")
        return Problem(problem.text, problem.values, self.document.place(path), problem.advice, problem.code)


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _Entry(_Strict):
    name: Annotated[pydantic.StrictStr, pydantic.Field(min_length=1, max_length=80)]
    do: pydantic.StrictStr | list[pydantic.StrictStr]
    when: pydantic.StrictStr
    run_missed: RunMissed = RunMissed.ONCE
    arguments: dict[str, Any] = pydantic.Field(default={}, alias="with")

    @pydantic.field_validator("do")
    @classmethod
    def _is_work(cls, told: str | list[str]) -> str | list[str]:
        if not told:
            raise Objection(_("'do' names no work."))
        for each in [told] if isinstance(told, str) else told:
            if each not in tuple(JobKind):
                raise Objection.of(unknown_name(_("kind of job"), each, JobKind))
        return told

    @pydantic.field_validator("when")
    @classmethod
    def _is_a_time(cls, told: str) -> str:
        cron_of(told)
        return told


class _ScheduleFile(_Strict):
    """The whole document."""

    schedule: list[_Entry] = []


def schedule_from_text(text: str, file: str) -> Schedule:
    """The schedule in a text.

    Args:
        text: the document.
        file: the name that problems carry.

    Raises:
        InvalidDocument: not YAML, unknown names, times that never come, or two entries of one name; all problems at once.
    """
    document = parse_document(text, file)
    read = validated(_ScheduleFile, document)
    InvalidDocument.raise_if(_named_twice(read, document))
    entries = tuple(
        ScheduledWork(
            name=each.name,
            kinds=tuple(map(JobKind, [each.do] if isinstance(each.do, str) else each.do)),
            arguments=each.arguments,
            when=each.when,
            cron=cron_of(each.when),
            run_missed=each.run_missed,
            position=position,
        )
        for position, each in enumerate(read.schedule)
    )
    return Schedule(entries, document)


def cron_of(words: str) -> str:
    """The five fields of cron that a time in words means.

    Raises:
        Objection: it means none.

    >>> cron_of("every day at 02:30"), cron_of("every monday at 3:00")
    ('30 2 * * *', '0 3 * * 1')
    >>> cron_of("every month on day 1 at 04:00"), cron_of("every month on the last day at 04:00")
    ('0 4 1 * *', '0 4 L * *')
    """
    told = " ".join(words.lower().split())
    if found := _DAILY.fullmatch(told):
        return f"{_time(found)} * * *"
    if (found := _WEEKLY.fullmatch(told)) and found["day"] != "day":
        if found["day"] not in _DAYS:
            raise Objection.of(unknown_name(_("day of the week"), found["day"], _DAYS))
        return f"{_time(found)} * * {_DAYS.index(found['day'])}"
    if found := _MONTHLY.fullmatch(told):
        return f"{_time(found)} {'L' if found['last'] else _day_of_month(found['day'])} * *"
    if len(told.split()) != _CRON_FIELDS:
        raise Objection(_("'{when}' is no time of a schedule."), advice=ADVICE, when=words[:80])
    try:
        next(CronSim(told, datetime(2026, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        raise Objection(
            _("'{when}' is no time of a schedule, or one that never comes."), advice=ADVICE, when=words[:80]
        ) from error
    return told


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found["hour"]), int(found["minute"])
    if hour > _LAST_HOUR or minute > _LAST_MINUTE:
        raise Objection(_("{time} is no time of a day; write 00:00 to 23:59."), time=f"{found['hour']}:{found['minute']}")
    return f"{minute} {hour}"


def _day_of_month(written: str) -> int:
    day = int(written)
    if not 1 <= day <= _LONGEST_MONTH:
        raise Objection(_("no month has a day {day}."), day=day)
    if day > _SURE_DAY:
        advice = _("Write `every month on the last day at 04:00`, or a day up to 28.")
        raise Objection(_("not every month has a day {day}."), advice=advice, day=day)
    return day


def _named_twice(read: _ScheduleFile, document: Document) -> list[Problem]:
    names: set[str] = set()
    found = []
    for position, each in enumerate(read.schedule):
        if each.name in names:
            text = _("the name '{name}' stands twice.")
            found.append(Problem(text, {"name": each.name}, document.place(("schedule", position, "name"))))
        names.add(each.name)
    return found
