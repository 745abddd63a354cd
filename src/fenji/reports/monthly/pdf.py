"""How does a report become a PDF? Typst lays out a template of the package; the report goes in as data, never as markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from fenji.domain.reporting import Logo
from fenji.errors import Unavailable
from fenji.language import Language
from fenji.language import message as _
from fenji.reports.charts.svg import svg_of
from fenji.reports.monthly.logos import damaged, size_of
from fenji.reports.monthly.record import Block, Missing, MonthlyReport, Passage, Picture, Section, SignOff, Table, Unknown
from fenji.reports.monthly.texts import PAPER, mark_of, period, reasons, shown, weights

FONTS = (
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "思源黑体",
)
"""Chinese fonts, the first that is there is used."""

STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1: readers of screens find headings, tables and what pictures show."""

_ROUNDS = 5
"""Characters that no font has come to light some at a time."""
_NOT_DRAWN = re.compile(r'the text `"(.*?)"` could not be displayed')
_WRITTEN = re.compile(r"\\u\{([0-9a-f]+)\}")


def render(report: MonthlyReport) -> bytes:
    r"""The report as a .pdf file, tagged and with its fonts inside.

    Characters that no font of this computer has are written as ``\u1e900``: nothing is lost, and no empty box is printed.

    Raises:
        Unavailable: no Chinese font is installed.
        InvalidDocument: the logo is damaged.
    """
    import typst  # noqa: PLC0415 - heavy third-party library, of an extra

    fonts = fonts_here()
    font = chinese_font(fonts.families())
    template = files("fenji.reports.monthly").joinpath("templates/report.typ").read_bytes()
    data = json.dumps(_data(report, font), ensure_ascii=False)
    for _round in range(_ROUNDS):
        try:
            return _compiled(template, data, fonts, report)
        except typst.TypstError as error:
            lacking = _lacking(str(error.diagnostic))
            if not lacking and report.logo is not None and "decode image" in str(error.diagnostic):
                raise damaged() from error
            if not lacking:
                raise
            data = "".join(f"\\\\u{ord(each):x}" if each in lacking else each for each in data)
    return _compiled(template, data, fonts, report)


def _compiled(template: bytes, data: str, fonts: Any, report: MonthlyReport) -> bytes:  # noqa: ANN401 - of an extra
    import typst  # noqa: PLC0415 - heavy third-party library, of an extra

    return typst.compile(
        template,
        format="pdf",
        font_paths=fonts,
        sys_inputs={"report": data},
        pdf_standards=STANDARD,
        timestamp=report.made_at.replace(microsecond=0),
    )


@cache
def fonts_here() -> Any:  # noqa: ANN401 - of an extra
    """The fonts of this computer; looking them up takes longer than a report."""
    import typst  # noqa: PLC0415 - heavy third-party library, of an extra

    return typst.Fonts()


def chinese_font(families: Sequence[str]) -> str:
    """The first of ``FONTS`` that is there.

    Raises:
        Unavailable: none is.
    """
    found = next((each for each in FONTS if each in families), None)
    if found is None:
        raise Unavailable.of(
            _("a PDF needs a Chinese font, and none of these is installed: {fonts}."),
            advice=_("On Debian and Ubuntu: apt-get install fonts-noto-cjk. Elsewhere install Noto Sans SC."),
            fonts=", ".join(FONTS),
        )
    return found


def _lacking(diagnostic: str) -> set[str]:
    """The characters that no font has, as Typst names them."""
    texts = [_WRITTEN.sub(lambda found: chr(int(found[1], 16)), each) for each in _NOT_DRAWN.findall(diagnostic)]
    return {each for text in texts for each in text if ord(each) > 0x7F}  # noqa: PLR2004 - the signs of JSON are ASCII


def _data(report: MonthlyReport, font: str) -> dict[str, object]:
    """Everything that the template places, as texts."""
    return {
        "font": font,
        "language": "zh" if report.language is Language.ZH else "en",
        "region": "CN" if report.language is Language.ZH else "GB",
        "colors": {"ink": PAPER.ink, "quiet": PAPER.quiet, "line": PAPER.line, "accent": PAPER.accent, "edge": PAPER.neutral},
        "title": shown(report.title),
        "company": shown(report.company),
        "made_for": shown(report.made_for),
        "logo": None if report.logo is None else _logo(report.logo),
        "about": shown(report.period_line),
        "period": period(report),
        "foot": shown(report.foot_line),
        "source_title": shown(report.source_title),
        "source": [[shown(name), shown(text)] for name, text in report.source],
        "sections": [_section(each, report.language) for each in report.sections],
    }


def _logo(logo: Logo) -> dict[str, object]:
    width, _high = size_of(logo)
    return {"content": list(logo.content), "format": _IMAGES[logo.media_type], "width": width}


_IMAGES = {"image/png": "png", "image/jpeg": "jpg"}


def _section(section: Section, language: Language) -> dict[str, object]:
    return {
        "title": shown(section.title),
        "sentence": shown(section.sentence),
        "own_texts": [shown(each, keep="\n") for each in section.own_texts],
        "blocks": [_block(each, language) for each in section.blocks],
        "notes": [shown(each) for each in section.notes],
    }


def _block(block: Block, language: Language) -> dict[str, object]:
    match block:
        case Table():
            return {"kind": "table", **_table(block, language)}
        case Picture(chart=chart):
            drawing = svg_of(chart, height=block.height, is_titled=False, name=block.slug)
            told = {"title": shown(chart.title), "subtitle": shown(chart.subtitle), "sentence": shown(chart.sentence)}
            return {"kind": "picture", **told, "drawing": drawing}
        case Passage():
            lines = [shown(each) for each in block.lines]
            return {"kind": "passage", "title": shown(block.title), "lines": lines, "numbered": block.is_numbered}
        case Missing():
            return {"kind": "missing", "title": shown(block.title), "text": shown(f"{block.sentence} {block.advice}".rstrip())}
        case SignOff():
            roles = [shown(each) for each in block.roles]
            return {
                "kind": "sign",
                "title": shown(block.title),
                "roles": roles,
                "name": shown(block.name),
                "day": shown(block.day),
            }


def _table(table: Table, language: Language) -> dict[str, object]:
    rows: Iterator[dict[str, object]] = (
        {
            "cells": [shown(column.text(cell)) for column, cell in zip(table.columns, row.cells, strict=True)],
            "unknown": [isinstance(each, Unknown) for each in row.cells],
            "color": mark_of(row.color),
            "total": row.is_total,
        }
        for row in table.rows
    )
    return {
        "title": shown(table.title),
        "columns": [
            {"title": shown(each.title), "number": each.is_number, "width": width}
            for each, width in zip(table.columns, weights(table), strict=True)
        ],
        "rows": list(rows),
        "notes": [shown(each) for each in (table.note, reasons(table, language)) if each],
    }
