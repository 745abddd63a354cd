"""What must a person decide about their files? One list, made once, asked by the terminal and the web alike, each option with its effect."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fenji.collect.headers import lookup_key
from fenji.collect.remarks import Remark
from fenji.collect.understanding.measuring import Effect
from fenji.domain.telling import AS_IT_IS, HIDDEN, WITHHELD

MOST_QUESTIONS = 5
"""More are not asked at once; what stands behind them keeps its default, or waits."""


class QuestionKind(StrEnum):
    """What a question is about; part of its stable code."""

    WHAT_IS_IT = "what_is_it"
    AMOUNT = "amount"
    UNIT = "unit"
    DECIMAL = "decimal"
    DATE_ORDER = "date_order"
    ORDER_NUMBER = "order_number"
    STATUS_WORDS = "status_words"
    TOTALS_PERIOD = "totals_period"
    TOP_UP = "top_up"
    LAYOUT = "layout"
    BUYER = "buyer"
    JOIN = "join"
    COLUMN = "column"
    """Which field a column fills; asked of nobody, and answered by whoever knows better."""
    REFUSAL = "refusal"
    """Nothing to choose: the file is not used, and ``cure`` says what helps."""


@dataclass(frozen=True)
class Option:
    """One answer that may be given."""

    value: str
    """What an answer file takes."""
    label: Remark
    """In words."""
    effect: Effect | None = None
    """What would count under it; null where it cannot be measured."""


@dataclass(frozen=True)
class Question:
    """Something that the files leave open and that changes numbers."""

    id: Annotated[str, AS_IT_IS]
    """Stable: the kind, the fingerprint of the headers, and the column."""
    kind: QuestionKind
    """What it is about."""
    file: str
    """As it was given, and the sheet after a #."""
    column: str | None
    """The header; null: about the whole file."""
    text: Remark
    """The question."""
    why: Remark
    """Why it matters."""
    options: tuple[Option, ...]
    """What may be answered; none of a refusal."""
    default: str | None
    """What counts until somebody answers; null: nothing of the file does."""
    examples: Annotated[tuple[str, ...], WITHHELD] = ()
    """Cells of the file."""
    stake: Annotated[float, HIDDEN] = 0.0
    """Money that hangs on it, as a share of what the company's files hold."""
    answer: str | None = None
    """What was answered, now or before; null: open."""
    cure: Remark | None = None
    """Of a refusal: the one thing to do; null where nothing is to be done."""

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered yet."""
        return self.answer is None

    @property
    def value(self) -> str | None:
        """What counts: the answer, else the default."""
        return self.answer if self.answer is not None else self.default


def fingerprint_of(headers: Iterable[str]) -> str:
    """A short mark of the headers of a table, the same for next month's file of the same system."""
    return hashlib.sha256("\n".join(sorted(lookup_key(header) for header in headers)).encode()).hexdigest()[:8]


def most_important(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The questions to ask now: those without a default first, then by the money that hangs on them."""
    open_ones = sorted(
        (each for each in questions if each.is_open), key=lambda each: (each.default is not None, -each.stake, each.id)
    )
    return tuple(open_ones[:MOST_QUESTIONS])
