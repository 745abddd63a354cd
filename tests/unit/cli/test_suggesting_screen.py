"""`fenji policy suggest` at the command line: tables for people, figures for scripts. World: nine customers in three clumps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.workflow.suggesting import suggest_policy
from fixtures.clumped_shop import SPENT, shop_of


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("shop"), SPENT)


def test_a_draft_cannot_be_published_before_somebody_signs_it(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "draft.yaml"
    suggest_policy(shop, tiers=3, out=file)
    capsys.readouterr()
    assert answer(["policy", "publish", str(file), "--workspace", str(shop)]) == 2
    assert "author" in capsys.readouterr().err


def test_the_command_answers_people_and_scripts(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["policy", "suggest", "--workspace", str(shop), "--method", "quantiles", "--tiers", "2", "--shares", "50,50"]
    capsys.readouterr()
    assert answer([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["policy"], told["version"], told["as_of"], told["method"]) == ("spend", 2, "2026-03-31", "quantiles")
    assert sum(each["customers"] for each in told["tiers"]) == 9
    assert answer(words) == 0
    assert "nothing follows it yet" in capsys.readouterr().out
    assert answer([*words[:-1], "half,half"]) == 2
