"""Workbook, document and PDF hold the numbers and texts of the report, no other ones, and nothing in them acts.

World: a report that holds everything (``fixtures.whole_report``), its texts Chinese or hostile; a shop with a single review, and one without
a customer.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import html5lib
import pytest
from docx import Document
from openpyxl import Workbook, load_workbook
from pypdf import PdfReader

from fenji.domain.reporting import Audience, Shape
from fenji.errors import InvalidDocument, Unavailable
from fenji.language import Language
from fenji.reports.monthly import pdf
from fenji.reports.monthly.making import Wanted, make_report
from fenji.reports.monthly.natives import has_twin
from fenji.reports.monthly.record import Cell, Column, Missing, MonthlyReport, Passage, Picture, Table, Unknown
from fenji.reports.monthly.shapes import RENDERERS
from fenji.reports.monthly.texts import reasons, shown
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workspace.opening import reading_only
from fixtures.kept_shop import open_shop
from fixtures.monthly_shop import SOURCES
from fixtures.whole_report import TWINS, png, whole_report

CHINESE = "本月鑫犇𠮷会员"
HOSTILE = (
    '=HYPERLINK("http://x.invalid","a")',
    "+cmd|'/c calc'!A1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "{=1+1}",
    "http://x.invalid",
    "'Sheet1'!$A$1",
    "1234",
    "a\u202egnp.exe\x00\x1b[2J\ufffe",
    '#[#panic()] $x$ #include "a" <b> [*d*] \\u{41} `e` // f',
    "<script>&amp;]]>\"'</w:t>",
    "𠮷" * 120,
    "\U0001e900ሀ\U0001f600",
)
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def drawn(report: MonthlyReport, shape: Shape) -> bytes:
    if shape is Shape.PDF and not set(pdf.FONTS) & set(pdf.fonts_here().families()):
        pytest.skip("no Chinese font: apt-get install fonts-noto-cjk")
    return RENDERERS[shape].render(report)


@pytest.fixture(scope="module", params=list(Language))
def report(request: pytest.FixtureRequest) -> MonthlyReport:
    return whole_report(CHINESE, request.param)


def sheet_cells(book: Workbook, table: Table) -> list[list[Any]]:
    """The cells of a table, found by the names for formulas."""
    places = list(book.defined_names[f"{table.slug}_{table.columns[0].slug}"].destinations)
    ((sheet, span),) = places
    rows = [int(each) for each in re.findall(r"\d+", span)]
    first, last = rows[0], rows[-1]
    body = list(
        book[sheet].iter_rows(min_row=first, max_row=first + len(table.rows) - 1, max_col=len(table.columns), values_only=True)
    )
    assert last - first + 1 == sum(not row.is_total for row in table.rows)
    return [list(row) for row in body]


def document_cells(content: bytes, table: Table) -> list[list[str]]:
    (found,) = [
        each
        for each in Document(BytesIO(content)).tables
        if (len(each.rows) - 1, len(each.columns)) == (len(table.rows), len(table.columns))
    ]
    assert found.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    return [[cell.text for cell in row.cells] for row in found.rows][1:]


def page_cells(content: bytes, table: Table) -> list[list[str]]:
    tree = html5lib.parse(content.decode(), namespaceHTMLElements=False)
    (found,) = [each for each in tree.iter("figure") if each.get("data-table") == table.slug]
    return [["".join(cell.itertext()) for cell in row] for row in found.find("table").find("tbody")]


def text_of(content: bytes) -> str:
    """The text of a PDF without the room between its characters."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


def words_of(shape: Shape, content: bytes) -> str:
    """All text of a file without the room between its characters."""
    match shape:
        case Shape.XLSX:
            rows = (row for sheet in load_workbook(BytesIO(content), data_only=True) for row in sheet.iter_rows(values_only=True))
            found = "".join(str(each) for row in rows for each in row if each is not None)
        case Shape.DOCX:
            found = "".join(each.text for each in Document(BytesIO(content)).paragraphs)
        case Shape.HTML:
            found = "".join(html5lib.parse(content.decode(), namespaceHTMLElements=False).itertext())
        case Shape.PDF:
            return text_of(content)
    return re.sub(r"\s", "", found)


def texts_in(report: MonthlyReport) -> Iterator[str]:
    """Everything that is told beside tables and charts, with the numbers in it."""
    yield from (report.title, report.period_line)
    for section in report.sections:
        yield from (section.title, section.sentence, *section.notes)
        for block in section.blocks:
            match block:
                case Table():
                    yield from (each for each in (block.title, block.note, reasons(block, report.language)) if each)
                case Passage():
                    yield from block.lines
                case Missing():
                    yield from (block.title, block.sentence, block.advice)


def number_of(cell: Cell) -> object:
    """What a workbook holds."""
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, Unknown):
        return shown(cell.text)
    return shown(cell) if isinstance(cell, str) else float(cell)


def told(columns: tuple[Column, ...], cells: tuple[Cell, ...]) -> list[str]:
    return [shown(column.text(cell)) for column, cell in zip(columns, cells, strict=True)]


def check_tables(report: MonthlyReport, contents: dict[Shape, bytes]) -> None:
    """Every cell of every table in every shape is that of the record."""
    flat = text_of(contents[Shape.PDF])
    book = load_workbook(BytesIO(contents[Shape.XLSX]), data_only=True)
    for table in report.tables:
        texts = [told(table.columns, row.cells) for row in table.rows]
        assert sheet_cells(book, table) == [[number_of(each) for each in row.cells] for row in table.rows]
        assert page_cells(contents[Shape.HTML], table) == texts
        whole = re.sub(r"\s", "", "".join(map("".join, texts)))
        assert whole in flat, table.slug


def test_every_number_of_each_shape_is_that_of_the_report(report: MonthlyReport) -> None:
    contents = {shape: drawn(report, shape) for shape in Shape}
    check_tables(report, contents)
    for table in report.tables:
        assert document_cells(contents[Shape.DOCX], table) == [told(table.columns, row.cells) for row in table.rows]


def test_a_total_is_a_formula_only_where_the_cells_add_up_to_it(report: MonthlyReport) -> None:
    book = load_workbook(BytesIO(drawn(report, Shape.XLSX)))

    def total(name: str) -> object:
        ((sheet, cell),) = book.defined_names[f"{name}_total"].destinations
        return book[sheet][cell].value

    assert [total(f"kinds_{each}") for each in ("count", "money", "change")] == [f"=SUM({each}11:{each}12)" for each in "BCE"]
    # One part is not told, and the other total is not the sum of its parts: formulas would claim what nobody checks.
    assert [total(f"partly_{each}") for each in ("count", "money")] == [7, 0.4]


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - this test has made it


def charts_of(content: bytes, folder: str) -> Iterator[tuple[str, ET.Element]]:
    with zipfile.ZipFile(BytesIO(content)) as files:
        for name in sorted(files.namelist()):
            if re.fullmatch(rf"{folder}/charts/chart\d+\.xml", name):
                yield name, parsed(files.read(name))


def check_cached(chart: ET.Element, book: Any) -> int:
    """Every value that a chart remembers is that of the cell it comes from; gives how many there are."""
    seen = 0
    for found in (each for tag in ("numRef", "strRef") for each in chart.iter(f"{C}{tag}")):
        sheet, span = found.find(f"{C}f").text.rsplit("!", 1)
        cells = book[sheet.strip("'")][span.replace("$", "")]
        column = [cell for row in cells for cell in row] if isinstance(cells, tuple) else [cells]
        values = [cell.value for cell in column]
        days = [(each - datetime(1899, 12, 30)).days if isinstance(each, datetime) else each for each in values]
        for point in found.iter(f"{C}pt"):
            cached, value = point.find(f"{C}v").text, days[int(point.get("idx"))]
            assert cached == value if isinstance(value, str) else float(cached) == pytest.approx(value, rel=1e-12)
            seen += 1
    return seen


def check_drawn(report: MonthlyReport, books: Sequence[Any]) -> None:
    """The cells that charts are drawn from are the data of the record, under the title of their chart; every book holds some."""
    titles = [(cell, sheet) for book in books for sheet in book for (cell,) in sheet.iter_rows(max_col=1) if cell.value]
    held = set()
    for chart in (each.chart for each in report.pictures if has_twin(each.chart)):
        table = chart.table()
        wanted = [[None if each is None else number_of(each) for each in row] for row in table.rows]
        places = {
            sheet.parent
            for cell, sheet in titles
            if cell.value == shown(chart.title)
            and wanted
            == [
                list(row)
                for row in sheet.iter_rows(cell.row + 2, cell.row + 1 + len(wanted), max_col=len(table.columns), values_only=True)
            ]
        }
        assert places, chart.title
        held |= places
    assert held == set(books)


def test_charts_of_the_workbook_are_native_and_remember_its_cells(report: MonthlyReport) -> None:
    content = drawn(report, Shape.XLSX)
    book = load_workbook(BytesIO(content), data_only=True)
    counts = [check_cached(chart, book) for _name, chart in charts_of(content, "xl")]
    assert len(counts) == TWINS
    assert min(counts) >= 6
    check_drawn(report, [book])


def test_charts_of_the_document_are_native_and_remember_the_cells_that_people_edit(report: MonthlyReport) -> None:
    content = drawn(report, Shape.DOCX)
    books = []
    with zipfile.ZipFile(BytesIO(content)) as files:
        types = files.read("[Content_Types].xml").decode()
        for name, chart in charts_of(content, "word"):
            relations = parsed(files.read(name.replace("charts/", "charts/_rels/") + ".rels"))
            (target,) = [
                each.get("Target") for each in relations if each.get("Id") == chart.find(f"{C}externalData").get(f"{R}id")
            ]
            book = load_workbook(BytesIO(files.read("word" + target.removeprefix(".."))), data_only=True)
            assert check_cached(chart, book) >= 6
            books.append(book)
            assert not book.worksheets[0]._charts
            # What a workbook leaves out would round corners, smooth lines and draw what is unknown as 0.
            assert [each.get("val") for tag in ("roundedCorners", "dispBlanksAs") for each in chart.iter(f"{C}{tag}")] == [
                "0",
                "gap",
            ]
            assert {
                each.get("val") for tag in ("smooth", "delete") for each in chart.iter(f"{C}{tag}") if each.get("val") != "1"
            } <= {"0"}
            assert f"/{name}" in types
        body = parsed(files.read("word/document.xml"))
    check_drawn(report, books)
    drawn_ones = [each.get(f"{R}id") for each in body.iter(f"{C}chart")]
    assert len(set(drawn_ones)) == len(drawn_ones) == TWINS


@pytest.fixture(scope="module")
def hostile() -> MonthlyReport:
    """A section for every hostile text, in which each text is that one."""
    sections = []
    for number, text in enumerate(HOSTILE):
        found = whole_report(text).sections[0]
        blocks = [replace(each, slug=f"{each.slug}_{number}") for each in (*found.tables, found.pictures[0])]
        others = (each for each in found.blocks if not isinstance(each, Table | Picture))
        sections.append(replace(found, blocks=(*blocks, *others)))
    return replace(whole_report(HOSTILE[0]), sections=tuple(sections))


def test_hostile_texts_stay_texts_in_a_workbook(hostile: MonthlyReport) -> None:
    content = drawn(hostile, Shape.XLSX)
    book = load_workbook(BytesIO(content))
    for cell in (each for sheet in book.worksheets for row in sheet.iter_rows() for each in row if each.value is not None):
        assert cell.hyperlink is None
        assert cell.data_type != "f" or str(cell.value).startswith("=SUM(")
    for number, text in enumerate(HOSTILE):
        kinds, partly = hostile.sections[number].tables
        assert {row[0] for row in (*sheet_cells(book, kinds), *sheet_cells(book, partly))} == {shown(text)}
    assert_nothing_is_loaded(content)


def test_hostile_texts_stay_texts_in_a_document(hostile: MonthlyReport) -> None:
    content = drawn(hostile, Shape.DOCX)
    document = Document(BytesIO(content))
    names = [[row.cells[0].text for row in each.rows] for each in document.tables if len(each.columns) == 8]
    assert names == [[shown(text)] * 4 for text in HOSTILE]
    headings = [each.text for each in document.paragraphs if each.style.name == "Heading 1"]
    assert headings == [shown(each) for each in HOSTILE]
    assert_nothing_is_loaded(content)


def test_hostile_texts_stay_texts_on_paper(hostile: MonthlyReport) -> None:
    paper = text_of(drawn(hostile, Shape.PDF))
    drawable = [each for each in HOSTILE if "\U0001e900" not in each]
    assert [each for each in drawable if re.sub(r"\s", "", shown(each)) not in paper] == []


def assert_nothing_is_loaded(content: bytes) -> None:
    """Every part is XML, and no relation leads out of the file."""
    with zipfile.ZipFile(BytesIO(content)) as files:
        for name in (each for each in files.namelist() if each.endswith((".xml", ".rels"))):
            part = parsed(files.read(name))
            assert [each for each in part.iter() if each.get("TargetMode") == "External"] == [], name


def test_a_character_that_no_font_has_is_written_by_its_number() -> None:
    found = text_of(drawn(whole_report("甲\U0001e900乙"), Shape.PDF))
    assert r"甲\u1e900乙" in found


def test_a_pdf_is_tagged_and_says_its_language_and_title() -> None:
    found = PdfReader(BytesIO(drawn(whole_report(CHINESE, Language.ZH), Shape.PDF)))
    root = found.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"], found.metadata.title) == (True, "zh-CN", CHINESE)
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    widths = {tuple(round(float(each)) for each in page.mediabox[2:]) for page in found.pages}
    assert widths == {(595, 842)}


def test_without_a_chinese_font_a_pdf_is_refused() -> None:
    assert pdf.chinese_font(["Arial", "Noto Sans CJK SC", "PingFang SC"]) == "PingFang SC"
    with pytest.raises(Unavailable, match="Microsoft YaHei, PingFang SC, Noto Sans CJK SC") as refused:
        pdf.chinese_font(["Arial"])
    assert "fonts-noto-cjk" in refused.value.problems[0].advice


@pytest.mark.parametrize("content", [png()[:8], png()[:20], png()[:-25]], ids=["head", "size", "end"])
def test_a_damaged_logo_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidDocument, match="the picture is damaged"):
        drawn(whole_report("a", logo=content), Shape.PDF)


def test_a_workbook_prints_on_a4_and_names_its_sheets() -> None:
    book = load_workbook(BytesIO(drawn(whole_report("x", Language.ZH), Shape.XLSX)))
    assert book.sheetnames == ["等级", "风险", "出处", "图表数据"]
    for sheet in book.worksheets[:3]:
        assert (sheet.page_setup.paperSize, sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.freeze_panes) == (9, True, "A2")
        assert sheet.print_area


@pytest.mark.proof
def test_shops_with_little_to_tell_have_a_report_in_every_shape(tmp_path: Path) -> None:
    single = open_shop(tmp_path / "single", history=1)
    nobody = tmp_path / "nobody"
    init_workspace(nobody, template="spend", language=Language.EN)
    (nobody / "sources.yaml").write_text(SOURCES, "utf-8")
    (nobody / "orders.csv").write_text("order,customer,at,amount\n1,,2026-03-01,100\n", "utf-8")
    run_all(nobody, as_of=date(2026, 3, 31), history=2)
    for shop in (single, nobody):
        with reading_only():
            made = make_report(shop, Wanted(Language.ZH, Audience.MANAGER), now=datetime(2026, 4, 1, tzinfo=UTC))
        contents = {shape: drawn(made, shape) for shape in Shape}
        check_tables(made, contents)
        texts = list(texts_in(made))
        assert [each for section in made.sections for each in section.missing]
        for shape, content in contents.items():
            whole = words_of(shape, content)
            assert [each for each in texts if re.sub(r"\s", "", each) not in whole] == [], shape
