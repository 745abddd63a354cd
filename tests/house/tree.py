"""What do the laws of the house look at? The modules of the package, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
STAGES = ("collect", "prepare", "analyze", "act", "improve")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Law = Callable[["SourceFile"], Iterable[str]]


@dataclass(frozen=True)
class SourceFile:
    """One module of the package, or an example of one."""

    path: PurePosixPath
    """Relative to the package folder, such as analyze/metrics/panel.py."""
    text: str

    @cached_property
    def syntax(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """The folder directly below the package; empty for modules that stand loose in it."""
        return self.path.parts[0] if len(self.path.parts) > 1 else ""

    @property
    def docstring(self) -> str:
        return ast.get_docstring(self.syntax) or ""

    @property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.syntax) if isinstance(node, Function)]

    @property
    def classes(self) -> list[ast.ClassDef]:
        return [node for node in ast.walk(self.syntax) if isinstance(node, ast.ClassDef)]


@cache
def modules() -> tuple[SourceFile, ...]:
    """Every module of the package."""
    package = ROOT / "src" / "fenji"
    files = sorted(package.rglob("*.py"))
    return tuple(SourceFile(PurePosixPath(file.relative_to(package)), file.read_text("utf-8")) for file in files)


@cache
def page_templates() -> tuple[tuple[PurePosixPath, str], ...]:
    """Every template of the pages: its path below the package, and its text."""
    package = ROOT / "src" / "fenji"
    files = sorted((package / "web" / "templates").rglob("*.html"))
    return tuple((PurePosixPath(file.relative_to(package)), file.read_text("utf-8")) for file in files)


def violations(law: Law, files: Iterable[SourceFile] | None = None) -> list[str]:
    """What breaks a law, one line each."""
    return [f"{file.path}: {found}" for file in (modules() if files is None else files) for found in law(file)]


def example(text: str, path: str = "analyze/example.py") -> SourceFile:
    """A made-up module, to see a law catch it or let it pass."""
    return SourceFile(PurePosixPath(path), text)


def own_lines(function: Function) -> int:
    """Lines of a function's body, its docstring apart."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def inner_imports(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Line and module of every import that stands inside a function."""
    for function in file.functions:
        for node in ast.walk(function):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.lineno, node.module or ""
