"""The command ``fenji``: from order files to tiers, one word for each thing that a person wants done."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from fenji import __version__
from fenji.choices import SETTINGS_FILE
from fenji.cli.commands import COMMANDS
from fenji.cli.ending import Terminated, code_of_signal, end_cleanly
from fenji.cli.failures import INTERRUPTED, fail, fail_by_bug, usage_problem
from fenji.cli.help import Command, Entry, Group, speak
from fenji.cli.options import Lang, spoken_language, workspace_of
from fenji.cli.output import Output
from fenji.cli.steps import STEPS
from fenji.errors import STEPS_SAID, FenjiError
from fenji.language import Language
from fenji.language import message as _
from fenji.logs import kept_log

HELP = _("Puts every customer into a tier by rules that people can read, and counts and explains the tiers.")
EXAMPLES = (
    "fenji demo\n"
    "fenji init shop --template retail\n"
    "fenji map orders/*.csv --workspace shop --write\n"
    "fenji run --workspace shop\n"
    "fenji tiers --workspace shop"
)
GARBAGE_AFTER = (50_000, 50, 100)
"""New objects, and collections of the younger generations, after which Python looks for garbage; memory is bounded by tables, not by these."""

BROKEN_PIPE = 120
"""Python's own exit code where nobody reads on, as behind ``| head``."""

LOGS_FOLDER = "logs"
"""Inside the workspace."""


def run() -> None:
    """Runs the command line of this process and ends it with the exit code."""
    # Expressions are a hundred thousand small objects that live as long as the command: looking for garbage among them took a tenth of it.
    gc.set_threshold(*GARBAGE_AFTER)
    end_cleanly()
    code = answer(sys.argv[1:])
    # All is written and closed. Taking every object apart before the end took a quarter of a short command, so that is left to the system.
    atexit._run_exitfuncs()  # noqa: SLF001 - as multiprocessing does in the same place
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = code or BROKEN_PIPE
    os._exit(code)


def answer(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code."""
    output = Output(spoken_language(arguments, os.environ), is_json="--json" in arguments)
    logs = _logs_of(arguments)
    began, said = monotonic(), STEPS_SAID.set(STEPS)
    with kept_log(logs) as log:
        code = _outcome(arguments or ["--help"], output, logs)
        seconds = round(monotonic() - began, 3)
        log("command ended", command=_named(arguments), exit_code=code, seconds=seconds)
    STEPS_SAID.reset(said)
    return code


def program(language: Language, commands: Iterable[str] = COMMANDS) -> Any:  # noqa: ANN401 - Typer's private union of commands
    """The command line explaining itself in a language; of the commands that are not given it knows the name and the help only."""
    app = typer.Typer(cls=Group, help=HELP, epilog=EXAMPLES, add_completion=False, rich_markup_mode=None)
    app.callback()(_root)
    for name in commands:
        # A command loads what it needs and nothing else: half of the time of a short one is loading.
        module = import_module(f"fenji.cli.{name}")
        if not hasattr(module, "COMMANDS"):
            _add(app, name, (module.command, COMMANDS[name], module.EXAMPLES))
            continue
        below = typer.Typer(cls=Group, help=COMMANDS[name], epilog=module.EXAMPLES, rich_markup_mode=None, no_args_is_help=True)
        below.callback()(_below)
        for word, entry in module.COMMANDS.items():
            _add(below, word, entry)
        app.add_typer(below, name=name, cls=Group)
    found: Any = typer.main.get_command(app)
    found.commands = {name: found.commands.get(name) or Command(name, help=words) for name, words in COMMANDS.items()}
    speak(found, language)
    return found


def _add(group: typer.Typer, name: str, entry: Entry) -> None:
    function, words, examples = entry
    group.command(name, cls=Command, help=words, epilog=examples)(function)


def _asked(arguments: Sequence[str]) -> tuple[str, ...]:
    """The commands that a line may mean: help and slips need none of them."""
    return tuple(name for name in COMMANDS if name in arguments)


def _show_version(asked: bool) -> None:  # noqa: FBT001 - Typer's way of calling back
    if asked:
        typer.echo(__version__)
        raise typer.Exit


def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help=_("Show the version."))
    ] = False,
    lang: Lang = None,
) -> None:
    del version, lang  # the callback has answered; the language was found before


def _below(*, lang: Lang = None) -> None:
    del lang


def _outcome(arguments: Sequence[str], output: Output, logs: Path | None) -> int:
    try:
        code = program(output.language, _asked(arguments)).main(
            args=list(arguments), prog_name="fenji", standalone_mode=False, obj=output.language
        )
    except (Exception, Terminated) as error:  # noqa: BLE001 - the last place where a mistake can be told to a person
        # An engine that is stopped in the middle says so in its own way, so the signal counts and not the error.
        if (ended := code_of_signal()) is not None:
            output.remarks.print(output.text(_("Stopped. Nothing was published.")))
            return ended
        return _failed(error, output, logs)
    if code == INTERRUPTED:
        # Typer catches Ctrl-C and gives the shells' number for it.
        output.remarks.print(output.text(_("Stopped. Nothing was published.")))
    return code if isinstance(code, int) else 0


def _failed(error: BaseException, output: Output, logs: Path | None) -> int:
    """Tells what went wrong, whoever found it: fenji, Typer, or nobody before."""
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(str(error))
        return 0
    if isinstance(error, TyperException):
        return fail(usage_problem(error, output), output)
    if isinstance(error, FenjiError):
        return fail(error, output)
    return fail_by_bug(error, output, logs)


def _logs_of(arguments: Sequence[str]) -> Path | None:
    """The folder of the workspace's logs; None where there is no workspace."""
    folder = workspace_of(arguments)
    return folder / LOGS_FOLDER if (folder / SETTINGS_FILE).is_file() else None


def _named(arguments: Sequence[str]) -> str:
    """The command's own words, without options and values, which could be personal."""
    words = list(arguments)[:2]
    known = {*COMMANDS, *(import_module("fenji.cli.policy").COMMANDS if "policy" in words else ())}
    return " ".join(each for each in words if each in known)


if __name__ == "__main__":
    run()
