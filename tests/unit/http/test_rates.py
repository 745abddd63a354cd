"""No caller gets more than its allowance, however many processes it asks; few requests write."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fenji.domain.principals import Principal, PrincipalKind
from fenji.http.rates import Rates, TooManyRequests
from fenji.state.database import Database, open_database
from fenji.state.serving.rates import KEPT, STRETCH_SECONDS

SYSTEM = Principal(PrincipalKind.SYSTEM, "test")


class Process:
    """One server process with a clock of ours."""

    def __init__(self, database: Database, per_minute: int = 60) -> None:
        self.now, self.writes = 1_000_000.0, 0
        self.database = database
        self.rates = Rates(self._draw, per_minute, lambda: self.now)

    def _draw(self, caller: str, stretch: int, wanted: int, most: int) -> int:
        self.writes += 1
        with self.database.transaction(SYSTEM) as t:
            return t.serving.rates.draw(caller, stretch, wanted=wanted, most=most)

    def asks(self, times: int, caller: str = "token:a") -> int:
        granted = 0
        for _each in range(times):
            try:
                self.rates.count(caller)
            except TooManyRequests:
                continue
            granted += 1
        return granted


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    url = f"sqlite:///{tmp_path / 'state.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")()
    return open_database(url, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))


def test_two_processes_share_one_allowance(database: Database) -> None:
    one, two = Process(database), Process(database)
    granted = sum(each.asks(1) for _round in range(20) for each in (one, two))
    assert granted == 10  # 60 a minute are 10 in 10 seconds
    assert one.asks(5, "token:b") == 5
    one.now = two.now = one.now + STRETCH_SECONDS
    assert one.asks(20) + two.asks(20) == 10


def test_few_requests_write_and_old_allowances_are_cleared(database: Database) -> None:
    process = Process(database, per_minute=6000)
    assert process.asks(900) == 900
    assert process.writes == 5
    process.asks(1, "token:b")
    for _each in range(5):
        process.now += STRETCH_SECONDS * KEPT / 4
        process.asks(1)
    assert kept(database) == {("token:a", 5), ("token:b", 1)}
    with database.transaction(SYSTEM) as t:
        t.serving.rates.forget_before(int(process.now // STRETCH_SECONDS))
    assert kept(database) == {("token:a", 1)}


def kept(database: Database) -> set[tuple[str, int]]:
    """Callers with their stretches."""
    with database.reading() as t:
        found = t.session.connection().exec_driver_sql("SELECT caller, count(*) FROM rate GROUP BY caller").all()
    return {(caller, count) for caller, count in found}


def test_the_server_whose_clock_is_ahead_gives_nobody_more_at_the_one_that_is_behind(database: Database) -> None:
    ahead, behind = Process(database), Process(database)
    ahead.now, behind.now = ahead.now + 600, behind.now - 600
    granted = 0
    for number in range(30):
        granted += behind.asks(1)
        assert ahead.asks(1, f"token:{number}") == 1
    assert granted == 10
    assert ahead.asks(20) == 10  # by its own clock: as many allowances as there are clocks


def test_without_a_limit_nobody_counts(database: Database) -> None:
    process = Process(database, per_minute=0)
    assert process.asks(100) == 100
    assert process.writes == 0
