"""What customers did apart from buying: kinds in our words, one row per id, and nothing that is nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pyarrow as pa

from fenji.domain.feeds import Feed
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.engine import Engine
from fenji.prepare.attribution import attribute, require_customer
from fenji.prepare.events import judge_events, make_events
from fenji.tables.clean import EVENT, IDENTITY

AT = datetime(2026, 1, 31, 17, 0, tzinfo=UTC)
ON = date(2026, 2, 1)
PERSON = ("customer_id", "phone", "email", "union_id")
ROW = pa.schema(
    [(name, pa.string()) for name in ("source", "file")]
    + [("row_number", pa.int64())]
    + [(name, pa.string()) for name in ("event_id", *PERSON, "kind")]
    + [("value", pa.decimal128(18, 4)), ("at", pa.timestamp("us", tz="UTC")), ("on", pa.date32())]
    + [(name, pa.string()) for name in ("reason", "field", "came")]
)


def _sources(*columns: str) -> list[Source]:
    return [Source("app", Feed.EVENT, FileLocation(("app",)), {name: ColumnMapping(name) for name in columns})]


def _row(number: int, customer_id: str | None, kind: str, *, file: str = "a.csv", **more: object) -> dict[str, object]:
    return {
        "source": "app",
        "file": file,
        "row_number": number,
        "customer_id": customer_id,
        "kind": kind,
        "at": AT,
        "on": ON,
        **more,
    }


def _judged(engine: Engine, rows: Sequence[dict[str, object]], sources: Sequence[Source]) -> object:
    identity = pa.table(
        {
            "source": ["workspace"] * 3,
            "source_customer_id": ["c1", "c2", "phone:+8613900000009"],
            "customer_key": [1, 2, 3],
            "rule": ["own_id", "own_id", "phone"],
            "probability": [1.0] * 3,
        },
        IDENTITY.schema.to_pyarrow(),
    )
    typed = engine.from_arrow(pa.Table.from_pylist([{name: row.get(name) for name in ROW.names} for row in rows], ROW))
    return require_customer(attribute(judge_events(typed, sources), Feed.EVENT, engine.from_arrow(identity), sources))


def _reasons(engine: Engine, judged: object) -> dict[tuple[str, int], str | None]:
    return {(row["file"], row["row_number"]): row["reason"] for row in engine.fetch(judged).to_pylist()}


def test_events_keep_their_moment_kind_and_value_and_kinds_have_one_word_in_both_languages(engine: Engine) -> None:
    rows = [
        _row(2, "c1", "搜索"),
        _row(3, "c2", "Visit", value=2),
        _row(4, "c1", "Unboxing"),
        _row(5, None, "里程", phone="+8613900000009", value=800),
    ]
    events = make_events(_judged(engine, rows, _sources("customer_id", "phone", "kind", "at", "value")))
    assert events.schema() == EVENT.schema
    found = sorted(engine.fetch(events).to_pylist(), key=lambda row: row["event_id"])
    expected = [
        ("app:a.csv:2", 1, "search", None),
        ("app:a.csv:3", 2, "visit", 2.0),
        ("app:a.csv:4", 1, "unboxing", None),
        ("app:a.csv:5", 3, "mile", 800.0),
    ]
    assert found == [
        {"event_id": event_id, "customer_key": key, "at": AT, "on": ON, "kind": kind, "value": value}
        for event_id, key, kind, value in expected
    ]


def test_rows_that_are_nobodys_are_rejected_and_earlier_reasons_stay(engine: Engine) -> None:
    rows = [
        _row(2, "stranger", "visit"),
        _row(3, None, "visit", phone="+8613900000001"),
        _row(4, None, "visit", reason="missing_date"),
    ]
    judged = _judged(engine, rows, _sources("customer_id", "phone", "kind", "at"))
    assert _reasons(engine, judged) == {
        ("a.csv", 2): "missing_customer",
        ("a.csv", 3): "missing_customer",
        ("a.csv", 4): "missing_date",
    }
    assert engine.fetch(make_events(judged)).num_rows == 0


def test_of_rows_with_one_event_id_the_last_row_of_the_last_file_counts(engine: Engine) -> None:
    rows = [
        _row(2, "c1", "visit", event_id="e1"),
        _row(3, "c1", "visit", event_id="e1"),
        _row(2, "c1", "click", event_id="e1", file="b.csv"),
        _row(3, "c1", "visit", event_id="e1", file="b.csv", reason="invalid_date"),
        _row(4, "c1", "visit"),
        _row(5, "c1", "visit"),
    ]
    judged = _judged(engine, rows, _sources("event_id", "customer_id", "kind", "at"))
    assert _reasons(engine, judged) == {
        ("a.csv", 2): "superseded",
        ("a.csv", 3): "superseded",
        ("b.csv", 2): None,
        ("b.csv", 3): "invalid_date",
        ("a.csv", 4): None,
        ("a.csv", 5): None,
    }
    assert {row["event_id"] for row in engine.fetch(make_events(judged)).to_pylist()} == {"app:e1", "app:a.csv:4", "app:a.csv:5"}
