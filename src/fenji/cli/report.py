"""The command ``fenji report``: one report on the tiers of a review, as files that a manager opens."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.reports import ReportResult
from fenji.cli.lists import Force
from fenji.cli.options import AsJson, Lang, Policy, Workspace, day_of, one_of
from fenji.cli.output import Col, Output
from fenji.cli.sizes import size
from fenji.domain.reporting import Audience, ReportComparison, Shape
from fenji.errors import InvalidArgument, unknown_name
from fenji.language import message as _
from fenji.reports.monthly.filing import Target, write_reports
from fenji.reports.monthly.making import Wanted
from fenji.workspace.opening import reading_only

EXAMPLES = "fenji report\nfenji report --compare year --for manager --shape html\nfenji report --as-of 2011-12-09 --out /tmp --lang zh\nfenji report --json"

ReviewDay = Annotated[
    str | None, typer.Option("--as-of", metavar=_("DATE"), help=_("The review that it is about. Default: that of the last run."))
]
ComparedWith = Annotated[
    str,
    typer.Option(
        "--compare", metavar="month|year", help=_("With what: the review before, or that of the same month a year before.")
    ),
]
MadeFor = Annotated[
    str,
    typer.Option(
        "--for",
        metavar="viewer|manager",
        help=_("For whom: a viewer sees masked ids and no groups of fewer than five customers; a manager sees everything."),
    ),
]
Shapes = Annotated[
    str, typer.Option("--shape", metavar=_("SHAPES"), help=_("Which files, separated by commas: html, xlsx, docx, pdf."))
]
Folder = Annotated[
    Path | None,
    typer.Option("--out", metavar=_("FOLDER"), help=_("Where to. Default: the folder reports of the workspace, by review.")),
]
Compute = Annotated[
    bool,
    typer.Option(
        "--compute/--stored",
        help=_("Compute analyses that are missing first, which can take minutes; else the report says what is not computed."),
    ),
]


def command(
    context: typer.Context,
    *,
    as_of: ReviewDay = None,
    compare: ComparedWith = ReportComparison.MONTH,
    made_for: MadeFor = Audience.VIEWER,
    shape: Shapes = Shape.HTML,
    out: Folder = None,
    policy: Policy = None,
    compute: Compute = False,
    force: Force = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Makes the report, writes it, and says what it lacks."""
    output = Output.chosen(context, lang, is_json=as_json)
    wanted = Wanted(
        output.language,
        one_of(Audience, made_for, _("reader")) or Audience.VIEWER,
        one_of(ReportComparison, compare, _("comparison")) or ReportComparison.MONTH,
        day_of(as_of),
        policy,
    )
    shapes = shapes_of(shape)
    with nullcontext() if compute else reading_only(), output.progress() as progress:
        result = write_reports(workspace, wanted, shapes, Target(out, force=force), now=datetime.now(UTC), progress=progress)
    if output.is_json:
        output.json(result)
    else:
        _show(result, output)


def shapes_of(text: str) -> tuple[Shape, ...]:
    """What --shape says.

    Raises:
        InvalidArgument: a name that is none of the shapes; all at once.
    """
    names = [each.strip() for each in text.split(",") if each.strip()]
    if not names:
        raise InvalidArgument.of(_("--shape names nothing."), advice=_("Choose among {known}."), known=", ".join(Shape))
    InvalidArgument.raise_if(unknown_name(_("shape"), each, Shape) for each in names if each not in tuple(Shape))
    return tuple(map(Shape, names))


def _show(result: ReportResult, output: Output) -> None:
    """What was written, and what the report lacks."""
    values = {"as_of": result.as_of, "policy": result.policy, "version": result.version}
    output.heading(_("Report on the tiers as of {as_of}, policy {policy} version {version}"), **values)
    columns = [Col(output.text(_("shape"))), Col(output.text(_("size")), is_number=True), Col(output.text(_("file")))]
    output.table(columns, [(each.shape, size(each.bytes), str(each.file)) for each in result.files])
    if result.missing:
        output.heading(_("Not in it"))
        heads = (_("part"), _("why"), _("what to do"))
        columns = [Col(output.text(each), may_wrap=True) for each in heads]
        output.table(columns, [(each.name, each.why, each.cure) for each in result.missing])
