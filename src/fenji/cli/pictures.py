"""How does a command hand a chart over? As an SVG file, never over one that is there already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.views import OPEN
from fenji.cli.output import Output
from fenji.language import message as _
from fenji.reports.charts.data import Chart
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.charts.svg import svg_of
from fenji.reports.writing import check_place, whole_file

ENDINGS = (".svg",)

ChartFile = Annotated[
    Path | None, typer.Option("--chart", metavar=_("FILE"), help=_("Also write a chart of the answer to an .svg file."))
]


def may_be_drawn(path: Path | None, *, force: bool) -> None:
    """Whether a chart can be written there; asked before anything is computed for it.

    Raises:
        InvalidArgument: it does not end in .svg.
        NotFound: the folder is not there.
        Conflict: the file exists.
    """
    if path is not None:
        check_place(path, ENDINGS, force=force)


def reader_of(output: Output) -> Reader:
    """Whoever reads the workspace's files sees everything in them."""
    return Reader(output.language, OPEN)


def draw(chart: Chart, path: Path, output: Output) -> None:
    """Writes a chart, and says so to people."""
    with whole_file(path) as unfinished:
        unfinished.write_text(svg_of(chart), "utf-8")
    if not output.is_json:
        output.say(_("Chart '{title}' written to {file}."), title=chart.title, file=str(path))
