"""What has a person said about single columns? Nobody is asked about each of them; whoever knows better says which field a column fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fenji.collect.asking.questions import Option, Question, QuestionKind, fingerprint_of
from fenji.collect.headers import Confidence, lookup_key
from fenji.collect.remarks import Remark
from fenji.collect.understanding.columns import dressed
from fenji.collect.understanding.joining import Understood
from fenji.collect.understanding.proposal import ProposedColumn
from fenji.domain.feeds import FEEDS, Feed
from fenji.domain.words import Words
from fenji.language import message as _

NOTHING = "-"
"""The answer that a column fills no field."""


def column_id(headers: tuple[str, ...], header: str) -> str:
    """The id under which is answered what a column is."""
    return f"{QuestionKind.COLUMN.value}:{fingerprint_of(headers)}:{lookup_key(header)}"


def with_columns_said(each: Understood, answers: Mapping[str, str]) -> tuple[Understood, list[Question]]:
    """A table with its columns as people have said them, and each of these answers with its question.

    Args:
        each: the table as understood without asking.
        answers: by the id of the question; those that fit no field of the table are passed over.
    """
    if each.choice is None:
        return each, []
    asked = []
    for header in each.table.headers:
        answer = answers.get(column_id(each.table.headers, header))
        question = _question(each, header, answer)
        if answer is not None and answer in [option.value for option in question.options]:
            each = _filled(each, header, answer)
            asked.append(question)
    return each, asked


def _filled(each: Understood, header: str, field_name: str) -> Understood:
    """The table where a header fills a field, or none, whatever did before."""
    choice = each.choice
    assert choice is not None  # noqa: S101 - asked above
    fields = FEEDS[choice.feed]
    kept = {column.field: column for column in choice.columns if header != column.column and column.field != field_name}
    field = next((other for other in fields if other.name == field_name), None)
    if field is not None:
        said = ProposedColumn(field.name, Confidence.SURE, Remark(_("as you have said")), column=header)
        kept[field.name] = dressed(said, field, each.table)
    columns = tuple(kept[other.name] for other in fields if other.name in kept)
    return replace(each, choice=replace(choice, columns=columns, rival=None if choice.rival == header else choice.rival))


def _question(each: Understood, header: str, answer: str | None) -> Question:
    feed = each.feed
    now = next((column.field for column in each.choice.columns if column.column == header), NOTHING) if each.choice else NOTHING
    return Question(
        id=column_id(each.table.headers, header),
        kind=QuestionKind.COLUMN,
        file=each.name,
        column=header,
        text=Remark(_("What does the column '{column}' say?"), {"column": header}),
        why=Remark(_("another field changes which numbers the file gives")),
        options=options_of(feed),
        default=now,
        answer=answer,
    )


def options_of(feed: Feed | None) -> tuple[Option, ...]:
    """What a column of such rows may be."""
    fields = (
        tuple(Option(field.name, Remark("{field}", {"field": Words(field.zh, field.en)})) for field in FEEDS[feed])
        if feed
        else ()
    )
    return (*fields, Option(NOTHING, Remark(_("not used"))))
