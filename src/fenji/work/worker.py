"""Who does the jobs? A process that takes one after the other, until it is told to end or nothing is left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fenji.domain.jobs import Job
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, FenjiError
from fenji.language import message as _
from fenji.private_files import private_folder
from fenji.state.serving.rates import KEPT, STRETCH_SECONDS
from fenji.work.attempt import Attempt
from fenji.work.scheduling import Scheduler
from fenji.work.watching import Watch
from fenji.workflow.sending.due import send_due
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.job_files import sweep

POLL_SECONDS = 1.0
"""How often a worker without work looks for some."""

SEND_SECONDS = 5.0
"""How often a worker looks for messages that are due."""

TROUBLE_SECONDS = 5.0
"""How long it waits where the state database is out of reach, or a document cannot be used."""

SWEEP_SECONDS = 3600.0
"""How often old files of jobs are removed."""

WORKER = Principal(PrincipalKind.SYSTEM, "worker")
"""Who takes jobs; they are done in the names of those who asked."""


@dataclass
class Worker:
    """One process at work on one workspace."""

    root: Path
    is_ending: Callable[[], bool] = lambda: False
    """Whether this process has been told to end."""
    tell_bug: Callable[[Exception], None] = lambda _error: None
    """Told of failures that nobody foresaw, and of what keeps it from working."""
    watch: Watch = field(default_factory=Watch)

    def work_once(self) -> Job | None:
        """Does the next job, if there is one, and gives it back as it stands then; None where nothing can be done now.

        Raises:
            NotFound: no workspace.
            Unavailable: the state database is out of reach.
        """
        workspace = open_workspace(self.root)
        job = self._claimed(workspace)
        if job is None:
            return None
        Attempt(workspace, job, self.is_ending, self.tell_bug).carry_out()
        with workspace.state.reading() as t:
            return t.work.jobs.get(job.job_id)

    def work_forever(self, stop: threading.Event, *, until_done: bool = False) -> int:
        """Does job after job, and begins those of the schedule when they are due.

        Args:
            stop: set by whoever ends it; a job at work is given back at its next step.
            until_done: ends when no job waits or is at work any more.

        Returns:
            How many jobs it has done.
        """
        done = 0
        with self._keeping_time(stop):
            while not stop.is_set() and not self.is_ending():
                try:
                    if self.work_once() is not None:
                        done += 1
                        continue
                    if until_done and not _is_anything_left(open_workspace(self.root)):
                        break
                except FenjiError as error:
                    # A slip in fenji.toml while it is edited, or a server that begins anew, must not end the worker.
                    self.tell_bug(error)
                    stop.wait(TROUBLE_SECONDS)
                    continue
                stop.wait(POLL_SECONDS)
        return done

    @contextmanager
    def _keeping_time(self, stop: threading.Event) -> Iterator[None]:
        """Fires the schedule and sends what is due from threads of their own: neither waits for the job at work, nor for the other."""
        ended, scheduler = threading.Event(), Scheduler(self.root)
        swept = -SWEEP_SECONDS

        def keep_time() -> None:
            nonlocal swept
            scheduler.fire_due()
            if time.monotonic() - swept >= SWEEP_SECONDS:
                swept = time.monotonic()
                workspace = open_workspace(self.root)
                sweep(workspace, scheduler.clock())
                with workspace.state.transaction(WORKER) as t:
                    t.serving.rates.forget_before(int(scheduler.clock().timestamp()) // STRETCH_SECONDS - 2 * KEPT)

        rounds = (("fenji-schedule", keep_time, POLL_SECONDS), ("fenji-sending", lambda: send_due(self.root), SEND_SECONDS))
        threads = [
            threading.Thread(target=self._round, args=(do, pause, stop, ended), name=name, daemon=True)
            for name, do, pause in rounds
        ]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            ended.set()
            for each in threads:
                each.join()

    def _round(self, do: Callable[[], object], pause: float, stop: threading.Event, ended: threading.Event) -> None:
        """Does something again and again; what keeps it from being done is told, and it is tried again."""
        while not ended.is_set() and not stop.is_set():
            try:
                do()
            except FenjiError as error:
                self.tell_bug(error)
                ended.wait(TROUBLE_SECONDS)
            ended.wait(pause)

    def _claimed(self, workspace: Workspace) -> Job | None:
        private_folder(workspace.store)
        workspace.state.prepare()
        with workspace.state.reading() as t:
            dead = self.watch.dead(t.work.jobs.running())
            if not dead and not t.work.jobs.has_waiting():
                return None
        with workspace.state.transaction(WORKER) as t:
            job = t.work.claims.claim(dead=dead)
            if job is not None:
                is_taken_over = any(each.job_id == job.job_id for each in dead)
                text = _("taken over from a worker that died, attempt {count}") if is_taken_over else _("begun, attempt {count}")
                if is_taken_over or job.error is None or job.error.code != Conflict.code:
                    t.work.jobs.log(job.job_id, text, count=job.attempts)
            return job


def _is_anything_left(workspace: Workspace) -> bool:
    with workspace.state.reading() as t:
        return bool(t.work.jobs.running()) or t.work.jobs.has_waiting(now_or_later=True)


def work_once(root: Path) -> Job | None:
    """Does the next job of a workspace in this process; see ``Worker.work_once``."""
    return Worker(root).work_once()
