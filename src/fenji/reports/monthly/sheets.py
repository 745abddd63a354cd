"""How do the blocks of a report stand on a sheet of a workbook? One below the other, as typed cells that print on A4."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO
from math import ceil, isclose
from typing import Any

from fenji.language import Language
from fenji.reports.charts.axes import Unit
from fenji.reports.charts.svg import WIDTH, natural_height
from fenji.reports.monthly.natives import HEAD_GROUND, number_format, write_text
from fenji.reports.monthly.record import Cell, CellKind, Column, Missing, Passage, Picture, Row, SignOff, Table, Unknown
from fenji.reports.monthly.texts import PAPER, columns_of, mark_of, reasons

A4 = 9
"""The number that Excel has for the paper."""
_PORTRAIT, _LANDSCAPE = 96, 130
"""Latin characters across upright paper, and across a sheet from which on it prints lying."""
_PAGE_SHAPE, _SHRUNK = 1.4, 1.6
"""Height of upright paper by its width, less the margins; a sheet that is higher by so much still prints on one page, smaller."""
_WIDEST, _NARROWEST = 44, 9
_ROW, _LINE = 20, 17
"""Pixels of a row, and of a further line of text."""
_HEATED = frozenset({"matrix", "value_grid"})
"""Tables whose counts are shaded: the more, the deeper."""

_UNITS = {CellKind.COUNT: Unit.COUNT, CellKind.MONEY: Unit.MONEY, CellKind.SHARE: Unit.SHARE, CellKind.NUMBER: Unit.NUMBER}
_CHANGES = {CellKind.CHANGE: "#,##0", CellKind.RELATIVE_CHANGE: "0.0%"}


@dataclass(frozen=True)
class Named:
    """A range of cells with a name for formulas."""

    name: str
    sheet: str
    first: int
    last: int
    column: int
    title: str


@dataclass
class Waiting:
    """Where a native chart will stand, as soon as its data are written."""

    sheet: Any
    row: int
    picture: Picture
    width: int
    height: int


@dataclass
class Sheet:
    """A sheet that blocks are written on, from the top down."""

    sheet: Any
    styles: Callable[..., Any]
    language: Language
    widths: list[int]
    title: str = ""
    """Stands at its head: a block of the same title does not repeat it."""
    row: int = 0
    high: int = 0
    """Pixels that are filled."""
    names: list[Named] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)

    @property
    def across(self) -> int:
        """Its columns."""
        return len(self.widths)

    @property
    def pixels(self) -> int:
        """How wide it is."""
        return sum(each * 7 + 5 for each in self.widths)

    def set_up(self, company: str, foot: str) -> None:
        """Paper, columns, head and foot of every printed page."""
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, width)
        self.sheet.hide_gridlines(2)
        self.sheet.set_paper(A4)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.6)
        if self.is_lying:
            self.sheet.set_landscape()
        self.sheet.set_header(f"&L&8{_printed(company)}")
        self.sheet.set_footer(f"&L&8{_printed(foot)}&R&8&P / &N")

    @property
    def is_lying(self) -> bool:
        """Whether it prints across the long side of the paper."""
        return sum(self.widths) > _LANDSCAPE

    def finish(self) -> None:
        """What is printed: as wide as the paper, and on one page where that leaves it readable."""
        self.sheet.print_area(0, 0, max(self.row - 1, 0), self.across - 1)
        pages = self.high / (self.pixels * (1 / _PAGE_SHAPE if self.is_lying else _PAGE_SHAPE))
        self.sheet.fit_to_pages(1, 1 if pages <= _SHRUNK else 0)

    def _next(self, pixels: int, rows: int = 1) -> None:
        """Goes on below what was written."""
        if rows == 1:
            self.sheet.set_row_pixels(self.row, pixels)
        self.row += rows
        self.high += pixels

    def blank(self) -> None:
        """Room between two blocks."""
        self._next(_ROW)

    def line(self, text: str, **properties: object) -> None:
        """A text across all columns, as high as it needs."""
        style = self.styles(text_wrap=True, valign="top", **properties)
        size = properties.get("font_size", 10)
        lines = _lines(text, sum(self.widths) * 10 / float(size if isinstance(size, int) else 10))
        if self.across > 1:
            self.sheet.merge_range(self.row, 0, self.row, self.across - 1, "", style)
        write_text(self.sheet, self.row, 0, text, style)
        self._next(_ROW + _LINE * (lines - 1) + (8 if size != 10 else 0))  # noqa: PLR2004 - the usual size

    def logo(self, content: bytes, name: str, pixels: float) -> None:
        """A picture in a row of its own, so high."""
        from xlsxwriter.image import Image  # noqa: PLC0415 - heavy third-party library

        found = Image(BytesIO(content))
        scale = pixels / (found.height * 96 / found.y_dpi)
        about = {"image_data": BytesIO(content), "description": name, "object_position": 1}
        self.sheet.insert_image(self.row, 0, "logo", {**about, "x_scale": scale, "y_scale": scale})
        self._next(round(pixels) + 8)

    def small(self, text: str) -> None:
        """Small print."""
        if text:
            self.line(text, font_size=9, font_color=PAPER.quiet)

    def heading(self, text: str) -> None:
        """The title of a block."""
        if text and text != self.title:
            self.line(text, bold=True)

    def passage(self, passage: Passage) -> None:
        """Lines of text."""
        self.heading(passage.title)
        for number, each in enumerate(passage.lines, 1):
            self.line(f"{number}. {each}" if passage.is_numbered else each)
        self.blank()

    def missing(self, missing: Missing) -> None:
        """What is not there."""
        self.heading(missing.title)
        self.line(f"{missing.sentence} {missing.advice}".rstrip(), font_color=PAPER.quiet, italic=True)
        self.blank()

    def sign_off(self, box: SignOff) -> None:
        """Lines to sign on."""
        self.heading(box.title)
        under, quiet = {"bottom": 1, "bottom_color": PAPER.neutral, "valign": "bottom"}, {"font_color": PAPER.quiet}
        for role in box.roles:
            for column in range(self.across):
                self.sheet.write_blank(self.row, column, None, self.styles(**under))
            write_text(self.sheet, self.row, 0, role, self.styles(**under))
            write_text(self.sheet, self.row, 1, box.name, self.styles(**under, **quiet))
            write_text(self.sheet, self.row, max(2, self.across // 2), box.day, self.styles(**under, **quiet))
            self._next(34)
        self.blank()

    def picture(self, picture: Picture) -> None:
        """Keeps room for a native chart."""
        width = min(self.pixels, 900)
        natural = natural_height(picture.chart, WIDTH) if picture.height is None else picture.height
        height = (round(max(natural, 200) * width / WIDTH) + 60) // _ROW * _ROW
        self.waiting.append(Waiting(self.sheet, self.row, picture, width, height))
        self._next(height, ceil(height / _ROW) + 1)

    def table(self, table: Table) -> None:
        """Typed cells with names for formulas, and sums as formulas where the cells add up to them."""
        self.heading(table.title)
        head = self.row
        lines = max(_lines(each.title, self.widths[column]) for column, each in enumerate(table.columns))
        for column, each in enumerate(table.columns):
            style = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "bottom_color": PAPER.neutral}
            indent = 0 if each.is_number or column == 0 else 1
            align = "right" if each.is_number else "left"
            write_text(
                self.sheet, head, column, each.title, self.styles(**style, align=align, bg_color=HEAD_GROUND, indent=indent)
            )
        self._next(_ROW + _LINE * (lines - 1))
        first = self.row
        for row in table.rows:
            self._row(row, table, first)
        self.names += _names(table, self.sheet.get_name(), first)
        if table.slug in _HEATED and table.rows:
            self._heat(table, first)
        self.small(table.note)
        self.small(reasons(table, self.language))
        self.blank()

    def _row(self, row: Row, table: Table, first: int) -> None:
        edges: dict[str, object] = {"bottom": 1, "bottom_color": PAPER.line, "valign": "vcenter"}
        if row.is_total:
            edges = {**edges, "bold": True, "top": 1, "top_color": PAPER.neutral}
        lines, down = 1, self.row
        for column, (of, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
            mark = mark_of(row.color) if column == 0 else None
            indent = mark is not None or (column > 0 and not of.is_number)
            style = {**edges, **({"left": 5, "left_color": mark} if mark else {}), **({"indent": 1} if indent else {})}
            self._cell(down, column, cell, of, style, formula=_sum(table, row, column, first, down))
            if isinstance(cell, str):
                lines = max(lines, _lines(cell, self.widths[column]))
        self._next(_ROW + _LINE * (lines - 1))

    def _cell(self, row: int, column: int, cell: Cell, of: Column, edges: dict[str, object], *, formula: str) -> None:
        if isinstance(cell, Unknown):
            align = "right" if of.is_number else "left"
            write_text(self.sheet, row, column, cell.text, self.styles(**edges, align=align, font_color=PAPER.quiet))
        elif isinstance(cell, str):
            write_text(self.sheet, row, column, cell, self.styles(**edges, text_wrap=True))
        elif isinstance(cell, date):
            style = self.styles(**edges, num_format=number_format(Unit.DATE), align="left")
            self.sheet.write_datetime(row, column, cell, style)
        elif formula:
            self.sheet.write_formula(row, column, formula, self.styles(**edges, num_format=format_of(of)), float(cell))
        else:
            self.sheet.write_number(row, column, float(cell), self.styles(**edges, num_format=format_of(of)))

    def _heat(self, table: Table, first: int) -> None:
        last = first + len(table.rows) - 1 - table.rows[-1].is_total
        right = len(table.columns) - 1 - (table.columns[-1].slug == "all")
        scale = {"type": "2_color_scale", "min_type": "num", "min_value": 0, "max_type": "percentile", "max_value": 90}
        self.sheet.conditional_format(first, 1, last, right, {**scale, "min_color": "#FFFFFF", "max_color": "#9CC0F0"})


def format_of(column: Column) -> str:
    """How the numbers of a column are written."""
    if column.kind in _CHANGES:
        text = _CHANGES[column.kind]
        return f'+{text};"−"{text};"±0"'
    digits = column.digits if column.kind is CellKind.NUMBER else 0
    return number_format(_UNITS[column.kind], column.currency, digits)


def widths_of(tables: Iterable[Table]) -> list[int]:
    """The columns of a sheet: as wide as the widest cell of each table needs, and together at least as wide as upright paper."""
    widths: list[int] = []
    for table in tables:
        for column, each in enumerate(table.columns):
            texts = [each.text(row.cells[column]) for row in table.rows]
            words = max((columns_of(word) for word in re.split(r"[\s\u2e80-\uffff]", each.title)), default=0)
            need = max([each.width, words + 2, *(columns_of(text) + 3 for text in texts)])
            wanted = min(max(need, _NARROWEST), _WIDEST)
            if column == len(widths):
                widths.append(wanted)
            widths[column] = max(widths[column], wanted)
    widths = widths or [24, 24, 24]
    lacking = _PORTRAIT - 6 - sum(widths)
    return [each + max(0, lacking) * each // sum(widths) for each in widths]


def _lines(text: str, width: float) -> int:
    """Lines that a text needs, a little generously: Excel does not measure merged cells."""
    return sum(max(1, ceil(columns_of(each) * 1.08 / max(width, 1))) for each in text.split("\n"))


def _printed(text: str) -> str:
    """A text in the head or foot of a page, which Excel limits to 255 characters in all."""
    return text[:100].replace("&", "&&")


def _sum(table: Table, row: Row, column: int, first: int, down: int) -> str:
    """The formula of a total; empty: it is no sum of the cells above it, all of which must be known."""
    cell, kind = row.cells[column], table.columns[column].kind
    above = table.rows[: down - first]
    parts = [each.cells[column] for each in above if not each.is_total]
    if not row.is_total or not above or kind not in (CellKind.COUNT, CellKind.MONEY, CellKind.CHANGE):
        return ""
    numbers = [each for each in parts if isinstance(each, int | float | Decimal)]
    if len(numbers) < len(above) or not isinstance(cell, int | float | Decimal):
        return ""
    if not isclose(sum(map(Decimal, numbers)), Decimal(cell), rel_tol=1e-12, abs_tol=1e-9):
        return ""
    letter = _letter(column)
    return f"=SUM({letter}{first + 1}:{letter}{down})"


def _letter(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415 - heavy third-party library

    return str(xl_col_to_name(column))


def _names(table: Table, sheet: str, first: int) -> Iterator[Named]:
    """A name for the numbers of each column, without totals, and one for its total: ``tiers_customers``, ``tiers_customers_total``."""
    plain = [at for at, row in enumerate(table.rows, first) if not row.is_total]
    totals = [at for at, row in enumerate(table.rows, first) if row.is_total]
    for column, each in ((at, each) for at, each in enumerate(table.columns) if at == 0 or each.is_number):
        name, title = re.sub(r"\W", "_", f"{table.slug}_{each.slug}"), f"{table.title} · {each.title}"
        if plain:
            yield Named(name, sheet, plain[0], plain[-1], column, title)
        if len(totals) == 1 and each.is_number:
            yield Named(f"{name}_total", sheet, totals[0], totals[0], column, title)


def cleaned_name(name: str, taken: Sequence[str]) -> str:
    r"""A name that a sheet may have: at most 31 characters, none of ``[]:*?/\``, and no other sheet's.

    >>> cleaned_name("a/b: c", ("a b c",)), len(cleaned_name("x" * 40, ()))
    ('a b c 2', 31)
    """
    bare = re.sub(r"\s+", " ", re.sub(r"[\[\]:*?/\\]", " ", name)).strip(" '")[:31] or "-"
    known, found, number = {each.casefold() for each in taken}, bare, 2
    while found.casefold() in known:
        found, number = f"{bare[:27]} {number}", number + 1
    return found
