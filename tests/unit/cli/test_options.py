"""The language is settled before the command line is understood: --lang, the workspace, the system."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.cli.options import day_of, option_value, spoken_language, workspace_of
from fenji.errors import InvalidArgument
from fenji.language import Language


@pytest.fixture
def chinese(tmp_path: Path) -> list[str]:
    (tmp_path / "fenji.toml").write_text('language = "zh"\n', "utf-8")
    return ["tiers", "--workspace", str(tmp_path)]


def test_the_option_wins_over_the_workspace(chinese: list[str]) -> None:
    assert spoken_language([*chinese, "--lang", "en"], {"LANG": "zh_CN.UTF-8"}) is Language.EN
    assert spoken_language([*chinese, "--lang=en"], {}) is Language.EN


def test_the_workspace_wins_over_the_system(chinese: list[str]) -> None:
    assert spoken_language(chinese, {"LANG": "en_US.UTF-8"}) is Language.ZH
    assert spoken_language(chinese, {"FENJI_LANGUAGE": "en"}) is Language.EN


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ({"LC_ALL": "en_GB", "LANG": "zh_CN"}, Language.EN),
        ({"LC_ALL": "", "LANG": "zh_TW"}, Language.ZH),
        ({"FENJI_LANGUAGE": "zh", "LANG": "de_DE"}, Language.ZH),
        ({"LANG": "C"}, Language.EN),
        ({}, Language.EN),
    ],
)
def test_outside_a_workspace_the_system_decides(
    environment: dict[str, str], expected: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert spoken_language(["demo"], environment) is expected


def test_broken_settings_do_not_keep_the_program_from_speaking(tmp_path: Path) -> None:
    (tmp_path / "fenji.toml").write_text("language = [\n", "utf-8")
    assert spoken_language(["run", "--workspace", str(tmp_path)], {"LANG": "zh_CN"}) is Language.ZH


def test_a_language_that_we_do_not_speak_is_passed_over(tmp_path: Path) -> None:
    assert spoken_language(["run", "--workspace", str(tmp_path), "--lang", "fr"], {"LANG": "zh_CN"}) is Language.ZH


def test_the_last_value_of_an_option_counts() -> None:
    assert option_value(["--workspace", "a", "--workspace=b"], "--workspace") == "b"
    assert option_value(["--workspace"], "--workspace") is None
    assert workspace_of([]) == Path()


@pytest.mark.parametrize("text", ["2026-06-30", "2026/6/30", "20260630", "2026年6月30日", "30 Jun 2026", "6/30/2026"])
def test_a_day_is_taken_in_every_form_that_files_have(text: str) -> None:
    assert day_of(text) == date(2026, 6, 30)


def test_a_day_with_two_readings_is_refused_with_both() -> None:
    with pytest.raises(InvalidArgument) as caught:
        day_of("5/6/2026")
    assert caught.value.describe(Language.EN) == (
        "'5/6/2026' may mean 2026-05-06, 2026-06-05. Write it with the year first, as 2026-05-06."
    )
    assert caught.value.describe(Language.ZH) == "“5/6/2026”可能指 2026-05-06, 2026-06-05。请把年份写在前面，例如 2026-05-06。"


@pytest.mark.parametrize("text", ["2026-02-30", "yesterday", "202606"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="is not a date"):
        day_of(text)
