"""Overrides are recorded with person, reason and days, ended and never deleted; on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fenji.domain.overrides import Ending, NewOverride, Override
from fenji.domain.principals import Principal, PrincipalKind
from fenji.state.database import open_database

ANN = NewOverride("retail", "shop", "会员-1", "vip", date(2026, 1, 10), date(2026, 3, 31), "李雷", "opening of the new store")
BOB = replace(ANN, customer_id="bob", tier="middle")


@pytest.fixture
def t(database):
    with database.transaction(Principal(PrincipalKind.PERSON, "李雷")) as transaction:
        yield transaction


def moment(second: int) -> datetime:
    return datetime(2026, 2, 3, 5, 6, second, tzinfo=UTC)


def test_an_override_comes_back_as_it_was_recorded(t):
    first, second = t.overrides.record(ANN), t.overrides.record(BOB)
    bank = t.overrides.record(replace(BOB, policy="bank"))
    assert (first, second) == (Override(1, ANN, moment(8)), Override(2, BOB, moment(9)))
    assert t.overrides.list_overrides() == (first, second, bank)
    assert t.overrides.list_overrides(policy="retail") == (first, second)


def test_an_ended_override_stays_in_the_record_and_is_ended_once(t):
    first, second = t.overrides.record(ANN), t.overrides.record(BOB)
    (ended,) = t.overrides.end((first.number,), from_on=date(2026, 2, 3), person="韩梅梅", reason="store closed")
    assert ended == replace(first, ending=Ending(date(2026, 2, 3), moment(10), "韩梅梅", "store closed"))
    assert t.overrides.end((first.number,), from_on=date(2026, 2, 20), person="李雷") == ()
    assert t.overrides.list_overrides() == (ended, second)


def test_an_anonymised_override_leaves_no_trace_in_the_database(url, clock):
    opened = open_database(url, clock=clock)
    with opened.transaction(Principal(PrincipalKind.PERSON, "李雷")) as t:
        number = t.overrides.record(replace(ANN, customer_id="13812345678", reason="王小明 asked")).number
        t.overrides.record(BOB)
    with opened.transaction(Principal(PrincipalKind.PERSON, "李雷")) as t:
        t.overrides.anonymise((number,), "erased-1")
    opened.compact()
    with opened.reading() as t:
        first, second = (each.decided for each in t.overrides.list_overrides())
    assert (first, second) == (replace(ANN, customer_id="erased-1", reason=""), BOB)
    opened.close()
    if url.startswith("sqlite"):
        folder = Path(url.removeprefix("sqlite:///")).parent
        kept = b"".join(each.read_bytes() for each in folder.glob("fenji.db*"))
        assert b"13812345678" not in kept
        assert "王小明".encode() not in kept
