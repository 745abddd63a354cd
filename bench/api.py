"""How long does a caller wait for a stored answer over the network, while many ask and a run works beside it?

Usage: python bench/api.py [--customers 1000000] [--rate 50] [--seconds 600] [--json] [--data FOLDER]

The workspace is that of bench/latency.py. A real `fenji serve` with two workers answers; requests leave at fixed moments whether or not
those before are answered (an open load), and each is timed from the moment at which it should have left. Every second one is about
another customer or another condition, so that nothing but the state of the run is remembered for it. Beside it `fenji run` works again
and again on one thread with low priority, each time over one more file of orders, so that everything is made anew. The same load is then given to a plain FastAPI application of one process whose routes run
hand-written SQL over the same files: its ratio is what the frame costs. Printed besides: the first answer of a cold server, and the
memory of the workers after each minute and at the end, the processor time that an answer takes, which a busy machine changes less than
the waiting, and of which addresses the slowest hundredth of the answers is, in how many different seconds: few after each published run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import httpx2
import psutil

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from latency import AS_OF, shop  # noqa: E402

from fenji.domain.access import RIGHTS_OF, Role  # noqa: E402
from fenji.domain.people import NEVER_FOR_TOKENS  # noqa: E402
from fenji.workflow.access.people import add_person  # noqa: E402
from fenji.workflow.access.tokens import make_token  # noqa: E402
from fixtures.running_server import Running, free_port, running  # noqa: E402 - a script's neighbour

AIM_P99_MS, AIM_COLD_S = 150, 1.5
PLAIN = """
import duckdb, sys
from fastapi import FastAPI
import uvicorn
assignment, panel, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
app, connection = FastAPI(), duckdb.connect()
@app.get("/tiers")
def tiers():
    return connection.cursor().sql(f"SELECT tier, count(*) AS customers FROM '{assignment}' GROUP BY tier").fetchall()
@app.get("/customers")
def customers(least: int = 0):
    return connection.cursor().sql(f"SELECT customer_key, net_revenue_12m FROM '{panel}' WHERE net_revenue_12m >= {least} ORDER BY net_revenue_12m DESC, customer_key LIMIT 50").fetchall()
@app.get("/customers/{key}")
def customer(key: int):
    return connection.cursor().sql(f"SELECT * FROM '{panel}' WHERE customer_key = {key}").fetchall()
uvicorn.run(app, port=port, log_level="error")
"""


class Answered(NamedTuple):
    """One request."""

    name: str
    """Its address without its numbers."""
    due: float
    """Second of the load at which it should have left."""
    seconds: float
    """From then until it was answered."""
    status: int
    """Of HTTP; 0: there was no answer."""


def token_of(root: Path) -> dict[str, str]:
    """The headers of a manager's token."""
    login = f"bench.{int(time.time())}"
    add_person(root, "Bench", login, [Role.MANAGER])
    return {"authorization": f"Bearer {make_token(root, login, 'bench', RIGHTS_OF[Role.MANAGER] - NEVER_FOR_TOKENS).text}"}


def addresses(keys: Sequence[int]) -> Iterator[str]:
    """What is asked, one after the other: half of it never before."""
    chance = random.Random(1)  # noqa: S311 - a load, no secret
    while True:
        yield "/api/v1/tiers"
        yield f"/api/v1/customers/{chance.choice(keys)}"
        yield "/api/v1/moves"
        yield f"/api/v1/customers?where=net_revenue_12m+%3E%3D+{chance.randrange(1, 20_000)}&limit=50"
        yield "/api/v1/quality"
        yield f"/api/v1/customers/{chance.choice(keys)}/why"


def plain_addresses(keys: Sequence[int]) -> Iterator[str]:
    """The like of the plain application."""
    chance = random.Random(1)  # noqa: S311 - a load, no secret
    while True:
        yield "/tiers"
        yield f"/customers/{chance.choice(keys)}"
        yield f"/customers?least={chance.randrange(1, 20_000)}"


async def load(
    url: str, asked: Iterator[str], headers: dict[str, str], *, rate: int, seconds: int, watch: Callable[[], None]
) -> list[Answered]:
    """All requests, in the order of their answers."""
    found: list[Answered] = []
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=60, limits=httpx2.Limits(max_connections=400)) as client:

        async def one(address: str, due: float) -> None:
            try:
                status = (await client.get(address)).status_code
            except httpx2.HTTPError:
                status = 0
            name = "/".join("N" if part.isdigit() else part for part in address.partition("?")[0].split("/"))
            found.append(Answered(name + ("?" if "?" in address else ""), due - began, time.perf_counter() - due, status))

        began, tasks = time.perf_counter(), set()
        for number in range(rate * seconds):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            task = asyncio.create_task(one(next(asked), due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            if number % (rate * 10) == 0:
                watch()
        await asyncio.gather(*tasks)
    return found


def told(found: list[Answered]) -> dict[str, Any]:
    """Percentiles of all, and of each sort of address."""
    slowest = sorted(found, key=lambda each: each.seconds)[-max(1, len(found) // 100) :]

    def at(share: float, name: str | None = None) -> float:
        values = sorted(each.seconds for each in found if name in (None, each.name))
        return round(values[min(len(values) - 1, int(share * len(values)))] * 1000, 1)

    return {
        "requests": len(found),
        "failed": dict(Counter(each.status for each in found if each.status != httpx2.codes.OK)),
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "p99_ms": at(0.99),
        "worst_ms": at(1),
        "by_address_p99_ms": {name: at(0.99, name) for name in sorted({each.name for each in found})},
        "slowest_hundredth": dict(Counter(each.name for each in slowest).most_common()),
        "slowest_in_seconds": len({int(each.due) for each in slowest}),
    }


@contextmanager
def a_run_beside(root: Path) -> Iterator[list[float]]:
    """`fenji run` over one more order each time, with one thread and low priority; gives the seconds of each."""
    ended: list[float] = []
    sources = root / "sources.yaml"
    sources.write_text(sources.read_text("utf-8").replace("files: orders.parquet", 'files: "orders*.parquet"'), "utf-8")
    order = "SELECT * REPLACE ({name!r} AS order_id) FROM {first!r} LIMIT 1"
    code = (
        "import duckdb, os, pathlib, subprocess, sys, time\n"
        "os.nice(15)\n"
        # Where Linux shares the processor among sessions, niceness counts within one only.
        "group = pathlib.Path('/proc/self/autogroup')\n"
        "group.write_text('15') if group.exists() else None\n"
        "while True:\n"
        "    began = time.time()\n"
        "    name = f'orders-{began:.0f}'\n"
        f"    order = {order!r}.format(name=name, first={str(root / 'orders.parquet')!r})\n"
        f"    duckdb.sql(f'COPY ({{order}}) TO \\'{root}/{{name}}.parquet\\' (FORMAT parquet)')\n"
        f"    subprocess.run([sys.executable, '-m', 'fenji', 'run', '--workspace', {str(root)!r}, '--as-of', '{AS_OF}', '--json'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "    print(time.time() - began, flush=True)\n"
        "    time.sleep(2)\n"
    )
    environment = {**os.environ, "FENJI_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    try:
        yield ended
    finally:
        os.killpg(process.pid, 9)
        ended += [float(line) for line in (process.stdout or []) if line.strip()]


def resident(server: Running) -> int:
    """Megabytes of all workers together."""
    return sum(psutil.Process(pid).memory_info().rss for pid in server.workers()) // 1_000_000


def processor_seconds(server: Running) -> float:
    """Of all workers together, so far."""
    spent = [psutil.Process(pid).cpu_times() for pid in server.workers()]
    return sum(each.user + each.system for each in spent)


def ours(root: Path, keys: Sequence[int], rate: int, seconds: int) -> dict[str, Any]:
    """The server of fenji, with a run beside it."""
    headers, memory = token_of(root), []
    with running(root, "--no-work") as server:
        began = time.perf_counter()
        first = server.get("/api/v1/customers?where=orders_12m+%3E%3D+7", headers=headers)
        cold = time.perf_counter() - began
        first.raise_for_status()
        spent = processor_seconds(server)
        with a_run_beside(root) as runs:
            found = asyncio.run(
                load(
                    server.url,
                    addresses(keys),
                    headers,
                    rate=rate,
                    seconds=seconds,
                    watch=lambda: memory.append(resident(server)),
                )
            )
        spent = processor_seconds(server) - spent
    return {
        **told(found),
        "processor_ms_each": round(spent / len(found) * 1000, 1),
        "first_answer_s": round(cold, 2),
        "runs_beside_s": [round(each, 1) for each in runs],
        "memory_mb": memory[::6] + memory[-1:],
    }


def newest(root: Path, table: str) -> Path:
    """The file of a stored table that was written last."""
    return max((root / "store").glob(f"insight.{table}/run=*/as_of=*/*.parquet"))


def kept(root: Path, table: str) -> Path:
    """The newest file of a table under a name of its own: the runs beside the load clear away what a killed run left."""
    linked = root.parent / f"{root.name}.{table}.parquet"
    linked.unlink(missing_ok=True)
    linked.hardlink_to(newest(root, table))
    return linked


def plain(root: Path, files: Sequence[Path], keys: Sequence[int], rate: int, seconds: int) -> dict[str, Any]:
    """The plain application over the panel and the tiers."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", PLAIN, *map(str, files), str(port)])
    try:
        url = f"http://127.0.0.1:{port}"
        for _each in range(200):
            try:
                httpx2.get(f"{url}/tiers", timeout=30)
                break
            except httpx2.HTTPError:
                time.sleep(0.1)
        with a_run_beside(root):
            return told(asyncio.run(load(url, plain_addresses(keys), {}, rate=rate, seconds=seconds, watch=lambda: None)))
    finally:
        process.kill()


def main() -> int:
    """Prints both, their ratio, and whether the aims are met."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--customers", type=int, default=1_000_000)
    asked.add_argument("--rate", type=int, default=50)
    asked.add_argument("--seconds", type=int, default=600)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--data", type=Path, default=HERE / "data")
    given = asked.parse_args()
    root = shop(given.data / f"latency-{given.customers}", given.customers)
    settings = root / "fenji.toml"
    if "requests_per_minute" not in settings.read_text("utf-8").replace("# requests_per_minute", ""):
        settings.write_text(settings.read_text("utf-8") + "\nrequests_per_minute = 0\n", "utf-8")
    files = [kept(root, name) for name in ("tier_assignment", "customer_metric")]
    keys = [key for (key,) in duckdb.sql(f"SELECT customer_key FROM '{files[0]}' ORDER BY 1").fetchall()]
    report = {
        "load_average": os.getloadavg(),
        "fenji": ours(root, keys, given.rate, given.seconds),
        "plain": plain(root, files, keys, given.rate, min(given.seconds, 60)),
    }
    report["ratio_p50"] = round(report["fenji"]["p50_ms"] / report["plain"]["p50_ms"], 2)
    report["ratio_p99"] = round(report["fenji"]["p99_ms"] / report["plain"]["p99_ms"], 2)
    report["is_met"] = (
        report["fenji"]["p99_ms"] <= AIM_P99_MS
        and report["fenji"]["first_answer_s"] <= AIM_COLD_S
        and not report["fenji"]["failed"]
    )
    if given.json:
        print(json.dumps(report, indent=1))
    else:
        for name in ("fenji", "plain"):
            print(f"{name:6}", report[name])
        print(f"ratio p50 {report['ratio_p50']}, p99 {report['ratio_p99']}; aims {'met' if report['is_met'] else 'NOT met'}")
    return 0 if report["is_met"] else 1


if __name__ == "__main__":
    sys.exit(main())
