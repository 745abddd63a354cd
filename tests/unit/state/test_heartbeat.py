"""A run shows that it is alive; a beat that fails is left out and the next one comes."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime

import pytest

from fenji.errors import Unavailable
from fenji.state.heartbeat import beating, is_gone

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
    ("host", "pid", "gone"),
    [
        ("here", None, False),  # None: this process, whose number differs from worker to worker
        ("here", 2**22 + 1, True),  # above the highest process number of Linux
        ("elsewhere", 2**22 + 1, False),
    ],
)
def test_a_process_is_gone_where_its_own_host_knows_it(host, pid, gone):
    assert is_gone(host=host, pid=os.getpid() if pid is None else pid, here="here") is gone
