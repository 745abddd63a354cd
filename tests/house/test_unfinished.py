"""Nothing unfinished stands in the package: a TODO is signed, and no body is a stub."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from house.tree import SourceFile, example, violations

SIGNED = re.compile(r"TODO\([a-z][\w.-]*\): \S")
MARK = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
NULL_OBJECTS = {"silent"}
"""Functions whose whole purpose is to do nothing."""
DIVIDER = re.compile(r"^\s*#\s*[-=*#]{4,}", re.MULTILINE)


def unsigned(file: SourceFile) -> Iterator[str]:
    for number, line in enumerate(file.text.splitlines(), start=1):
        comment = line[line.index("#") :] if "#" in line else ""
        if MARK.search(comment) and not SIGNED.search(comment):
            yield f"line {number}: a note that nobody signed"
    if DIVIDER.search(file.text):
        yield "a comment that only draws a line"


def stub(file: SourceFile) -> Iterator[str]:
    """A body of ``...`` or ``pass`` is for protocols and for functions that an engine declares through a decorator."""
    protocols = {id(each) for class_ in file.classes if _is_protocol(class_) for each in ast.walk(class_)}
    for function in file.functions:
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        empty = all(isinstance(each, ast.Pass) or _is_dots(each) for each in body)
        if empty and id(function) not in protocols and not function.decorator_list and function.name not in NULL_OBJECTS:
            yield f"line {function.lineno}: {function.name} does nothing"
    for node in ast.walk(file.syntax):
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node):
            yield f"line {node.lineno}: raises NotImplementedError"


def _is_protocol(class_: ast.ClassDef) -> bool:
    return any("Protocol" in ast.unparse(each) for each in class_.bases)


def _is_dots(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...


def test_every_note_is_signed() -> None:
    assert violations(unsigned) == []


def test_no_function_is_a_stub() -> None:
    assert violations(stub) == []


@pytest.mark.parametrize("line", ["# TODO: later", "x = 1  # FIXME", "# ------------", "# TODO(): soon"])
def test_an_unsigned_note_is_found(line: str) -> None:
    assert len(list(unsigned(example(line)))) == 1


def test_a_signed_note_passes() -> None:
    assert list(unsigned(example("# TODO(wang): goes when version 2 of the store is gone\n"))) == []


@pytest.mark.parametrize(
    "text", ["def f(): ...", "def f():\n    pass", 'def f():\n    """Words."""', "raise NotImplementedError"]
)
def test_a_stub_is_found(text: str) -> None:
    assert len(list(stub(example(text)))) == 1


def test_a_protocol_may_be_empty() -> None:
    assert list(stub(example("class Port(Protocol):\n    def read(self): ..."))) == []
