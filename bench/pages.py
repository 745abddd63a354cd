"""How long does somebody wait before a page, and behind a slider, over a workspace of a million customers or more?

Usage: python bench/pages.py [--customers 1000000] [--people 20] [--seconds 30] [--json] [--data FOLDER]

The workspace is that of bench/latency.py, the server a real `fenji serve`, the browser Debian's Chromium. Measured are the overview of a
server that nobody has asked yet (cold, with an empty cache of the browser), the same page and four more when they are asked again
(warm), what comes over the wire, the drawer behind a number, and how long an answer to a dragged threshold takes while many people
drag at once, each ten times a second, as the island of the editor does. The same counts by plain SQL over the panel in DuckDB are what
a trial would cost without the cells that a run stores.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import httpx2
import psutil
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from latency import shop  # noqa: E402

from fenji.domain.access import Role  # noqa: E402
from fixtures.running_server import Running, running  # noqa: E402 - a script's neighbour
from web.browsing import CHROMIUM, Watched, fields_of  # noqa: E402

AIM_COLD_S, AIM_WARM_S, AIM_SLIDE_MS, AIM_KB = 1.5, 0.5, 100, 320
PAGES = ("/", "/movement", "/customers", "/structure", "/value")
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
SENT = "[performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource')].reduce((sum, each) => sum + each.transferSize, 0)"


def opened(page: Page, address: str) -> dict[str, float]:
    """Seconds to the end of loading and to the first paint, and kilobytes, of one page."""
    began = time.perf_counter()
    answer = page.goto(address)
    seconds = time.perf_counter() - began
    if answer is None or not answer.ok:
        sys.exit(f"{address}: {answer and answer.status}")
    while not (painted := page.evaluate(PAINTED)):
        page.wait_for_timeout(20)
    return {
        "seconds": round(seconds, 2),
        "painted_s": round(painted / 1000, 2),
        "kb": round(page.evaluate(SENT) / 1000),
    }


def drawer(page: Page) -> float:
    """Milliseconds from the click on a number to its list."""
    page.goto("/")
    began = time.perf_counter()
    page.locator("a[data-list]").first.click()
    page.wait_for_selector("dialog[open] table")
    return round((time.perf_counter() - began) * 1000)


def slide(page: Page, people: int, seconds: int) -> dict[str, Any]:
    """What people wait for who all drag a threshold at once, with the session of one of them."""
    page.goto("/policies")
    slug = str(page.locator("a[href$='/draft']").first.get_attribute("href")).split("/")[2]
    answer = page.goto(f"/policies/{slug}/draft")
    # As it was sent: what a browser writes down of its own page has lost the first newline of the text.
    fields = fields_of(answer.text() if answer is not None else "")
    cuts = [name for name, value in fields.items() if name.startswith("cut:") and value]
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
    origin = page.url.partition("/policies")[0]
    took: list[float] = []
    failed: list[int] = []

    def drag(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - a load, no secret
        with httpx2.Client(base_url=origin, headers={"cookie": cookies, "origin": origin}, timeout=30) as client:
            end = time.monotonic() + seconds
            while (began := time.monotonic()) < end:
                cut = chance.choice(cuts)
                # Steps of the slider around where it stands, as a hand moves it.
                sent = fields | {cut: f"{float(fields[cut]) * chance.choice((0.8, 0.9, 1.1, 1.2, 1.3)):.0f}"}
                answer = client.post(f"/policies/{slug}/try", data=sent)
                took.append((time.monotonic() - began) * 1000)
                failed.extend([] if answer.is_success else [answer.status_code])
                time.sleep(max(0.0, 0.1 - (time.monotonic() - began)))

    threads = [threading.Thread(target=drag, args=(number,)) for number in range(people)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    ordered = sorted(took)
    p50, p95, p99 = (round(ordered[int(share * (len(ordered) - 1))]) for share in (0.5, 0.95, 0.99))
    return {"trials": len(took), "failed": failed[:5], "p50_ms": p50, "p95_ms": p95, "p99_ms": p99}


def by_sql(root: Path) -> float:
    """Milliseconds of one trial by plain SQL over the panel, the median of nine."""
    panel = max((root / "store").glob("insight.customer_metric/run=*/as_of=*/*.parquet"))
    connection, took = duckdb.connect(), []
    for number in range(9):
        began = time.perf_counter()
        connection.execute(
            f"SELECT CASE WHEN net_revenue_12m >= {9000 + number} THEN 4 WHEN net_revenue_12m >= 5000 THEN 3 "
            "WHEN net_revenue_12m >= 2000 THEN 2 WHEN net_revenue_12m >= 500 THEN 1 ELSE 0 END AS tier, "
            f"count(*), sum(net_revenue_12m) FROM '{panel}' GROUP BY tier"
        ).fetchall()
        took.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(took), 1)


def memory_mb(server: Running) -> int:
    """Of all that answer."""
    return int(sum(psutil.Process(each).memory_info().rss for each in server.workers()) / 1e6)


def measured(root: Path, people: int, seconds: int) -> dict[str, Any]:
    """All of it on a server that was just started, for a browser that has come in before and has nothing in its cache."""
    web: Any = SimpleNamespace(root=root)
    with sync_playwright() as playing:
        chromium = playing.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with running(root, "--no-work") as server:
            port, cookies = server.port, Watched(chromium, web, server.port, Role.MANAGER).context.cookies()
        with running(root, "--no-work", port=port) as server:
            context = chromium.new_context(base_url=f"http://localhost:{port}", viewport={"width": 1440, "height": 900})
            context.add_cookies(cookies)
            page = context.new_page()
            found: dict[str, Any] = {"cold": opened(page, "/"), "warm": {}}
            for address in PAGES:
                page.goto(address)
                found["warm"][address] = opened(page, address)
            found["drawer_ms"] = drawer(page)
            found["memory_mb"] = [memory_mb(server)]
            found["slide"] = slide(page, people, seconds)
            found["memory_mb"].append(memory_mb(server))
        chromium.close()
    return found


def main() -> int:
    """Prints what was measured, its ratio to SQL, and whether the aims are met."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--customers", type=int, default=1_000_000)
    asked.add_argument("--people", type=int, default=20)
    asked.add_argument("--seconds", type=int, default=30)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--data", type=Path, default=HERE / "data")
    given = asked.parse_args()
    root = shop(given.data / f"latency-{given.customers}", given.customers)
    report = {"load_average": os.getloadavg(), "by_sql_ms": by_sql(root), **measured(root, given.people, given.seconds)}
    report["is_met"] = (
        report["cold"]["seconds"] <= AIM_COLD_S
        and report["cold"]["kb"] <= AIM_KB
        and max(each["seconds"] for each in report["warm"].values()) <= AIM_WARM_S
        and report["slide"]["p95_ms"] <= AIM_SLIDE_MS
        and not report["slide"]["failed"]
    )
    print(json.dumps(report, indent=None if not given.json else 1))
    if not given.json:
        print("aims met" if report["is_met"] else "aims NOT met")
    return 0


if __name__ == "__main__":
    sys.exit(main())
