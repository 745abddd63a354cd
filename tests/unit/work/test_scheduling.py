"""Each slot of the schedule fires exactly once: over hours that are skipped or come twice, clocks set back and ahead, and several workers."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from fenji.documents.schedule import RunMissed, ScheduledWork, cron_of, schedule_from_text
from fenji.domain.jobs import JobKind
from fenji.errors import InvalidDocument
from fenji.language import Language
from fenji.work.asking import list_jobs
from fenji.work.scheduling import AHEAD, GRACE, SCHEDULE, Scheduler, last_slot, next_slots
from fenji.work.telling import show_schedule
from fenji.workspace.folder import open_workspace

BERLIN = "Europe/Berlin"
NIGHTLY = """
schedule:
  - name: nightly
    do: run
    when: every day at 02:30
    with: {history: 24}
"""


def entry(when, run_missed=RunMissed.ONCE):
    return ScheduledWork("x", (JobKind.RUN,), {}, when, cron_of(when), run_missed, 0)


def at(text, zone="Asia/Shanghai"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class Clock:
    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


def slots(root):
    """When the entries fired, by the jobs that were asked for."""
    return len(list_jobs(root, limit=999))


def scheduled(root, text, now):
    (root / "schedule.yaml").write_text(text)
    clock = Clock(now)
    scheduler = Scheduler(root, clock)
    assert scheduler.fire_due() == ()
    return scheduler, clock


@pytest.mark.parametrize(
    ("when", "cron"),
    [
        ("every day at 02:30", "30 2 * * *"),
        ("Every  Sunday at 23:59", "59 23 * * 0"),
        ("every month on day 28 at 00:00", "0 0 28 * *"),
        ("every month on the last day at 4:05", "5 4 L * *"),
        ("15 */6 * * 1-5", "15 */6 * * 1-5"),
    ],
)
def test_times_in_words_and_cron(when, cron):
    assert cron_of(when) == cron


def test_every_problem_of_a_schedule_is_told_at_its_line():
    text = """
schedule:
  - {name: a, do: rnu, when: every day at 02:30}
  - {name: b, do: run, when: every day at 24:00}
  - {name: c, do: run, when: every moonday at 03:00}
  - {name: d, do: run, when: every month on day 31 at 03:00}
  - {name: e, do: run, when: 0 0 31 2 *}
  - {name: f, do: run, when: now and then}
  - {name: g, do: [], when: every day at 02:30, run_missed: twice, wiht: {}}
"""
    with pytest.raises(InvalidDocument) as failed:
        schedule_from_text(text, "schedule.yaml")
    found = [(each.place.row, each.describe(Language.EN)) for each in failed.value.problems]
    assert sorted({row for row, _words in found}) == [3, 4, 5, 6, 7, 8, 9]
    words = "\n".join(line for _row, line in found)
    for said in (
        "'rnu'",
        "run?",
        "24:00 is no time",
        "monday",
        "day 31",
        "never comes",
        "'now and then'",
        "names no work",
        "wiht",
    ):
        assert said in words
    with pytest.raises(InvalidDocument, match="stands twice"):
        schedule_from_text(NIGHTLY + NIGHTLY.replace("\nschedule:\n", ""), "schedule.yaml")


def test_arguments_of_scheduled_work_are_checked_at_their_line(shop):
    (shop / "schedule.yaml").write_text(NIGHTLY.replace("history: 24", "histroy: 24"))
    with pytest.raises(InvalidDocument) as failed:
        Scheduler(shop).fire_due()
    (problem,) = failed.value.problems
    assert (problem.place.file, problem.place.row) == ("schedule.yaml", 6)
    assert "history" in problem.describe(Language.EN)


def test_the_hour_that_is_skipped_and_the_hour_that_comes_twice_have_one_slot_each():
    daily = entry("every day at 02:30")
    local = [
        each.astimezone(ZoneInfo(BERLIN)).isoformat() for each in next_slots(daily, BERLIN, at("2026-03-28T12:00", BERLIN), 2)
    ]
    assert local == ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]
    autumn = next_slots(daily, BERLIN, at("2026-10-24T12:00", BERLIN), 2)
    assert [each.isoformat() for each in autumn] == ["2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"]
    # Asked within the second coming of the hour, the first one has been.
    between = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    assert next_slots(daily, BERLIN, between, 1) == autumn[1:]


@pytest.mark.parametrize(
    "when", ["every day at 02:30", "every sunday at 02:00", "15 */6 * * *", "every month on the last day at 02:59"]
)
def test_looking_back_finds_what_looking_ahead_found(when):
    work, first = entry(when), datetime(2026, 1, 1, tzinfo=UTC)
    ahead = [each for each in next_slots(work, BERLIN, first, 2000) if each < datetime(2027, 1, 1, tzinfo=UTC)]
    for before, after in pairwise(ahead):
        assert last_slot(work, BERLIN, after) == after
        assert last_slot(work, BERLIN, after - timedelta(seconds=1)) == before


def test_an_entry_fires_at_its_next_slot_once_and_not_for_its_past(shop):
    scheduler, clock = scheduled(shop, NIGHTLY, at("2026-02-03T12:00"))
    clock.now = at("2026-02-04T02:29:59")
    assert scheduler.fire_due() == ()
    clock.now = at("2026-02-04T02:30")
    (job,) = scheduler.fire_due()
    assert (job.kind, job.arguments, job.principal) == (JobKind.RUN, {"history": 24}, SCHEDULE)
    assert scheduler.fire_due() == ()
    assert Scheduler(shop, clock).fire_due() == ()
    clock.now = at("2026-02-05T02:30:01")
    assert len(Scheduler(shop, clock).fire_due()) == 1
    assert slots(shop) == 2


def test_several_workers_fire_a_slot_once(shop):
    _scheduler, clock = scheduled(shop, NIGHTLY, at("2026-02-03T12:00"))
    clock.now = at("2026-02-04T02:30")
    workers = [Scheduler(shop, clock) for _each in range(6)]
    threads = [threading.Thread(target=each.fire_due) for each in workers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert slots(shop) == 1


def test_missed_slots_run_once_or_are_skipped(shop):
    both = NIGHTLY + NIGHTLY.replace("\nschedule:\n", "").replace("nightly", "other").replace("do: run", "do: check").replace(
        "with: {history: 24}", "run_missed: skip"
    )
    scheduler, clock = scheduled(shop, both, at("2026-02-03T12:00"))
    clock.now = at("2026-02-08T09:00")
    assert [each.kind for each in scheduler.fire_due()] == [JobKind.RUN]
    assert scheduler.fire_due() == ()
    clock.now = at("2026-02-09T02:30") + GRACE
    assert [each.kind for each in scheduler.fire_due()] == [JobKind.RUN, JobKind.CHECK]


def test_a_clock_that_is_set_back_fires_nothing_again(shop):
    scheduler, clock = scheduled(shop, NIGHTLY, at("2026-02-03T12:00"))
    clock.now = at("2026-02-04T02:30")
    assert len(scheduler.fire_due()) == 1
    clock.now = at("2026-02-04T02:00")
    assert scheduler.fire_due() == ()
    clock.now = at("2026-02-04T02:31")
    assert (scheduler.fire_due(), Scheduler(shop, clock).fire_due()) == ((), ())


def test_a_clock_that_was_years_ahead_does_not_silence_the_schedule(shop):
    scheduler, clock = scheduled(shop, NIGHTLY, at("2026-02-03T12:00"))
    clock.now = at("2031-02-04T02:30")
    assert len(scheduler.fire_due()) == 1
    clock.now = at("2026-02-04T02:30")
    assert timedelta(days=365) > AHEAD
    assert scheduler.fire_due() == ()
    clock.now = at("2026-02-05T02:30")
    assert len(scheduler.fire_due()) == 1


def test_a_changed_time_begins_anew_and_a_file_that_is_gone_ends_it(shop):
    scheduler, clock = scheduled(shop, NIGHTLY, at("2026-02-03T12:00"))
    (shop / "schedule.yaml").write_text(NIGHTLY.replace("02:30", "01:00"))
    clock.now = at("2026-02-04T02:30")
    assert scheduler.fire_due() == ()
    clock.now = at("2026-02-05T01:00")
    assert len(scheduler.fire_due()) == 1
    (shop / "schedule.yaml").unlink()
    clock.now = at("2026-02-06T02:30")
    assert scheduler.fire_due() == ()


def test_the_next_five_times_are_those_of_the_workspace(shop):
    (shop / "schedule.yaml").write_text(NIGHTLY)
    told = show_schedule(shop, now=at("2026-02-03T12:00"))
    assert told.time_zone == open_workspace(shop).settings.time_zone == "Asia/Shanghai"
    assert [each.isoformat() for each in told.entries[0].next] == [f"2026-02-{day:02}T02:30:00+08:00" for day in range(4, 9)]
