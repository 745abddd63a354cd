"""Whoever acts has a name, also in a container whose user has none."""

from __future__ import annotations

import pytest

from fenji.domain.principals import Principal, PrincipalKind
from fenji.workspace.acting import acting_person


def person(name: str) -> Principal:
    return Principal(PrincipalKind.PERSON, name)


def test_a_person_who_is_named_acts_and_else_the_user_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fenji.workspace.acting.getpass.getuser", lambda: "wang")
    assert acting_person(" Li Lei ") == person("Li Lei")
    assert acting_person() == acting_person("  ") == person("wang")


@pytest.mark.parametrize("error", [KeyError("uid not found: 4711"), OSError("No username set in the environment")])
def test_a_user_without_a_name_is_unknown(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def nameless() -> str:
        raise error

    monkeypatch.setattr("fenji.workspace.acting.getpass.getuser", nameless)
    assert acting_person() == person("unknown")
