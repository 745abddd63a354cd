"""How does a report become a workbook? Typed cells, native charts, names for formulas, and a sheet that says where everything comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

from fenji import __version__
from fenji.domain.reporting import ReportSection
from fenji.domain.words import Words
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.reports.monthly.logos import size_of
from fenji.reports.monthly.natives import has_twin, native_charts, write_data, write_text
from fenji.reports.monthly.record import Block, Missing, MonthlyReport, Passage, Picture, Section, SignOff, Table
from fenji.reports.monthly.sheets import A4, Named, Sheet, Waiting, cleaned_name, widths_of
from fenji.reports.monthly.texts import PAPER, shown

NAMES: Mapping[ReportSection, Words] = {
    ReportSection.SUMMARY: Words("摘要", "Summary"),
    ReportSection.TIERS: Words("等级", "Tiers"),
    ReportSection.FLOWS: Words("变动表", "Flows"),
    ReportSection.STRUCTURE: Words("结构", "Structure"),
    ReportSection.VALUE: Words("价值", "Value"),
    ReportSection.RISK: Words("风险", "Risk"),
    ReportSection.FORECAST: Words("预测", "Forecast"),
    ReportSection.POINTS: Words("积分", "Points"),
    ReportSection.POLICY: Words("标准", "Policy"),
    ReportSection.DATA: Words("数据质量", "Data quality"),
}
"""Short names for sheets; those of other sections are called as the section."""

APART: Mapping[str, Words] = {"tier_history": Words("走势", "Trend"), "matrix": Words("迁移矩阵", "Movement matrix")}
"""Blocks, by their slugs, that have a sheet of their own after that of their section."""

SOURCE, CHART_DATA = Words("出处", "Source"), Words("图表数据", "Chart data")
"""The last sheets."""

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Of XlsxWriter: what came as a text stays one."""


@dataclass(frozen=True)
class _Page:
    """A sheet before it is written."""

    name: str
    title: str
    sentence: str
    own_texts: tuple[str, ...]
    blocks: tuple[Block, ...]
    notes: tuple[str, ...]


def render(report: MonthlyReport) -> bytes:
    """The report as an .xlsx file."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - heavy third-party library

    held = BytesIO()
    with Workbook(held, OPTIONS) as book:
        about = {"title": shown(report.title), "company": shown(report.company), "comments": shown(report.foot_line)}
        book.set_properties({**about, "author": "fenji", "created": report.made_at.replace(tzinfo=None)})
        styles = formats(book, report.language)
        names: list[Named] = []
        waiting: list[Waiting] = []
        for number, page in enumerate(_pages(report)):
            sheet = _write(book, page, report, styles, is_first=number == 0)
            names += sheet.names
            waiting += sheet.waiting
        _source(book, report, names, styles)
        _draw(book, waiting, report, styles)
        for each in names:
            book.define_name(each.name, _range(each))
    return held.getvalue()


def formats(book: Any, language: Language) -> Callable[..., Any]:  # noqa: ANN401 - XlsxWriter is untyped
    """What makes a format of properties, each once."""
    known: dict[tuple[tuple[str, object], ...], Any] = {}
    font = {"font_name": "Microsoft YaHei" if language is Language.ZH else "Arial", "font_size": 10, "font_color": PAPER.ink}

    def made(**properties: object) -> Any:  # noqa: ANN401 - XlsxWriter is untyped
        key = tuple(sorted(properties.items()))
        if key not in known:
            known[key] = book.add_format({**font, **properties})
        return known[key]

    return made


def _pages(report: MonthlyReport) -> Iterator[_Page]:
    taken: list[str] = []
    for section in report.sections:
        apart = [each for each in section.blocks if isinstance(each, Table | Picture) and each.slug in APART]
        stay = tuple(each for each in section.blocks if each not in apart)
        name = NAMES[section.name].in_language(report.language) if section.name in NAMES else section.title
        taken.append(cleaned_name(name, taken))
        yield _Page(taken[-1], section.title, section.sentence, section.own_texts, stay, section.notes)
        for each in apart:
            taken.append(cleaned_name(APART[each.slug].in_language(report.language), taken))
            yield _apart(taken[-1], section, each)


def _apart(name: str, section: Section, block: Table | Picture) -> _Page:
    title, sentence = (block.chart.title, block.chart.sentence) if isinstance(block, Picture) else (block.title, section.sentence)
    return _Page(name, title, sentence, (), (block,), ())


def _write(book: Any, page: _Page, report: MonthlyReport, styles: Callable[..., Any], *, is_first: bool) -> Sheet:  # noqa: ANN401 - XlsxWriter is untyped
    made = book.add_worksheet(page.name)
    tables = [each for each in page.blocks if isinstance(each, Table)]
    sheet = Sheet(made, styles, report.language, widths_of(tables), page.title)
    sheet.set_up(report.company, report.foot_line)
    if is_first:
        made.set_tab_color(PAPER.accent)
        _cover(sheet, report)
    sheet.line(page.title, bold=True, font_size=14)
    sheet.line(page.sentence, font_size=11)
    for each in page.own_texts:
        sheet.line(each)
    sheet.blank()
    # A lone table keeps its heads in sight; where several stand one below the other, those of one would mislead about the next.
    is_lone = len(page.blocks) == 1 and bool(tables)
    below = sheet.row + 1 + (tables[0].title != page.title) if is_lone else 1
    made.freeze_panes(below, int(is_lone))
    for block in page.blocks:
        _block(sheet, block)
    for note in page.notes:
        sheet.small(note)
    sheet.finish()
    return sheet


def _cover(sheet: Sheet, report: MonthlyReport) -> None:
    if report.logo is not None:
        _wide, high = size_of(report.logo)
        sheet.logo(report.logo.content, shown(report.company), high)
    sheet.line(report.title, bold=True, font_size=18)
    sheet.small(report.period_line)
    sheet.small(" · ".join(each for each in (report.company, report.made_for) if each))
    sheet.blank()


def _block(sheet: Sheet, block: Block) -> None:
    match block:
        case Table():
            sheet.table(block)
        case Picture():
            sheet.picture(block)
        case Passage():
            sheet.passage(block)
        case Missing():
            sheet.missing(block)
        case SignOff():
            sheet.sign_off(block)


def _source(book: Any, report: MonthlyReport, names: list[Named], styles: Callable[..., Any]) -> None:  # noqa: ANN401 - XlsxWriter is untyped
    """Where the numbers come from, and the names that formulas of the reader's own may use."""
    say = partial(translate, language=report.language)
    taken = [each.get_name() for each in book.worksheets()]
    made = book.add_worksheet(cleaned_name(SOURCE.in_language(report.language), taken))
    sheet = Sheet(made, styles, report.language, [34, 62])
    sheet.set_up(report.company, report.foot_line)
    sheet.line(report.source_title, bold=True, font_size=14)
    for pair in (*report.source, (say(_("Program")), f"fenji {__version__}")):
        _pair(sheet, pair, styles)
    sheet.blank()
    sheet.heading(say(_("Names for your own formulas")))
    sheet.small(say(_("They stay the same from report to report; each holds a column or its total.")))
    for each in names:
        _pair(sheet, (each.name, each.title), styles)
    made.freeze_panes(1, 0)
    sheet.finish()


def _pair(sheet: Sheet, pair: tuple[str, str], styles: Callable[..., Any]) -> None:
    for column, text in enumerate(pair):
        write_text(sheet.sheet, sheet.row, column, text, styles(text_wrap=True, valign="top"))
    sheet.blank()


def _draw(book: Any, waiting: list[Waiting], report: MonthlyReport, styles: Callable[..., Any]) -> None:  # noqa: ANN401 - XlsxWriter is untyped
    """Writes the data of all charts on one sheet, and sets the charts where they were waited for."""
    if not waiting:
        return
    name = cleaned_name(CHART_DATA.in_language(report.language), [each.get_name() for each in book.worksheets()])
    made = book.add_worksheet(name)
    made.set_column(0, 0, 24)
    made.set_column(1, 12, 16)
    made.set_paper(A4)
    made.fit_to_pages(1, 0)
    row = 0
    for each in waiting:
        place = write_data(made, row, each.picture.chart, styles)
        row = place.last + 3
        if not has_twin(each.picture.chart):
            continue
        drawn = list(native_charts(book, each.picture.chart, place))
        across = 1 if len(drawn) == 1 else _ABREAST
        width, height = each.width // across, each.height // -(-len(drawn) // across)
        for at, native in enumerate(drawn):
            native.chart.set_size({"width": width - 4 * (across > 1), "height": height})
            offset = {"x_offset": at % across * width, "y_offset": at // across * height}
            each.sheet.insert_chart(
                each.row, 0, native.chart, {**offset, "object_position": 1, "description": shown(native.sentence)}
            )


_ABREAST = 2
"""Small multiples beside one another."""


def _range(named: Named) -> str:
    from xlsxwriter.utility import quote_sheetname, xl_range_abs  # noqa: PLC0415 - heavy third-party library

    return f"={quote_sheetname(named.sheet)}!{xl_range_abs(named.first, named.column, named.last, named.column)}"
