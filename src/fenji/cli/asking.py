"""How are open questions asked in a terminal? One after the other, every option with its effect, Enter for what we would do."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from fenji.cli.output import Bar, Output, number
from fenji.collect.asking.questions import Question, QuestionKind, most_important
from fenji.collect.proposing import Proposal
from fenji.errors import InvalidArgument, InvalidFile, Place
from fenji.language import message as _
from fenji.workspace.mapping import Ask

OPEN_QUESTIONS = 6
"""Exit code while a question waits for an answer."""


def can_ask(output: Output) -> bool:
    """Whether somebody sits there who could answer."""
    return not output.is_json and sys.stdin.isatty() and output.console.is_terminal


def read_answer_file(path: Path | None) -> dict[str, str]:
    """Answers of a JSON file: the id of each question, and the value of an option.

    Raises:
        InvalidFile: no such file, or not one JSON object of texts.
    """
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidFile.of(
            _("the file of answers cannot be read: {detail}"), place=Place(str(path)), detail=str(error)
        ) from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise InvalidFile.of(
            _("the file of answers is not a JSON object with one text per question."),
            place=Place(str(path)),
            advice=_('Write {{"id of the question": "value of an option"}}, as fenji map --json lists them.'),
        )
    return found


def asker(output: Output, progress: Bar, *, no_ask: bool) -> Ask:
    """Asks what is open where somebody can answer, while the progress bar rests."""

    def asked(proposal: Proposal) -> dict[str, str]:
        if no_ask or not can_ask(output):
            return {}
        with progress.paused():
            return ask(proposal, output)

    return asked


def ask(proposal: Proposal, output: Output) -> dict[str, str]:
    """Asks what is open; gives the answers, empty where there is nothing to ask.

    Raises:
        InvalidArgument: the input ended before everything was answered.
    """
    questions = most_important(proposal.questions)
    answers = {}
    for place, question in enumerate(questions, start=1):
        answers[question.id] = _chosen(question, output, place=place, count=len(questions))
    return answers


def show_open(questions: tuple[Question, ...], output: Output) -> None:
    """The open questions, where nobody could be asked."""
    for question in questions:
        asked = question.text.describe(output.language)
        output.heading(_("Open question about {file}: {question}"), file=question.file, question=asked)
        _show_options(question, output)
        values = [option.value for option in question.options]
        if question.default in values:
            output.say(_("  Until you answer, {number} counts."), number=values.index(question.default) + 1)
        else:
            output.say(_("  Until you answer, nothing of this file counts."))
        output.say(_("  Answer in a terminal, or in a file given with --answers: {example}"), example=_example(question))


def _example(question: Question) -> str:
    return json.dumps({question.id: question.value or question.options[0].value}, ensure_ascii=False)


def _chosen(question: Question, output: Output, *, place: int, count: int) -> str:
    output.heading(
        _("Question {place} of {count}, about {file}: {question}"),
        place=place,
        count=count,
        file=question.file,
        question=question.text.describe(output.language),
    )
    output.say(_("  Why this matters: {why}"), why=question.why.describe(output.language))
    if question.examples:
        output.say(_("  In the file: {examples}"), examples=" / ".join(question.examples))
    _show_options(question, output)
    values = [option.value for option in question.options]
    default = values.index(question.default) + 1 if question.default in values else None
    while True:
        given = _line(output.text(_("Number [{default}]: "), default=default) if default else output.text(_("Number: ")))
        if not given and default:
            return values[default - 1]
        if given.isdecimal() and 1 <= int(given) <= len(values):
            return values[int(given) - 1]
        output.say(_("Type a number from 1 to {count}."), count=len(values))


def _show_options(question: Question, output: Output) -> None:
    """Every option, with what would count under it where the options differ in that."""
    differ = len({option.effect for option in question.options}) > 1
    for number_, option in enumerate(question.options, start=1):
        values: Mapping[str, object] = {"number": number_, "label": option.label.describe(output.language)}
        if option.effect is None or not differ:
            output.say(_("  {number}. {label}"), **values)
            continue
        # Totals are no orders; what hangs on their period is whether they say what a year brought.
        output.say(
            _("  {number}. {label} ({customers} customers, known of the last twelve months: {revenue})")
            if question.kind is QuestionKind.TOTALS_PERIOD
            else _("  {number}. {label} ({customers} customers, {orders} orders, {revenue})"),
            **values,
            customers=number(option.effect.customers),
            orders=number(option.effect.orders),
            revenue=number(option.effect.revenue, 2),
        )


def _line(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError as error:
        raise InvalidArgument.of(
            _("the input ended before every question was answered."), advice=_("Give the answers with --answers FILE.")
        ) from error
