"""What the core says is said for every entrance: no option of the command line below it, and no answer built in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from fenji.cli.steps import STEPS
from fenji.domain.steps import Step
from house.tree import ROOT

SOURCE = ROOT / "src" / "fenji"
OF_OTHER_PROGRAMS = {"Upgrade this installation: pip install --upgrade fenji. Nothing was changed."}


def messages_in(file: Path) -> list[str]:
    calls = (each for each in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(each, ast.Call))
    first = [each.args[0] for each in calls if getattr(each.func, "id", "") == "_" and each.args]
    return [each.value for each in first if isinstance(each, ast.Constant)]


def test_no_message_below_the_entrances_names_an_option() -> None:
    below = [each for each in SOURCE.rglob("*.py") if each.relative_to(SOURCE).parts[0] != "cli"]
    found = [
        (str(each.relative_to(SOURCE)), text) for each in below for text in messages_in(each) if re.search(r"(^|\s)--\w", text)
    ]
    assert [each for each in found if each[1] not in OF_OTHER_PROGRAMS] == []


def test_the_command_line_has_words_for_every_step() -> None:
    assert set(STEPS) == set(Step)


def test_no_command_builds_an_answer() -> None:
    found = []
    for file in (SOURCE / "cli").glob("*.py"):
        functions = [each for each in ast.parse(file.read_text("utf-8")).body if isinstance(each, ast.FunctionDef)]
        found += [f"{file.name}: {each.name}" for each in functions if re.search(r"_json$|^answer|_answer$", each.name)]
    # The entrance answers a command line with its exit code.
    assert found == ["main.py: answer"]
