"""What is left where workers are killed at any moment, while they do jobs side by side? No job is lost, none is done twice, every published run is whole.

    python bench/faults/kill_work.py --count 200 --seed 1 --folder /tmp/kills
    python bench/faults/kill_work.py --count 200 --seed 1 --folder /tmp/kills --database-url postgresql://fenji@localhost/kills

World: a shop with a new file for every run, customer n spends n yuan, so every answer is known; two workers, and a schedule that fires
every minute. Each moment: one of the workers is killed while it has a job, at any part of the time that such a job takes, and another
one is begun. At the end the last jobs are worked off, and everything that was asked for must have been done, once.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from fenji.domain.jobs import Job, JobKind, JobState
from fenji.domain.runs import RunStatus
from fenji.language import Language
from fenji.state.transaction import Transaction
from fenji.work.asking import list_jobs, start_job
from fenji.work.scheduling import SCHEDULE
from fenji.workflow.checking import check_workspace
from fenji.workflow.initiating import init_workspace
from fenji.workflow.tiers import tiers_of_run
from fenji.workspace.folder import open_workspace
from fenji.workspace.job_files import result_file

AS_OF = "2025-06-30"
CUSTOMERS = 40
SOURCES = """
sources:
  - source: shops
    feed: order_line
    files: export/
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: paid}
"""
WORKERS, WAITING = 2, 3
"""Processes at work, and jobs that wait for them at least."""
MIXED = (
    (JobKind.RUN, {"as_of": AS_OF}),
    (JobKind.RULES, {}),
    (JobKind.TIERS, {}),
    (JobKind.LIST, {"form": "csv"}),
    (JobKind.RUN, {"as_of": AS_OF}),
    (JobKind.SEGMENTS, {}),
    (JobKind.CHECK, {}),
)
MOST_DEATHS = 3
"""Of the workers of one job: a job at which five have died has failed, and must."""
PATIENCE_SECONDS = 600
ALL = 1_000_000


def main() -> None:
    """Kills until the count is reached, and ends with 1 where anything was wrong."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--count", type=int, default=60)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--folder", type=Path, help="where the trial stands; a new one where not given")
    asked.add_argument("--database-url", help="of the state; SQLite in the folder where not given")
    given = asked.parse_args()
    if given.database_url:
        os.environ["FENJI_DATABASE_URL"] = given.database_url
    folder = given.folder.absolute() if given.folder else Path(tempfile.mkdtemp(prefix="fenji-kills-"))
    trial = Trial(folder / "shop", random.Random(given.seed))  # noqa: S311 - moments, not secrets
    began = time.monotonic()
    try:
        trial.kill(given.count)
        faults = trial.ended()
    finally:
        trial.close()
    for kind, count in sorted(trial.killed.items()):
        print(f"{kind:10} {count:5} workers killed")
    jobs = list_jobs(trial.shop, limit=ALL)
    print(f"{len(jobs)} jobs, {sum(each.attempts for each in jobs)} attempts, {round(time.monotonic() - began)} s")
    print(f"{given.count} moments, {len(faults)} faults")
    for each in faults:
        print(each)
    sys.exit(bool(faults))


class Trial:
    """One workspace whose workers are killed again and again."""

    def __init__(self, shop: Path, chance: random.Random) -> None:
        self.shop, self.chance = shop, chance
        init_workspace(shop, language=Language.EN)
        (shop / "sources.yaml").write_text(SOURCES)
        (shop / "export").mkdir()
        self.files = 0
        self.asked: list[str] = []
        self.killed: Counter[str] = Counter()
        self.seconds: dict[JobKind, float] = {}
        self.add_file()
        self.ask(*MIXED[0])
        self.workers = [self.begin() for _each in range(WORKERS)]
        self.wait_until(lambda: all(each.has_ended for each in list_jobs(shop, kind=JobKind.RUN)))
        # Before the first run there is nothing to check.
        (shop / "schedule.yaml").write_text('schedule:\n  - {name: often, do: check, when: "* * * * *"}\n')

    def kill(self, count: int) -> None:
        """So many moments."""
        for moment in range(count):
            while len([each for each in list_jobs(self.shop, limit=50) if not each.has_ended]) < WAITING + WORKERS:
                self.ask(*MIXED[len(self.asked) % len(MIXED)])
            job = self.victim()
            time.sleep(self.chance.uniform(0, 1.2) * self.seconds.get(job.kind, 1.0))
            place = next(place for place, each in enumerate(self.workers) if each.pid == job.pid)
            self.workers[place].send_signal(signal.SIGKILL)
            self.workers[place].wait()
            self.killed[job.kind] += 1
            self.workers[place] = self.begin()
            self.measure()
            print(f"\r{moment + 1}", end="", file=sys.stderr, flush=True)

    def victim(self) -> Job:
        """A job that one of the workers has, and at which few have died."""
        found: list[Job] = []

        def is_there() -> bool:
            own = {each.pid for each in self.workers}
            at_work = list_jobs(self.shop, states=[JobState.RUNNING])
            found[:] = [each for each in at_work if each.pid in own and each.attempts <= MOST_DEATHS]
            return bool(found)

        self.wait_until(is_there)
        return self.chance.choice(found)

    def ended(self) -> list[str]:
        """Works off what is left, and tells what is wrong."""
        self.wait_until(lambda: all(each.has_ended for each in list_jobs(self.shop, limit=ALL)))
        jobs = list_jobs(self.shop, limit=ALL)
        faults = [f"{each.job_id} {each.kind}: {each.state} {each.error}" for each in jobs if each.state is not JobState.DONE]
        lost = {*self.asked} - {each.job_id for each in jobs}
        faults += [f"lost: {each}" for each in sorted(lost)]
        with open_workspace(self.shop).state.reading() as t:
            faults += [*self.done_twice(t, jobs), *_fired_twice(jobs)]
            if not t.audit.verify().entries:
                faults.append("the audit log is empty")
        checked = check_workspace(self.shop, is_deep=True)
        faults += [f"check: {each}" for each in (*checked.damages, *checked.strays)]
        faults += self.wrong_answers(jobs)
        return faults

    def done_twice(self, t: Transaction, jobs: tuple[Job, ...]) -> list[str]:
        """Runs that no job has, or that several have; analyses that were published twice on one run."""
        runs = [each for each in t.runs.list_runs(limit=ALL) if each.status is RunStatus.PUBLISHED]
        of_jobs = Counter(each.result.run_id for each in jobs if each.kind is JobKind.RUN)
        published = Counter(each.run_id for each in runs if each.new.command == "run")
        faults = [] if of_jobs == published else [f"runs of jobs {of_jobs} and published runs {published}"]
        analyses = Counter((each.new.command, each.new.base_run_id) for each in runs if each.new.base_run_id is not None)
        faults += [f"published {count} times: {what}" for what, count in analyses.items() if count > 1]
        at_work = [each.run_id for each in t.runs.list_runs(limit=ALL) if each.status is RunStatus.RUNNING]
        return [*faults, *(f"still at work: {each}" for each in at_work)]

    def wrong_answers(self, jobs: tuple[Job, ...]) -> list[str]:
        """Runs whose customers are not those of the files of some moment, and lists that are not whole."""
        possible = {number * CUSTOMERS: number * CUSTOMERS * (CUSTOMERS + 1) // 2 for number in range(1, self.files + 1)}
        faults, workspace = [], open_workspace(self.shop)
        for each in jobs:
            if each.kind is JobKind.RUN:
                found = tiers_of_run(self.shop, str(each.result.run_id))
                if possible.get(found.customers) != found.net_revenue_12m:
                    faults.append(f"{each.result.run_id}: {found.customers} customers, {found.net_revenue_12m}")
            if each.kind is JobKind.LIST:
                rows = len(result_file(workspace, each).read_text("utf-8-sig").splitlines()) - 1
                if rows not in possible:
                    faults.append(f"{each.result.file}: {rows} rows")
            if each.kind is JobKind.CHECK and json.loads(result_file(workspace, each).read_text("utf-8"))["en"]["damages"]:
                faults.append(f"{each.job_id}: damages")
        return faults

    def ask(self, kind: JobKind, arguments: dict[str, object]) -> None:
        """Asks for a job; before a run there is a new file."""
        if kind is JobKind.RUN:
            self.add_file()
        self.asked.append(start_job(self.shop, kind, arguments).job_id)

    def add_file(self) -> None:
        """One more shop: customer n orders once for n yuan. It appears whole."""
        self.files += 1
        lines = [f"S{self.files}-{each},S{self.files}-{each},2025-06-15 12:00,{each}.00" for each in range(1, CUSTOMERS + 1)]
        beside = self.shop / f"shop{self.files}.part"
        beside.write_text("\n".join(["order,customer,at,paid", *lines]) + "\n")
        beside.rename(self.shop / "export" / f"shop{self.files}.csv")

    def measure(self) -> None:
        """How long jobs take, so that they are killed in any part of it."""
        for each in list_jobs(self.shop, states=[JobState.DONE], limit=20):
            if each.started_at is not None and each.ended_at is not None:
                self.seconds[each.kind] = (each.ended_at - each.started_at).total_seconds()

    def begin(self) -> subprocess.Popen[bytes]:
        """One worker."""
        line = [sys.executable, "-m", "fenji", "work", "--nice", "0", "--workspace", str(self.shop), "--json"]
        return subprocess.Popen(line, stdout=subprocess.DEVNULL)

    def wait_until(self, is_so: object) -> None:
        """Looks again and again; a worker that ended by itself is a fault of its own."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not is_so():  # type: ignore[operator]
            gone = [each.returncode for each in self.workers if each.poll() is not None]
            if gone or time.monotonic() > until:
                left = [f"{each.job_id} {each.kind} {each.state}" for each in list_jobs(self.shop) if not each.has_ended]
                message = f"workers ended: {gone}; left: {left}"
                raise SystemExit(message)
            time.sleep(0.05)

    def close(self) -> None:
        """Ends the workers in good order."""
        for each in self.workers:
            each.terminate()
        for each in self.workers:
            each.wait()


def _fired_twice(jobs: tuple[Job, ...]) -> list[str]:
    """Minutes of the schedule with more than one job."""
    minutes = Counter(f"{each.created_at:%Y-%m-%d %H:%M}" for each in jobs if each.principal == SCHEDULE)
    return [f"fired {count} times: {minute}" for minute, count in minutes.items() if count > 1]


if __name__ == "__main__":
    main()
