"""Chinese and English are equal: every message of the package has a Chinese translation with the same places, and none is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from house.tree import ROOT, SourceFile, example, modules, page_templates

CATALOG = ROOT / "src" / "fenji" / "locales" / "zh_CN" / "LC_MESSAGES" / "fenji.po"
PLACE = re.compile(r"(?<!\{)\{([a-z_]+)[^{}]*\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NO_WORDS = re.compile(r"^[\W\d_x]*$")


def marked(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Line and text of every message marked with ``_("...")``; line -1 where the mark holds no plain text."""
    for node in ast.walk(file.syntax):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            text = node.args[0] if node.args else None
            plain = isinstance(text, ast.Constant) and isinstance(text.value, str)
            yield (node.lineno, text.value) if plain else (-1, ast.unparse(node))


def marked_in_template(text: str) -> Iterator[tuple[int, str]]:
    """The same of a template; ``_(each.title)`` says a message that stands in code, which marks it there."""
    for node in Environment(autoescape=True).parse(text).find_all(nodes.Call):
        if isinstance(node.node, nodes.Name) and node.node.name == "_":
            first = node.args[0] if node.args else None
            if isinstance(first, nodes.Const) and isinstance(first.value, str):
                yield node.lineno, first.value
            elif not isinstance(first, nodes.Getattr):
                yield -1, f"line {node.lineno}"


def catalog(data: bytes) -> Catalog:
    return read_po(BytesIO(data), locale="zh_CN")


def gaps(
    files: tuple[SourceFile, ...], chinese: Catalog, templates: tuple[tuple[PurePosixPath, str], ...] | None = None
) -> list[str]:
    """What the catalog lacks, mistranslates or has too much of; without ``templates`` those of the package stand beside its code."""
    if templates is None:
        templates = page_templates() if files is modules() else ()
    marks = [(str(file.path), line, text) for file in files for line, text in marked(file)]
    marks += [(str(path), line, text) for path, source in templates for line, text in marked_in_template(source)]
    used = {text: where for where, line, text in marks if line > 0}
    entries = {str(each.id): each for each in chinese if each.id}
    found = [f"{where}: {text} marks no plain text" for where, line, text in marks if line < 0]
    for text, where in used.items():
        entry = entries.get(text)
        if entry is None or not str(entry.string).strip():
            found.append(f"{where}: no translation of {text!r}")
        elif set(PLACE.findall(text)) != set(PLACE.findall(str(entry.string))):
            found.append(f"{where}: other places in the translation of {text!r}")
        elif entry.fuzzy:
            found.append(f"{where}: fuzzy translation of {text!r}")
    found += [f"left over: {text!r}" for text in entries if text not in used]
    found += [f"obsolete: {text!r}" for text in chinese.obsolete]
    return found


def test_the_chinese_catalog_is_complete() -> None:
    assert gaps(modules(), catalog(CATALOG.read_bytes())) == []


def test_translations_are_chinese() -> None:
    same = [str(each.id) for each in catalog(CATALOG.read_bytes()) if each.id and not CHINESE.search(str(each.string))]
    assert [text for text in same if not NO_WORDS.match(PLACE.sub("", text))] == []


def test_every_kind_of_gap_is_found() -> None:
    code = example('_("a")\n_("b {x}")\n_("c")\n_("d")\n_(f"e {x}")\n')
    po = """
msgid "b {x}"
msgstr "乙 {y}"

#, fuzzy
msgid "c"
msgstr "丙"

msgid "d"
msgstr "丁"

msgid "z"
msgstr "癸"

#~ msgid "gone"
#~ msgstr "没了"
"""
    assert gaps((code,), catalog(po.encode())) == [
        "analyze/example.py: _(f'e {x}') marks no plain text",
        "analyze/example.py: no translation of 'a'",
        "analyze/example.py: other places in the translation of 'b {x}'",
        "analyze/example.py: fuzzy translation of 'c'",
        "left over: 'z'",
        "obsolete: 'gone'",
    ]


def test_a_complete_catalog_passes() -> None:
    assert gaps((example('_("a {x}")'),), catalog('msgid "a {x}"\nmsgstr "甲 {x}"\n'.encode())) == []


def test_the_catalog_has_no_entry_twice() -> None:
    ids = re.findall(r'^msgid ((?:".*"\n?)+)', Path(CATALOG).read_text("utf-8"), re.MULTILINE)
    assert [each for each in ids if ids.count(each) > 1] == []


def test_messages_of_templates_are_found() -> None:
    template = '<p>{{ _("a {x}", x=1) }} {{ _(page.title) }} {{ _("b" ~ c) }}</p>{% macro m() %}{{ m(_("d")) }}{% endmacro %}'
    assert gaps((), catalog(b""), ((PurePosixPath("web/t.html"), template),)) == [
        "web/t.html: line 1 marks no plain text",
        "web/t.html: no translation of 'a {x}'",
        "web/t.html: no translation of 'd'",
    ]
