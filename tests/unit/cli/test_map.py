"""``fenji map`` says what is open: asked on a terminal, answered by a file, printed for scripts, and never passed over in silence.

World: four sales whose dates can be read both ways, so that one question must be answered before anything counts.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.desk import at_terminal, fenji

OPEN = "order_no,member_no,date,total\nS1,17,03/04/2026,100.00\nS2,18,01/02/2026,55.50\nS3,18,05/03/2026,20.00\nS4,17,02/06/2026,9.00\n"
CODES = "order_no,member_no,date,total,status\nS1,17,2026-01-05,100.00,1\nS2,18,2026-01-06,55.50,2\nS3,18,2026-01-07,20.00,1\n"
ASKED = "is 03/04/2026 the day first or the month first?"
OPEN_QUESTIONS = 6


@pytest.fixture
def root(tmp_path: Path) -> Path:
    assert fenji("init", tmp_path / "w", "--template", "spend").code == 0
    return tmp_path / "w"


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    (tmp_path / "sales.csv").write_text(OPEN, encoding="utf-8")
    return tmp_path / "sales.csv"


def test_open_questions_end_with_a_code_of_their_own_and_stand_in_the_json(root: Path, sales: Path) -> None:
    said = fenji("map", sales, "--workspace", root, "--json")
    assert said.code == OPEN_QUESTIONS
    (question,) = said.json["questions"]
    assert (question["kind"], question["column"], question["default"], question["answer"]) == ("date_order", "date", None, None)
    assert ASKED in question["text"]
    assert [each["value"] for each in question["options"]] == ["dmy", "mdy"]
    assert question["options"][0]["effect"] == {"customers": 2, "orders": 4, "revenue": 184.5}
    assert said.json["answered"] == []


def test_answers_of_a_file_settle_it_and_are_remembered(root: Path, sales: Path, tmp_path: Path) -> None:
    name = fenji("map", sales, "--workspace", root, "--json").json["questions"][0]["id"]
    (tmp_path / "answers.json").write_text(json.dumps({name: "dmy"}), encoding="utf-8")
    said = fenji("map", sales, "--workspace", root, "--json", "--write", "--answers", tmp_path / "answers.json")
    assert (said.code, said.json["questions"]) == (0, [])
    assert [each["answer"] for each in said.json["answered"]] == ["dmy"]
    assert said.json["rehearsal"]["net_revenue"] == 184.5
    assert "date_order: dmy" in (root / "sources.yaml").read_text(encoding="utf-8")
    assert fenji("map", sales, "--workspace", root, "--json").code == 0
    again = fenji("map", sales, "--workspace", root, "--json", "--ask", "date")
    assert (again.code, [each["kind"] for each in again.json["questions"]]) == (OPEN_QUESTIONS, ["date_order"])


def test_open_questions_are_printed_where_nobody_can_be_asked(root: Path, sales: Path) -> None:
    said = fenji("map", sales, "--workspace", root, "--write")
    assert said.code == OPEN_QUESTIONS
    assert ASKED in said.out
    assert "--answers" in said.out
    assert "1. day first, as in 31/12/2025" in said.out


def test_answers_that_cannot_be_read_are_refused(root: Path, sales: Path, tmp_path: Path) -> None:
    given = tmp_path / "answers.json"
    for text in ("[1, 2]", "{not json", '{"x": 1}'):
        given.write_text(text, encoding="utf-8")
        said = fenji("map", sales, "--workspace", root, "--answers", given)
        assert said.code not in {0, OPEN_QUESTIONS}
        assert "answers" in said.err
    given.write_text('{"date_order:0:date": "dmy"}', encoding="utf-8")
    said = fenji("map", sales, "--workspace", root, "--answers", given)
    assert said.code not in {0, OPEN_QUESTIONS}
    assert "date_order:0:date" in said.err


@pytest.mark.slow
def test_on_a_terminal_the_question_is_asked_until_the_answer_is_one(root: Path, sales: Path) -> None:
    said = at_terminal("map", sales, "--workspace", root, "--write", types="7\n\nday\n2\n")
    assert said.code == 0, said.out
    assert "Question 1 of 1" in said.out
    assert said.out.count("Type a number from 1 to 2.") == 3, "7, an empty line where nothing is the default, and a word"
    assert "date_order: mdy" in (root / "sources.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_on_a_terminal_nothing_is_asked_with_no_ask(root: Path, sales: Path) -> None:
    said = at_terminal("map", sales, "--workspace", root, "--write", "--no-ask", types="")
    assert said.code == OPEN_QUESTIONS
    assert "Question 1 of 1" not in said.out
    assert ASKED in said.out


def test_codes_of_a_status_are_asked_in_the_readers_language(root: Path, tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text(CODES, encoding="utf-8")
    english = fenji("map", tmp_path / "codes.csv", "--workspace", root, "--json").json["questions"][0]
    chinese = fenji("map", tmp_path / "codes.csv", "--workspace", root, "--json", "--lang", "zh").json["questions"][0]
    assert english["id"] == chinese["id"]
    assert "were these orders paid?" in english["text"]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese["text"])
    assert english["examples"] == chinese["examples"] == ["1", "2"]
