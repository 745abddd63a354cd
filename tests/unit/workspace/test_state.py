"""What a server remembers of the state is what stands there now. World: an empty state, to which somebody else writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.principals import Principal, PrincipalKind
from fenji.settings import Settings, read_settings
from fenji.state.database import open_database
from fenji.workspace import state as states
from fenji.workspace.state import State, watch

SOMEBODY = Principal(PrincipalKind.PERSON, "王明")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = State(Settings().database_in(tmp_path))
    opened.prepare()
    yield opened
    opened.close()


def entries(state: State, asked: list[str]) -> int:
    def ask(t) -> int:
        asked.append("asked")
        return len(t.audit.list_entries(limit=9))

    return state.recall("entries", ask)


def write(root: Path) -> None:
    other = open_database(Settings().database_in(root))
    with other.transaction(SOMEBODY) as t:
        t.audit.add(Action.POLICY_PUBLISHED, Subject(SubjectKind.POLICY, "retail"))
    other.close()


def test_a_server_asks_once_and_again_after_whatever_anybody_writes(state: State, tmp_path: Path) -> None:
    watch(tmp_path, Settings())
    asked: list[str] = []
    for written in range(1, 4):
        assert [entries(state, asked) for _again in range(3)] == [written - 1] * 3
        assert len(asked) == written
        write(tmp_path)
    assert entries(state, asked) == 3


def test_whoever_does_not_serve_asks_each_time(state: State) -> None:
    asked: list[str] = []
    assert [entries(state, asked) for _again in range(3)] == [0, 0, 0]
    assert len(asked) == 3


def test_no_more_is_remembered_than_there_is_place_for(state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watch(tmp_path, Settings())
    monkeypatch.setattr(states, "MOST_REMEMBERED", 2)
    asked: list[int] = []
    for name in (1, 2, 1, 3, 3, 1):
        assert state.recall(name, lambda _t, name=name: asked.append(name) or name) == name
    assert asked == [1, 2, 3, 1]


def test_settings_are_read_once_until_their_text_or_the_environment_says_something_else(tmp_path: Path) -> None:
    file = tmp_path / "fenji.toml"
    file.write_text('time_zone = "Asia/Shanghai"\n', "utf-8")
    first = read_settings(tmp_path, {})
    assert read_settings(tmp_path, {"OTHER": "1"}) is first
    assert read_settings(tmp_path, {"FENJI_TIME_ZONE": "Europe/Berlin"}).time_zone == "Europe/Berlin"
    file.write_text('time_zone = "Asia/Tokyo"\n', "utf-8")
    assert read_settings(tmp_path, {}).time_zone == "Asia/Tokyo"
