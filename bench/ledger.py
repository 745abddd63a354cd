"""Does the ledger lose or double anything while fifty writers work on it and are killed, and how fast is it beside the same statements as bare SQL?

    python bench/ledger.py --database postgresql://... --operations 100000

Every writer is a process of its own and works through its own list of operations: purchases, redemptions, refunds and adjustments, a fifth of them on
twenty members. It notes each operation in a file before it asks and after it was told that it is done; some writers are killed (SIGKILL) at random moments
and begin again at what they were not told. At the end every operation that was acknowledged must stand in the ledger exactly once, every law must hold, and
every balance must be what the operations come to.

Then the speed, without kills: as many writers do the same mix, and as many processes send the same statements from psycopg alone, in turns on the same
database, timed from the moment at which every one of them is connected. The statements of each kind of operation are heard once from the driver; the bare
process puts its own keys, members and lots into them, draws redemptions from the lots that it finds, gives up where they are short, and notes what it did,
as a writer does. It sends them as they were heard, those together that went out together (`ratio`), and one after the other (`ratio_one_by_one`). Prints
one JSON object.

Let the machine do nothing else meanwhile: where others want its cores too, the kernel gives writers and server one part each, whatever they need, and the
ratio is that of the writers' own time alone.
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
from functools import partial
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
from fenji.state.loyalty.rows import LotRow, table_of
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
USUAL = 20
"""Points of an operation of the bare statements; about the mean of all."""
TURNS = 2
LOT_REMAINING = [each.name for each in table_of(LotRow).c].index("remaining")
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


def start(url: str, todo: list[Any], log: Path) -> multiprocessing.Process:
    """A writer in a process of its own."""
    process = multiprocessing.get_context("fork").Process(target=write, args=(url, todo, str(log)))
    process.start()
    return process


def killed_run(url: str, lists: list[list[Any]], folder: Path, kills: int) -> tuple[float, int]:
    """Seconds that all writers took together, and how many were killed."""
    chance, killed = random.Random(7), 0  # noqa: S311 - a workload
    logs = [folder / f"{writer}.log" for writer in range(len(lists))]
    running = {writer: start(url, todo, logs[writer]) for writer, todo in enumerate(lists)}
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


Heard = list[tuple[str, Any]]
"""What went to the driver: statements with their values and the names of those that are the operation's own; and ("together", statements) where
several go out at once."""


def heard_from(url: str, members: list[int]) -> dict[str, Heard]:
    """What each kind of operation sends."""
    import psycopg

    database, found, sent = opened(url), dict[str, Heard](), Heard()
    execute, pipeline = psycopg.Cursor.execute, psycopg.Connection.pipeline

    heard, asked = [sent], list[str]()
    """Where statements are noted: in the operation, or in what goes out together."""

    def hear(cursor: Any, statement: str, values: Any = None, **options: Any) -> Any:  # noqa: ANN401
        given = {name: value for name, value in values.items() if f"%({name})s" in statement}
        heard[-1].append((statement, (given, [name for name, value in given.items() if _is_own(name, value, asked[-1])])))
        return execute(cursor, statement, values, **options)

    @contextlib.contextmanager
    def together(connection: Any) -> Any:  # noqa: ANN401
        heard.append([])
        with pipeline(connection) as opened_pipeline:
            yield opened_pipeline
        sent_together = heard.pop()
        heard[-1].append(("together", sent_together))

    def work(t: Any, kind: str, key: str) -> str:  # noqa: ANN401
        return done_by(Points(t, program_of(t), DAY, NOW, datetime.date), kind, members[-1], USUAL, key)

    retried(database, BENCH, lambda t: work(t, "buy", "to draw from"))
    psycopg.Cursor.execute, psycopg.Connection.pipeline = hear, together  # type: ignore[method-assign, assignment]
    for kind in ("buy", "redeem", "refund", "adjust"):
        sent.clear()
        asked.append(kind)
        retried(database, BENCH, lambda t, kind=kind: work(t, kind, f"heard-{kind}"))  # type: ignore[misc]
        found[kind] = list(sent)
    psycopg.Cursor.execute, psycopg.Connection.pipeline = execute, pipeline  # type: ignore[method-assign, assignment]
    database.close()
    return found


class Short(Exception):
    """There are fewer points than are to be drawn."""


class Bare:
    """One operation's statements, sent again for another key and member."""

    def __init__(self, connection: Any, heard: Heard, *, kind: str, member: int, key: str, is_together: bool) -> None:  # noqa: ANN401
        """Ids that were made of the key are made anew; whatever else holds the key or the member holds the other one."""
        old = f"heard-{kind}"
        self.connection, self.heard, self.old, self.key, self.member = connection, heard, old, key, member
        self.is_together, self.is_open, self.is_drawn = is_together, False, False
        self.lots, self.asked = list[tuple[int, int, int]](), list[tuple[Any, str, Any]]()
        keys = (old, f"{old}:back")
        self.ids = {transaction_id_of("points", each): transaction_id_of("points", each.replace(old, key)) for each in keys}

    def do(self) -> None:
        """All of it in one transaction.

        Raises:
            Short: the member has too few points.
        """
        for statement, values in self.heard:
            if statement != "together":
                self.send(statement, values)
            elif self.is_together and values:
                with self.connection.pipeline():
                    self.send_together(values)
                self.read()
            elif not self.is_together and values:
                self.send_together(values)
        self.connection.commit()

    def send_together(self, statements: Heard) -> None:
        """Statements that go out at once, if that is how they are sent."""
        self.is_open = self.is_together
        for statement, values in statements:
            self.send(statement, values)
        self.is_open = False

    def send(self, statement: str, heard: tuple[dict[str, Any], list[str]]) -> None:
        """One statement; where lots are drawn from, one for each."""
        given = {**heard[0], **{name: self.other(name, heard[0][name]) for name in heard[1]}}
        for values in self.of_lots(given) if "lot_id" in given or "this_lot_id" in given else [given]:
            cursor = self.connection.cursor()
            cursor.execute(statement, values)
            self.asked.append((cursor, statement, values))
        if not self.is_open or statement.startswith("INSERT INTO lot"):
            self.read()

    def read(self) -> None:
        """Answers of what was sent."""
        for cursor, statement, given in self.asked:
            is_new = statement.startswith("INSERT INTO lot")
            rows = cursor.fetchall() if is_new or cursor.description else []
            if is_new:
                self.lots = [(rows[0][0], 0, 0)]
            elif "so_far" in statement and given["points"] and not self.lots:
                self.draw(rows, given["points"])
        self.asked.clear()

    def draw(self, found: list[Any], points: int) -> None:
        """Draws points from the first lots."""
        for row in found:
            taken = min(points, row[LOT_REMAINING])
            self.lots.append((row[0], taken, row[LOT_REMAINING] - taken))
            points -= taken
        self.is_drawn = True
        if points:
            raise Short

    def of_lots(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        """Values of a statement about a lot, for each lot that is drawn from."""
        name = "lot_id" if "lot_id" in given else "this_lot_id"
        if not self.is_drawn:
            return [{**given, name: self.lots[0][0]}]
        new = [{"points": taken} if "points" in given else {"new_remaining": left} for _lot_id, taken, left in self.lots]
        return [{**given, name: lot[0], **values} for lot, values in zip(self.lots, new, strict=True)]

    def other(self, name: str, value: Any) -> Any:  # noqa: ANN401
        """A value for another operation."""
        if not isinstance(value, str):
            return self.member
        made = transaction_id_of(value, self.key) if name == "event_id" else value.replace(self.old, self.key)
        return self.ids.get(value, made)


def _is_own(name: str, value: Any, kind: str) -> bool:  # noqa: ANN401
    """Whether a value that was heard belongs to that one operation: its key, what is made of it, or its member."""
    if isinstance(value, int):
        return name in {"this", "member", "id_0"} or name.endswith("member_id")
    old = f"heard-{kind}"
    ids = {transaction_id_of("points", each) for each in (old, f"{old}:back")}
    return isinstance(value, str) and (name == "event_id" or old in value or value in ids)


def bare(
    url: str,
    heard: dict[str, Heard],
    todo: list[tuple[str, int, int, str]],
    log: str,
    gate: Any = None,  # noqa: ANN401 - a barrier
    *,
    is_together: bool,
) -> None:
    """The same operations from psycopg alone; each is of the usual amount."""
    import psycopg

    with psycopg.connect(url) as connection, Path(log).open("a", encoding="utf-8") as file:
        gate.wait()
        for kind, member, _amount, key in todo:
            outcome = "done"
            try:
                Bare(connection, heard[kind], kind=kind, member=member, key=key, is_together=is_together).do()
            except Short:
                connection.rollback()
                outcome = "short"
            file.write(f"{key} {outcome}\n")
            file.flush()


def timed(work: Any, lists: list[list[Any]], **options: Any) -> float:  # noqa: ANN401
    """Seconds that all processes take together, from the moment at which every one of them is connected."""
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(len(lists) + 1)
    with tempfile.TemporaryDirectory() as folder:
        processes = [
            context.Process(target=work, args=(todo, str(Path(folder, f"{writer}.log")), gate), kwargs=options)
            for writer, todo in enumerate(lists)
        ]
        for process in processes:
            process.start()
        gate.wait()
        begun = time.monotonic()
        for process in processes:
            process.join()
    if any(process.exitcode for process in processes):
        sys.exit("a process failed")
    return time.monotonic() - begun


def speeds(url: str, members: list[int], *, writers: int, count: int) -> dict[str, float]:
    """Operations a second of fenji and of its statements alone, in turns, so that all meet the same tables and the same load."""
    heard = heard_from(url, members)
    ways = {
        "fenji": partial(write, url),
        "bare": partial(bare, url, heard, is_together=True),
        "one_by_one": partial(bare, url, heard, is_together=False),
    }
    seconds = dict.fromkeys(ways, 0.0)
    for turn in range(TURNS):
        for name, way in ways.items():
            mark = f"{name}{turn}:"
            lists = [
                [(kind, member, amount, mark + key) for kind, member, amount, key in operations(writer, count // TURNS, members)]
                for writer in range(writers)
            ]
            seconds[name] += timed(way, lists)
    done = writers * (count // TURNS) * TURNS
    return {
        "statements": {
            kind: sum(len(values) if name == "together" else 1 for name, values in each) for kind, each in heard.items()
        },
        "waits": {kind: len(each) for kind, each in heard.items()},
        "a_second": round(done / seconds["fenji"]),
        "bare_a_second": round(done / seconds["bare"]),
        "bare_one_by_one_a_second": round(done / seconds["one_by_one"]),
        "ratio": round(seconds["bare"] / seconds["fenji"], 3),
        "ratio_one_by_one": round(seconds["one_by_one"] / seconds["fenji"], 3),
    }


def main() -> None:
    """Runs both and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True, help="URL of an empty PostgreSQL database")
    parser.add_argument("--operations", type=int, default=100_000, help="of the run in which writers are killed; 0: without it")
    parser.add_argument("--timed", type=int, default=20_000, help="operations of each of the runs that are timed")
    parser.add_argument("--writers", type=int, default=WRITERS)
    parser.add_argument("--kills", type=int, default=25)
    asked = parser.parse_args()
    database = opened(asked.database)
    with database.transaction(BENCH) as t:
        t.loyalty.documents.publish(DocumentKind.POINTS, program_from_text(PROGRAM).heading, PROGRAM)
        members = t.loyalty.members.open_all("points", [("bench", f"c{number}") for number in range(MEMBERS)])
    database.close()
    found: dict[str, Any] = {"writers": asked.writers, "kills": 0, "wrong": []}
    if asked.operations:
        lists = [operations(writer, asked.operations // asked.writers, members) for writer in range(asked.writers)]
        with tempfile.TemporaryDirectory() as folder:
            seconds, found["kills"] = killed_run(asked.database, lists, Path(folder), asked.kills)
            found["wrong"] = wrong_in(asked.database, lists, Path(folder))[:20]
        found["operations"] = sum(map(len, lists))
        found["seconds"] = round(seconds)
    if asked.timed:
        found |= speeds(asked.database, members, writers=asked.writers, count=asked.timed // asked.writers)
    print(json.dumps({**found, "load": os.getloadavg()[0]}, indent=1))
    if found["wrong"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
