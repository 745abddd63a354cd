"""Every message about a table has a code of its own and complete words in both languages; a refusal names one cure."""

from __future__ import annotations

from string import Formatter

from fenji.collect.asking.questions import QuestionKind
from fenji.collect.asking.refusals import refusals_of
from fenji.collect.findings import MESSAGES, NO_DATES, NO_MONEY, NO_PERSON, QUESTION_OPEN, UNKNOWN_ROWS, Finding
from fenji.collect.reading.samples import Sample
from fenji.collect.understanding.proposal import FoundTable, ProposedSource
from fenji.domain.sources import Format
from fenji.language import Language, translate


def places(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name}


def refused(*blocking: Finding) -> ProposedSource:
    sample = Sample("a.csv", None, Format.CSV, "utf-8", ",", 1, ("x", "y"), ())
    table = FoundTable("a.csv", None, "csv", "utf-8", ",", 1, 3, sample)
    return ProposedSource("a", None, (), (table,), blocking=blocking)


def test_codes_are_different_and_words_complete() -> None:
    assert len({each.code for each in MESSAGES}) == len(MESSAGES) > 50
    for each in MESSAGES:
        for text in filter(None, (each.text, each.cure)):
            chinese = translate(text, Language.ZH)
            assert chinese != text, each.code
            assert places(chinese) == places(text), each.code


def test_a_refusal_names_the_reason_and_one_cure() -> None:
    found = refusals_of([refused(UNKNOWN_ROWS(), NO_PERSON(), NO_DATES(), NO_MONEY()), refused(UNKNOWN_ROWS(), NO_PERSON())])
    assert [each.kind for each in found] == [QuestionKind.REFUSAL] * 2
    assert [each.cure.text if each.cure else None for each in found] == [UNKNOWN_ROWS.cure, NO_PERSON.cure]
    assert [(each.text.text, each.why.text, each.options, each.file) for each in found] == [
        (UNKNOWN_ROWS.text, NO_PERSON.text, (), "a.csv")
    ] * 2


def test_what_waits_for_an_answer_is_a_question_and_no_refusal() -> None:
    assert refusals_of([refused(QUESTION_OPEN(question="?"))]) == ()
