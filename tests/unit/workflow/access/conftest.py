"""A workspace with a clock that a test sets, in which an admin, a manager and a till work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from fenji.domain.access import Role
from fenji.workflow.access.people import add_person
from fenji.workspace.access import passwords
from fenji.workspace.folder import open_workspace
from fenji.workspace.state import watch


class SetClock:
    """A clock that stands until a test moves it."""

    def __init__(self):
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self):
        return self.now

    def move(self, **units):
        self.now += timedelta(**units)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def workspace(request, tmp_path, clock):
    on_postgresql = getattr(request, "param", "sqlite") == "postgresql"
    url = request.getfixturevalue("postgres")() if on_postgresql else "sqlite:///fenji.db"
    (tmp_path / "fenji.toml").write_text(f'database_url = "{url}"\n', "utf-8")
    found = open_workspace(tmp_path)
    found.state.prepare()
    state = found.state  # kept for the file that is there now
    watch(found.root, found.settings)  # as a server does: what it remembers must keep no door open
    state.clock = clock
    yield found
    state.close()


@pytest.fixture
def root(workspace):
    return workspace.root


@pytest.fixture
def people(root):
    """The links with which they choose their passwords, by login."""
    return {
        login: add_person(root, name, login, [role]).link
        for login, name, role in [
            ("ann", "Ann Lee", Role.ADMIN),
            ("wang", "王明", Role.MANAGER),
            ("till-3", "Till 3", Role.SERVICE),
        ]
    }
