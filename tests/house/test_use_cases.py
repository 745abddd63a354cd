"""A use-case answers one question: it imports no other one, only parts of its own; what several need stands in workspace."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from house.tree import SourceFile, example, modules, violations

BORROWED = {
    "priority": {"churn_run", "value"},
    "recommend": {"baskets"},
    "structure": {"tiers"},
}
"""Use-cases that still borrow from others, and what; nothing may be added."""


def use_cases_imported(file: SourceFile) -> Iterator[str]:
    """Names of the modules of workflow that a module imports, however it writes that."""
    for node in ast.walk(file.syntax):
        found = []
        if isinstance(node, ast.Import):
            found = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [f"{node.module}.{each.name}" for each in node.names]
        yield from (each.split(".")[2] for each in found if each.startswith("fenji.workflow."))


def borrowed(file: SourceFile) -> Iterator[str]:
    """Imports of other use-cases; a part begins with the name of the use-case that it belongs to, such as ``churn_run``."""
    if file.room != "workflow":
        return
    own = file.path.stem
    for other in use_cases_imported(file):
        if other.partition("_")[0] != own.partition("_")[0] and other not in BORROWED.get(own, set()):
            yield f"imports the use-case {other}"


def test_no_use_case_imports_another_one() -> None:
    assert violations(borrowed) == []


def test_what_is_listed_as_borrowed_is_borrowed() -> None:
    """A list of exceptions only shrinks."""
    found = {file.path.stem: set(use_cases_imported(file)) for file in modules() if file.room == "workflow"}
    assert [(own, other) for own, others in BORROWED.items() for other in others - found[own]] == []


@pytest.mark.parametrize(
    "text", ["from fenji.workflow.tiers import tiers_at", "import fenji.workflow.tiers", "from fenji.workflow import tiers"]
)
def test_a_use_case_that_borrows_is_found(text: str) -> None:
    assert list(borrowed(example(text, "workflow/moves.py"))) == ["imports the use-case tiers"]


@pytest.mark.parametrize(
    "text",
    [
        "from fenji.workflow.moves_run import save",
        "from fenji.workspace.tiering import panel_at",
        "from fenji.workflow_x import y",
    ],
)
def test_its_own_parts_and_steps_pass(text: str) -> None:
    assert list(borrowed(example(text, "workflow/moves.py"))) == []
