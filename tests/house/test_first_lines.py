"""Every module says in its first line what it is about, in words of the domain; every package lists its modules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from house.tree import SourceFile, example, modules, violations

BANNED_BEGINNINGS = ("this module", "this file", "this package", "utilities", "utility", "helper", "helpers", "various", "common")
LISTED = re.compile(r"^(?P<name>[a-z][a-z0-9_]*)  +\S", re.MULTILINE)


def weak_first_line(file: SourceFile) -> Iterator[str]:
    first = file.docstring.split("\n", 1)[0].strip()
    if not first:
        yield "has no first line"
    elif first.lower().startswith(BANNED_BEGINNINGS):
        yield f"begins with '{first[:30]}'; say what it is about"
    elif first[-1] not in ".?!:":
        yield f"'{first[-30:]}' is not the end of a sentence"


def modules_of(package: PurePosixPath, files: tuple[SourceFile, ...]) -> set[str]:
    """The modules and packages directly inside a package, private ones apart."""
    inside = {file.path for file in files if file.path.is_relative_to(package)}
    direct = {path.relative_to(package).parts[0].removesuffix(".py") for path in inside}
    return {name for name in direct if not name.startswith("_")}


def unlisted(files: tuple[SourceFile, ...]) -> Iterator[str]:
    """Modules that their package does not list, and names listed that are not there. The first screen lists the stages only."""
    for file in files:
        if file.path.name != "__init__.py" or not file.room:
            continue
        listed, there = set(LISTED.findall(file.docstring)), modules_of(file.path.parent, files)
        yield from (f"{file.path}: does not list {name}" for name in sorted(there - listed))
        yield from (f"{file.path}: lists {name}, which is not there" for name in sorted(listed - there))


def test_every_module_begins_with_a_sentence() -> None:
    assert violations(weak_first_line) == []


def test_every_package_lists_its_modules_and_nothing_else() -> None:
    assert list(unlisted(modules())) == []


@pytest.mark.parametrize("text", ["x = 1", '"""This module holds tiers."""', '"""Helpers for tiers."""', '"""Tiers"""'])
def test_a_weak_first_line_is_found(text: str) -> None:
    assert len(list(weak_first_line(example(text)))) == 1


@pytest.mark.parametrize("text", ['"""Which tier does each customer stand in?"""', '"""A tier is assigned by policy."""'])
def test_a_sentence_passes(text: str) -> None:
    assert list(weak_first_line(example(text))) == []


def test_a_module_left_out_of_the_list_and_a_ghost_in_it_are_found() -> None:
    package = example('"""Analyze?\n\npanel   the panel\nghost   nothing\n"""', "analyze/__init__.py")
    files = (package, example("", "analyze/panel.py"), example("", "analyze/tiers.py"), example("", "analyze/_own.py"))
    assert list(unlisted(files)) == [
        "analyze/__init__.py: does not list tiers",
        "analyze/__init__.py: lists ghost, which is not there",
    ]
