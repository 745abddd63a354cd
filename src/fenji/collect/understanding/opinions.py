"""Which answers of a questionnaire are scores, and of what? A satisfaction and a recommendation are two opinions of one row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from fenji.collect.headers import Confidence
from fenji.collect.remarks import Remark
from fenji.collect.understanding.columns import Choice, dressed
from fenji.collect.understanding.evidence import MOST
from fenji.collect.understanding.proposal import ProposedColumn
from fenji.collect.understanding.table import SampledTable
from fenji.domain.feeds import FEEDS, Feed
from fenji.language import message as _

_QUESTION = re.compile(r"^q?\d{1,3}\s*[、.．:：)）]|[?？]|您|你|how |would you|please", re.IGNORECASE)
_RECOMMENDS = re.compile(r"推荐|nps|recommend|promoter", re.IGNORECASE)
_RATES = re.compile(r"满意|评分|打分|评价|satisf|rate|rating|score", re.IGNORECASE)


def opinions_of(table: SampledTable, choice: Choice) -> tuple[Choice, ...]:
    """The feedback of a table, once for each kind of score that its questions ask for: satisfaction first, then recommendation.

    A total over all questions is none of them: it adds up scores on different scales.
    """
    if choice.feed is not Feed.FEEDBACK:
        return (choice,)
    questions = list(_questions(table))
    satisfied = next((header for header in questions if _RATES.search(header) and not _RECOMMENDS.search(header)), None)
    recommends = next((header for header in questions if _RECOMMENDS.search(header)), None)
    found = [_scored(table, choice, header) for header in (satisfied, recommends) if header is not None]
    return tuple(found) or (choice,)


def _questions(table: SampledTable) -> Iterator[str]:
    for header in table.headers:
        seen = table.evidence(header)
        if _QUESTION.search(header) and seen.filled and max(seen.number, seen.opinion) >= MOST:
            yield header


def _scored(table: SampledTable, choice: Choice, header: str) -> Choice:
    field = next(each for each in FEEDS[Feed.FEEDBACK] if each.name == "score")
    why = Remark(_("a question for a score, and the cells are numbers"))
    score = dressed(ProposedColumn("score", Confidence.LIKELY, why, column=header), field, table)
    columns = [column for column in choice.columns if column.field not in {"score", "kind"} and column.column != header]
    order = {each.name: place for place, each in enumerate(FEEDS[Feed.FEEDBACK])}
    return replace(choice, columns=tuple(sorted([*columns, score], key=lambda column: order[column.field])))
