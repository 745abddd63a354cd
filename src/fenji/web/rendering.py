"""How does a template speak? One environment for each language, with the texts of our catalogs and one way to write each kind of figure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.meta import find_referenced_templates
from markupsafe import Markup, escape

from fenji.language import Language, translate
from fenji.reports.charts.svg_series import sparkline
from fenji.visible import visible
from fenji.web.assets import asset_address
from fenji.web.lists import condition
from fenji.web.scope import SPLITS, year_before
from fenji.wording import figures

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Stand around the number of a value while a sentence is put together; taken out of texts that hold them."""


class _Piece:
    """A value of a sentence that is markup already: chosen by as a text, written as a mark that is filled in afterwards."""

    def __init__(self, value: Markup, number: int) -> None:
        self._value, self._mark = value, f"{_OPEN}{number}{_CLOSE}"

    def __str__(self) -> str:
        return str(self._value)

    def __format__(self, spec: str) -> str:
        return self._mark


def said(language: Language, text: str, **values: object) -> str | Markup:
    """A message in the language; where values are markup, such as links, the sentence is markup and everything else in it is escaped.

    >>> said(Language.EN, "{n} of {all}", n=Markup("<b>2</b>"), all="<3>")
    Markup('<b>2</b> of &lt;3&gt;')
    """
    pieces = {name: value for name, value in values.items() if isinstance(value, Markup)}
    if not pieces:
        return translate(text, language, **values)
    marked = {name: _Piece(value, number) for number, (name, value) in enumerate(pieces.items())}
    plain = {name: _without_marks(value) for name, value in values.items() if name not in pieces}
    told = str(escape(translate(text, language, **plain, **marked)))
    for number, value in enumerate(pieces.values()):
        told = told.replace(f"{_OPEN}{number}{_CLOSE}", value)
    return Markup(told)  # noqa: S704 - every part was escaped above


def _without_marks(value: object) -> object:
    return value.replace(_OPEN, "").replace(_CLOSE, "") if isinstance(value, str) else value


@cache
def environment(language: Language) -> Environment:
    """The templates in a language."""
    made = Environment(
        loader=PackageLoader("fenji.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "_": partial(said, language),
        "asset": asset_address,
        "condition": condition,
        "html_language": "zh-CN" if language is Language.ZH else "en",
        "language": language.value,
        "splits": [{"name": name, "title": title} for name, title in SPLITS],
        "year_before": year_before,
        "languages": ((Language.ZH.value, "中文"), (Language.EN.value, "English")),
    }
    made.filters |= _filters(language)
    return made


def render(language: Language, template: str, values: Mapping[str, object]) -> Markup:
    """A template, filled; what was put into it is escaped."""
    return rendered(environment(language).get_template(template).render(values).encode())


def make_ready(language: Language, *templates: str) -> None:
    """Compiles templates and all that they are made of, so that nobody waits for it."""
    made, known = environment(language), set[str]()
    loader: Any = made.loader
    waiting = list(templates)
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        made.get_template(name)
        source, _file, _is_fresh = loader.get_source(made, name)
        waiting += [each for each in find_referenced_templates(made.parse(source)) if each is not None]


def rendered(content: bytes) -> Markup:
    """What a template has made, to stand in another one as it is."""
    return Markup(content.decode())  # noqa: S704 - templates escape what they are given


def _filters(language: Language) -> dict[str, Any]:
    """How figures are written; what is no figure, such as the word for a small group, stays as it is."""
    return {
        "count": partial(_figure, figures.count),
        "number": partial(_figure, figures.number),
        "share": partial(_figure, figures.share),
        "change": partial(_figure, figures.change),
        "relative_change": partial(_figure, figures.relative_change),
        "share_change": partial(_figure, lambda value: figures.share_change(value, language)),
        "money": partial(_figure, figures.money),
        "money_change": partial(_figure, figures.money_change),
        "short": partial(_figure, lambda value: figures.short(value, language)),
        "short_money": partial(_figure, lambda value, currency=None: figures.short_money(value, currency, language)),
        "day": lambda value: figures.day(value) if value is None or isinstance(value, date) else value,
        "moment": lambda value: value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else figures.UNKNOWN,
        "width": _width,
        "spark": lambda values: Markup(sparkline([each if isinstance(each, int | float | Decimal) else None for each in values])),  # noqa: S704 - numbers alone
        "visible": visible,
        "island": _island,
    }


def _figure(write: Any, value: object, *more: object) -> object:  # noqa: ANN401 - one of wording.figures
    return value if isinstance(value, str) else write(value, *more)


def _width(value: object, all_values: Iterable[object]) -> str:
    """A bar's length in percent of the longest one; 0 of what is no number."""
    longest = max((float(each) for each in all_values if isinstance(each, int | float | Decimal)), default=0.0)
    return f"{max(float(value) / longest, 0) * 100:.1f}" if isinstance(value, int | float | Decimal) and longest > 0 else "0"


def _island(value: object) -> Markup:
    """Data for an island, safe inside a script element."""
    told = json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)
    for sign, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        told = told.replace(sign, code)
    return Markup(told)  # noqa: S704 - no character of it ends the element
