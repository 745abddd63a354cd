"""What draws charts in a browser runs under a strict policy, knows every kind, holds no words, and loads what it was checked with."""

from __future__ import annotations

import hashlib
import re
import tomllib
from importlib import resources

import pytest

from fenji.reports.charts.data import Chart

STATIC = resources.files("fenji") / "web" / "static"
ISLANDS = ("chart.js", "chart_options.js", "chart_kinds.js", "chart_spreads.js", "chart_words.js")
FORBIDDEN = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|https?://|[\u2e80-\u9fff]")


def text_of(name: str) -> str:
    return (STATIC / "islands" / name).read_text("utf-8")


@pytest.mark.parametrize("name", ISLANDS)
def test_no_island_writes_markup_runs_text_or_holds_words(name: str) -> None:
    assert FORBIDDEN.findall(text_of(name)) == []
    assert text_of(name).count("\n") <= 500


def test_what_is_forbidden_is_found() -> None:
    assert FORBIDDEN.findall('a.innerHTML = eval("数据表")') == ["innerHTML", "eval", "数", "据", "表"]


def test_a_browser_draws_every_kind() -> None:
    text = text_of("chart_options.js")
    known = re.search(r"const KINDS = \{([^}]*)\}", text)
    assert known is not None
    assert {each.strip() for each in known[1].split(",")} | {"multiples"} == {each.kind for each in Chart.__subclasses__()}


def test_the_library_is_the_one_that_was_written_down() -> None:
    listed = {each["path"]: each for each in tomllib.loads((STATIC / "VENDORED.toml").read_text("utf-8"))["file"]}
    echarts = listed["echarts.fenji.js"]
    assert hashlib.sha256((STATIC / "echarts.fenji.js").read_bytes()).hexdigest() == echarts["sha256"]
    assert (echarts["version"], echarts["licence"]) == ("6.1.0", "Apache-2.0")
    assert "Apache License" in (STATIC / "echarts.LICENSE.txt").read_text("utf-8")
