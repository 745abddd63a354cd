"""A report in a real browser: asked for on its page in four shapes, made by a job, taken, and equal to the overview. World: the served shop."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import html5lib
import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from fenji.answers.views import SMALL_GROUP
from fenji.domain.access import Role
from fenji.domain.reporting import Shape
from fenji.work.worker import work_once
from web.browsing import NARROW, WIDE, Watched
from web.conftest import Web

pytestmark = pytest.mark.proof

LADDER = "(table) => [...table.tBodies[0].rows].map((row) => [row.cells[0], row.cells[1].firstElementChild].map((each) => each.innerText.trim()))"


def as_told(count: str) -> str:
    """A count of the overview as a report for everybody has it."""
    return f"<{SMALL_GROUP}" if 0 < int(count.replace(",", "")) < SMALL_GROUP else count.replace(",", "")


def taken(browser: Watched, shape: Shape, language: str) -> bytes:
    """The file of a shape, as the link of the page gives it."""
    with browser.page.expect_download() as waited:
        browser.page.locator(f"a[href^='/reports/report_'][href*='_{language}_'][href$='.{shape}']").first.click()
    return Path(waited.value.path()).read_bytes()


def ladder_in(shape: Shape, content: bytes, tiers: list[str]) -> list[str]:
    """The customers of each tier, the highest first, as the table of tiers of a file has them."""
    match shape:
        case Shape.XLSX:
            book = load_workbook(BytesIO(content), data_only=True)
            ((sheet, cells),) = book.defined_names["tiers_customers"].destinations
            return [str(cell.value) for (cell,) in book[sheet][cells]]
        case Shape.DOCX:
            rows = ([cell.text for cell in row.cells] for row in Document(BytesIO(content)).tables[1].rows)
            return [row[1].replace(",", "") for row in rows if row[0] in tiers]
        case Shape.HTML:
            tree = html5lib.parse(content.decode(), namespaceHTMLElements=False)
            (table,) = [each for each in tree.iter("figure") if each.get("data-table") == "tiers"]
            return [
                "".join(row[1].itertext()).replace(",", "") for row in table.find("table/tbody") if row.get("class") != "total"
            ]
        case Shape.PDF:
            page = PdfReader(BytesIO(content)).pages[1].extract_text().replace(",", "")
            # Between Chinese and Latin letters a page has a gap, which is read as a space.
            names = [" ?".join(map(re.escape, tier)) for tier in tiers]
            return [re.search(rf"^\s*{each}\s+([\d<]+)\s", page, re.MULTILINE)[1] for each in names]


@pytest.mark.parametrize(("language", "size"), [("zh", WIDE), ("en", NARROW)])
def test_f10_a_report_in_four_shapes_says_what_the_overview_says(
    web: Web, port: int, chromium: Any, language: str, size: dict[str, int]
) -> None:
    browser = Watched(chromium, web, port, Role.ANALYST, viewport=size)
    browser.choose(language=language)
    browser.open("/")
    ladder = browser.page.locator("table.ladder").evaluate(LADDER)
    browser.open("/reports")
    browser.page.select_option("#field-language", language)
    for each in browser.page.locator("[name=shape]").all():
        each.check()
    browser.page.click("form[action$='/reports'] button.main")
    browser.page.wait_for_load_state()
    while work_once(web.root) is not None:
        pass
    browser.open("/reports")
    tiers, counts = [name for name, _count in ladder], [as_told(count) for _name, count in ladder]
    for shape in Shape:
        assert ladder_in(shape, taken(browser, shape, language), tiers) == counts, shape
    assert browser.faults() == []
    browser.context.close()
