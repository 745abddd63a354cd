"""Is the process that writes a run still alive? It says so every few seconds, and others can look at its process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from fenji.errors import Unavailable

BEAT_SECONDS = 15.0
"""Eight beats fit into the time of patience: a busy disk may swallow some of them."""

PATIENCE = timedelta(minutes=2)
"""A run whose last beat is so far from our clock is silent, or its clock is another one than ours."""

WATCHED_SECONDS = 3 * BEAT_SECONDS
"""Who is silent and does not beat for so long, while somebody looks, is dead wherever its process was: no clock decides that."""


@contextmanager
def beating(beat: Callable[[], None], *, every: float = BEAT_SECONDS) -> Iterator[None]:
    """Calls ``beat`` from a thread of its own until the block ends. A beat that cannot be written now is left out."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(every):
            with suppress(Unavailable):
                beat()

    thread = threading.Thread(target=work, name="fenji-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def is_gone(*, host: str, pid: int, here: str) -> bool:
    """Whether this host knows that a process has ended; False of processes of other hosts, about which it knows nothing."""
    # Signal 0 asks about a process on POSIX; on Windows it would interrupt it, so there only the beats count.
    if host != here or os.name != "posix":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
