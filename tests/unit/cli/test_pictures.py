"""Commands write charts of their answers in the reader's language, and never over a file that is there. World: three reviews of a few customers."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook
from PIL import Image

from fenji.cli.main import answer
from fenji.language import Language
from fenji.reports.monthly.pdf import FONTS, fonts_here
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


@pytest.mark.parametrize("command", ["tiers", "moves", "structure --of composition"])
def test_a_workbook_holds_a_native_chart_over_the_figures_of_the_answer(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    target = tmp_path / "chart.xlsx"
    assert answer([*command.split(), "--workspace", str(shop), "--chart", str(target), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (sheet,) = load_workbook(target).worksheets
    assert len(sheet._charts) == 1
    cells = [each.value for row in sheet.iter_rows() for each in row]
    if command == "tiers":
        assert {each["customers"] for each in told["tiers"]} <= set(cells)


@pytest.mark.parametrize("command", ["moves", "structure", "structure --of composition"])
def test_a_picture_is_drawn_at_twice_the_size_of_a_screen(shop: Path, tmp_path: Path, command: str) -> None:
    if not set(FONTS) & set(fonts_here().families()):
        pytest.skip("no Chinese font: apt-get install fonts-noto-cjk")
    target = tmp_path / "chart.png"
    assert answer([*command.split(), "--workspace", str(shop), "--chart", str(target)]) == 0
    with Image.open(target) as found:
        assert found.width > 1400
        assert len(found.convert("RGB").getcolors(1 << 24) or ()) > 20


def test_what_no_native_chart_can_show_is_refused_for_a_workbook(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "chart.xlsx"
    assert answer(["structure", "--workspace", str(shop), "--chart", str(target), "--lang", "en"]) == 2
    assert "Write it as .svg or .png." in capsys.readouterr().err
    assert not target.exists()


@pytest.mark.parametrize("command", ["tiers", "moves", "forecast", "structure", "value", "churn", "priority"])
def test_no_file_is_overwritten_and_no_other_ending_taken(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    there = tmp_path / "there.svg"
    there.write_text("mine", "utf-8")
    assert answer([command, "--workspace", str(shop), "--chart", str(there)]) == 4
    assert there.read_text("utf-8") == "mine"
    assert answer([command, "--workspace", str(shop), "--chart", str(tmp_path / "chart.gif"), "--lang", "en"]) == 2
    assert "End it in one of .svg, .png, .xlsx." in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["there.svg"]
