"""How does a command fail? Every kind of error has its exit code; people read sentences, scripts one JSON object."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.text import Text
from typer.exceptions import TyperException

from fenji.answers.failures import FailedAnswer, Failure
from fenji.cli.output import Output
from fenji.errors import FenjiError, InvalidArgument, Kind, Problem, unknown_name
from fenji.language import message as _

EXIT_CODES: dict[Kind, int] = {
    Kind.INVALID: 2,
    Kind.NOT_FOUND: 3,
    Kind.CONFLICT: 4,
    Kind.FORBIDDEN: 4,
    Kind.UNAVAILABLE: 5,
    Kind.BUG: 70,
}
"""What a shell sees; scripts rely on these numbers."""

INTERRUPTED = 130
"""The shells' own number for Ctrl-C."""


def fail(error: FenjiError, output: Output) -> int:
    """Tells what went wrong and returns the exit code."""
    if output.is_json:
        output.json(FailedAnswer(Failure.of(error)))
    else:
        for each in error.problems:
            line = output.text(_("Error: {problem}"), problem=each.describe(output.language))
            output.remarks.print(Text(line, style="red"), soft_wrap=True)
    return EXIT_CODES[error.kind]


def fail_by_bug(error: BaseException, output: Output, folder: Path | None) -> int:
    """An error that nobody foresaw: a short message, and a file with what a developer needs to mend it."""
    # Reading a workspace is a second of imports that no other failure needs.
    reports: Any = import_module("fenji.workspace.bug_reports")
    file = reports.report_bug(error, folder, title=" ".join(sys.argv[1:2]))
    problem = Problem(
        _("something went wrong inside fenji ({error}); nothing was published."),
        {"error": type(error).__name__, "file": str(file)},
        advice=_("This is our mistake. Please send us {file}; look first whether it holds anything that you must not share."),
    )
    if output.is_json:
        output.json(FailedAnswer(Failure("bug", Kind.BUG, retryable=False, problems=(problem,))))
    else:
        output.remarks.print(Text(problem.describe(output.language), style="red"), soft_wrap=True)
    return EXIT_CODES[Kind.BUG]


def tell_bug(error: BaseException, output: Output, folder: Path) -> None:
    """An error that nobody foresaw in work that goes on: the file for a developer, and one line about it."""
    reports: Any = import_module("fenji.workspace.bug_reports")
    file = reports.report_bug(error, folder, title=" ".join(sys.argv[1:2]))
    text = _("a job failed inside fenji ({error}); what a developer needs stands in {file}.")
    output.warn([Problem(text, {"error": type(error).__name__, "file": str(file)})])


def usage_problem(error: TyperException, output: Output) -> InvalidArgument:
    """What Typer found in the command line, in our words and with the nearest name."""
    context, kind = getattr(error, "ctx", None), type(error).__name__
    advice = _("See: {usage}")
    values = {"usage": f"{context.command_path} --help" if context else "fenji --help", "detail": error.message}
    if kind == "NoSuchOption" and context is not None:
        known = [name for each in context.command.get_params(context) for name in each.opts]
        return InvalidArgument(unknown_name(_("option"), str(getattr(error, "option_name", "")), known))
    if error.message.startswith("No such command") and context is not None:
        return InvalidArgument(unknown_name(_("command"), error.message.split("'")[1], list(context.command.commands)))
    if error.message.startswith("Missing command"):
        return InvalidArgument(Problem(_("a command is missing."), values, advice=advice))
    parameter = getattr(error, "param", None)
    if parameter is None:
        return InvalidArgument(Problem(_("the command line cannot be understood: {detail}"), values, advice=advice))
    option = parameter.opts[0]
    values["name"] = option if option.startswith("-") else output.text(parameter.metavar)
    text = _("{name} is missing.") if kind == "MissingParameter" else _("{name} cannot be used: {detail}")
    return InvalidArgument(Problem(text, values, advice=advice))
