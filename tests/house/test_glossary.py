"""Every noun of a stored table and of a public enum stands in the glossary, so that one thing has one name in both languages."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator

import fenji.tables
from fenji.tables.contract import Contract
from house.tree import ROOT

GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"
NO_NOUNS = frozenset(
    [
        "better",
        "bought",
        "by",
        "date",
        "decimal",
        "first",
        "format",
        "from",
        "item",
        "kind",
        "lack",
        "money",
        "order",
        "repeats",
        "sign",
        "tiers",
        "totals",
        "within",
        "customer",
        "tier",
    ]
)
"""Words that only tell one noun from another, or mean what they mean everywhere."""


def rows() -> list[list[str]]:
    lines = [line for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def nouns_of_tables() -> Iterator[str]:
    for found in pkgutil.iter_modules(fenji.tables.__path__):
        module = importlib.import_module(f"fenji.tables.{found.name}")
        for each in vars(module).values():
            if isinstance(each, Contract):
                yield from each.name.split("_")


def nouns_of_enums() -> Iterator[str]:
    for file in (ROOT / "src" / "fenji" / "domain").glob("*.py"):
        for each in ast.parse(file.read_text("utf-8")).body:
            if isinstance(each, ast.ClassDef) and any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in each.bases):
                yield from (word.lower() for word in re.findall(r"[A-Z][a-z]+|[A-Z]+(?![a-z])", each.name))


def test_every_noun_of_tables_and_enums_is_explained() -> None:
    known = {word for row in rows() for word in re.findall(r"[a-z]+", row[0].lower())}
    asked = {*nouns_of_tables(), *nouns_of_enums()} - NO_NOUNS
    assert sorted(word for word in asked if word not in known) == []


def test_every_word_has_its_chinese_and_a_meaning_and_stands_once() -> None:
    words = [row[0] for row in rows()]
    assert [row[0] for row in rows() if len(row) < 4 or not row[1] or not row[2]] == []
    assert sorted(words) == sorted(set(words))
