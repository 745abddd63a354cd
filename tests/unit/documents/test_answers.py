"""Answers are kept in a file that people can read and edit; a newer one takes the place of the older one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fenji.documents.answers import RememberedAnswer, merged_answers, read_answers, render_answers
from fenji.errors import InvalidDocument
from fenji.language import Language

FIRST = RememberedAnswer(
    "amount:1a2b3c4d:实付", "实付", "What did the buyer: '实付' or \"应付\"?", "a: b #1.csv", date(2026, 6, 30)
)
SECOND = RememberedAnswer("date_order:1a2b3c4d:date", "no", "day first?", "b.csv", date(2026, 7, 1))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("answers", [(), (FIRST,), (FIRST, SECOND)])
def test_what_is_written_reads_back(language: Language, answers: tuple[RememberedAnswer, ...], tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(render_answers(answers, language), encoding="utf-8")
    assert read_answers(tmp_path / "answers.yaml") == answers


def test_no_file_and_an_empty_one_hold_no_answers(tmp_path: Path) -> None:
    assert read_answers(tmp_path / "answers.yaml") == ()
    (tmp_path / "answers.yaml").write_text("", encoding="utf-8")
    assert read_answers(tmp_path / "answers.yaml") == ()


def test_a_newer_answer_stands_in_the_place_of_the_older_one_and_new_ones_follow() -> None:
    newer = replace(FIRST, answer="应付", answered_on=date(2026, 8, 1))
    assert merged_answers((FIRST,), {SECOND.question: SECOND, newer.question: newer}) == (newer, SECOND)


def test_a_slip_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(render_answers((FIRST,), Language.EN).replace("    answer:", "    anwser:"), encoding="utf-8")
    with pytest.raises(InvalidDocument) as caught:
        read_answers(path)
    assert {each.place.file.rsplit("/", 1)[-1] for each in caught.value.problems if each.place} == {"answers.yaml"}
    assert all(each.place and each.place.row for each in caught.value.problems)
