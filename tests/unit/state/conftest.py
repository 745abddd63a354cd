"""Both databases for every promise of the state: a SQLite file, and a real PostgreSQL server from a wheel where it is installed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fenji.domain.principals import Principal, PrincipalKind
from fenji.state import run_life
from fenji.state.database import open_database
from fenji.state.run_life import Runs
from fenji.state.store import Store


@pytest.fixture(autouse=True)
def _nobody_is_watched(monkeypatch):
    """Who is silent is dead at once, but where a test says otherwise."""
    monkeypatch.setattr(run_life, "WATCHED_SECONDS", 0)


LI_LEI = Principal(PrincipalKind.PERSON, "李雷")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/fenji.db"
    return request.getfixturevalue("postgres")()


@pytest.fixture
def database(url, clock):
    opened = open_database(url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


class Clock:
    """A clock that goes one second further whenever it is read, and as far as a test wants in between."""

    def __init__(self):
        self.now = datetime(2026, 2, 3, 5, 6, 7, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def runs(database, store):
    return Runs(database, store, LI_LEI)
