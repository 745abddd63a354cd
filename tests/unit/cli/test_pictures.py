"""Commands write charts of their answers as SVG in the reader's language, and never over a file that is there. World: three reviews of a few customers."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fenji.cli.main import answer
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fixtures.published_reviews import WORLD, publish

TITLE = "{http://www.w3.org/2000/svg}title"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    init_workspace(folder, template="spend", language=Language.EN)
    with open_session(open_workspace(folder)) as session:
        publish(session, WORLD, lost_after_days=90)
    return folder


@pytest.mark.parametrize(
    ("command", "english", "chinese"),
    [
        ("tiers", "Customers by tier", "各等级人数"),
        ("moves", "Who went where", "谁去了哪里"),
    ],
)
def test_an_answer_becomes_a_picture_in_the_readers_language(
    shop: Path, tmp_path: Path, command: str, english: str, chinese: str
) -> None:
    for language, title in (("en", english), ("zh", chinese)):
        target = tmp_path / f"{language}.svg"
        assert answer([*command.split(), "--workspace", str(shop), "--chart", str(target), "--lang", language]) == 0
        assert ET.fromstring(target.read_text("utf-8")).findtext(TITLE) == title  # noqa: S314 - our own text
    assert sorted(each.name for each in tmp_path.iterdir()) == ["en.svg", "zh.svg"]


def test_scripts_still_read_one_object_and_people_are_told(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "tiers.svg"
    assert answer(["tiers", "--workspace", str(shop), "--chart", str(target), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["policy"]
    assert answer(["tiers", "--workspace", str(shop), "--chart", str(target), "--force", "--lang", "en"]) == 0
    assert "Chart 'Customers by tier' written to" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["tiers", "moves", "forecast"])
def test_no_file_is_overwritten_and_no_other_ending_taken(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    there = tmp_path / "there.svg"
    there.write_text("mine", "utf-8")
    assert answer([command, "--workspace", str(shop), "--chart", str(there)]) == 4
    assert there.read_text("utf-8") == "mine"
    assert answer([command, "--workspace", str(shop), "--chart", str(tmp_path / "chart.png"), "--lang", "en"]) == 2
    assert "End it in one of .svg." in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["there.svg"]
