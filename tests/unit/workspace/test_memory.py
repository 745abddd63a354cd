"""What is remembered is bounded, and what was used last stays."""

from __future__ import annotations

from fenji.workspace import memory
from fenji.workspace.memory import Memory


def test_a_value_is_made_once() -> None:
    made: list[int] = []
    kept = Memory()
    for _again in range(3):
        kept.recall("a", lambda: made.append(1) or len(made))
    assert made == [1]


def test_a_value_that_is_not_worth_it_is_made_again() -> None:
    made: list[int] = []
    kept = Memory()
    for _again in range(3):
        kept.recall("a", lambda: made.append(1) or "large", keep=lambda value: value != "large")
    assert made == [1, 1, 1]


def test_the_oldest_is_forgotten_first(monkeypatch) -> None:
    monkeypatch.setattr(memory, "MOST_REMEMBERED", 2)
    made: list[str] = []
    kept = Memory()
    for key in ("a", "b", "a", "c", "a", "b"):
        kept.recall(key, lambda key=key: made.append(key) or key)
    assert made == ["a", "b", "c", "b"]
