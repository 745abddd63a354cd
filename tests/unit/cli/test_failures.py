"""A command that fails says why in the reader's language, tells scripts in JSON, and ends with the exit code of its kind."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from fenji.cli import main, quality
from fenji.cli.failures import EXIT_CODES
from fenji.errors import Conflict, ContractBroken, FenjiError, InvalidInput, Kind, NotFound, Problem, Unavailable


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def raising(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(quality, "report_quality", raising)


def test_scripts_rely_on_these_exit_codes() -> None:
    assert {str(kind): code for kind, code in EXIT_CODES.items()} == {
        "invalid": 2,
        "not_found": 3,
        "conflict": 4,
        "forbidden": 4,
        "unavailable": 5,
        "bug": 70,
    }
    assert set(EXIT_CODES) == set(Kind)


@pytest.mark.parametrize(
    ("class_", "code"), [(InvalidInput, 2), (NotFound, 3), (Conflict, 4), (Unavailable, 5), (ContractBroken, 70)]
)
def test_every_kind_of_error_ends_with_its_code(
    class_: type[FenjiError], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, class_(Problem("one thing."), Problem("another thing.")))
    assert main.answer(["quality", "--lang", "en"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == ["Error: one thing.", "Error: another thing."]


def test_scripts_get_one_json_object_with_every_problem(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, Conflict(Problem("run {id} is at work.", {"id": "a"}, advice="Wait for it.")))
    assert main.answer(["quality", "--json", "--lang", "en"]) == 4
    captured = capsys.readouterr()
    assert captured.err == ""
    assert json.loads(captured.out) == {
        "error": {
            "code": "conflict",
            "kind": "conflict",
            "retryable": True,
            "problems": [
                {"code": None, "text": "run a is at work.", "advice": "Wait for it.", "file": None, "row": None, "column": None}
            ],
        }
    }


def test_a_bug_leaves_a_file_and_shows_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    fail_with(monkeypatch, ZeroDivisionError("secret@example.com"))
    (tmp_path / "fenji.toml").write_text("", "utf-8")
    assert main.answer(["quality", "--workspace", str(tmp_path), "--lang", "en"]) == 70
    (report,) = (tmp_path / "logs").glob("bug-*.txt")
    captured = capsys.readouterr()
    assert "ZeroDivisionError" in captured.err
    assert str(report) in captured.err
    assert "Traceback" not in captured.err
    assert "secret@example.com" not in captured.err
    assert "ZeroDivisionError" in report.read_text("utf-8")


def test_an_interrupted_command_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fail_with(monkeypatch, KeyboardInterrupt())
    assert main.answer(["quality", "--lang", "en"]) == 130
    assert capsys.readouterr().err == "Stopped. Nothing was published.\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["tires"], "Error: unknown command 'tires'. Did you mean tiers?"),
        (["tiers", "--as_of", "2011-12-09"], "Error: unknown option '--as_of'. Did you mean --as-of?"),
        (["tiers", "--as-of", "yesterday"], "Error: 'yesterday' is not a date. Write it as 2026-01-31."),
        (["run", "--engine", "sparc"], "Error: unknown engine 'sparc'. Did you mean spark?"),
    ],
)
def test_a_mistake_in_the_command_line_names_what_was_meant(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.answer([*arguments, "--lang", "en"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(expected)


def test_a_mistake_in_the_command_line_is_json_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.answer(["tiers", "--as_of", "x", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "invalid_argument"


def test_the_log_names_the_command_and_no_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fenji.toml").write_text("", "utf-8")
    fail_with(monkeypatch, NotFound.of("nothing there."))
    main.answer(["quality", "--workspace", str(tmp_path)])
    (line,) = (tmp_path / "logs" / "fenji.log").read_text("utf-8").splitlines()
    event = SimpleNamespace(**json.loads(line))
    assert (event.event, event.command, event.exit_code) == ("command ended", "quality", 3)
    assert str(tmp_path) not in line
