"""`fenji structure` at the command line: every part for people and scripts. World: four customers with seven orders until 2026-03-31, and one later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fenji.analyze.reviews.tier_counts import MAIN_METRICS
from fenji.answers.structure import Part
from fenji.cli.main import answer
from fenji.language import Language
from fenji.workflow.structure import structure_of
from fixtures.four_customers import shop_of


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("structure"))


def asked(shop: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    code = answer(["structure", "--workspace", str(shop), "--json", *arguments])
    assert code == 0, capsys.readouterr()
    return json.loads(capsys.readouterr().out)


def test_scripts_get_run_date_and_policy_with_every_part(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for part in Part:
        found = asked(shop, capsys, "--of", part)
        assert (found["of"], found["as_of"], found["policy"], found["version"]) == (part, "2026-03-31", "spend", 1)
        assert found["run_id"]
        assert found[part]
    assert asked(shop, capsys, "--of", part, "--run", found["run_id"])[part] == found[part]


def test_the_composition_is_by_any_column_or_bands_of_a_metric(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bands,) = asked(shop, capsys, "--of", "composition", "--by", "orders_12m:0,2")["composition"]
    assert [(each["name"], each["customers"]) for each in bands["groups"]] == [("0 to 1", 3), ("2 or more", 1)]
    assert [each["by"] for each in asked(shop, capsys, "--of", "composition")["composition"]] == ["first_seen_on"]


@pytest.mark.parametrize(("part", "language"), [*((part, Language.ZH) for part in Part), (Part.PRODUCTS, Language.EN)])
def test_people_get_tables(shop: Path, capsys: pytest.CaptureFixture[str], part: Part, language: Language) -> None:
    assert answer(["structure", "--workspace", str(shop), "--of", part, "--lang", language]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    expected = {
        Part.PROFILE: "1,600.00",
        Part.COMPOSITION: "100.0%",
        Part.PRODUCTS: "tea",
        Part.CONCENTRATION: "1,700.00",
        Part.HABITS: "21:00",
    }
    assert expected[part] in shown.out


def test_people_see_the_main_metrics_or_those_they_name(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["structure", "--workspace", str(shop), "--metric", "orders_3m", "--lang", "en"]) == 0
    known = len(structure_of(shop, Part.PROFILE).registry)
    assert f"1 of {known} metrics" in capsys.readouterr().out
    assert answer(["structure", "--workspace", str(shop), "--lang", "en"]) == 0
    assert f"{len(MAIN_METRICS)} of {known} metrics" in capsys.readouterr().out


def test_options_that_mean_nothing_here_are_refused(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--of", "product"], ["--by", "region"], ["--of", "habits", "--metric", "orders_12m"]):
        assert answer(["structure", "--workspace", str(shop), *arguments]) == 2
        capsys.readouterr()
