"""The command ``fenji selftest``: does this installation find what others have published?"""

from __future__ import annotations

from pathlib import Path

import typer

from fenji.answers.selftest import SelfTestResult
from fenji.cli.failures import EXIT_CODES
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Col, Output
from fenji.errors import Kind
from fenji.language import message as _
from fenji.workflow.selftest import self_test

EXAMPLES = "fenji selftest\nfenji selftest --json"

NUMBERS = 4
"""Columns of numbers, after the first."""


def command(
    context: typer.Context,
    *,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the table; ends with 70 where a figure differs."""
    del workspace  # every command takes it; published figures need none
    output = Output.chosen(context, lang, is_json=as_json)
    result = self_test()
    if output.is_json:
        output.json(result)
    else:
        show(result, output)
    if not result.is_passed:
        raise typer.Exit(EXIT_CODES[Kind.BUG])


def show(result: SelfTestResult, output: Output) -> None:
    """The table, subject by subject."""
    for subject in dict.fromkeys(each.subject for each in result.checks):
        own = [each for each in result.checks if each.subject == subject]
        output.heading(subject)
        rows = [
            (
                each.quantity,
                each.published,
                f"{each.found:.6g}",
                f"{each.difference:+.2g}",
                f"{each.allowed:.2g}",
                output.text(_("as published")) if each.is_passed else output.text(_("DIFFERS")),
                each.source,
            )
            for each in own
        ]
        titles = (_("quantity"), _("published"), _("found"), _("difference"), _("allowed"), _("verdict"), _("source"))
        output.table([Col(output.text(each), is_number=1 <= place <= NUMBERS) for place, each in enumerate(titles)], rows)
    passed = sum(each.is_passed for each in result.checks)
    output.say(_("{passed} of {count} figures are as published."), passed=passed, count=len(result.checks))
