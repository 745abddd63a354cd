"""Why is a table not used, and what is the one thing to do about it? Told in the record of a question, without options."""

from __future__ import annotations

from collections.abc import Sequence

from fenji.collect import findings
from fenji.collect.asking.questions import Question, QuestionKind, fingerprint_of
from fenji.collect.understanding.proposal import ProposedSource


def refusals_of(sources: Sequence[ProposedSource]) -> tuple[Question, ...]:
    """One refusal for every source that is not used; one that waits for an answer is in the list of questions."""
    return tuple(
        _refusal(each)
        for each in sources
        if each.blocking and not any(found.code == findings.QUESTION_OPEN.code for found in each.blocking)
    )


def _refusal(source: ProposedSource) -> Question:
    first, *others = source.blocking
    table = source.tables[0]
    # Where one thing alone is missing, its cure is the sharper one.
    cures = [each.cure for each in (*(others if len(others) == 1 else ()), first, *others) if each.cure]
    return Question(
        id=f"{QuestionKind.REFUSAL.value}:{fingerprint_of(table.sample.headers)}",
        kind=QuestionKind.REFUSAL,
        file=table.place,
        column=None,
        text=first,
        why=others[0] if others else first,
        options=(),
        default=None,
        cure=next(iter(cures), None),
    )
