"""How does a report become one HTML file? Styles and drawings stand inside, nothing is loaded and no script runs; it prints on A4."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from fenji.language import Language
from fenji.reports.charts.axes import Color, Role
from fenji.reports.charts.drawing import Paper
from fenji.reports.charts.svg import svg_of
from fenji.reports.monthly.record import Block, Column, MonthlyReport, Picture, Table, Unknown
from fenji.reports.monthly.texts import reasons
from fenji.visible import visible

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def render(report: MonthlyReport) -> bytes:
    """The report as a page of its own, UTF-8; every text in it is escaped."""
    template = _environment().get_template("report.html")
    logo = None if report.logo is None else b64encode(report.logo.content).decode()
    language = "zh-CN" if report.language is Language.ZH else "en"
    return template.render(report=report, logo=logo, html_language=language).encode()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("fenji.reports.monthly", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "visible": visible,
        "drawn": _drawn,
        "kind": _kind,
        "reason": _reason,
        "reasons": reasons,
        "widths": _widths,
        "color": _color,
        "days": _days,
    }
    return made


def _kind(block: Block) -> str:
    """The name of a block's kind, by which the template chooses its markup."""
    return type(block).__name__.lower()


def _drawn(picture: Picture) -> Markup:
    return Markup(svg_of(picture.chart, height=picture.height, is_titled=False, name=picture.slug))  # noqa: S704 - it escapes every text


def _days(text: str) -> Markup:
    """A text whose days are not broken over two lines."""
    return Markup(_DAY.sub(r'<span class="day">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped just before


def _reason(cell: object) -> str:
    return cell.reason if isinstance(cell, Unknown) else ""


def _widths(table: Table) -> list[tuple[Column, str]]:
    """Each column with its share of the width."""
    whole = sum(each.width for each in table.columns)
    return [(each, f"{each.width / whole * 100:.1f}%") for each in table.columns]


def _color(color: Color | None) -> str:
    """The color of a mark beside a name; empty: none."""
    return "" if color is None or color.role is not Role.TIER else Paper(0, 0).color(color)
