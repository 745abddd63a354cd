"""A text has the readings that a run would have of it, one row for each text given."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from fenji.engines.duck import DuckEngine
from fenji.prepare.readings import read_values


def readings(engine: DuckEngine, *texts: str | None) -> list[dict[str, object]]:
    """What was read of each text, without its empty readings."""
    table = engine.from_arrow(pa.table({"value": pa.array(texts, pa.string())}))
    rows = {row.pop("value"): row for row in engine.fetch(read_values(table, currency="CNY")).to_pylist()}
    assert len(rows) == len(texts)
    return [{name: value for name, value in rows[text].items() if value is not None and value is not False} for text in texts]


def test_numbers_have_a_reading_for_each_decimal_sign(engine: DuckEngine) -> None:
    ids = {"id": "1.234"}
    assert readings(engine, "1.234", "12,50", "1,234.5") == [
        {"number_point": 1.234, "number_comma": 1234.0, "counts": True} | ids,
        {"number_comma": 12.5, "counts": True, "id": "12,50"},
        {"number_point": 1234.5, "counts": True, "id": "1,234.5"},
    ]


def test_currencies_are_named_by_code_and_the_workspaces_own_comes_first(engine: DuckEngine) -> None:
    found = readings(engine, "¥5", "$5", "5 EUR", "NT$5", "5元", "5 foo")
    assert [(each.get("currency"), each.get("marks"), each.get("counts")) for each in found] == [
        ("CNY", True, None),
        ("USD", True, None),
        ("EUR", True, None),
        ("TWD", True, None),
        ("CNY", True, None),
        (None, None, None),
    ]


def test_dates_have_a_reading_for_each_order_of_day_and_month(engine: DuckEngine) -> None:
    def at(*parts: int) -> datetime:
        return datetime(*parts)

    either, first, word, month, moment, late = readings(
        engine, "05/06/2025", "13/06/2025", "5 Jun 2025 10:11", "2025-06", "2025-06-05T10:11:00+0800", "9999-12-31"
    )
    assert (either.get("at_plain"), either["at_mdy"], either["at_dmy"]) == (None, at(2025, 5, 6), at(2025, 6, 5))
    assert (first.get("at_plain"), first.get("at_mdy"), first["at_dmy"]) == (None, None, at(2025, 6, 13))
    assert {word["at_plain"], word["at_mdy"], word["at_dmy"]} == {at(2025, 6, 5, 10, 11)}
    assert (word["has_time"], first.get("has_time")) == (True, None)
    assert (month["at_plain"], month["is_month"]) == (at(2025, 6, 1), True)
    assert (moment["at_plain"], moment["names_moment"]) == (at(2025, 6, 5, 2, 11), True)
    assert "at_plain" not in late


def test_an_id_is_none_where_it_says_nothing_and_the_reason_is_told(engine: DuckEngine) -> None:
    texts = ("t**8", "1.9E+17", "散客", "0", "--", None, "0000-00-00", "C1")
    flags = ("is_masked", "is_destroyed", "is_nobody", "is_nothing", "is_no_date")
    assert [("id" in each, [flag for flag in flags if flag in each]) for each in readings(engine, *texts)] == [
        (False, ["is_masked"]),
        (False, ["is_destroyed"]),
        (False, ["is_nobody"]),
        (False, ["is_nobody", "is_no_date"]),
        (False, ["is_nothing"]),
        (False, ["is_nothing"]),
        (False, ["is_nobody", "is_no_date"]),
        (True, []),
    ]


def test_persons_and_statuses_are_read_as_rows_read_them(engine: DuckEngine) -> None:
    phone, mail, status = readings(engine, "138-1234-5678", "Li@QQ.com", "wc-pending")
    assert (phone["phone"], mail["email"], status["status_class"]) == ("+8613812345678", "li@qq.com", "unpaid")
