"""Nothing that users can name is undocumented: the reference is made from the code and fresh, and every command explains itself."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fenji.cli.help import parameters
from fenji.cli.main import program
from fenji.language import Language
from fenji.settings import SETTINGS
from house.tree import ROOT

REFERENCE = ROOT / "docs" / "reference"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(command: Any, path: str, above: Any = None) -> Iterator[tuple[str, Any, Any]]:
    """Path, command and context of every command below and including one."""
    context = command.make_context(path.rsplit(" ", maxsplit=1)[-1], [], parent=above, resilient_parsing=True)
    yield path, command, context
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, f"{path} {name}", context)


def stale(pages: dict[str, str], folder: Path) -> list[str]:
    """The generated pages that are missing or not what the code says now."""
    return [name for name, text in pages.items() if not (folder / name).exists() or (folder / name).read_text("utf-8") != text]


def test_generated_pages_are_fresh() -> None:
    assert stale(generator().pages(), REFERENCE) == [], "run: make docs"


def test_a_stale_page_is_found(tmp_path: Path) -> None:
    (tmp_path / "fresh.md").write_text("now", "utf-8")
    (tmp_path / "old.md").write_text("then", "utf-8")
    assert stale({"fresh.md": "now", "old.md": "now", "missing.md": "now"}, tmp_path) == ["old.md", "missing.md"]


@pytest.mark.parametrize("language", list(Language))
def test_every_command_and_parameter_has_help_and_an_example(language: Language) -> None:
    lacking = []
    for path, command, context in commands(program(language), "fenji"):
        examples = (command.epilog or "").splitlines()
        if not command.help or not examples or not any(line.startswith(path) for line in examples):
            lacking.append(f"{path}: help or example")
        lacking += [f"{path} {each.name}" for each in parameters(command, context) if not each.help]
    assert lacking == []


def test_help_is_chinese_where_chinese_is_spoken() -> None:
    without = []
    for path, command, context in commands(program(Language.ZH), "fenji"):
        texts = [
            line
            for line in command.get_help(context).splitlines()
            if re.search(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,} [a-z]{2,}", line)
        ]
        without += [
            f"{path}: {line}"
            for line in texts
            if not re.search(r"[\u4e00-\u9fff]", line) and not line.strip().startswith("fenji")
        ]
    assert without == []


def test_every_command_takes_the_shared_options() -> None:
    lacking = []
    for path, command, _ in commands(program(Language.EN), "fenji"):
        if not hasattr(command, "commands"):
            names = {name for each in command.params for name in each.opts}
            lacking += [f"{path}: {option}" for option in ("--workspace", "--lang", "--json") if option not in names]
    assert lacking == []


def test_every_setting_has_help_and_a_reason() -> None:
    assert [each.name for each in SETTINGS if not each.about.help or not each.about.why] == []


def test_every_error_code_is_documented_and_means_one_kind() -> None:
    kinds: dict[str, set[str]] = {}
    for each in generator().error_classes():
        kinds.setdefault(each.code, set()).add(str(each.kind))
    assert {code: found for code, found in kinds.items() if len(found) > 1} == {}
    page = (REFERENCE / "errors.md").read_text("utf-8")
    assert [code for code in kinds if f"`{code}`" not in page] == []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    records = sorted(file.name for file in folder.glob("[0-9]*.md"))
    assert [name for name in records if f"({name})" not in index] == []
    numbers = [name[:4] for name in records]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        broken += [f"{page.relative_to(ROOT)}: {target}" for target in targets if not (page.parent / target).exists()]
    assert broken == []


def test_every_decision_says_what_holds_it_and_that_is_there() -> None:
    wrong = []
    for record in (ROOT / "docs" / "decisions").glob("[0-9]*.md"):
        text = record.read_text("utf-8")
        held = re.search(r"^Held by: .+$", text, re.MULTILINE)
        headings = [heading for heading in ("## Context", "## Decision", "## Consequences") if heading not in text]
        if headings or not held:
            wrong.append(f"{record.name}: lacks {', '.join(headings) or 'Held by'}")
            continue
        wrong += [
            f"{record.name}: {path} is not there"
            for path in re.findall(r"`(tests/[\w/.]+)`", held[0])
            if not (ROOT / path).exists()
        ]
    assert wrong == []
