"""`fenji value` at the command line: one customer and all, for people and scripts. World: a lively shop and a small one."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.workflow.value import value_at
from fixtures.lively_shop import AS_OF, lively, orders_of, shop_of


@pytest.fixture(scope="module")
def lively_shop(tmp_path_factory) -> Path:
    return shop_of(tmp_path_factory.mktemp("lively") / "shop", lively(400))


def test_one_customer_and_all_in_both_languages_and_for_scripts(lively_shop, capsys):
    whole = value_at(lively_shop)
    best = whole.top[0].customer_id
    capsys.readouterr()
    assert answer(["value", "--workspace", str(lively_shop), "--customer", best, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run_id"], told["as_of"], told["policy"], told["version"]) == (whole.run_id, str(AS_OF), "spend", 1)
    assert told["customer"]["customer_id"] == best
    assert Decimal(str(told["customer"]["clv"])) == whole.top[0].clv
    assert [row["model"] for row in told["order_models"]] == ["mbg_nbd", "bg_nbd", "average_rate"]
    assert (told["spend_model"]["model"], told["summary"]["holdout_weeks"]) == ("gamma_gamma", 26)
    assert answer(["value", "--workspace", str(lively_shop), "--lang", "zh", "--customer", best]) == 0
    assert best in capsys.readouterr().out
    assert answer(["value", "--workspace", str(lively_shop), "--lang", "en", "--top", "3"]) == 0
    said = capsys.readouterr().out
    assert best in said
    assert "NBD" not in said
    assert "alpha" not in said
    assert answer(["value", "--workspace", str(lively_shop), "--lang", "en", "--details"]) == 0
    said = capsys.readouterr().out
    assert "Orders follow MBG/NBD" in said
    assert "alpha" in said


def test_a_small_shop_is_shown(tmp_path, capsys):
    shop = shop_of(tmp_path / "shop", orders_of(*[("2025-01-01", "2025-03-01")] * 3, *[("2025-01-01",)] * 2))
    capsys.readouterr()
    assert answer(["value", "--workspace", str(shop), "--lang", "zh"]) == 0
    assert "C1" in capsys.readouterr().out
