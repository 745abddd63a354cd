"""`fenji churn` at the command line, in both languages and for scripts. World: the shop of complaints, and one of five customers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fenji.answers.churn import TargetForecast
from fenji.cli.main import answer
from fenji.domain.churn import Weakness
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


def test_deciles_headline_and_share_still_with_us_tell_one_outcome(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["churn", "--workspace", str(shop), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    tried = next(each for each in found["samples"] if each["part"] == "evaluate")
    assert [sum(each[name] for each in found["calibration"]) for name in ("customers", "outcomes")] == [
        tried["customers"],
        tried["outcomes"],
    ]
    rate = next(each["value"] for each in found["quality"] if each["measure"] == "base_rate" and each["part"] == "evaluate")
    assert rate == pytest.approx(tried["outcomes"] / tried["customers"])
    horizon = found["definition"]["horizon_days"]
    curve = [each for each in found["survival"] if each["days"] <= horizon]
    # Within the horizon nobody can have left; at its end those without an order have.
    assert {each["staying"] for each in curve if each["days"] < horizon} == {1.0}
    assert all(each["staying"] < 1 for each in curve if each["days"] == horizon and each["customers"] > 100)
    assert answer(["churn", "--workspace", str(shop), "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert (
        f"Leaving, in every table: no order within {horizon} days. Has left: the last order is more than {horizon} days ago."
        in shown
    )
    assert f"after {horizon} days" in shown
    assert "after 30 days" not in shown


@pytest.mark.parametrize(
    "line",
    [
        "churn --out {file}",
        "churn --propensity --out {file}",
        "customers --risk high",
        "customers --risk 0.5 --out {file}",
        "customers --sort churn_probability",
    ],
)
def test_no_list_of_names_is_made_from_a_weak_ranking(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    asked = [*line.format(file=tmp_path / "list.csv").split(), "--workspace", str(shop), "--lang", "en"]
    assert answer(["churn", "--workspace", str(shop), "--json"]) == 0
    assert answer(asked) == 0
    (tmp_path / "list.csv").unlink(missing_ok=True)
    monkeypatch.setattr(TargetForecast, "weakness", property(lambda _self: Weakness.CHANCE))
    capsys.readouterr()
    assert answer(asked) == 4
    assert "no better than chance" in capsys.readouterr().err
    assert not (tmp_path / "list.csv").exists()
