"""A request that comes twice is answered once; its key is nobody else's, and lost answers do not hold it for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict
from fenji.state.database import Database, open_database
from fenji.state.serving.repetitions import ANSWERED_WITHIN, KEPT_FOR, Answered, KeyReused

SYSTEM = Principal(PrincipalKind.SYSTEM, "test")
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


class World:
    def __init__(self, url: str) -> None:
        self.now = BEGAN
        self.database: Database = open_database(url, clock=lambda: self.now)

    def begin(self, key: str = "k", fingerprint: str = "f", caller: str = "token:a") -> Answered | None:
        with self.database.transaction(SYSTEM) as t:
            return t.serving.repetitions.begin(caller, key, fingerprint)

    def finish(self, key: str = "k") -> None:
        with self.database.transaction(SYSTEM) as t:
            t.serving.repetitions.finish("token:a", key, Answered(201, b"made"))


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return World(f"sqlite:///{tmp_path / 'state.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")())


def test_the_second_time_the_first_answer_comes(world: World) -> None:
    assert world.begin() is None
    with pytest.raises(Conflict):
        world.begin()
    world.finish()
    assert world.begin() == Answered(201, b"made")


def test_a_key_belongs_to_its_caller_and_its_request(world: World) -> None:
    world.begin()
    world.finish()
    with pytest.raises(KeyReused):
        world.begin(fingerprint="another body")
    assert world.begin(caller="token:b", fingerprint="another body") is None


def test_a_lost_answer_frees_its_key_after_a_while_also_where_the_clock_was_set_back(world: World) -> None:
    world.begin()
    world.now = BEGAN + ANSWERED_WITHIN
    assert world.begin() is None
    world.now = BEGAN - timedelta(days=1)
    assert world.begin() is None


def test_answers_are_forgotten_after_three_days(world: World) -> None:
    world.begin()
    world.finish()
    world.now = BEGAN + KEPT_FOR + timedelta(seconds=1)
    assert world.begin(fingerprint="another body") is None
