"""The tests of the core ask the core: the command line has its own room, and every law grows with the profile."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CORE = ("unit", "parity", "property", "golden")
OF_THE_COMMAND_LINE = ("fenji.cli", "fixtures.desk", "fixtures.corpus")
MEANT = {"unit/cli"}
"""Where a person sits at the command line; end_to_end is no room of the core."""


def command_lines(text: str) -> Iterator[str]:
    """What a test takes from the command line, by import or in a process of its own."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += (
            [str(node.module), *(f"{node.module}.{each.name}" for each in node.names)] if isinstance(node, ast.ImportFrom) else []
        )
        yield from (
            f"imports {name}" for name in names[:1] if any(part in names or name.startswith(part) for part in OF_THE_COMMAND_LINE)
        )
        if isinstance(node, ast.List):
            words = [each.value for each in node.elts if isinstance(each, ast.Constant)]
            if "-m" in words and any(str(each).split(".")[0] == "fenji" for each in words):
                yield "runs fenji in a process of its own"


def numbered_laws(text: str) -> Iterator[str]:
    """Numbers of examples that no profile can raise."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and any(each.arg == "max_examples" for each in node.keywords):
            yield f"line {node.lineno} states max_examples; fixtures.laws.law(n) grows with the profile"


def core_tests() -> list[Path]:
    found = [file for room in CORE for file in sorted((TESTS / room).rglob("*.py"))]
    return [file for file in found if not any(str(file.relative_to(TESTS)).startswith(room) for room in MEANT)]


def test_the_core_is_not_tested_through_the_command_line() -> None:
    assert {
        str(file.relative_to(TESTS)): found for file in core_tests() if (found := [*command_lines(file.read_text("utf-8"))])
    } == {}


def test_no_law_has_a_number_of_its_own() -> None:
    files = [file for room in CORE for file in sorted((TESTS / room).rglob("*.py"))]
    assert {str(file.relative_to(TESTS)): found for file in files if (found := [*numbered_laws(file.read_text("utf-8"))])} == {}


@pytest.mark.parametrize(
    "text",
    [
        "from fenji.cli.main import answer",
        "from fenji.cli import whatif_replay",
        "import fenji.cli.main",
        "from fixtures.desk import fenji",
        "from fixtures import desk",
        'run([executable, "-m", "fenji", "tiers"])',
    ],
)
def test_a_command_line_is_found(text: str) -> None:
    assert len(list(command_lines(text))) == 1


def test_other_imports_are_no_command_line() -> None:
    assert list(command_lines("from fenji.workflow.tiers import tiers_at\nfrom fixtures.shops import SHOP\nimport fenji")) == []


def test_a_number_of_examples_is_found() -> None:
    assert len(list(numbered_laws("@settings(max_examples=2)\ndef test(): ..."))) == 1


@pytest.mark.skipif(
    "PYTEST_XDIST_WORKER" not in os.environ, reason="tests are only kept together where several workers share them"
)
def test_the_tests_of_a_file_stay_in_one_worker(request: pytest.FixtureRequest) -> None:
    """Otherwise every fixture of a file is made by each worker, and each opens a Spark of its own."""
    place = str(request.node.path).replace("@", "-")
    assert request.node.nodeid.endswith(f"@{place}")
