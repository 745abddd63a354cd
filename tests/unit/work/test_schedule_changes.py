"""One entry comes into schedule.yaml or leaves it, and what others have written stays as it is."""

from __future__ import annotations

import pytest

from fenji.domain.jobs import JobKind
from fenji.errors import Conflict, NotFound
from fenji.work.schedule_changes import with_entry, without_schedule_entry
from fenji.work.scheduling import checked_schedule

TEXT = """# ours
schedule:
  # every night
  - name: nightly
    do: run
    when: every day at 02:30
  - name: weekly
    do: [value, churn]
    when: every monday at 03:00
"""


@pytest.mark.parametrize(
    "text", ["", "schedule:\n", "schedule: []\n", "# ours\nschedule: []\n", TEXT, TEXT.replace("\n  ", "\n")]
)
def test_an_entry_is_added_behind_the_others(text: str) -> None:
    before = checked_schedule(text).entries if "- name" in text else ()
    changed = with_entry(text, 'mine: "1"', [JobKind.RUN, JobKind.VALUE], "every day at 04:00")
    entries = checked_schedule(changed).entries
    assert [each.name for each in entries] == [*(each.name for each in before), 'mine: "1"']
    assert entries[-1].kinds == (JobKind.RUN, JobKind.VALUE)
    assert changed.startswith(text.rstrip().removesuffix(" []"))


def test_an_entry_is_taken_out_and_the_last_one_leaves_an_empty_list() -> None:
    left = without_schedule_entry(TEXT, "nightly")
    assert [each.name for each in checked_schedule(left).entries] == ["weekly"]
    assert left.startswith("# ours\n")
    assert checked_schedule(without_schedule_entry(left, "weekly")).entries == ()


def test_what_is_not_there_or_not_in_lines_is_refused() -> None:
    with pytest.raises(NotFound, match="nobody"):
        without_schedule_entry(TEXT, "nobody")
    flow = "schedule: [{name: a, do: run, when: every day at 02:30}]\n"
    with pytest.raises(Conflict):
        without_schedule_entry(flow, "a")
    with pytest.raises(Conflict):
        with_entry(flow, "b", [JobKind.RUN], "every day at 02:30")
