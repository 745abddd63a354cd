"""The command ``fenji work``: does the jobs that were asked for, and those of the schedule."""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.answers.jobs import WorkAnswer
from fenji.cli.ending import code_of_signal
from fenji.cli.failures import tell_bug
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Output, number
from fenji.errors import FenjiError
from fenji.language import message as _
from fenji.settings import read_settings
from fenji.work.processes import has_lost_parent, work_side_by_side

EXAMPLES = "fenji work\nfenji work --processes 2\nfenji work --until-done"

Processes = Annotated[
    int, typer.Option("--processes", min=1, max=64, metavar="N", help=_("How many jobs are done at the same time."))
]
UntilDone = Annotated[
    bool, typer.Option("--until-done", help=_("End when no job waits any more, instead of waiting for the next one."))
]
Nice = Annotated[
    int,
    typer.Option("--nice", min=0, max=19, metavar="N", help=_("How far the work stands back behind other programs, 0 to 19.")),
]


def command(
    context: typer.Context,
    *,
    processes: Processes = 1,
    until_done: UntilDone = False,
    nice: Nice = 10,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Works until it is told to end."""
    output = Output.chosen(context, lang, is_json=as_json)
    _limit_threads(workspace, processes)
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    if not output.is_json:
        output.say(_("At work on {folder}; end it with Ctrl-C or SIGTERM."), folder=str(workspace.resolve()))
    done = _work_alone(workspace, output, until_done=until_done) if processes == 1 else 0
    if processes > 1:
        again = ["--until-done"] if until_done else []
        line = [sys.executable, "-m", "fenji", "work", "--nice", "0", "--workspace", str(workspace), "--json", *again]
        work_side_by_side(line, processes, until_done=until_done)
    asking: Any = import_module("fenji.work.asking")
    answer = WorkAnswer(done, asking.count_left(workspace))
    if output.is_json:
        output.json(answer)
    elif processes == 1:
        text = _("{done} {done:job|jobs} worked on, {left} left.")
        output.say(text, done=number(answer.done), left=number(answer.left))


def _work_alone(workspace: Path, output: Output, *, until_done: bool) -> int:
    working: Any = import_module("fenji.work.worker")

    def told(error: Exception) -> None:
        if isinstance(error, FenjiError):
            output.warn(error.problems)
        else:
            tell_bug(error, output, workspace / "logs")

    worker = working.Worker(workspace, lambda: code_of_signal() is not None or has_lost_parent(os.environ), told)
    done: int = worker.work_forever(threading.Event(), until_done=until_done)
    return done


def _limit_threads(workspace: Path, processes: int) -> None:
    """Half of the machine for all workers together, where nothing else is said; before the libraries are loaded that count cores."""
    share = str(max(1, (os.cpu_count() or 1) // 2 // processes))
    if read_settings(workspace).threads is None:
        os.environ["FENJI_THREADS"] = share
    os.environ.setdefault("OMP_NUM_THREADS", share)
