"""What must the XML of a native chart say within a document? Everything: what a workbook may leave out means something else there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

DATA_ID = "rId1"
"""The relation from a chart to the workbook with its data."""

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CHARTS = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWINGS = "http://schemas.openxmlformats.org/drawingml/2006/main"

_FONT = (
    f'<c:txPr xmlns:c="{_CHARTS}" xmlns:a="{_DRAWINGS}"><a:bodyPr/><a:p><a:pPr><a:defRPr sz="800">'
    '<a:latin typeface="{latin}"/><a:ea typeface="{chinese}"/></a:defRPr></a:pPr><a:endParaRPr lang="en-US"/></a:p></c:txPr>'
)
_DATA = f'<c:externalData xmlns:c="{_CHARTS}" xmlns:r="{_RELATIONS}" r:id="{DATA_ID}"><c:autoUpdate val="0"/></c:externalData>'

_LABELS = ("numFmt", "spPr", "txPr", "dLblPos")
_KINDS = ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
_SAID: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("chartSpace", "roundedCorners", "0", ("date1904", "lang")),
    ("chart", "dispBlanksAs", "gap", ("title", "autoTitleDeleted", "plotArea", "legend", "plotVisOnly")),
    ("title", "overlay", "0", ("tx", "layout")),
    ("legend", "overlay", "0", ("legendPos", "legendEntry", "layout")),
    ("barChart", "varyColors", "0", ("barDir", "grouping")),
    ("lineChart", "varyColors", "0", ("grouping",)),
    ("areaChart", "varyColors", "0", ("grouping",)),
    ("scatterChart", "varyColors", "0", ("scatterStyle",)),
    ("barChart/ser", "invertIfNegative", "0", ("idx", "order", "tx", "spPr")),
    ("barChart/ser/dPt", "invertIfNegative", "0", ("idx",)),
    ("lineChart/ser", "smooth", "0", ("idx", "order", "tx", "spPr", "marker", "dPt", "dLbls", "cat", "val")),
    ("scatterChart/ser", "smooth", "0", ("idx", "order", "tx", "spPr", "marker", "dPt", "dLbls", "xVal", "yVal")),
    ("catAx", "delete", "0", ("axId", "scaling")),
    ("dateAx", "delete", "0", ("axId", "scaling")),
    ("valAx", "delete", "0", ("axId", "scaling")),
    *(("dLbls", f"show{kind}", "0", (*_LABELS, *(f"show{each}" for each in _KINDS[:at]))) for at, kind in enumerate(_KINDS)),
)
"""Of an element, by its path: what it must have, which value that has where it is not given, and after which others it stands."""


def explicit(drawing: bytes, latin: str, chinese: str) -> bytes:
    """The XML of a chart of a workbook, for a document: complete, in its fonts, and with a relation to its data.

    Args:
        drawing: as XlsxWriter writes it.
        latin: the font of Latin letters.
        chinese: the font of Chinese characters.
    """
    from docx.opc.oxml import serialize_part_xml  # noqa: PLC0415 - heavy third-party library
    from docx.oxml import parse_xml  # noqa: PLC0415

    space = parse_xml(drawing)
    for path, name, said, after in _SAID:
        steps = path.split("/")
        for each in space.iter(_tag(steps[-1])):
            if _stands_at(each, steps) and each.find(_tag(name)) is None:
                _put(each, name, said, after)
    _format_days(space)
    for printer in space.findall(_tag("printSettings")):
        space.remove(printer)
    space.append(parse_xml(_FONT.format(latin=latin, chinese=chinese)))
    space.append(parse_xml(_DATA))
    return bytes(serialize_part_xml(space))


def _format_days(space: Any) -> None:  # noqa: ANN401 - lxml
    """Days are cached as numbers, which are days only by their format."""
    formats = [each.find(_tag("numFmt")).get("formatCode") for each in space.iter(_tag("dateAx"))]
    for each in space.iter(_tag("cat")) if formats else ():
        for code in each.iter(_tag("formatCode")):
            code.text = formats[0]


def _tag(name: str) -> str:
    return f"{{{_CHARTS}}}{name}"


def _stands_at(element: Any, steps: Sequence[str]) -> bool:  # noqa: ANN401 - lxml
    """Whether the parents of an element are the steps of a path."""
    for step in reversed(steps):
        if element is None or element.tag != _tag(step):
            return False
        element = element.getparent()
    return True


def _put(parent: Any, name: str, said: str, after: Sequence[str]) -> None:  # noqa: ANN401 - lxml
    """Puts an element behind those that the schema wants before it."""
    before = {_tag(each) for each in after}
    place = max((at + 1 for at, each in enumerate(parent) if each.tag in before), default=0)
    made = parent.makeelement(_tag(name), {"val": said})
    parent.insert(place, made)
