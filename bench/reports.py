"""How long does a monthly report take on a million customers, in all four shapes, from stored answers?

Usage: python bench/reports.py [--customers 1000000] [--data FOLDER] [--json]

The workspace is that of bench/latency.py. A first report computes the analyses that are not stored yet, and is not timed. Then one process
of its own makes the report and writes its four shapes; the aim is 10 s together and 1 GB of memory. Beside it stands what a careful user
writes for the sheet of tiers alone: pandas reads the stored assignment and panel, counts, and writes one sheet with XlsxWriter.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from latency import AS_OF, shop  # noqa: E402 - a script's neighbour

AIM_SECONDS, AIM_MB = 10, 1000


def ours(folder: Path) -> dict[str, Any]:
    """The report and its four shapes."""
    from fenji.domain.reporting import Audience
    from fenji.language import Language
    from fenji.reports.monthly.making import Wanted, make_report
    from fenji.reports.monthly.shapes import RENDERERS
    from fenji.workspace.opening import reading_only

    begins = [("before the sections", time.perf_counter())]
    with reading_only():
        report = make_report(
            folder,
            Wanted(Language.ZH, Audience.MANAGER),
            now=datetime.now(UTC),
            progress=lambda title, done, total: begins.append((title if done < total else "after them", time.perf_counter())),
        )
    ends = [*(each for _title, each in begins[1:]), time.perf_counter()]
    of_record = {title: end - began for (title, began), end in zip(begins, ends, strict=True)}
    took: dict[str, Any] = {"record": sum(of_record.values())}
    sizes = {}
    for shape, renderer in RENDERERS.items():
        begun = time.perf_counter()
        sizes[shape] = len(renderer.render(report)) / 1000
        took[shape] = time.perf_counter() - begun
    missing = [each.title for section in report.sections for each in section.missing]
    customers = report.tables[0].rows[-1].cells[1]
    return {"seconds": took, "sections": of_record, "kB": sizes, "missing": missing, "customers": customers}


def theirs(folder: Path) -> dict[str, Any]:
    """The sheet of tiers, as a user's script."""
    import pandas as pd
    import pyarrow.dataset as ds

    begun = time.perf_counter()
    assignment = ds.dataset(newest(folder, "insight.tier_assignment")).to_table(columns=["customer_key", "tier"]).to_pandas()
    panel = (
        ds.dataset(newest(folder, "insight.customer_metric")).to_table(columns=["customer_key", "net_revenue_12m"]).to_pandas()
    )
    joined = assignment.merge(panel.astype({"net_revenue_12m": float}), on="customer_key")
    counted = joined.groupby("tier").agg(customers=("customer_key", "size"), revenue=("net_revenue_12m", "sum"))
    for name in ("customers", "revenue"):
        counted[f"{name}_share"] = counted[name] / counted[name].sum()
    with pd.ExcelWriter(folder.parent / "pandas.xlsx", engine="xlsxwriter") as writer:
        counted.to_excel(writer, sheet_name="tiers")
    return {"seconds": {"pandas": time.perf_counter() - begun}, "customers": int(counted["customers"].sum())}


def newest(folder: Path, table: str) -> str:
    """The folder of the newest run of a stored table."""
    return str(max((folder / "store" / table).glob("run=*")))


def apart(side: str, folder: Path) -> dict[str, Any]:
    """One side in a process of its own, with its peak memory."""
    done = subprocess.run(
        [sys.executable, __file__, "--side", side, "--data", str(folder)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def prepare(folder: Path) -> dict[str, Any]:
    """Computes what the report asks for and nobody has computed; apart, because a process takes its parent's peak for its own."""
    from fenji.language import Language
    from fenji.reports.monthly.making import Wanted, make_report

    make_report(folder, Wanted(Language.ZH), now=datetime.now(UTC))
    return {}


SIDES = {"prepare": prepare, "ours": ours, "theirs": theirs}


def main() -> None:
    """Measures both sides and prints them beside one another."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        found = SIDES[given.side](given.data)
        print(json.dumps({**found, "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return
    folder = shop(given.data / f"latency-{given.customers}", given.customers)
    apart("prepare", folder)
    mine, other = apart("ours", folder), apart("theirs", folder)
    whole = sum(mine["seconds"].values())
    ratio = whole / sum(other["seconds"].values())
    if given.json:
        print(json.dumps({"ours": mine, "pandas": other, "seconds": whole, "ratio": ratio}, ensure_ascii=False, indent=2))
        return
    print(f"as of {AS_OF}, {mine['customers']:,} customers; pandas counts {other['customers']:,}")
    for name, seconds in mine["seconds"].items():
        print(f"{name:8} {seconds * 1000:8.0f} ms {mine['kB'].get(name, 0):8.0f} kB")
    for title, seconds in mine["sections"].items():
        print(f"  {title:42} {seconds * 1000:8.0f} ms")
    print(f"all four {whole:8.2f} s (aim {AIM_SECONDS} s), {mine['MB']:.0f} MB (aim {AIM_MB} MB)")
    print(f"pandas, the sheet of tiers alone {sum(other['seconds'].values()):.2f} s, {other['MB']:.0f} MB; ratio {ratio:.2f}")
    print(f"not stored: {', '.join(mine['missing']) or 'nothing'}")


if __name__ == "__main__":
    main()
