"""`fenji forecast --of revenue` at the command line. World: the same revenue every month but one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.domain.trends import TrendModel
from fixtures.monthly_shop import shop_of


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("trends"), months=24, as_of="2025-12-20", history=12)


def test_scripts_and_people_get_the_same_months(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert answer(["forecast", "--of", "revenue", "--months", "2", "--workspace", str(shop), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["of"], told["by"], told["policy"], told["version"], told["as_of"]) == (
        "revenue",
        None,
        "spend",
        1,
        "2025-12-20",
    )
    assert [each["actual"] for each in told["series"][0]["months"]] == [500] * 7 + [0] + [500] * 15
    assert told["series"][0]["model"] in [str(each) for each in TrendModel]
    for split in ("tier", "category"):
        assert answer(["forecast", "--of", "revenue", "--by", split, "--workspace", str(shop), "--lang", "zh"]) == 0
        assert "2025-12" in capsys.readouterr().out


def test_options_that_mean_nothing_here_are_named_all_at_once(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert answer(["forecast", "--by", "tier", "--months", "3", "--workspace", str(shop), "--json"]) == 2
    assert [each["text"][:8] for each in json.loads(capsys.readouterr().out)["error"]["problems"]] == ["--by has", "--months"]
    assert answer(["forecast", "--of", "revenues", "--workspace", str(shop), "--json"]) == 2
    assert "revenue" in json.loads(capsys.readouterr().out)["error"]["problems"][0]["advice"]
