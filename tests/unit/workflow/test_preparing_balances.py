"""A list of members with totals becomes balances, one for each customer, with every row accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.clean_worlds import OPTIONS, prepared, source

from fenji.domain.feeds import Feed
from fenji.domain.sources import TotalsPeriod
from fenji.engines.duck import DuckEngine
from fenji.engines.engine import Engine
from fenji.errors import InvalidSettings

FIELDS = "customer_id phone total orders first_at last_at"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def test_totals_of_one_person_add_up_and_the_last_list_counts(engine: Engine) -> None:
    members = source("members", Feed.BALANCE, FIELDS, period=TotalsPeriod.LIFETIME)
    files = {
        "list.csv": [("a", "13900000001", "100", "1", "2025-01-01", "2026-05-01"), ("z", None, "9", "1", None, None)],
        "list (1).csv": [
            ("a", "13900000001", "1,200.50", "3", "2025-01-01", "2026-06-01"),
            ("b", "13900000001", "300", "2", "2024-01-01", "2026-01-01"),  # a's other card
            ("c", None, "50", None, None, "2026-02-02"),
            ("d", None, None, "1", None, None),
            ("e", None, "lots", "1", None, None),
            (None, None, "5", "1", None, None),
        ],
    }
    made = prepared(engine, [(members, files)], replace(OPTIONS, link_by=("phone",)))
    ids = {row["customer_key"]: row["customer_id"] for row in made["customer"]}
    found = sorted(
        (ids[row["customer_key"]], row["total"], row["orders"], row["first_on"], row["last_on"]) for row in made["balance"]
    )
    assert found == [
        ("a", Decimal("1500.50"), 5, date(2024, 1, 1), date(2026, 6, 1)),
        ("c", Decimal("50.00"), None, None, date(2026, 2, 2)),
        ("z", Decimal("9.00"), 1, None, None),
    ]
    assert {(row["period"], row["as_of"]) for row in made["balance"]} == {("lifetime", OPTIONS.as_of)}
    assert sorted((row["file"], row["row_number"], row["reason"]) for row in made["rejected_row"]) == [
        ("list (1).csv", 5, "missing_amount"),
        ("list (1).csv", 6, "invalid_amount"),
        ("list (1).csv", 7, "missing_customer"),
        ("list.csv", 2, "superseded"),
    ]
    assert sorted((row["file"], row["rows_in"], row["kept"], row["rejected"]) for row in made["file_account"]) == [
        ("list (1).csv", 6, 3, 3),
        ("list.csv", 2, 1, 1),
    ]
    assert made["order_line"] == []


def test_totals_in_another_currency_need_a_rate_and_a_list_says_when_it_was_taken(engine: Engine) -> None:
    taken = date(2026, 6, 1)
    members = source(
        "members", Feed.BALANCE, "customer_id total", currency="USD", period=TotalsPeriod.LAST_12_MONTHS, as_of=taken
    )
    world = [(members, {"m.csv": [("a", "10")]})]
    with pytest.raises(InvalidSettings):
        prepared(engine, world)
    made = prepared(engine, world, replace(OPTIONS, rates={"USD": {"2026-05": Decimal(7), "2026-06": Decimal(8)}}))
    assert [(row["total"], row["period"], row["as_of"]) for row in made["balance"]] == [
        (Decimal("80.00"), "last_12_months", taken)
    ]
