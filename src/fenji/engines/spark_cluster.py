"""Is there a cluster? A master that cannot be reached, or has no worker to give, is said within half a minute instead of waited for."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from fenji.engines.spark_failures import CANCELLED, lost_cluster
from fenji.language import message as _

WAIT = 25.0
"""Seconds within which a master must answer and give a worker, on a machine that has nothing else to do."""

_REACHED = 5.0
"""Seconds within which a host must take a connection."""

_GLANCE = 5.0
"""Seconds between two looks at the workers."""


def is_standalone(master: str) -> bool:
    """Whether a master is one of Spark's own kind of cluster, of which we know how it gives workers."""
    return master.startswith("spark://")


def require_master(master: str) -> None:
    """Nothing, where one of the hosts of a standalone master takes a connection.

    Raises:
        Unavailable: none does.
    """
    details = []
    for host, port in _hosts(master):
        try:
            socket.create_connection((host, port), timeout=_REACHED).close()
        except OSError as error:
            details.append(f"{host}:{port}: {error.strerror or error}")
        else:
            return
    raise lost_cluster(_("the Spark master {master} cannot be reached: {detail}"), master, detail="; ".join(details))


def _hosts(master: str) -> Sequence[tuple[str, int]]:
    named = re.findall(r"(\[[^\]]+\]|[^,:/]+)(?::([0-9]+))?(?=,|$)", master.removeprefix("spark://"))
    return [(host.strip("[]"), int(port or 7077)) for host, port in named]


def started(start: Callable[[], Any], master: str, give_up: Callable[[], None]) -> Any:  # noqa: ANN401 - pyspark is imported only where it is used
    """What a start of a session comes to, where the master takes it on in time.

    Args:
        start: opens the session; waits as long as Spark does.
        master: of the cluster.
        give_up: ends what waits.

    Raises:
        Unavailable: the master does not answer.
    """
    found: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(start())
        except BaseException as error:  # noqa: BLE001 - raised in the thread that asked
            failed.append(error)

    thread = threading.Thread(target=run, name="fenji-spark-start", daemon=True)
    thread.start()
    seconds = _patience()
    thread.join(seconds)
    if thread.is_alive():
        give_up()
        thread.join(_REACHED)
        raise lost_cluster(_("the Spark master {master} gives no answer within {seconds} s."), master, seconds=round(seconds))
    if failed:
        raise failed[0]
    return found[0]


def _patience() -> float:
    """``WAIT``, and longer where several processes wait for each core: then our own start is slow, and not the master."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return WAIT * max(1.0, load / (os.cpu_count() or 1))


def workers_of(session: Any) -> int:  # noqa: ANN401 - pyspark is imported only where it is used
    """How many executors work for a session."""
    # The driver is one of them.
    return int(session.sparkContext._jsc.sc().getExecutorMemoryStatus().size()) - 1  # noqa: SLF001 - pyspark has no public name for it


def require_workers(session: Any, master: str) -> None:  # noqa: ANN401 - pyspark is imported only where it is used
    """Waits until a worker has taken on the session.

    Raises:
        Unavailable: none has within ``WAIT`` seconds.
    """
    seconds = _patience()
    end = time.monotonic() + seconds
    while workers_of(session) < 1:
        if time.monotonic() > end:
            text = _("no worker of the Spark cluster at {master} has taken on the work within {seconds} s.")
            raise lost_cluster(text, master, seconds=round(seconds))
        time.sleep(0.1)


class Watch:
    """Looks after the workers of a session: jobs that nobody works on any more are cancelled, as Spark would wait for ever."""

    def __init__(self, session: Any) -> None:  # noqa: ANN401 - pyspark is imported only where it is used
        self._session = session
        self._ended = threading.Event()
        threading.Thread(target=self._look, name="fenji-spark-watch", daemon=True).start()

    def end(self) -> None:
        """Looks no longer."""
        self._ended.set()

    def _look(self) -> None:
        missing_since: float | None = None
        while not self._ended.wait(_GLANCE):
            try:
                if workers_of(self._session) > 0:
                    missing_since = None
                    continue
                missing_since = missing_since or time.monotonic()
                if time.monotonic() - missing_since > _patience() - _GLANCE:
                    for job in self._session.sparkContext.statusTracker().getActiveJobsIds():
                        self._session.sparkContext._jsc.sc().cancelJob(job, CANCELLED)  # noqa: SLF001 - the public one takes no reason
            except Exception:  # noqa: BLE001 - the session has ended, which its own questions tell
                return
