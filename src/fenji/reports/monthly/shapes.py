"""As which files can a report be written? Each shape with its renderer, and the library without which it cannot be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from fenji.domain.reporting import Shape
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.reports.monthly import excel, html, pdf, word
from fenji.reports.monthly.record import MonthlyReport


@dataclass(frozen=True)
class Renderer:
    """What makes the file of a shape."""

    render: Callable[[MonthlyReport], bytes]
    media_type: str
    library: str | None = None
    """The module that must be installed; None: it comes with fenji."""
    extra: str | None = None
    """The extra of the package that brings it."""


_OFFICE = "application/vnd.openxmlformats-officedocument"

RENDERERS: Mapping[Shape, Renderer] = {
    Shape.XLSX: Renderer(excel.render, f"{_OFFICE}.spreadsheetml.sheet"),
    Shape.DOCX: Renderer(word.render, f"{_OFFICE}.wordprocessingml.document"),
    Shape.HTML: Renderer(html.render, "text/html; charset=utf-8"),
    Shape.PDF: Renderer(pdf.render, "application/pdf", library="typst", extra="pdf"),
}


def check_shapes(shapes: Iterable[Shape]) -> None:
    """Whether all shapes can be made here; asked before anything is read.

    Raises:
        InvalidArgument: a library is missing; all at once.
    """
    InvalidArgument.raise_if(_lacking(shapes))


def _lacking(shapes: Iterable[Shape]) -> Iterator[Problem]:
    for shape in shapes:
        known = RENDERERS.get(shape)
        if known is None:
            values = {"shape": shape, "known": ", ".join(RENDERERS)}
            yield Problem(_("a report cannot be written as {shape}."), values, advice=_("Choose among {known}."))
        elif known.library is not None and find_spec(known.library) is None:
            values = {"shape": shape, "library": known.library, "extra": known.extra or ""}
            yield Problem(
                _("{shape} needs {library}, which is not installed here."),
                values,
                advice=_("Install it with: pip install 'fenji[{extra}]'"),
            )
