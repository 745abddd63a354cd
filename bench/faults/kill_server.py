"""Is a job lost or done twice where server processes are killed at any moment? Requests under keys, kills, and an account at the end.

    python bench/faults/kill_server.py --count 100 --seed 1 --folder /tmp/kills-server
    python bench/faults/kill_server.py --count 100 --seed 2 --folder /tmp/kills-server --database-url postgresql://fenji@localhost/kills

A real `fenji serve` with two workers and a worker for jobs. Clients ask for checks and lists under Idempotency-Keys and ask again under
the same key until they are answered, while at random moments one of its processes, or all of them, are killed. At the end: every key that
was answered is one job and the same one for every answer; every job has ended; none was done twice; what was read in between was right.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import httpx2
import psutil

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "tests"))

from fenji.domain.access import RIGHTS_OF, Role  # noqa: E402
from fenji.domain.jobs import JobState  # noqa: E402
from fenji.domain.people import NEVER_FOR_TOKENS  # noqa: E402
from fenji.language import Language  # noqa: E402
from fenji.work.asking import list_jobs  # noqa: E402
from fenji.workflow.access.people import add_person  # noqa: E402
from fenji.workflow.access.tokens import make_token  # noqa: E402
from fenji.workflow.checking import check_workspace  # noqa: E402
from fenji.workflow.initiating import init_workspace  # noqa: E402
from fenji.workflow.running import run_all  # noqa: E402
from fixtures.running_server import Running, free_port, running  # noqa: E402 - a script's neighbour

CUSTOMERS = 40
SOURCES = """
sources:
  - source: shops
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: paid}
"""
BODIES = ({"kind": "check"}, {"kind": "rules"}, {"kind": "segments"}, {"kind": "value"})
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
    trial.kill(given.count)
    faults = trial.ended()
    print(
        f"{given.count} moments, {dict(trial.killed)} killed, {len(trial.answered)} keys answered by {trial.answers} answers, {trial.read} right readings"
    )
    print(f"{len(faults)} faults", *faults, sep="\n")
    sys.exit(bool(faults))


class Trial:
    """A shop, its server, and two clients that never give up."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        """A shop of which every answer is known."""
        self.root, self.chance = root, chance
        init_workspace(root, template="spend", language=Language.EN)
        (root / "sources.yaml").write_text(SOURCES)
        lines = [f"{each},c{each},2025-06-15 12:00,{each}.00" for each in range(1, CUSTOMERS + 1)]
        (root / "orders.csv").write_text("\n".join(["order,customer,at,paid", *lines]) + "\n")
        run_all(root)
        settings = root / "fenji.toml"
        settings.write_text(settings.read_text("utf-8") + "\nrequests_per_minute = 0\n", "utf-8")
        add_person(root, "Client", "client", [Role.MANAGER])
        made = make_token(root, "client", "client", RIGHTS_OF[Role.MANAGER] - NEVER_FOR_TOKENS)
        self.headers = {"authorization": f"Bearer {made.text}"}
        self.port, self.stop = free_port(), threading.Event()
        self.killed: Counter[str] = Counter()
        self.other: subprocess.Popen[bytes] | None = None
        self.answered: dict[str, set[str]] = {}
        self.answers = self.read = 0
        self.faults: list[str] = []

    def kill(self, count: int) -> None:
        """So many moments."""
        clients = [threading.Thread(target=self.ask, args=(number,)) for number in range(2)]
        for each in clients:
            each.start()
        try:
            done = 0
            while done < count:
                with running(self.root, port=self.port) as server:
                    done += self.kill_in(server, count - done)
                    print(f"{done} of {count} moments: {dict(self.killed)}", flush=True)
        finally:
            self.stop.set()
            for each in clients:
                each.join()

    def kill_in(self, server: Running, most: int) -> int:
        """Kills processes of one server until nothing of it is left, or the count is reached."""
        done = 0
        while done < most and server.process.poll() is None:
            time.sleep(self.chance.uniform(0.2, 3.0))
            whole = psutil.Process(server.process.pid)
            below = whole.children(recursive=True)
            is_all = self.chance.random() < 0.15  # noqa: PLR2004 - one in seven takes all
            for each in [*below, whole] if is_all else [self.chance.choice(below)] if below else [whole]:
                try:
                    self.killed["worker of jobs" if is_for_jobs(each) else "server"] += 1
                    each.kill()
                except psutil.NoSuchProcess:
                    continue
            done += 1
            if is_all:
                server.process.wait(30)
            elif self.is_without_worker(server):
                # What `fenji serve` started for jobs is gone; whoever looks after the machine starts another.
                self.other = subprocess.Popen(
                    [sys.executable, "-m", "fenji", "work", "--workspace", str(self.root), "--until-done"],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        return done

    def is_without_worker(self, server: Running) -> bool:
        """Whether nobody does the jobs, neither below the server nor beside it."""
        below = psutil.Process(server.process.pid).children(recursive=True)
        return (self.other is None or self.other.poll() is not None) and not any(map(is_for_jobs, below))

    def ask(self, number: int) -> None:
        """One client: the same key again and again until it is answered, then once more; and a reading in between."""
        chance, at = random.Random(number), 0  # noqa: S311
        with httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", headers=self.headers, timeout=20) as client:
            while not self.stop.is_set():
                key, body, times = f"{number}-{at}", chance.choice(BODIES), 0
                at += 1
                while times < 2 and not self.stop.is_set():  # noqa: PLR2004 - an answer, and the same once more
                    try:
                        told = client.post("/api/v1/jobs", json=body, headers={"Idempotency-Key": key})
                        seen = client.get("/api/v1/tiers")
                    except httpx2.HTTPError:
                        time.sleep(0.2)
                        continue
                    if told.status_code == 202:  # noqa: PLR2004
                        times += 1
                        self.answers += 1
                        self.answered.setdefault(key, set()).add(told.json()["job_id"])
                    elif told.status_code not in (409, 503):
                        self.faults.append(f"{key}: {told.status_code} {told.text[:200]}")
                        break
                    if seen.status_code == 200:  # noqa: PLR2004
                        self.read += 1
                        if seen.json()["customers"] != CUSTOMERS:
                            self.faults.append(f"a reading gave {seen.json()['customers']} customers")
                    time.sleep(0.3)

    def ended(self) -> list[str]:
        """What is wrong once the last jobs are worked off."""
        subprocess.run(
            [sys.executable, "-m", "fenji", "work", "--workspace", str(self.root), "--until-done"],
            check=True,
            capture_output=True,
            timeout=1800,
        )
        jobs = {each.job_id: each for each in list_jobs(self.root, limit=ALL)}
        faults = list(self.faults)
        for key, ids in self.answered.items():
            if len(ids) != 1:
                faults.append(f"{key} was answered with {len(ids)} jobs")
            faults += [f"{key}: job {each} is lost" for each in ids if each not in jobs]
        ids_of = Counter(each for ids in self.answered.values() for each in ids)
        faults += [f"{job_id} answers {count} keys" for job_id, count in ids_of.items() if count > 1]
        unended = [
            job_id
            for job_id, each in jobs.items()
            if each.state is not JobState.DONE and (each.error is None or each.error.code != "worker_died")
        ]
        faults += [f"{job_id} is {jobs[job_id].state}" for job_id in unended]
        found = check_workspace(self.root, is_deep=True)
        return faults + [str(each) for each in found.damages]


def is_for_jobs(process: psutil.Process) -> bool:
    """Whether a process does the jobs; one that has just ended does not."""
    try:
        return "work" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    main()
