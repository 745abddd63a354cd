"""What have people answered about their files? answers.yaml, which they may read, change and delete from; next month's file asks nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fenji.documents.reader import read_document
from fenji.errors import InvalidDocument
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.validation import problems_of
from fenji.visible import visible


@dataclass(frozen=True)
class RememberedAnswer:
    """One answer, and what it was about in the words of the day."""

    question: str
    """The id of the question: its kind, the fingerprint of the headers, and the column."""
    answer: str
    asked: str
    """The sentence that was asked."""
    file: str
    answered_on: date


def _text(value: object) -> object:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: Text
    answer: Text
    asked: Text = "-"
    file: Text = "-"
    answered_on: date = date(1970, 1, 1)


class _Answers(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answers: list[_Answer] = Field(default_factory=list)


def read_answers(path: Path) -> tuple[RememberedAnswer, ...]:
    """The answers of a workspace; none where nobody has answered yet.

    Raises:
        InvalidDocument: with every problem at its line.
    """
    if not path.is_file():
        return ()
    document = read_document(path)
    try:
        read = _Answers.model_validate({} if document.data is None else document.data)
    except ValidationError as error:
        raise InvalidDocument(*problems_of(error, _Answers, place=document.place)) from error
    return tuple(RememberedAnswer(each.question, each.answer, each.asked, each.file, each.answered_on) for each in read.answers)


def merged_answers(before: Sequence[RememberedAnswer], given: Mapping[str, RememberedAnswer]) -> tuple[RememberedAnswer, ...]:
    """All answers, newer ones in the place of older ones to the same question."""
    kept = [given.get(each.question, each) for each in before]
    known = {each.question for each in before}
    return (*kept, *(each for name, each in given.items() if name not in known))


def render_answers(answers: Sequence[RememberedAnswer], language: Language) -> str:
    """The document, each answer with the sentence that was asked above it."""
    head = translate(_("What you have answered about your files. Delete an entry to be asked again."), language)
    lines = [f"# {head}", "answers:" if answers else "answers: []"]
    for each in answers:
        lines += [
            f"  - question: {_quoted(each.question)}",
            f"    asked: {_quoted(each.asked)}",
            f"    answer: {_quoted(each.answer)}",
            f"    file: {_quoted(each.file)}",
            f"    answered_on: {each.answered_on.isoformat()}",
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return visible(json.dumps(text, ensure_ascii=False))
