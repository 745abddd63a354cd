"""As which file does a single chart leave? A drawing, a picture of points, or a workbook with a native chart over its data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from io import BytesIO

from fenji.errors import InvalidArgument
from fenji.language import Language
from fenji.language import message as _
from fenji.reports.charts.data import Chart
from fenji.reports.charts.svg import svg_of
from fenji.reports.monthly.excel import OPTIONS, formats
from fenji.reports.monthly.natives import has_twin, native_charts, write_data, write_text
from fenji.reports.monthly.pdf import chinese_font, fonts_here
from fenji.reports.monthly.sheets import A4
from fenji.reports.monthly.texts import shown

_WIDTH, _HEIGHT = 860, 400
"""Of a native chart, pixels."""
_ABREAST = 2
"""Small multiples beside one another."""
_DOTS_PER_INCH = 192
"""Twice those of a screen."""
_PAGE = b"""
#set page(width: auto, height: auto, margin: 8pt, fill: white)
#image(bytes(sys.inputs.drawing), format: "svg")
"""


def may_be_made(chart: Chart, ending: str) -> None:
    """Whether a chart can leave as such a file here.

    Raises:
        InvalidArgument: a workbook has no native chart of the kind, or a library is missing.
        Unavailable: a picture needs a Chinese font, and none is installed.
    """
    if ending == ".xlsx" and not has_twin(chart):
        raise InvalidArgument.of(
            _("workbooks have no native chart of the kind of '{title}'."),
            advice=_("Write it as .svg or .png."),
            title=chart.title,
        )
    if ending == ".png":
        if find_spec("typst") is None:
            raise InvalidArgument.of(
                _("{shape} needs {library}, which is not installed here."),
                advice=_("Install it with: pip install 'fenji[{extra}]'"),
                shape="png",
                library="typst",
                extra="pdf",
            )
        chinese_font(fonts_here().families())


def drawn(chart: Chart, ending: str, language: Language) -> bytes:
    """The file of a chart that ``may_be_made``: ``.svg``, ``.png`` at twice the size of a screen, or ``.xlsx``."""
    return _DRAWN[ending](chart, language)


def _drawing(chart: Chart, _language: Language) -> bytes:
    return svg_of(chart).encode()


def _picture(chart: Chart, _language: Language) -> bytes:
    import typst  # noqa: PLC0415 - heavy third-party library, of an extra

    inputs = {"drawing": svg_of(chart)}
    made = typst.compile(_PAGE, format="png", ppi=_DOTS_PER_INCH, font_paths=fonts_here(), sys_inputs=inputs)
    return made if isinstance(made, bytes) else made[0]


def _workbook(chart: Chart, language: Language) -> bytes:
    """One sheet: title and sentence, the native charts, and below them the cells that they are drawn of."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - heavy third-party library

    held = BytesIO()
    with Workbook(held, OPTIONS) as book:
        styles, sheet = formats(book, language), book.add_worksheet()
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 30, 16)
        write_text(sheet, 0, 0, chart.title, styles(bold=True, font_size=14))
        write_text(sheet, 1, 0, chart.sentence)
        many = len(chart.charts) if hasattr(chart, "charts") else 1
        across = 1 if many == 1 else _ABREAST
        height = _HEIGHT if many == 1 else _HEIGHT * 2 // 3
        below = 4 + -(-many // across) * height // 20
        for at, native in enumerate(native_charts(book, chart, write_data(sheet, below, chart, styles), is_titled=False)):
            native.chart.set_size({"width": _WIDTH // across, "height": height})
            offset = {"x_offset": at % across * (_WIDTH // across), "y_offset": at // across * height}
            sheet.insert_chart(3, 0, native.chart, {**offset, "object_position": 3, "description": shown(native.sentence)})
    return held.getvalue()


_DRAWN: Mapping[str, Callable[[Chart, Language], bytes]] = {".svg": _drawing, ".png": _picture, ".xlsx": _workbook}
ENDINGS = tuple(_DRAWN)
