"""Every page says what right it needs and stands once in the navigation; templates hold no words of their own, and nothing in them is trusted."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from fenji.domain.access import RIGHTS_OF, Right, Role
from fenji.web.app import page_routes
from fenji.web.navigation import TITLES, Entry
from fenji.web.pages import MODULES, account, declared, entering
from fenji.web.visiting import needs_of
from house.tree import ROOT, page_templates

WEB = ROOT / "src" / "fenji" / "web"
OPEN = {route.endpoint for route in entering.router.routes} | {account.language, account.theme}
"""What somebody may open who is not in yet."""
LETTERS = re.compile(r"[A-Za-z\u4e00-\u9fff]")
SAID_ALIKE = {"utf-8", "same-origin"}
TEXT_ATTRIBUTES = re.compile(r'\b(?:title|alt|placeholder|aria-label)="([^"]*)"')
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
JSON_OF_META = re.compile(r"content='[^']*'")


def literals(text: str) -> Iterator[str]:
    """Words that stand in a template and not in the catalog: between tags, or in attributes that people read."""
    told = JSON_OF_META.sub("", COMMENT.sub("", plain_text(text)))
    yield from (each for each in TEXT_ATTRIBUTES.findall(told) if LETTERS.search(each))
    yield from (each.strip() for each in TAG.sub("\n", told).splitlines() if LETTERS.search(each))


def plain_text(text: str) -> str:
    """A template without its expressions, statements and comments."""
    kept = {"data", "raw_begin", "raw_end"}
    return "".join(value for _line, kind, value in Environment(autoescape=True).lex(text) if kind in kept)


def test_whatever_is_not_open_needs_a_right() -> None:
    assert [each.path_format for each in page_routes() if needs_of(each.endpoint) is None and each.endpoint not in OPEN] == []


def test_what_is_open_is_known_by_name() -> None:
    assert sorted({each.path_format for each in page_routes() if each.endpoint in OPEN}) == [
        "/language",
        "/login",
        "/login/code",
        "/login/link/{code}",
        "/login/second",
        "/login/second/confirm",
        "/logout",
        "/theme",
    ]


def test_every_declared_page_has_a_route_that_needs_the_right_it_tells() -> None:
    rights = {each.path_format: needs_of(each.endpoint) for each in page_routes() if "GET" in each.methods}
    assert [each.address for each in declared() if rights.get(each.address) is not each.right] == []
    addresses = [each.address for each in declared()]
    assert len(set(addresses)) == len(addresses)
    assert set(TITLES) == set(Entry)


def test_every_module_of_pages_is_served() -> None:
    found = {file for file in (WEB / "pages").rglob("*.py") if file.stem != "__init__"}
    assert {Path(each.__file__ or "") for each in MODULES} == found


def test_templates_hold_no_words_of_their_own() -> None:
    assert [f"{path}: {each}" for path, text in page_templates() for each in literals(text)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>Tiers</p>", ["Tiers"]),
        ('<a title="All" href="/all">{{ _("All") }}</a>', ["All"]),
        ('<p class="card">{{ _("Tiers") }} · {{ 3 }}</p>{# a note #}{% if a %}<b>–</b>{% endif %}', []),
    ],
)
def test_a_word_in_a_template_is_found(text: str, found: list[str]) -> None:
    assert list(literals(text)) == found


def test_nothing_is_trusted_in_templates_and_islands() -> None:
    assert [str(path) for path, text in page_templates() if re.search(r"\|\s*safe\b|autoescape|hx-on|\bon[a-z]+=", text)] == []
    assert [str(path) for path, text in page_templates() if re.search(r"<script(?![^>]*(src=|application/json))", text)] == []
    scripts = sorted((WEB / "static" / "islands").glob("*.js"))
    assert scripts
    unsafe = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")
    assert [each.name for each in scripts if unsafe.search(each.read_text("utf-8"))] == ["drawer.js"]


def test_what_others_made_is_what_is_written_down() -> None:
    vendored = tomllib.loads((WEB / "static" / "VENDORED.toml").read_text("utf-8"))["file"]
    for each in vendored:
        assert hashlib.sha256((WEB / "static" / each["path"]).read_bytes()).hexdigest() == each["sha256"], each["path"]
        assert {"name", "version", "licence", "from"} <= set(each)
    own = {"app.css", "chart.css", "mark.svg", "pages.css", "palette.css", "parts.css", "print.css", "tokens.css"}
    assert {file.name for file in (WEB / "static").glob("*.*")} - {each["path"] for each in vendored} - {
        "VENDORED.toml",
        "echarts.LICENSE.txt",
    } == own


def test_our_own_sheets_and_scripts_keep_the_limit_of_lines() -> None:
    files = [*(WEB / "static").glob("*.css"), *(WEB / "static" / "islands").glob("*.js"), *(WEB / "templates").rglob("*.html")]
    assert [each.name for each in files if each.read_text("utf-8").count("\n") > 500] == []


def heads(text: str) -> Iterator[tuple[str, str]]:
    """What stands before each block of a style sheet, and the block around it; empty: none."""
    around = ""
    for line in re.split(r"(?<=[{}])", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)):
        head = " ".join(line.rpartition(";")[2].removesuffix("{").split())
        if line.endswith("{") and head.startswith("@"):
            around = head
        elif line.endswith("{"):
            yield around, head
        elif line.strip() == "}":
            around = ""


def repeated(sheets: list[str]) -> list[tuple[str, str]]:
    """Blocks that stand twice: two pages that called different things alike, or one thing that is told in two places."""
    return sorted(each for each, number in Counter(head for text in sheets for head in heads(text)).items() if number > 1)


def test_no_style_stands_twice() -> None:
    sheets = [each.read_text("utf-8") for each in sorted((WEB / "static").glob("*.css")) if each.name != "palette.css"]
    assert repeated(sheets) == []
    assert repeated([".a { top: 0; }\n@media print {\n  .a { top: 1px; }\n}\n.b { top: 0; }", "/* x */ .b { left: 0; }"]) == [
        ("", ".b")
    ]


def test_every_role_that_sees_figures_sees_a_page() -> None:
    rights = {each.right for each in declared()}
    assert [role for role, own in RIGHTS_OF.items() if Right.FIGURES_READ in own and not own & rights] == []
    # Tills come with tokens and never log in: what they may ask for opens no page.
    assert [role for role, own in RIGHTS_OF.items() if Right.FIGURES_READ not in own] == [Role.SERVICE]
