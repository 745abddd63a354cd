"""`fenji churn` at the command line, in both languages and for scripts. World: the shop of complaints, and one of five customers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fixtures.leaving import complaining_shop, run_shop, write_shop
from fixtures.little_data import EARLIER, SMALL


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop of complaints, run two months before its data end."""
    orders, complaints = complaining_shop()
    return run_shop(write_shop(tmp_path_factory.mktemp("churn") / "shop", orders, complaints), as_of=EARLIER)


def test_the_command_speaks_both_languages_and_json(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for language, extra in (("en", []), ("zh", []), ("zh", ["--propensity"]), ("en", ["--customer", "c1"])):
        assert answer(["churn", "--workspace", str(shop), "--lang", language, *extra]) == 0
    shown = capsys.readouterr().out
    assert str(EARLIER) in shown
    assert "AUC" not in shown
    assert answer(["churn", "--workspace", str(shop), "--lang", "en", "--details"]) == 0
    assert "AUC" in capsys.readouterr().out
    for extra in ([], ["--propensity"]):
        assert answer(["churn", "--workspace", str(shop), "--json", "--top", "2", *extra]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["as_of"], found["policy"], found["version"]) == (str(EARLIER), "spend", 1)
        assert len(found["top"]) == 2
    assert answer(["churn", "--workspace", str(shop), "--top", "1001"]) == 2


def test_little_data_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = run_shop(write_shop(tmp_path / "shop", SMALL["five"][0]))
    assert answer(["churn", "--workspace", str(shop), "--lang", "zh"]) == 0
    assert "c1" in capsys.readouterr().out
