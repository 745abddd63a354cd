"""A run shows that it is alive; a beat that fails is left out and the next one comes."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta

import pytest

from fenji.errors import Unavailable
from fenji.state.heartbeat import PATIENCE, beating, is_alive

NOW = datetime(2026, 2, 3, tzinfo=UTC)


def test_beats_go_on_after_one_that_could_not_be_written():
    beats, enough = [], threading.Event()

    def beat():
        beats.append(1)
        if len(beats) == 1:
            raise Unavailable.of("busy")
        enough.set()

    with beating(beat, every=0.001):
        assert enough.wait(5)
    count = len(beats)
    assert not any(thread.name == "fenji-heartbeat" for thread in threading.enumerate())
    assert len(beats) == count


@pytest.mark.parametrize(
    ("host", "pid", "silent_for", "alive"),
    [
        ("here", None, timedelta(0), True),  # None: this process, whose number differs from worker to worker
        ("here", None, PATIENCE + timedelta(seconds=1), False),
        ("here", 2**22 + 1, timedelta(0), False),  # above the highest process number of Linux
        ("elsewhere", 2**22 + 1, timedelta(0), True),
        ("elsewhere", 2**22 + 1, PATIENCE + timedelta(seconds=1), False),
    ],
)
def test_a_writer_is_alive_by_its_process_here_and_by_its_beats_elsewhere(host, pid, silent_for, alive):
    number = os.getpid() if pid is None else pid
    assert is_alive(host=host, pid=number, heartbeat_at=NOW - silent_for, here="here", now=NOW) is alive
