"""``fenji start`` takes a folder to tiers in one line, asks on a terminal, and leaves with a code of its own while something is open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.desk import at_terminal, fenji

ORDERS = "order_no,member_no,date,total,status\nS1,17,2026-05-05,100.00,paid\nS2,18,2026-05-06,55.50,paid\nS3,18,2026-05-07,20.00,pending\n"
OPEN = "order_no,member_no,date,total\nS1,17,03/04/2026,100.00\nS2,18,01/02/2026,55.50\nS3,18,05/03/2026,20.00\nS4,17,02/06/2026,9.00\n"
OPEN_QUESTIONS = 6


def folder(tmp_path: Path, text: str) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "sales.csv").write_text(text, encoding="utf-8")
    return root


@pytest.mark.slow
def test_a_folder_becomes_tiers_in_one_line_and_the_second_time_nothing_is_new(tmp_path: Path) -> None:
    root = folder(tmp_path, ORDERS)
    said = fenji("start", root, "--as-of", "2026-06-30", "--json")
    assert said.code == 0, said
    assert (said.json["is_new"], said.json["files"], said.json["questions"]) == (True, ["sales.csv"], [])
    assert (said.json["tiers"]["customers"], float(said.json["tiers"]["net_revenue_12m"])) == (2, 155.5)
    again = fenji("start", root, "--as-of", "2026-06-30", "--json")
    assert (again.code, again.json["is_new"], again.json["files"], again.json["map"]) == (0, False, [], None)


@pytest.mark.slow
def test_what_is_open_ends_with_a_code_of_its_own_and_an_answer_file_settles_it(tmp_path: Path) -> None:
    root = folder(tmp_path, OPEN)
    said = fenji("start", root, "--as-of", "2026-06-30", "--json")
    assert (said.code, said.json["run"], said.json["tiers"]) == (OPEN_QUESTIONS, None, None)
    (question,) = said.json["questions"]
    (tmp_path / "answers.json").write_text(json.dumps({question["id"]: "dmy"}), encoding="utf-8")
    answered = fenji("start", root, "--as-of", "2026-06-30", "--json", "--answers", tmp_path / "answers.json")
    assert answered.code == 0, answered
    assert float(answered.json["tiers"]["net_revenue_12m"]) == 184.5


@pytest.mark.proof
@pytest.mark.slow
def test_on_a_terminal_it_asks_and_goes_on_to_the_tiers(tmp_path: Path) -> None:
    root = folder(tmp_path, OPEN)
    said = at_terminal("start", root, "--as-of", "2026-06-30", types="1\n")
    assert said.code == 0, said.out
    assert "Question 1 of 1, about sales.csv" in said.out
    assert "184.50" in said.out
    assert "date_order: dmy" in (root / "sources.yaml").read_text(encoding="utf-8")


def test_a_folder_without_data_is_told_what_to_put_into_it(tmp_path: Path) -> None:
    said = fenji("start", tmp_path)
    assert said.code not in {0, OPEN_QUESTIONS}
    assert "no data file" in said.err
