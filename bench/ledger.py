"""Does the ledger lose or double anything while fifty writers work on it and are killed, and how fast is it beside the same statements as bare SQL?

    python bench/ledger.py --database postgresql://... --operations 100000

Every writer is a process of its own and works through its own list of operations: purchases, redemptions, refunds and adjustments, a fifth of them on
twenty members. It notes each operation in a file before it asks and after it was told that it is done; some writers are killed (SIGKILL) at random moments
and begin again at what they were not told. At the end every operation that was acknowledged must stand in the ledger exactly once, every law must hold, and
every balance must be what the operations come to. The bare run sends the statements that one purchase sends (captured once) from as many processes, without
any of fenji's Python; both are timed from the moment at which every writer is connected. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fenji.act.orders import OrderFacts
from fenji.act.redeeming import PointsShort
from fenji.documents.loyalty import program_from_text
from fenji.domain.loyalty.changes import transaction_id_of
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.loyalty.records import OrderKey
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Unavailable
from fenji.state.database import Database, open_database
from fenji.state.loyalty.retrying import retried
from fenji.workspace.loyalty.operations import Points
from fenji.workspace.loyalty.programs import program_of

PROGRAM = """
program: points
version: 1
effective_on: 2027-01-01
author: bench
why: to be counted
earn: {per: 1, points: 1}
redeem: {points: 1, worth: 0.01}
"""
WRITERS, POPULAR, MEMBERS = 50, 20, 2_000
DAY = date(2027, 2, 1)
NOW = datetime(2027, 2, 1, 4, tzinfo=UTC)
BENCH = Principal(PrincipalKind.SYSTEM, "bench")


def operations(writer: int, count: int, members: list[int]) -> list[tuple[str, int, int, str]]:
    """Kind, member, points and key of everything that one writer does; the same for the same writer."""
    chance = random.Random(writer)  # noqa: S311 - a workload, no secret
    popular, found = members[:POPULAR], []
    for number in range(count):
        member = chance.choice(popular if chance.random() < 0.2 else members)  # noqa: PLR2004 - a fifth
        kind = chance.choices(("buy", "redeem", "refund", "adjust"), (5, 3, 1, 1))[0]
        found.append((kind, member, chance.randint(1, 40), f"w{writer}:{number}"))
    return found


def done_by(points: Points, kind: str, member: int, amount: int, key: str) -> str:
    """One operation; what came of it."""
    order = OrderKey("bench", key)
    try:
        if kind == "redeem":
            points.redeem(member, amount, DAY, key)
        elif kind == "adjust":
            points.adjust(member, amount, DAY, key, reason="goodwill")
        else:
            points.purchase(OrderFacts(order, member, DAY, amount * 100, (), 1000, 1), key)
            if kind == "refund":
                points.refund(order, amount * 50, DAY, f"{key}:back")
    except PointsShort:
        return "short"
    return "done"


def opened(url: str) -> Database:
    """The database, always at the same moment."""
    return open_database(url, clock=lambda: NOW)


def write(url: str, todo: list[tuple[str, int, int, str]], log: str, gate: Any = None) -> None:  # noqa: ANN401 - a barrier
    """One writer: begins at the first operation that its file does not tell as done, once all writers are connected where there is a gate."""
    told = {line.split()[0] for line in Path(log).read_text("utf-8").splitlines()} if Path(log).exists() else set()
    database = opened(url)
    if gate is not None:
        with database.reading() as t:
            program_of(t)
        gate.wait()
    with Path(log).open("a", encoding="utf-8") as file:
        for kind, member, amount, key in todo:
            if key in told:
                continue

            def work(t: Any, kind: str = kind, member: int = member, amount: int = amount, key: str = key) -> str:  # noqa: ANN401
                return done_by(Points(t, program_of(t), DAY, NOW, datetime.date), kind, member, amount, key)

            while True:
                with contextlib.suppress(Unavailable):
                    outcome = retried(database, BENCH, work)
                    break
            file.write(f"{key} {outcome}\n")
            file.flush()
    database.close()


def start(url: str, todo: list[Any], log: Path, gate: Any = None) -> multiprocessing.Process:  # noqa: ANN401
    """A writer in a process of its own."""
    process = multiprocessing.get_context("fork").Process(target=write, args=(url, todo, str(log), gate))
    process.start()
    return process


def killed_run(url: str, lists: list[list[Any]], folder: Path, kills: int) -> tuple[float, int]:
    """Seconds that all writers took together, and how many were killed."""
    chance, killed = random.Random(7), 0  # noqa: S311 - a workload
    logs = [folder / f"{writer}.log" for writer in range(len(lists))]
    gate = None if kills else multiprocessing.get_context("fork").Barrier(len(lists) + 1)
    running = {writer: start(url, todo, logs[writer], gate) for writer, todo in enumerate(lists)}
    if gate is not None:
        gate.wait()
    begun = time.monotonic()
    while running:
        time.sleep(0.2)
        if killed < kills:
            writer = chance.choice(list(running))
            if running[writer].is_alive():
                os.kill(running[writer].pid or 0, signal.SIGKILL)
                killed += 1
        for writer, process in list(running.items()):
            if process.is_alive():
                continue
            process.join()
            if process.exitcode:
                running[writer] = start(url, lists[writer], logs[writer])
            else:
                del running[writer]
    return time.monotonic() - begun, killed


def wrong_in(url: str, lists: list[list[Any]], folder: Path) -> list[str]:
    """What is lost, doubled or against a law."""
    found, database = [], opened(url)
    said = {}
    for log in folder.glob("*.log"):
        for line in log.read_text("utf-8").splitlines():
            key, outcome = line.split()
            said[key] = outcome
    asked = {key: (kind, member, amount) for todo in lists for kind, member, amount, key in todo}
    if len(said) != len(asked):
        found.append(f"{len(asked) - len(said)} operations were never told as done")
    with database.reading() as t:
        program = program_of(t)
        found += [
            f"{each.law} {each.what}: {each.rows} rows" for each in t.loyalty.laws.broken("points", program.rules, today=DAY)
        ]
        counted = sa.text("SELECT business_key, COUNT(*) FROM ledger_transaction GROUP BY 1")
        posted = dict(list(t.session.execute(counted)))
        balances = dict(list(t.session.execute(sa.text("SELECT member_id, available - owed FROM member"))))
    expected: dict[int, int] = dict.fromkeys(balances, 0)
    for key, (kind, member, amount) in asked.items():
        keys = [key, *([f"{key}:back"] if kind == "refund" else [])]
        wanted = 0 if said.get(key) == "short" else 1
        found += [f"{each} stands {posted.get(each, 0)} times" for each in keys if posted.get(each, 0) != wanted]
        if wanted:
            # Half of a refunded order is left, and its last point only if it is whole.
            expected[member] += {"buy": amount, "redeem": -amount, "adjust": amount, "refund": amount * 50 // 100}[kind]
    database.close()
    return found + [
        f"member {each} has {balances[each]}, not {expected[each]}" for each in balances if balances[each] != expected[each]
    ]


def statements_of(url: str, member: int) -> list[tuple[str, Any]]:
    """The statements that a purchase sends, as they are sent."""
    database, sent = opened(url), []

    def hear(_c: object, _cursor: object, statement: str, values: Any, _context: object, _many: bool) -> None:  # noqa: ANN401, FBT001
        sent.append((statement, values))

    sa.event.listen(database._engine, "before_cursor_execute", hear)  # noqa: SLF001 - what it sends is what is measured
    retried(database, BENCH, lambda t: done_by(Points(t, program_of(t), DAY, NOW, datetime.date), "buy", member, 7, "captured"))
    database.close()
    return sent


def bare(url: str, writer: int, sent: list[tuple[str, Any]], members: list[int], *, count: int, gate: Any) -> None:  # noqa: ANN401
    """The same statements with new keys and members, from psycopg alone."""
    import psycopg

    chance = random.Random(writer)  # noqa: S311 - a workload
    old = transaction_id_of("points", "captured")
    with psycopg.connect(url) as connection:
        gate.wait()
        for number in range(count):
            member = chance.choice(members[:POPULAR] if chance.random() < 0.2 else members)  # noqa: PLR2004 - a fifth
            key = f"bare{writer}:{number}"
            new = transaction_id_of("points", key)
            with connection.transaction(), connection.cursor() as cursor:
                lot = None
                for statement, values in sent:
                    given = [
                        _other(each, (old, new), key, member, lot) for each in (values if isinstance(values, list) else [values])
                    ]
                    if len(given) > 1:
                        cursor.executemany(statement, given)
                    else:
                        cursor.execute(statement, given[0])
                    if "INSERT INTO lot" in statement:
                        lot = cursor.fetchone()[0]
                    elif cursor.description:
                        cursor.fetchall()


def _other(values: Any, ids: tuple[str, str], key: str, member: int, lot: int | None) -> Any:  # noqa: ANN401
    """Values of a statement for another purchase."""
    if not isinstance(values, dict):
        return values
    found = {}
    for name, value in values.items():
        if value == ids[0]:
            found[name] = ids[1]
        elif isinstance(value, str) and "captured" in value:
            found[name] = value.replace("captured", key)
        elif (name == "this" or "member" in name or name.startswith("ids")) and isinstance(value, int):
            found[name] = member
        elif name.startswith("lot_id") and value is not None and lot is not None:
            found[name] = lot
        elif name.startswith("event_id"):
            found[name] = transaction_id_of("event", key)
        else:
            found[name] = value
    return found


def bare_run(url: str, sent: list[tuple[str, Any]], members: list[int], writers: int, each: int) -> float:
    """Seconds that as many processes take for the bare statements."""
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(writers + 1)
    processes = [
        context.Process(target=bare, args=(url, writer, sent, members), kwargs={"count": each, "gate": gate})
        for writer in range(writers)
    ]
    for process in processes:
        process.start()
    gate.wait()
    begun = time.monotonic()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        sys.exit("the bare statements failed")
    return time.monotonic() - begun


def main() -> None:
    """Runs both and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True, help="URL of an empty PostgreSQL database")
    parser.add_argument("--operations", type=int, default=100_000)
    parser.add_argument("--writers", type=int, default=WRITERS)
    parser.add_argument("--kills", type=int, default=25)
    asked = parser.parse_args()
    database = opened(asked.database)
    with database.transaction(BENCH) as t:
        t.loyalty.documents.publish(DocumentKind.POINTS, program_from_text(PROGRAM).heading, PROGRAM)
        members = t.loyalty.members.open_all("points", [("bench", f"c{number}") for number in range(MEMBERS)])
    database.close()
    each = asked.operations // asked.writers
    lists = [operations(writer, each, members) for writer in range(asked.writers)]
    with tempfile.TemporaryDirectory() as folder:
        seconds, killed = killed_run(asked.database, lists, Path(folder), asked.kills)
        wrong = wrong_in(asked.database, lists, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        purchases = [[("buy", member, amount, f"p{key}") for _kind, member, amount, key in todo] for todo in lists]
        ours, _killed = killed_run(asked.database, purchases, Path(folder), 0)
    sent = statements_of(asked.database, members[0])
    theirs = bare_run(asked.database, sent, members, asked.writers, each)
    total = each * asked.writers
    print(
        json.dumps(
            {
                "operations": total,
                "writers": asked.writers,
                "killed": killed,
                "a_second": round(total / seconds),
                "wrong": wrong[:20],
                "purchases_a_second": round(total / ours),
                "bare_a_second": round(total / theirs),
                "ratio": round(theirs / ours, 3),
                "statements": len(sent),
                "load": os.getloadavg()[0],
            },
            indent=1,
        )
    )
    if wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
