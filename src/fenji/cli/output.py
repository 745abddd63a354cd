"""In what form does a person, or a script, read an answer? Tables and sentences for people, one JSON object for scripts."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from fenji.answers.json import problem, to_json
from fenji.cli.options import one_of
from fenji.domain.words import Spoken
from fenji.errors import Problem
from fenji.language import Language, translate_visibly
from fenji.language import message as _
from fenji.visible import visible, visible_json
from fenji.wording import figures

problem_json = problem

OUR_OWN = "\n\t"
"""Characters that our own messages use: what people wrote has lost them before."""

SHORTEST_CUT = 24
"""Columns that every name keeps: ids, days, intervals and most names are shorter."""

AROUND = 2
"""Blanks of each column of a table."""

NOT_A_TERMINAL = 160
"""Columns where the output goes to a file or pipe: wide enough that no table is cut."""


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else NOT_A_TERMINAL, highlight=False)


@dataclass(frozen=True)
class Output:
    """Where one command's answer goes."""

    language: Language
    is_json: bool
    console: Console = field(default_factory=lambda: _console(stderr=False))
    remarks: Console = field(default_factory=lambda: _console(stderr=True))
    """Standard error: progress and warnings."""

    @classmethod
    def chosen(cls, context: typer.Context, language: str | None, *, is_json: bool) -> Output:
        """The output that a command's options ask for; the entrance leaves the language to fall back on in the context.

        Raises:
            InvalidArgument: a language that we do not speak.
        """
        return cls(one_of(Language, language, _("language")) or context.obj or Language.EN, is_json)

    @contextmanager
    def progress(self) -> Iterator[Bar]:
        """A bar on standard error where that is a terminal; gives what use-cases tell their steps to."""
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.remarks, transient=True, disable=not self.remarks.is_terminal) as bar:
            yield Bar(self, bar)

    def text(self, message: str, **values: object) -> str:
        """A catalog message in the reader's language; nothing in its places can act on a terminal."""
        return translate_visibly(message, self.language, **values)

    def say(self, message: str, **values: object) -> None:
        """Prints a catalog message."""
        self.console.print(Text(visible(self.text(message, **values), keep=OUR_OWN)), soft_wrap=True)

    def heading(self, message: str, **values: object) -> None:
        """Prints a catalog message that names what follows."""
        self.console.print()
        self.console.print(Text(visible(self.text(message, **values), keep=OUR_OWN), style="bold"), soft_wrap=True)

    def document(self, text: str) -> None:
        """Writes a document: into a file or pipe as it is, on a terminal without what would act there."""
        self.console.file.write(visible(text, keep=OUR_OWN) if self.console.is_terminal else text)

    def warn(self, problems: Iterable[Problem]) -> None:
        """Prints problems that did not stop the work, on standard error."""
        for each in problems:
            line = self.text(_("Note: {problem}"), problem=each.describe(self.language))
            self.remarks.print(Text(line, style="yellow"), soft_wrap=True)

    def table(self, columns: Sequence[Col], rows: Iterable[Sequence[str]]) -> None:
        """Prints a table; columns of numbers stand right.

        On a terminal that is too narrow long names are cut, the longest first; where that is not enough its lines run over: no
        digit is ever cut off. In a file or pipe nothing is.
        """
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
        columns = [replace(each, title=visible(each.title)) for each in columns]
        lines = [
            [visible(cell, keep="\n" if each.has_lines else "") for each, cell in zip(columns, row, strict=True)] for row in rows
        ]
        if self.console.is_terminal:
            lines = _fitted(columns, lines, self.console.width)
        for place, each in enumerate(columns):
            side: JustifyMethod = "right" if each.is_number else "left"
            # Rich takes the longest word for what a column needs, also where its lines may not be broken.
            needed = None if each.may_wrap else max(cell_len(each.title), *(cell_len(row[place]) for row in lines), 0)
            table.add_column(Text(each.title), justify=side, no_wrap=not each.may_wrap, overflow="fold", min_width=needed)
        for row in lines:
            table.add_row(*(Text(cell) for cell in row))
        boundless = self.console.options.update(width=100_000)
        least = Measurement.get(self.console, boundless, table).minimum
        # Rich narrows what does not fit its console, so a table that needs more gets a wider one.
        Console(file=self.console.file, width=max(self.console.width, least), highlight=False).print(table)

    def json(self, answer: object) -> None:
        """Prints an answer as one JSON object, the only thing on standard output."""
        sys.stdout.write(visible_json(to_json(answer, self.language)) + "\n")


def show_conditions(conditions: Sequence[Spoken[str]], output: Output) -> None:
    """Of which customers alone the figures are; nothing where they are of all."""
    if conditions:
        told = output.text(_("; ")).join(each.in_language(output.language) for each in conditions)
        output.say(_("Only customers who meet: {conditions}."), conditions=told)


class Bar:
    """A progress bar that makes room while somebody is asked."""

    def __init__(self, output: Output, bar: Progress) -> None:
        self._output, self._bar = output, bar
        self._task = bar.add_task(output.text(_("starting")), total=None)

    def __call__(self, step: str, done: int, total: int) -> None:
        """See workspace.progress."""
        self._bar.update(self._task, description=visible(self._output.text(step)), completed=done, total=total)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No bar while the terminal belongs to a question."""
        self._bar.stop()
        try:
            yield
        finally:
            self._bar.start()


@dataclass(frozen=True)
class Col:
    """One column of a printed table."""

    title: str
    is_number: bool = False
    may_wrap: bool = False
    has_lines: bool = False
    """Whether its cells are made of several lines."""


def _fitted(columns: Sequence[Col], rows: list[list[str]], width: int) -> list[list[str]]:
    """The rows with the longest names cut so far that the table fits, if it can."""
    widths = [max(cell_len(each.title), *(cell_len(row[place]) for row in rows), 0) for place, each in enumerate(columns)]
    names = [place for place, each in enumerate(columns) if not (each.is_number or each.may_wrap or each.has_lines)]
    least = {place: max(SHORTEST_CUT, cell_len(columns[place].title)) for place in names}
    surplus = sum(widths) + AROUND * len(columns) - width
    while surplus > 0 and (longer := [place for place in names if widths[place] > least[place]]):
        widths[max(longer, key=lambda place: widths[place])] -= 1
        surplus -= 1
    cut = {place: widths[place] for place in names}
    return [[cut_to(cell, cut[place]) if place in cut else cell for place, cell in enumerate(row)] for row in rows]


def cut_to(text: str, width: int) -> str:
    """The beginning of a text that takes no more room than ``width``, with an ellipsis where something is cut off.

    >>> cut_to("Shanghai", 8), cut_to("Shanghai", 5), cut_to("上海客户", 6)
    ('Shanghai', 'Shan…', '上海…')
    """
    if cell_len(text) <= width:
        return text
    taken, room = "", width - 1
    for each in text:
        room -= cell_len(each)
        if room < 0:
            break
        taken += each
    return f"{taken}…"


def number(value: float | Decimal | None, digits: int = 0) -> str:
    """A number with separators between thousands; a dash where there is none.

    >>> number(1067370), number(None), number(12.345, 1)
    ('1,067,370', '-', '12.3')
    """
    return "-" if value is None else figures.grouped(value, digits)


def money(value: Decimal | None) -> str:
    """An amount to the cent, with separators between thousands."""
    return number(value, 2)


def interval(lower: float | Decimal | None, upper: float | Decimal | None, digits: int = 0) -> str:
    """The ends of an interval; a dash where they are not known.

    >>> interval(1.24, 3.5, 1), interval(None, None)
    ('[1.2, 3.5]', '-')
    """
    return "-" if lower is None or upper is None else f"[{number(lower, digits)}, {number(upper, digits)}]"


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 0 to 1 as a percentage.

    >>> percent(0.1234)
    '12.3%'
    """
    return "-" if share is None else figures.percent(share, digits)
