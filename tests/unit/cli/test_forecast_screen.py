"""`fenji forecast` of tiers at the command line. World: two new customers a month."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.workflow.forecast import forecast_at
from fixtures.growing_shop import shop_of


def test_the_command_answers_people_and_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = shop_of(tmp_path, as_of="2025-12-20", history=20)
    result = forecast_at(shop, reviews=3)
    capsys.readouterr()
    assert answer(["forecast", "--workspace", str(shop), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run_id"], told["as_of"], told["policy"], told["version"]) == (result.run_id, "2025-12-20", "spend", 1)
    assert len(told["tiers"]) == 6 * len(told["customers"])
    for language, model in (("en", "Model: "), ("zh", "所用模型")):
        assert answer(["forecast", "--workspace", str(shop), "--lang", language]) == 0
        shown = capsys.readouterr().out
        assert "2025-12-31" in shown
        assert model not in shown
        assert answer(["forecast", "--workspace", str(shop), "--lang", language, "--details"]) == 0
        assert model in capsys.readouterr().out
