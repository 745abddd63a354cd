"""Who brought whom: the earliest referrer who is somebody else, and no circles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial

import pyarrow as pa

from fenji.domain.feeds import Feed
from fenji.domain.sources import FileLocation, Source
from fenji.engines.components import circles
from fenji.engines.engine import Engine
from fenji.prepare.referrals import judge_referrals, link_referrals, make_referrals
from fenji.tables.clean import IDENTITY, REFERRAL

KEYS = {"ann": 1, "annie": 1, "bob": 2, "cid": 3, "dan": 4, "eve": 5}
SOURCES = [Source("card", Feed.REFERRAL, FileLocation(("r",)), {}), Source("crm", Feed.CUSTOMER, FileLocation(("c",)), {})]
PLACE = [("source", pa.string()), ("file", pa.string()), ("row_number", pa.int64())]
VERDICT = [("reason", pa.string()), ("field", pa.string()), ("came", pa.string())]


def _moment(name: str) -> list[tuple[str, pa.DataType]]:
    return [(f"{name}_at", pa.timestamp("us", tz="UTC")), (f"{name}_on", pa.date32())]


REFERRALS = pa.schema([*PLACE, ("referrer_id", pa.string()), ("customer_id", pa.string()), *_moment("referred"), *VERDICT])
CUSTOMERS = pa.schema([*PLACE, ("customer_key", pa.int64()), ("referrer_id", pa.string()), *_moment("registered"), *VERDICT])

Told = tuple[str, str, int | None]


def _result(
    engine: Engine, told: Sequence[Told], registered: Sequence[Told] = ()
) -> tuple[dict[int, str | None], dict[int, tuple[int, date | None]]]:
    """Row number -> reason of the referral feed's rows, and referred customer -> referrer and day."""

    def when(name: str, day: int | None) -> dict[str, object]:
        return {f"{name}_at": day and datetime(2026, 1, day, tzinfo=UTC), f"{name}_on": day and date(2026, 1, day)}

    def place(source: str, number: int) -> dict[str, object]:
        return {"source": source, "file": "f.csv", "row_number": number, "reason": None, "field": None, "came": None}

    referral = [
        {**place("card", n), "referrer_id": who, "customer_id": whom, **when("referred", day)}
        for n, (who, whom, day) in enumerate(told, 1)
    ]
    customer = [
        {**place("crm", n), "referrer_id": who, "customer_key": KEYS[whom], **when("registered", day)}
        for n, (who, whom, day) in enumerate(registered, 1)
    ]
    identity = [
        {"source": "workspace", "source_customer_id": name, "customer_key": key, "rule": "own_id", "probability": 1.0}
        for name, key in KEYS.items()
    ]
    first_days = pa.table({"customer_key": pa.array([3], pa.int64()), "first_seen_on": pa.array([date(2025, 12, 31)])})
    rows = engine.from_arrow(pa.Table.from_pylist(referral, REFERRALS))
    statements = engine.stage(
        link_referrals(
            rows,
            engine.from_arrow(pa.Table.from_pylist(customer, CUSTOMERS)),
            engine.from_arrow(pa.Table.from_pylist(identity, IDENTITY.schema.to_pyarrow())),
            SOURCES,
            stage=engine.stage,
            circles=partial(circles, engine),
        )
    )
    judged = engine.fetch(judge_referrals(rows, statements)).to_pylist()
    table = make_referrals(statements, engine.from_arrow(first_days))
    assert engine.stage(table).schema() == REFERRAL.schema
    found = engine.fetch(table).to_pylist()
    assert len(found) == len({row["referred_key"] for row in found})
    return {row["row_number"]: row["reason"] for row in judged}, {
        row["referred_key"]: (row["customer_key"], row["referred_on"]) for row in found
    }


def test_the_earliest_referrer_counts_whichever_feed_says_so(engine: Engine) -> None:
    reasons, found = _result(
        engine,
        [("bob", "dan", 9), ("ann", "dan", 5), ("ann", "cid", None), ("ann", "dan", None)],
        [("eve", "dan", 7), ("ann", "bob", 3)],
    )
    assert reasons == {1: "later_referral", 2: None, 3: None, 4: "later_referral"}
    assert found == {4: (1, date(2026, 1, 5)), 3: (1, date(2025, 12, 31)), 2: (1, date(2026, 1, 3))}


def test_nobody_brings_themselves_even_under_another_id(engine: Engine) -> None:
    reasons, found = _result(engine, [("ann", "annie", 1), ("bob", "annie", 2), ("stranger", "bob", 3)])
    assert reasons == {1: "self_referral", 2: None, 3: "missing_customer"}
    assert found == {1: (2, date(2026, 1, 2))}


def test_the_latest_referral_of_a_circle_is_out_and_what_hangs_on_it_stays(engine: Engine) -> None:
    # ann -> bob -> cid -> ann on days 1, 2, 3; cid -> dan hangs on the circle; eve and dan would close another with no day.
    reasons, found = _result(
        engine, [("ann", "bob", 1), ("bob", "cid", 2), ("cid", "ann", 3), ("cid", "dan", 4)], [("dan", "eve", 5)]
    )
    assert reasons == {1: None, 2: None, 3: "circular_referral", 4: None}
    assert found == {2: (1, date(2026, 1, 1)), 3: (2, date(2026, 1, 2)), 4: (3, date(2026, 1, 4)), 5: (4, date(2026, 1, 5))}


def test_of_two_who_bring_each_other_the_one_without_a_day_is_out(engine: Engine) -> None:
    reasons, found = _result(engine, [("ann", "bob", None), ("bob", "ann", 8)])
    assert reasons == {1: "circular_referral", 2: None}
    assert found == {1: (2, date(2026, 1, 8))}
