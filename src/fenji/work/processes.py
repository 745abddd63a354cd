"""How do several workers work side by side? As processes of one that begins them again when they die, and ends them with itself."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

PARENT = "_FENJI_WORK_PARENT"
"""The environment variable that tells a worker which process began it."""

AGAIN_SECONDS = 2.0
"""How long a worker that died is not begun again: one that cannot begin must not do so a thousand times a second."""

END_SECONDS = 60.0
"""How long workers have to give their jobs back."""


def has_lost_parent(environment: Mapping[str, str]) -> bool:
    """Whether the process that began this worker, and would begin it again, is gone."""
    told = environment.get(PARENT)
    return told is not None and told != str(os.getppid())


def work_side_by_side(line: Sequence[str], count: int, *, until_done: bool) -> None:
    """Runs the same command line in several processes until this one is told to end; with ``until_done`` until all have ended.

    Args:
        line: program and arguments of one worker.
        count: of workers.
        until_done: whether workers end by themselves.
    """
    environment = {**os.environ, PARENT: str(os.getpid())}
    workers: list[subprocess.Popen[bytes]] = []
    try:
        workers += [_begin(line, environment) for _each in range(count)]
        while workers:
            time.sleep(AGAIN_SECONDS / 10)
            for place, each in enumerate(workers):
                if each.poll() is not None and not (until_done and each.returncode == 0):
                    time.sleep(AGAIN_SECONDS)
                    workers[place] = _begin(line, environment)
            if until_done:
                workers = [each for each in workers if each.poll() is None]
    finally:
        _end(workers)


def _begin(line: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(line, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program


def _end(workers: Sequence[subprocess.Popen[bytes]]) -> None:
    for each in workers:
        with suppress(ProcessLookupError):
            each.send_signal(signal.SIGTERM)
    until = time.monotonic() + END_SECONDS
    for each in workers:
        try:
            each.wait(max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            each.kill()
            each.wait()
