"""The language is settled before the command line is understood: --lang, the workspace, the system."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.cli.options import option_value, spoken_language, workspace_of
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
