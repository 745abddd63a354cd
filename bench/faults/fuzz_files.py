"""Does a broken file ever break fenji? Good files of every kind are broken in thousands of ways and brought to the door.

Usage: python bench/faults/fuzz_files.py [--count 2000] [--seed 0] [--map-every 1] [--run-every 10] [--folder FOLDER]

Each file is broken by its number and the seed, so that one can be made again: --only NUMBER keeps it and says what happened. A process with
at most 2 GB of data (not of address space: libraries reserve a gigabyte that they never touch) brings one after the other: what stands in it
is looked at as `fenji map` does, all of it is read as `fenji run` does, and the commands themselves get as many as --map-every and
--run-every say. An answer is read (exit code 0 or 6) or refused (2, 3, 5); anything else is unhandled: "our mistake" (70), an exception, an
end of the process, more than 60 seconds. Results are kept in FOLDER/results.jsonl; started again, it goes on where it stopped. The exit code
is 1 where anything was unhandled.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from mutations import broken  # noqa: E402 - a script's neighbour
from whole_files import CHINESE, whole_files  # noqa: E402 - a script's neighbour

MOST_MEMORY = 2 << 30
MOST_SECONDS = 60
READ, REFUSED = {0, 6}, {2, 3, 5}
AS_OF = "2025-12-31"


def main() -> int:
    """Runs the driver, or one worker of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "data" / "fuzz")
    parser.add_argument("--map-every", type=int, default=1)
    parser.add_argument("--run-every", type=int, default=10)
    parser.add_argument("--only", type=int)
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.worker is not None or given.only is not None:
        first = given.only if given.worker is None else given.worker
        return work(given, range(first, first + 1 if given.worker is None else given.count))
    return drive(given)


def drive(given: argparse.Namespace) -> int:
    """Starts workers until every number has its result, and prints the table."""
    folder, seed, count = given.folder, given.seed, given.count
    results = folder / "results.jsonl"
    while (next_one := len(done := _results(results, seed, count))) < count:
        first = next(number for number in range(next_one + 1) if number not in done)
        options = {
            "worker": first,
            "count": count,
            "seed": seed,
            "folder": folder,
            "map-every": given.map_every,
            "run-every": given.run_every,
        }
        command = [sys.executable, __file__, *(str(part) for name, value in options.items() for part in (f"--{name}", value))]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        begun = folder / "begun"
        if ended.returncode and begun.exists():
            number = int(begun.read_text())
            detail = f"the process ended with {ended.returncode}: {ended.stderr[-300:]}"
            _note(
                results,
                {
                    "seed": seed,
                    "number": number,
                    "outcome": "unhandled",
                    "detail": detail,
                    "kind": kind_of(number),
                    "seconds": 0,
                    "memory": 0,
                },
            )
    found = list(_results(results, seed, count).values())
    show(found)
    return int(any(each["outcome"] == "unhandled" for each in found))


def show(found: list[dict[str, Any]]) -> None:
    """The table: one line per kind of file."""
    print(f"{'file':18}{'read':>6}{'refused':>9}{'unhandled':>11}{'largest MB':>12}{'longest s':>11}")
    opened = max(each.get("child", 0) for each in found) >> 20
    kinds = sorted({each["kind"] for each in found})
    for kind in [*kinds, "all"]:
        mine = [each for each in found if kind in (each["kind"], "all")]
        outcomes = Counter(each["outcome"] for each in mine)
        largest, longest = max(each["memory"] for each in mine) >> 20, max(each["seconds"] for each in mine)
        print(f"{kind:18}{outcomes['read']:6}{outcomes['refused']:9}{outcomes['unhandled']:11}{largest:12}{longest:11.1f}")
    print(f"most memory of a process that opened a workbook: {opened} MB")
    for each in found:
        if each["outcome"] == "unhandled":
            print(f"number {each['number']} ({each['kind']}): {each['detail'][-1500:]}")


def kind_of(number: int) -> str:
    """The file that a number breaks."""
    names = sorted(whole_files())
    return names[number % len(names)]


def work(given: argparse.Namespace, numbers: range) -> int:
    """Brings files to the door in this process."""
    folder, seed = given.folder, given.seed
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    signal.signal(signal.SIGALRM, _too_long)
    files = whole_files()
    known = _results(folder / "results.jsonl", seed, numbers.stop)
    for number in numbers:
        if number in known and len(numbers) > 1:
            continue
        (folder / "begun").write_text(str(number))
        name = kind_of(number)
        content, how = broken(files[name], name, Random(f"{seed}-{number}"))  # noqa: S311 - no secret
        workspace = folder / f"w{number}"
        shutil.rmtree(workspace, ignore_errors=True)
        workspace.mkdir()
        (workspace / name).write_bytes(content)
        began = time.monotonic()
        _forget_peak()
        outcome, detail = bring(workspace, name, is_mapped=number % given.map_every == 0, is_run=number % given.run_every == 0)
        seconds = time.monotonic() - began
        if seconds > MOST_SECONDS:
            outcome, detail = "unhandled", f"{detail} after {seconds:.0f} s"
        note = {"seed": seed, "number": number, "kind": name, "how": how, "outcome": outcome, "detail": detail[-2000:]}
        _note(folder / "results.jsonl", {**note, "seconds": round(seconds, 2), "memory": _peak(), "child": _children()})
        if len(numbers) == 1:
            print(json.dumps(note, ensure_ascii=False, indent=1), workspace / name)
            return int(outcome == "unhandled")
        shutil.rmtree(workspace, ignore_errors=True)
    return 0


def bring(workspace: Path, name: str, *, is_mapped: bool, is_run: bool) -> tuple[str, str]:
    """What became of one file: read, refused or unhandled, with the words."""
    commands = []
    if is_mapped or is_run:
        commands = [
            ("init", workspace, "--template", "spend"),
            ("map", workspace / name, "--workspace", workspace, "--write", "--no-ask"),
        ]
    if is_run:
        commands.append(("run", "--workspace", workspace, "--as-of", AS_OF))
    try:
        signal.alarm(2 * MOST_SECONDS)
        refusals = [_looked_at(workspace / name), _read_whole(workspace, name)]
        for command in commands:
            code, said = _fenji(*command)
            if code not in READ | REFUSED:
                return "unhandled", f"{command[0]} ended with {code}: {said}"
    except BaseException:  # noqa: BLE001 - whatever comes is what is looked for
        return "unhandled", traceback.format_exc()
    finally:
        signal.alarm(0)
    return ("refused" if any(refusals) else "read"), " ".join(refusals)


def _looked_at(file: Path) -> str:
    """Looks at a file as map does; the words of the refusal, or nothing."""
    from fenji.collect.reading.sniffing import read_samples
    from fenji.errors import FenjiError

    try:
        read_samples(file)
    except FenjiError as error:
        return str(error)[:300] or type(error).__name__
    return ""


def _read_whole(workspace: Path, name: str) -> str:
    """Reads every row as a run does; the words of the refusal, or nothing."""
    from fenji.collect.collecting import collect
    from fenji.domain.feeds import Feed
    from fenji.domain.sources import ColumnMapping, FileLocation, Source
    from fenji.engines.duck import DuckEngine
    from fenji.errors import FenjiError

    headers = {"order_id": CHINESE[0], "customer_id": CHINESE[1], "order_amount": CHINESE[2], "ordered_at": CHINESE[3]}
    if name.startswith(("cp1252", "nested")):
        western = (
            ("Order ID", "Customer", "Amount", "Order Date") if name.startswith("cp1252") else ("id", "buyer.name", "paid", "id")
        )
        headers = dict(zip(headers, western, strict=True))
    source = Source(
        "s", Feed.ORDER_LINE, FileLocation((name,)), {field: ColumnMapping(header) for field, header in headers.items()}
    )
    engine = DuckEngine(workspace / "scratch", threads=2, memory_limit="600MB")
    try:
        collect(
            [source],
            root=workspace,
            known=(),
            is_whole=lambda _folder: True,
            reader=engine,
            store=workspace / "fuzzed",
            run_id="r",
            scratch=workspace / "scratch",
        )
    except FenjiError as error:
        return str(error)[:300] or type(error).__name__
    finally:
        engine.close()
    return ""


def _fenji(*arguments: object) -> tuple[int, str]:
    from fenji.cli.main import answer

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = answer([str(each) for each in arguments])
    return code, said.getvalue()[-1500:]


def _too_long(*_given: object) -> None:
    message = f"more than {2 * MOST_SECONDS} s"
    raise TimeoutError(message)


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """The most memory of this process for this file, in bytes."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _children() -> int:
    """The most memory of a process that opened a workbook for this one so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10


def _results(file: Path, seed: int, count: int) -> dict[int, dict[str, Any]]:
    """What is known already, by number."""
    if not file.is_file():
        return {}
    found = (json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip())
    return {each["number"]: each for each in found if each["seed"] == seed and each["number"] < count}


def _note(file: Path, result: dict[str, Any]) -> None:
    with file.open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(result, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
