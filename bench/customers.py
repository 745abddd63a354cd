"""How long does a page of customers take among a million, and how much memory does the whole list take as a file?

Usage: python bench/customers.py [--customers 1000000] [--repeats 20] [--data FOLDER]

A workspace is made once from the world of bench/generate.py: its clean tables, contact points of every customer, and the tiers and
panel of one review are published as a run. The pages are asked of one opened session, as a server asks them; the first one, which
compiles expressions, is shown apart. Processor seconds are shown beside the time: they hardly change when other programs run.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from generate import Scale, generate  # noqa: E402 - a script's neighbour

AS_OF = date(2025, 12, 31)
SEED = 7
WHERE = "days_since_last_order > 60"


def make_workspace(root: Path, data: Path) -> None:
    """A workspace whose only run holds the generated tables, and the tiers of one review."""
    import duckdb

    from fenji.domain.runs import NewRun
    from fenji.language import Language
    from fenji.tables import clean
    from fenji.workflow.initiating import init_workspace
    from fenji.workspace.clean_base import clean_base_of
    from fenji.workspace.folder import open_workspace, policies_of, policy_in_force
    from fenji.workspace.opening import open_session
    from fenji.workspace.progress import silent
    from fenji.workspace.session import RunWriter
    from fenji.workspace.tiering import analyze_base, frozen_text, registry_of

    init_workspace(root, template="spend", language=Language.EN)
    for name, query in _MADE.items():
        (data / name).mkdir(exist_ok=True)
        duckdb.execute(f"COPY ({query.format(data=data)}) TO '{data / name / 'part-0.parquet'}' (FORMAT parquet)")
    workspace = open_workspace(root)
    policy = policy_in_force(policies_of(workspace), None, as_of=AS_OF).policy
    with open_session(workspace) as session:
        new = NewRun("run", "duckdb", Language.EN, AS_OF, workspace.settings.record(), frozen_text(policy))
        with session.runs.running(new) as run:
            writer = RunWriter(session, run)
            for contract in (clean.CUSTOMER, clean.IDENTITY, clean.ORDER_LINE, clean.CONTACT_POINT):
                files = sorted((data / contract.name).glob("*.parquet"))
                writer.save(session.engine.read_parquet(files, contract.schema), contract)
            session.runs.publish(run.run_id, writer.tables)
        base_run = run
        base = clean_base_of(session, base_run)
        tiered = NewRun(
            "run", "duckdb", Language.EN, AS_OF, workspace.settings.record(), frozen_text(policy), base_run_id=base_run.run_id
        )
        with session.runs.running(tiered) as run:
            writer = RunWriter(session, run)
            registry = registry_of((), policy, base.event_kinds)
            analyze_base(writer, base, registry, policy, as_of=AS_OF, progress=silent, done=0, total=3)
            session.runs.publish(run.run_id, writer.tables)


_MADE = {
    "identity": """
        SELECT 'workspace' AS source, customer_id AS source_customer_id, customer_key, 'own_id' AS rule, 1.0::DOUBLE AS probability
        FROM '{data}/customer/*.parquet'""",
    "contact_point": """
        SELECT customer_key, kind, value, value AS written, DATE '2025-06-01' AS last_seen_on, 'shop' AS source FROM (
            SELECT customer_key, 'phone' AS kind, '+861' || (3000000000 + customer_key)::VARCHAR AS value FROM '{data}/customer/*.parquet'
            UNION ALL
            SELECT customer_key, 'name', 'name ' || customer_key % 50000 FROM '{data}/customer/*.parquet'
        )""",
}


def measured(ask: Callable[[], Any], repeats: int) -> dict[str, float]:
    """The first time, then the median and the 95th percentile of the others, in milliseconds; processor time likewise."""
    walls, processors = [], []
    for _ in range(repeats + 1):
        wall, processor = time.perf_counter(), time.process_time()
        ask()
        walls.append(1000 * (time.perf_counter() - wall))
        processors.append(1000 * (time.process_time() - processor))
    later = sorted(walls[1:])
    return {
        "first_ms": round(walls[0], 1),
        "median_ms": round(median(later), 1),
        "p95_ms": round(later[int(0.95 * (len(later) - 1))], 1),
        "fastest_ms": round(later[0], 1),
        "cpu_ms": round(median(processors[1:]), 1),
    }


def main() -> None:
    """Reads the command line, and prints one JSON object."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--customers", type=int, default=1_000_000)
    arguments.add_argument("--repeats", type=int, default=20)
    arguments.add_argument("--data", type=Path, default=HERE / "data")
    given = arguments.parse_args()
    root = given.data / f"workspace-{given.customers}"
    if not (root / "fenji.db").exists():
        world = given.data / f"customers-{given.customers}"
        generate(world, Scale(given.customers, 1), SEED)
        make_workspace(root, world)
    from fenji.language import Language
    from fenji.reports.lists import write_list
    from fenji.workflow.customers import customers_in, open_customers
    from fenji.workspace.customer_choice import Asked
    from fenji.workspace.customers import keys_found
    from fenji.workspace.folder import open_workspace
    from fenji.workspace.opening import open_session

    found: dict[str, Any] = {}
    asked = Asked(where=(WHERE,))
    with open_session(open_workspace(root)) as session:
        run = session.latest()
        page = customers_in(session, asked)
        found["customers"], found["listed"] = given.customers, page.count
        found["first_page"] = measured(lambda: customers_in(session, asked), given.repeats)
        found["next_page"] = measured(lambda: customers_in(session, asked, after=page.after), given.repeats)
        found["tier"] = measured(lambda: customers_in(session, Asked(tier="vip")), given.repeats)
        found["search_by_phone"] = measured(lambda: keys_found(session, run, "130 0050 0000"), given.repeats)
    found["pages_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for ending in ("csv", "parquet", "xlsx"):
        target, begun = given.data / f"list.{ending}", time.perf_counter()
        with open_customers(root, asked, columns=("customer_id", "tier", "net_revenue_12m", "phone")) as listing:
            rows = write_list(listing, target, language=Language.EN, force=True)
        found[f"{ending}_s"], found["rows"] = round(time.perf_counter() - begun, 1), rows
        target.unlink()
    found["files_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
