"""One concept, one name: no drawer modules, and where a customer stands is a tier, never a level or a grade."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from house.tree import SourceFile, example, violations

DRAWERS = {"utils", "util", "common", "helpers", "helper", "misc", "base", "core", "internals", "stuff", "tools"}
NOT_A_TIER = {"level", "levels", "grade", "grades"}


def drawer(file: SourceFile) -> Iterator[str]:
    names = {part.removesuffix(".py") for part in file.path.parts}
    yield from (f"'{name}' names a drawer, not a thing" for name in sorted(names & DRAWERS))


def words_of(identifier: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)}


def defined_names(file: SourceFile) -> Iterator[tuple[int, str]]:
    """The names that a module gives: functions, classes, arguments, variables, attributes, and columns of contracts."""
    for node in ast.walk(file.syntax):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Column", "Field", "Metric"}:
            yield from ((node.lineno, each.value) for each in node.args[:1] if isinstance(each, ast.Constant))


def banned_word(file: SourceFile) -> Iterator[str]:
    for line, name in defined_names(file):
        for word in sorted(words_of(str(name)) & NOT_A_TIER):
            yield f"line {line}: '{name}' says '{word}'; the word is tier"


def test_no_module_is_a_drawer() -> None:
    assert violations(drawer) == []


def test_a_tier_is_called_a_tier() -> None:
    assert violations(banned_word) == []


@pytest.mark.parametrize("path", ["analyze/utils.py", "common/money.py", "prepare/helpers.py"])
def test_a_drawer_is_found(path: str) -> None:
    assert len(list(drawer(example("", path)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "customer_level = 1",
        "def grade(x): ...",
        "class MemberLevel: ...",
        "def f(levels): ...",
        "self.level = 2",
        'Column("member_grade", "string", "the tier")',
    ],
)
def test_a_tier_by_another_name_is_found(text: str) -> None:
    assert len(list(banned_word(example(text)))) == 1


@pytest.mark.parametrize(
    "text", ["tier = 1", "def upgrade(): ...", 'SYNONYMS = {"客户级别": "prior_tier", "level": "prior_tier"}', "logging.level"]
)
def test_other_words_pass(text: str) -> None:
    assert list(banned_word(example(text))) == []
