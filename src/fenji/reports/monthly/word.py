"""How does a report become a document? Styles, tables whose heads repeat, a page per section, and native charts that people can edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from fenji.language import Language
from fenji.reports.charts.axes import Unit
from fenji.reports.charts.data import Chart
from fenji.reports.charts.svg import WIDTH, natural_height
from fenji.reports.monthly.logos import size_of
from fenji.reports.monthly.natives import HEAD_GROUND, has_twin
from fenji.reports.monthly.record import Block, Missing, MonthlyReport, Passage, Picture, Section, SignOff, Table, Unknown
from fenji.reports.monthly.texts import PAPER, mark_of, period, reasons, shown, weights
from fenji.reports.monthly.word_parts import (
    add_chart,
    add_field,
    add_text,
    border,
    hold_row,
    natives_of,
    pad,
    set_font,
    set_language,
    shade,
)

LATIN, CHINESE = "Arial", "Microsoft YaHei"
"""Where the second is missing, as on a Mac, the program that opens the document takes its own Chinese font."""

_CELL = "Table Cell"
"""The style of what stands in tables."""
_WIDE = 680
"""Pixels between the margins of A4."""
_POINTS = 0.75
"""Of a pixel."""
_LONG, _CROWDED = 14, 95
"""More rows, and wider columns in Latin letters, than this are written smaller."""
_HELD = 12
"""Up to so many rows a table stands on one page."""


def render(report: MonthlyReport) -> bytes:
    """The report as a .docx file."""
    from docx import Document as new_document  # noqa: N813, PLC0415 - a function with the name of a class; heavy third-party library

    made = _Document(new_document(), report.language)
    _set_up(made.document, report)
    for number, section in enumerate(report.sections):
        if number == 0:
            _cover(made, report)
        made.section(section, begins_page=number > 0)
    _source(made, report)
    held = BytesIO()
    made.document.save(held)
    return held.getvalue()


def _set_up(document: Any, report: MonthlyReport) -> None:  # noqa: ANN401 - python-docx
    from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415 - heavy third-party library
    from docx.shared import Cm, Pt, RGBColor  # noqa: PLC0415

    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.5)
    page.top_margin, page.bottom_margin = Cm(1.9), Cm(1.6)
    page.header_distance, page.footer_distance = Cm(0.9), Cm(0.7)
    sizes = {
        "Normal": (9.5, 0, 3),
        "Title": (18, 0, 2),
        "Heading 1": (14, 6, 4),
        "Heading 2": (10, 8, 3),
        "Header": (8, 0, 0),
        "Footer": (8, 0, 0),
    }
    for name, (size, before, after) in sizes.items():
        style = document.styles[name]
        set_font(style, LATIN, CHINESE)
        style.font.size = Pt(size)
        style.font.bold = name not in ("Normal", "Header", "Footer")
        style.font.color.rgb = RGBColor.from_string((PAPER.quiet if name in ("Header", "Footer") else PAPER.ink)[1:])
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.line_spacing = 1.15
    of_cells = document.styles.add_style(_CELL, WD_STYLE_TYPE.PARAGRAPH)
    of_cells.base_style, cells = document.styles["Normal"], of_cells.paragraph_format
    cells.space_before, cells.space_after, cells.line_spacing = Pt(1.5), Pt(1.5), 1.0
    _no_line(document.styles["Title"])
    set_language(document, "zh-CN", "zh-CN" if report.language is Language.ZH else "en-GB")
    about = document.core_properties
    about.title, about.author, about.comments = shown(report.title), "fenji", shown(report.foot_line)
    about.created = about.modified = report.made_at.replace(tzinfo=None)
    about.language = "zh-CN" if report.language is Language.ZH else "en"
    head = " · ".join(each for each in (report.company, report.title, period(report)) if each)
    page.header.paragraphs[0].add_run(shown(head))
    foot = page.footer.paragraphs[0]
    document.styles["Footer"].paragraph_format.tab_stops.clear_all()
    foot.paragraph_format.tab_stops.add_tab_stop(Pt(_WIDE * _POINTS), 2)
    foot.add_run(shown(report.foot_line)).add_tab()
    add_field(foot.add_run(), "PAGE")
    foot.add_run(" / ")
    add_field(foot.add_run(), "NUMPAGES")


def _no_line(style: Any) -> None:  # noqa: ANN401 - python-docx
    """The usual style of titles has a blue line below."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - heavy third-party library

    for each in list(style.element.iter(qn("w:pBdr"))):
        each.getparent().remove(each)


def _cover(made: _Document, report: MonthlyReport) -> None:
    from docx.shared import Pt  # noqa: PLC0415 - heavy third-party library

    if report.logo is not None:
        run = made.document.add_paragraph().add_run()
        wide, high = size_of(report.logo)
        placed = run.add_picture(BytesIO(report.logo.content), Pt(wide * _POINTS), Pt(high * _POINTS))
        placed._inline.docPr.set("descr", shown(report.company))  # noqa: SLF001 - python-docx writes no description
    made.document.add_paragraph(shown(report.title), "Title")
    made.small(report.period_line)
    made.small(" · ".join(each for each in (report.company, report.made_for) if each))


def _source(made: _Document, report: MonthlyReport) -> None:
    made.document.add_paragraph(shown(report.source_title), "Heading 2")
    grid = made.grid(len(report.source), (22, 78))
    for row, pair in zip(grid.rows, report.source, strict=True):
        hold_row(row, is_head=False)
        for cell, text in zip(row.cells, pair, strict=True):
            made.fill(cell, text, size=8)


@dataclass
class _Document:
    """A document that blocks are added to."""

    document: Any
    language: Language
    charts: int = 0

    def section(self, section: Section, *, begins_page: bool) -> None:
        heading = self.document.add_paragraph(shown(section.title), "Heading 1")
        heading.paragraph_format.page_break_before = begins_page
        self.line(section.sentence, size=11)
        for each in section.own_texts:
            self.line(each)
        for block in section.blocks:
            self.block(block)
        for note in section.notes:
            self.small(note)

    def block(self, block: Block) -> None:
        match block:
            case Table():
                self.table(block)
            case Picture():
                self.picture(block)
            case Passage():
                self.passage(block)
            case Missing():
                self.heading(block.title)
                self.line(f"{block.sentence} {block.advice}".rstrip(), color=PAPER.quiet)
            case SignOff():
                self.sign_off(block)

    def heading(self, text: str, beside: str = "") -> None:
        if text:
            made = self.document.add_paragraph(shown(text), "Heading 2")
            if beside:
                self.styled(made.add_run(f"  {shown(beside)}"), size=8, color=PAPER.quiet).bold = False

    def line(self, text: str, *, size: float | None = None, color: str | None = None) -> Any:  # noqa: ANN401 - python-docx
        made = self.document.add_paragraph()
        self.styled(add_text(made.add_run(), shown(text, keep="\n")), size=size, color=color)
        return made

    def small(self, text: str) -> None:
        if text:
            self.line(text, size=8, color=PAPER.quiet)

    def styled(self, run: Any, *, size: float | None = None, color: str | None = None) -> Any:  # noqa: ANN401 - python-docx
        from docx.shared import Pt, RGBColor  # noqa: PLC0415 - heavy third-party library

        if size is not None:
            run.font.size = Pt(size)
        if color is not None:
            run.font.color.rgb = RGBColor.from_string(color[1:])
        return run

    def passage(self, passage: Passage) -> None:
        from docx.shared import Pt  # noqa: PLC0415 - heavy third-party library

        self.heading(passage.title)
        for number, each in enumerate(passage.lines, 1):
            made = self.line(f"{number}. {each}" if passage.is_numbered else each)
            if number == 1 and not passage.title:
                made.paragraph_format.space_before = Pt(6)

    def sign_off(self, box: SignOff) -> None:
        from docx.shared import Pt  # noqa: PLC0415 - heavy third-party library

        self.heading(box.title)
        grid = self.grid(len(box.roles), (24, 46, 30))
        for row, role in zip(grid.rows, box.roles, strict=True):
            row.height = Pt(26)
            hold_row(row, is_head=False)
            for cell, text in zip(row.cells, (role, box.name, box.day), strict=True):
                self.fill(cell, text, size=8, color=PAPER.quiet)
                cell.vertical_alignment = 3
                border(cell, bottom=(PAPER.neutral, 4))

    def grid(self, rows: int, widths: Sequence[int]) -> Any:  # noqa: ANN401 - python-docx
        """A table without lines, as wide as the page."""
        from docx.shared import Pt  # noqa: PLC0415 - heavy third-party library

        made = self.document.add_table(rows, len(widths))
        made.autofit = False
        pad(made, 60)
        for column, width in zip(made.columns, widths, strict=True):
            column.width = Pt(_WIDE * _POINTS * width / sum(widths))
        for row in made.rows:
            for cell, column in zip(row.cells, made.columns, strict=True):
                cell.width = column.width
        return made

    def table(self, table: Table) -> None:
        self.heading(table.title)
        widths = weights(table)
        size = 7.5 if len(table.rows) > _LONG or sum(widths) > _CROWDED else 8.5
        rows = [[each.text(cell) for each, cell in zip(table.columns, row.cells, strict=True)] for row in table.rows]
        grid = self.lined(
            [each.title for each in table.columns],
            rows,
            widths=widths,
            right=[each.is_number for each in table.columns],
            size=size,
        )
        for made, row in zip(grid.rows[1:], table.rows, strict=True):
            mark = mark_of(row.color)
            for at, (cell, value) in enumerate(zip(made.cells, row.cells, strict=True)):
                sides = {"bottom": (PAPER.line, 4)}
                if row.is_total:
                    sides["top"] = (PAPER.neutral, 4)
                if mark and at == 0:
                    sides["left"] = (mark, 36)
                border(cell, **sides)
                (run,) = cell.paragraphs[0].runs
                run.bold = row.is_total
                if isinstance(value, Unknown):
                    self.styled(run, color=PAPER.quiet)
        self.small(table.note)
        self.small(reasons(table, self.language))

    def lined(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], *, widths: Sequence[int], right: Sequence[bool], size: float
    ) -> Any:  # noqa: ANN401 - python-docx
        """A table with a head that repeats on every page."""
        grid = self.grid(len(rows) + 1, widths)
        for number, (row, texts) in enumerate(zip(grid.rows, (heads, *rows), strict=True)):
            hold_row(row, is_head=number == 0)
            is_held = len(rows) <= _HELD and number < len(rows)
            for cell, text, is_right in zip(row.cells, texts, right, strict=True):
                self.fill(cell, text, size=size if number else size - 1, is_right=is_right, is_held=is_held)
                if number == 0:
                    border(cell, bottom=(PAPER.neutral, 6))
                    shade(cell, HEAD_GROUND)
                    cell.vertical_alignment = 3
        return grid

    def fill(
        self,
        cell: Any,  # noqa: ANN401 - python-docx
        text: str,
        *,
        size: float,
        color: str | None = None,
        is_right: bool = False,
        is_held: bool = False,
    ) -> None:
        """A text in a cell."""
        paragraph = cell.paragraphs[0]
        paragraph._p.style = _CELL.replace(" ", "")  # noqa: SLF001 - the usual way looks the style up for every cell
        if is_held:
            paragraph.paragraph_format.keep_with_next = True
        if is_right:
            paragraph.alignment = 2
        self.styled(add_text(paragraph.add_run(), shown(text)), size=size, color=color)

    def picture(self, picture: Picture) -> None:
        chart = picture.chart
        self.heading(chart.title, chart.subtitle)
        if not has_twin(chart):
            self.numbers(chart)
            return
        natives = list(natives_of(chart))
        natural = natural_height(chart, WIDTH) if picture.height is None else picture.height
        if len(natives) == 1:
            paragraph = self.document.add_paragraph()
            self._set(paragraph, natives[0], (_WIDE, max(natural, 180) * _WIDE / WIDTH + 30))
            return
        # Small multiples stand in one paragraph, two beside one another, and break into lines as words do.
        paragraph = self.document.add_paragraph()
        for each in natives:
            self._set(paragraph, each, (_WIDE / 2 - 4, 150))

    def _set(self, paragraph: Any, native: Any, size: tuple[float, float]) -> None:  # noqa: ANN401 - python-docx
        self.charts += 1
        add_chart(self.document, paragraph.add_run(), native, number=self.charts, size=size, fonts=(LATIN, CHINESE))

    def numbers(self, chart: Chart) -> None:
        """A chart that cannot be a native one: its data as a table."""
        table = chart.table()
        is_right = [each.unit not in (Unit.NAME, Unit.DATE) for each in table.columns]
        self.lined([each.title for each in table.columns], table.texts(), widths=[12] * len(is_right), right=is_right, size=8)
