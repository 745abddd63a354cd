"""Help is there in both languages, breaks Chinese lines where Chinese lines break, and always shows an example."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from fenji.cli.help import wrap
from fenji.cli.main import answer


def helped(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert answer(arguments) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_help_of_a_command_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    text = helped(capsys, "tiers", "--help", "--lang", "en")
    assert text.startswith("Usage: fenji tiers [OPTIONS]\n")
    assert "Examples\n  fenji tiers\n" in text
    assert "--as-of DATE" in text


def test_help_of_a_command_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    text = helped(capsys, "tiers", "--help", "--lang", "zh")
    assert text.startswith("用法：fenji tiers [选项]\n")
    assert "示例\n  fenji tiers\n" in text
    assert "--as-of 日期" in text


def test_no_words_at_all_show_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    text = helped(capsys)
    positions = [text.index(f"\n  {name} ") for name in ("init", "map", "run", "quality", "tiers", "demo", "policy")]
    assert positions == sorted(positions)


def test_no_line_of_help_is_longer_than_a_hundred_columns(capsys: pytest.CaptureFixture[str]) -> None:
    for language in ("zh", "en"):
        text = helped(capsys, "init", "--help", "--lang", language)
        assert [line for line in text.splitlines() if cell_len(line) > 100] == []


def test_chinese_breaks_after_any_character_but_not_before_a_sign() -> None:
    assert list(wrap("客户等级，按规则", 8)) == ["客户等", "级，按规", "则"]


def test_english_breaks_between_words() -> None:
    assert list(wrap("every customer in a tier", 10)) == ["every", "customer", "in a tier"]
