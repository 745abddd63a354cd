"""A use-case answers one question: it imports no other one, only parts of its own; what several need stands in workspace."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from house.tree import SourceFile, example, modules, violations

ROOMS = {file.path.parts[1] for file in modules() if file.room == "workflow" and len(file.path.parts) > 2}
"""The rooms of workflow that hold use-cases of their own."""


def use_cases_imported(file: SourceFile) -> Iterator[str]:
    """Names of the modules of workflow that a module imports, however it writes that."""
    for node in ast.walk(file.syntax):
        found = []
        if isinstance(node, ast.Import):
            found = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [f"{node.module}.{each.name}" for each in node.names]
        parts = [each.split(".")[2:] for each in found if each.startswith("fenji.workflow.")]
        yield from (each[1] if each[0] in ROOMS and len(each) > 1 else each[0] for each in parts)


def borrowed(file: SourceFile) -> Iterator[str]:
    """Imports of other use-cases; a part begins with the name of the use-case that it belongs to, such as ``churn_run``.

    What composes the steps of one analysis may stand on what composes those of another: the priority ranking needs values and risks.
    """
    if file.room != "workflow":
        return
    own = file.path.stem
    for other in use_cases_imported(file):
        are_steps = own.endswith("_run") and other.endswith("_run")
        if other.partition("_")[0] != own.partition("_")[0] and not are_steps:
            yield f"imports the use-case {other}"


def test_no_use_case_imports_another_one() -> None:
    assert violations(borrowed) == []


@pytest.mark.parametrize(
    "text",
    [
        "from fenji.workflow.tiers import tiers_at",
        "import fenji.workflow.tiers",
        "from fenji.workflow import tiers",
        "from fenji.workflow.sending import tiers",
        "from fenji.workflow.sending.tiers import tiers_at",
    ],
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
