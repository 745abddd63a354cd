"""What is left where a process is killed at any moment? Runs, repairs, prunings, backups and erasures, many hundred times; begun again where it was stopped.

    python bench/faults/kill.py --count 500 --seed 1 --folder /tmp/kills
    python bench/faults/kill.py --count 500 --seed 1 --folder /tmp/kills --database-url postgresql://fenji@localhost/kills

World: a shop with a new file for every run, customer n spends n yuan, so every answer is known. After each kill: ``fenji check`` finds
nothing, the tiers are those of before or after, and the next command leaves nothing of the killed one in scratch and store. An erasure
that was killed and begun again leaves no place where the person is known; rows that were read stay under no name, and files that are read anew are read without them.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from fenji.cli.main import answer

AS_OF = "2025-06-30"
CUSTOMERS = 40
SOURCES = """
sources:
  - source: shops
    feed: order_line
    files: export/
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: paid}
"""
FENJI = [sys.executable, "-m", "fenji"]
DEEP_EVERY, PRUNED_EVERY = 10, 4
"""Moments."""
MOST_FILES = 12
"""So that every moment costs the same."""


def main() -> None:
    """Kills until the count is reached, and ends with 1 where anything was wrong."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--count", type=int, default=60)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument(
        "--folder", type=Path, help="where a trial stands that may be stopped and goes on; a new one where not given"
    )
    asked.add_argument("--database-url", help="of the state; SQLite in the folder where not given")
    given = asked.parse_args()
    folder = given.folder.absolute() if given.folder else Path(tempfile.mkdtemp(prefix="fenji-kills-"))
    trial = Trial(folder, given.seed, given.database_url)
    while trial.done < given.count:
        trial.kill()
    faults = [each for each in trial.log() if each["faults"]]
    outcomes = Counter((each["verb"], each["ended"]) for each in trial.log())
    for (verb, ended), count in sorted(outcomes.items()):
        print(f"{verb:8} {ended:8} {count:5}")
    print(f"{trial.done} moments, {len(faults)} with faults")
    for each in faults:
        print(json.dumps(each))
    sys.exit(bool(faults))


class Trial:
    """One workspace that is killed again and again; each moment is a line of ``log.jsonl``, so that a stopped trial goes on."""

    def __init__(self, folder: Path, seed: int, database_url: str | None) -> None:
        self.folder, self.shop, self.seed = folder, folder / "shop", seed
        if database_url:
            os.environ["FENJI_DATABASE_URL"] = database_url
        folder.mkdir(parents=True, exist_ok=True)
        self.done = len(self.log())
        self.seconds: dict[str, float] = {}
        self.strays: list[str] = []
        self.victim = ""
        file = folder / "erased.json"
        self.erased: dict[str, bool] = json.loads(file.read_text()) if file.is_file() else {}
        if not (self.shop / "export").is_dir():
            self.told("init", str(self.shop), "--lang", "en", at=None)
            (self.shop / "sources.yaml").write_text(SOURCES)
            self.add_file()
            self.told("run", "--as-of", AS_OF)

    def log(self) -> list[dict]:
        """What has been seen so far."""
        file = self.folder / "log.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.is_file() else []

    def kill(self) -> None:
        """One moment: prepare, start, kill, look, clear up by one command, look again."""
        chance = random.Random(f"{self.seed}-{self.done}")  # noqa: S311 - moments, not secrets
        verb = chance.choice(tuple(VERBS))
        prepare, words = VERBS[verb]
        before = self.tiers()
        prepare(self, chance)
        # To prepare may be a run of its own; what is damaged gives no tiers.
        before = before if verb == "repair" else self.tiers()
        if verb not in self.seconds:
            self.seconds[verb] = self.measured(self.filled(words))
            prepare(self, chance)
            before = before if verb == "repair" else self.tiers()
        ended = self.killed(self.filled(words), chance.uniform(0.2, 1.0) * self.seconds[verb])
        if verb == "repair":
            # What was damaged may be damaged still; the repair after it must mend all of it.
            self.told("repair")
        faults, now = self.checked(), self.tiers()
        if now != before and not (verb == "run" and now[1:] == self.expected()):
            faults.append(f"the tiers were {before} and are {now}")
        if verb == "erase":
            faults += self.not_erased()
        self.told("run", "--as-of", AS_OF)
        after = self.tiers()
        if after[1:] != self.expected():
            faults.append(f"after the next run the tiers are {after} and not {self.expected()}")
        faults += self.checked(*(["--deep"] if self.done % DEEP_EVERY == 0 else [])) + self.leftovers()
        if self.done % PRUNED_EVERY == 0:
            self.told("prune", "--keep", "1")
        line = {"moment": self.done, "verb": verb, "ended": ended, "faults": faults}
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        self.done += 1

    def checked(self, *options: str) -> list[str]:
        """What ``fenji check`` finds, also what is left of ended processes in the store once a command has run after them."""
        code, found = self.asked("check", *options, "--workspace", str(self.shop), "--json")
        self.strays = found.get("strays", ["no answer"])
        if not code:
            return []
        return [f"check: {each['problem']['text']}" for each in found.get("damages", [])] or [str(found)]

    def leftovers(self) -> list[str]:
        """Scratch of processes that are gone, and folders in the store that no published run has, as the last check saw them."""
        own = f"fenji-{os.getpid()}@"
        scratch = (self.shop / "store" / ".scratch").glob("*")
        return [*(f"scratch {each.name}" for each in scratch if not each.name.startswith(own)), *self.strays]

    def tiers(self) -> tuple:
        """Run, customers and revenue."""
        found = self.told("tiers")
        return found["run_id"], found["customers"], float(found["net_revenue_12m"])

    def expected(self) -> tuple[int, float]:
        """What the files come to."""
        files = {each.stem.removeprefix("shop") for each in (self.shop / "export").glob("*.csv")}
        named = (each.removeprefix("S").split("-") for each, is_left_out in self.erased.items() if is_left_out)
        gone = [int(number) for shop, number in named if shop in files]
        paid = len(files) * CUSTOMERS * (CUSTOMERS + 1) // 2
        return len(files) * CUSTOMERS - len(gone), float(paid - sum(gone))

    def add_file(self) -> None:
        """One more shop: customer n orders once for n yuan. Beyond the most files all begins with one again."""
        folder = self.shop / "export"
        folder.mkdir(exist_ok=True)
        number = len(list(folder.iterdir()))
        if number >= MOST_FILES:
            for each in range(1, number):
                (folder / f"shop{each}.csv").unlink()
            # Whoever was erased is left out of files that are written again; the first stays as it was read.
            self.keep_erased({each: is_left_out or not each.startswith("S0-") for each, is_left_out in self.erased.items()})
            self.told("run", "--as-of", AS_OF)
            self.told("prune", "--keep", "1")
            number = 1
        lines = [f"S{number}-{each},S{number}-{each},2025-06-15 12:00,{each}.00" for each in range(1, CUSTOMERS + 1)]
        (folder / f"shop{number}.csv").write_text("\n".join(["order,customer,at,paid", *lines]) + "\n")

    def damage(self, chance: random.Random) -> None:
        """Two parts, of runs or of the raw rows behind them, are cut, changed or gone."""
        for file in chance.sample(sorted((self.shop / "store").glob("*.*/**/*.parquet")), 2):
            content = bytearray(file.read_bytes())
            harm = chance.choice(("gone", "cut", "changed"))
            if harm == "gone":
                file.unlink()
            elif harm == "cut":
                file.write_bytes(content[:-9])
            else:
                content[len(content) // 2] ^= 1
                file.write_bytes(content)

    def choose(self, chance: random.Random) -> None:
        """Somebody who will be erased."""
        shops = [each.stem.replace("shop", "S") for each in (self.shop / "export").glob("*.csv")]
        there = [f"{shop}-{number}" for shop in sorted(shops) for number in range(1, CUSTOMERS + 1)]
        self.victim = chance.choice([each for each in there if each not in self.erased])
        self.keep_erased({**self.erased, self.victim: False})

    def keep_erased(self, erased: dict[str, bool]) -> None:
        """Remembers who was erased, and whether files are read without them."""
        self.erased = erased
        (self.folder / "erased.json").write_text(json.dumps(erased))

    def not_erased(self) -> list[str]:
        """What is left of somebody once the killed erasure has been asked for again."""
        again = ("--workspace", str(self.shop), "--json")
        code, found = self.asked("person", "erase", self.victim, "--yes", *again)
        faults = [] if not code or found["error"]["code"] == "not_found" else [f"erase: {found}"]
        code, found = self.asked("person", "list-places", self.victim, *again)
        return faults if code and found["error"]["code"] == "not_found" else [*faults, f"{self.victim} is still there: {found}"]

    def filled(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words of a command, with the person it is about."""
        return tuple(each.format(victim=self.victim) for each in words)

    def measured(self, arguments: tuple[str, ...]) -> float:
        """How long a command takes that nobody kills."""
        began = time.monotonic()
        subprocess.run(self.line(arguments), check=True, capture_output=True, cwd=self.folder)
        return time.monotonic() - began

    def killed(self, arguments: tuple[str, ...], after: float) -> str:
        """Starts a command and kills it."""
        process = subprocess.Popen(self.line(arguments), stdout=subprocess.PIPE, text=True, cwd=self.folder)
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        return "killed" if process.returncode == -signal.SIGKILL else f"code {process.returncode}"

    def line(self, arguments: tuple[str, ...]) -> list[str]:
        """A command line of a process of its own."""
        return [*FENJI, *arguments, "--workspace", str(self.shop), "--json"]

    def told(self, *arguments: str, at: str | None = "--workspace") -> dict:
        """The answer of a command that must not fail."""
        where = [] if at is None else [at, str(self.shop)]
        code, answered = self.asked(*arguments, *where, "--json")
        if code:
            message = f"{arguments}: {code} {answered}"
            raise SystemExit(message)
        return answered

    def asked(self, *arguments: str) -> tuple[int, dict]:
        """A command in this process, which is never killed, and its answer, whatever comes of it."""
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(io.StringIO()):
            code = answer(arguments)
        return code, json.loads(out.getvalue())


def _grow(trial: Trial, _chance: random.Random) -> None:
    trial.add_file()


def _run_again(trial: Trial, _chance: random.Random) -> None:
    trial.told("run", "--as-of", AS_OF)


def _no_backup(trial: Trial, _chance: random.Random) -> None:
    (trial.folder / "backup.tar").unlink(missing_ok=True)


VERBS: dict[str, tuple[Callable[[Trial, random.Random], None], tuple[str, ...]]] = {
    "run": (_grow, ("run", "--as-of", AS_OF)),
    "repair": (Trial.damage, ("repair",)),
    "prune": (_run_again, ("prune", "--keep", "1")),
    "erase": (Trial.choose, ("person", "erase", "{victim}", "--yes")),
    "backup": (_no_backup, ("backup", "backup.tar", "--force")),
}


if __name__ == "__main__":
    main()
