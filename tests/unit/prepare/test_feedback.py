"""What customers said: one scale for all sources, kinds in our words, complaints once with their resolution."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from fenji.domain.feeds import Feed
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.engine import Engine
from fenji.prepare.feedback import judge_feedback, make_feedback
from fenji.tables.clean import FEEDBACK

AT = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
ON = date(2026, 1, 31)
TEXTS = ("feedback_id", "customer_id", "phone", "email", "union_id", "kind", "topic", "text", "reason", "field", "came")
ROW = pa.schema(
    [
        ("source", pa.string()),
        ("file", pa.string()),
        ("row_number", pa.int64()),
        ("customer_key", pa.int64()),
        ("score", pa.decimal128(18, 4)),
    ]
    + [(name, pa.string()) for name in TEXTS]
    + [(name, pa.timestamp("us", tz="UTC")) for name in ("at", "resolved_at")]
    + [(name, pa.date32()) for name in ("on", "resolved_on")]
)
COLUMNS = {name: ColumnMapping(name) for name in ("feedback_id", "customer_id", "kind", "at", "score", "resolved_at")}
SOURCES = [
    Source("stars", Feed.FEEDBACK, FileLocation(("s",)), COLUMNS, score_scale=(1.0, 5.0)),
    Source("nps", Feed.FEEDBACK, FileLocation(("n",)), COLUMNS, score_scale=(0.0, 10.0)),
    Source("desk", Feed.FEEDBACK, FileLocation(("d",)), COLUMNS),
]


def _row(source: str, number: int, kind: str | None, score: int | None = None, **more: object) -> dict[str, object]:
    row = {
        "source": source,
        "file": "f.csv",
        "row_number": number,
        "customer_key": 1,
        "kind": kind,
        "score": score,
        "at": AT,
        "on": ON,
    }
    return row | more


def _judged(engine: Engine, rows: Sequence[dict[str, object]]) -> object:
    typed = engine.from_arrow(pa.Table.from_pylist([{name: row.get(name) for name in ROW.names} for row in rows], ROW))
    return judge_feedback(typed, SOURCES)


def test_scores_of_every_source_are_mapped_to_one_scale_and_kinds_to_our_words(engine: Engine) -> None:
    rows = [
        _row("stars", 2, "满意度", 1),
        _row("stars", 3, "商品评价", 4),
        _row("nps", 2, "NPS", 9),
        _row("nps", 3, "净推荐值", 6),
        _row("desk", 2, "Customer complaint"),
        _row("desk", 3, "问卷", 100),
        _row("desk", 4, "满意度问卷", 80),
    ]
    feedback = make_feedback(_judged(engine, rows))
    assert feedback.schema() == FEEDBACK.schema
    found = {row["feedback_id"]: (row["kind"], row["score"]) for row in engine.fetch(feedback).to_pylist()}
    assert found == {
        "stars:f.csv:2": ("satisfaction", 0.0),
        "stars:f.csv:3": ("satisfaction", 75.0),
        "nps:f.csv:2": ("nps", 90.0),
        "nps:f.csv:3": ("nps", 60.0),
        "desk:f.csv:2": ("complaint", None),
        "desk:f.csv:3": ("questionnaire", 100.0),
        "desk:f.csv:4": ("satisfaction", 80.0),
    }


def test_a_score_outside_the_scale_and_a_kind_that_nobody_knows_reject_the_row_and_say_what_came(engine: Engine) -> None:
    rows = [
        _row("stars", 2, "评分", 6),
        _row("stars", 3, "评分", 0),
        _row("nps", 2, "weather", 5),
        _row("nps", 3, None, 5),
        _row("nps", 4, None, 50, reason="missing_date"),
    ]
    judged = _judged(engine, rows)
    found = {
        (row["source"], row["row_number"]): (row["reason"], row["field"], row["came"]) for row in engine.fetch(judged).to_pylist()
    }
    assert found == {
        ("stars", 2): ("invalid_score", "score", "6.0"),
        ("stars", 3): ("invalid_score", "score", "0.0"),
        ("nps", 2): ("missing_kind", "kind", "weather"),
        ("nps", 3): ("missing_kind", "kind", None),
        ("nps", 4): ("missing_date", None, None),
    }
    assert engine.fetch(make_feedback(judged)).num_rows == 0


def test_a_complaint_counts_once_as_resolved_and_its_hours_are_counted(engine: Engine) -> None:
    later = AT + timedelta(hours=36, minutes=30)
    rows = [
        _row("desk", 2, "投诉", feedback_id="k1", resolved_at=later, resolved_on=date(2026, 2, 1)),
        _row("desk", 2, "投诉", feedback_id="k1", file="g.csv"),
        _row("desk", 3, "投诉", feedback_id="k2", resolved_at=AT - timedelta(hours=1), resolved_on=ON),
        _row("stars", 2, "投诉", feedback_id="k1"),
    ]
    judged = _judged(engine, rows)
    assert {(row["source"], row["file"], row["row_number"]): row["reason"] for row in engine.fetch(judged).to_pylist()} == {
        ("desk", "f.csv", 2): None,
        ("desk", "g.csv", 2): "superseded",
        ("desk", "f.csv", 3): None,
        ("stars", "f.csv", 2): None,
    }
    found = engine.fetch(make_feedback(judged)).to_pylist()
    assert {row["feedback_id"]: (row["resolved_on"], row["hours_to_resolution"]) for row in found} == {
        "desk:k1": (date(2026, 2, 1), 36.5),
        "desk:k2": (ON, None),
        "stars:k1": (None, None),
    }
