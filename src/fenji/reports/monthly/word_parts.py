"""What does python-docx not write itself? Native charts with their workbook, Chinese fonts, borders, repeated heads and page numbers."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from fenji.reports.charts.data import Chart
from fenji.reports.monthly.chart_xml import DATA_ID, explicit
from fenji.reports.monthly.excel import OPTIONS, formats
from fenji.reports.monthly.natives import Native, native_charts, write_data
from fenji.reports.monthly.texts import shown

PIXEL = 9525
"""English metric units, of which 914400 make an inch."""

_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CHARTS = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWINGS = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PLACED = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_ANCHOR = (
    f'<wp:inline xmlns:wp="{_PLACED}" xmlns:a="{_DRAWINGS}" xmlns:c="{_CHARTS}" xmlns:r="{_RELATIONS}" distT="0" distB="0" distL="0" distR="0">'
    '<wp:extent cx="0" cy="0"/><wp:docPr id="0" name=""/><wp:cNvGraphicFramePr/>'
    f'<a:graphic><a:graphicData uri="{_CHARTS}"><c:chart/></a:graphicData></a:graphic></wp:inline>'
)


def add_chart(
    document: Any,  # noqa: ANN401 - python-docx
    run: Any,  # noqa: ANN401 - python-docx
    native: tuple[Native, bytes, bytes],
    *,
    number: int,
    size: tuple[float, float],
    fonts: tuple[str, str],
) -> None:
    """Sets a native chart into a run: its drawing, and the workbook that opens where somebody edits its data.

    Args:
        document: of python-docx.
        run: where it stands.
        native: the chart, its XML and its workbook, as ``natives_of`` gives them.
        number: of the chart within the document, from 1.
        size: width and height in pixels.
        fonts: of Latin letters, and of Chinese characters.
    """
    from docx.opc.packuri import PackURI  # noqa: PLC0415 - heavy third-party library
    from docx.opc.part import Part  # noqa: PLC0415
    from docx.oxml import OxmlElement, parse_xml  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    known, drawing, book = native
    package = document.part.package
    data = Part(PackURI(f"/word/embeddings/Microsoft_Excel_Sheet{number}.xlsx"), _BOOK_TYPE, book, package)
    chart = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART_TYPE, explicit(drawing, *fonts), package)
    if chart.relate_to(data, f"{_RELATIONS}/package") != DATA_ID:
        message = "the first relation of a part has another id"
        raise AssertionError(message)
    inline = parse_xml(_ANCHOR)
    extent, about = inline.find(qn("wp:extent")), inline.find(qn("wp:docPr"))
    for name, pixels in zip(("cx", "cy"), size, strict=True):
        extent.set(name, str(round(pixels * PIXEL)))
    for name, text in (("id", str(1000 + number)), ("name", f"chart{number}"), ("descr", shown(known.sentence))):
        about.set(name, text)
    inline.find(f".//{qn('c:chart')}").set(qn("r:id"), document.part.relate_to(chart, f"{_RELATIONS}/chart"))
    held = OxmlElement("w:drawing")
    held.append(inline)
    run._r.append(held)  # noqa: SLF001 - python-docx has no other way to add an element of its own


def natives_of(chart: Chart) -> Iterator[tuple[Native, bytes, bytes]]:
    """The native twins of a chart, each as its XML and the workbook that holds its data."""
    book, _charts = _book_of(chart, is_drawn=False)
    drawn, natives = _book_of(chart, is_drawn=True)
    with zipfile.ZipFile(BytesIO(drawn)) as files:
        for at, native in enumerate(natives, 1):
            yield native, files.read(f"xl/charts/chart{at}.xml"), book


def _book_of(chart: Chart, *, is_drawn: bool) -> tuple[bytes, list[Native]]:
    """A workbook with the data of a chart, and its native twins."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - heavy third-party library

    held = BytesIO()
    with Workbook(held, OPTIONS) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.set_column(0, 12, 16)
        place = write_data(sheet, 0, chart, formats(book, chart.language))
        natives = list(native_charts(book, chart, place, is_titled=False)) if is_drawn else []
        for each in natives:
            sheet.insert_chart(0, 0, each.chart)
    return held.getvalue(), natives


def set_font(style: Any, latin: str, chinese: str) -> None:  # noqa: ANN401 - python-docx
    """The fonts of a style: Latin letters in one, Chinese characters in another; those of the theme no longer count."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - heavy third-party library

    style.font.name = latin
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name, font in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", chinese)):
        fonts.set(qn(f"w:{name}"), font)


def set_language(document: Any, chinese: str, latin: str) -> None:  # noqa: ANN401 - python-docx
    """What spelling and line breaks go by."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - heavy third-party library

    for each in document.styles.element.iter(qn("w:lang")):
        each.set(qn("w:val"), latin)
        each.set(qn("w:eastAsia"), chinese)


def border(cell: Any, **sides: tuple[str, int]) -> None:  # noqa: ANN401 - python-docx
    """Lines at the sides of a cell: each a color as #RRGGBB and a width in eighths of a point."""
    _add(cell._tc.get_or_add_tcPr(), "w:tcBorders", _edges(sides), before=("w:shd", "w:vAlign"))  # noqa: SLF001 - python-docx has no borders


def _edges(sides: dict[str, tuple[str, int]]) -> list[tuple[str, dict[str, str]]]:
    order = ("top", "left", "bottom", "right")
    given = [(side, *sides[side]) for side in order if side in sides]
    return [(f"w:{side}", {"val": "single", "sz": str(size), "space": "0", "color": color[1:]}) for side, color, size in given]


def shade(cell: Any, color: str) -> None:  # noqa: ANN401 - python-docx
    """The ground of a cell."""
    about = {"val": "clear", "color": "auto", "fill": color[1:]}
    _add(cell._tc.get_or_add_tcPr(), "w:shd", [], about, before=("w:vAlign",))  # noqa: SLF001


def hold_row(row: Any, *, is_head: bool) -> None:  # noqa: ANN401 - python-docx
    """A row that no page breaks; a head is repeated on every page."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - heavy third-party library

    about = row._tr.get_or_add_trPr()  # noqa: SLF001
    about.append(OxmlElement("w:cantSplit"))
    if is_head:
        about.append(OxmlElement("w:tblHeader"))


def pad(table: Any, twips: int) -> None:  # noqa: ANN401 - python-docx
    """Room at the sides of each cell of a table, in twentieths of a point."""
    sides = [(f"w:{side}", {"w": str(twips), "type": "dxa"}) for side in ("left", "right")]
    _add(table._tbl.tblPr, "w:tblCellMar", sides, before=("w:tblLook",))  # noqa: SLF001


def add_text(run: Any, text: str) -> Any:  # noqa: ANN401 - python-docx
    """Writes a text whose days no line breaks."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - heavy third-party library

    for number, piece in enumerate(_WITHIN_DAYS.split(text)):
        if number:
            run._r.append(OxmlElement("w:noBreakHyphen"))  # noqa: SLF001
        run.add_text(piece)
    return run


_WITHIN_DAYS = re.compile(r"(?<=\d{4})-(?=\d\d-\d\d)|(?<=\d{4}-\d\d)-(?=\d\d)")


def add_field(run: Any, instruction: str) -> None:  # noqa: ANN401 - python-docx
    """What Word writes itself, such as the number of a page."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - heavy third-party library

    for kind in ("begin", instruction, "end"):
        made = OxmlElement("w:instrText" if kind == instruction else "w:fldChar")
        if kind == instruction:
            made.text = instruction
        else:
            _set(made, {"fldCharType": kind})
        run._r.append(made)  # noqa: SLF001


def _add(
    parent: Any,  # noqa: ANN401 - lxml
    name: str,
    children: list[tuple[str, dict[str, str]]],
    attributes: dict[str, str] | None = None,
    *,
    before: tuple[str, ...],
) -> None:
    """An element in its place: Word refuses a document whose elements stand in another order."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - heavy third-party library

    made = OxmlElement(name)
    _set(made, attributes or {})
    for child, named in children:
        element = OxmlElement(child)
        _set(element, named)
        made.append(element)
    parent.insert_element_before(made, *before)


def _set(element: Any, attributes: dict[str, str]) -> None:  # noqa: ANN401 - lxml
    from docx.oxml.ns import qn  # noqa: PLC0415 - heavy third-party library

    for name, text in attributes.items():
        element.set(qn(f"w:{name}"), text)
