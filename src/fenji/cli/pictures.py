"""How does a command hand a chart over? As a file of its own, never over one that is there already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.views import OPEN
from fenji.cli.output import Output
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.reports.charts.data import Chart
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.drawing import ENDINGS, drawn, may_be_made
from fenji.reports.writing import check_place, whole_file

ChartFile = Annotated[
    Path | None,
    typer.Option(
        "--chart",
        metavar=_("FILE"),
        help=_("Also write a chart of the answer to an .svg, .png or .xlsx file, the last with a native chart."),
    ),
]


def may_be_drawn(path: Path | None, *, force: bool) -> None:
    """Whether a chart can be written there; asked before anything is computed for it.

    Raises:
        InvalidArgument: it ends in nothing that a chart can be.
        NotFound: the folder is not there.
        Conflict: the file exists.
    """
    if path is not None:
        check_place(path, ENDINGS, force=force)


def reader_of(output: Output) -> Reader:
    """Whoever reads the workspace's files sees everything in them."""
    return Reader(output.language, OPEN)


def draw(chart: Chart | None, path: Path, output: Output) -> None:
    """Writes a chart, and says so to people; None: the answer holds nothing to draw.

    Raises:
        InvalidArgument: there is nothing to draw, workbooks have no native chart of its kind, or a library is missing.
        Unavailable: a picture needs a Chinese font, or the disk is full.
    """
    if chart is None:
        raise InvalidArgument.of(_("this answer holds nothing that could be drawn."))
    ending = path.suffix.lower()
    may_be_made(chart, ending)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(drawn(chart, ending, output.language))
    if not output.is_json:
        output.say(_("Chart '{title}' written to {file}."), title=chart.title, file=str(path))
