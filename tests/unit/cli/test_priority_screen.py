"""`fenji priority` at the command line, for people and scripts. World: a shop of fifty customers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.workflow.priority import priority_at
from fixtures.fifty_customers import shop_of


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("shop"))


def test_the_command_answers_people_and_scripts(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "analyses" / "priority.yaml").write_text("capacity: 3\nparts: {satisfaction: {weight: 0}}\n", "utf-8")
    result = priority_at(shop, top=4, customer="c50")
    capsys.readouterr()
    assert answer(["priority", "--workspace", str(shop), "--customer", "c50", "--json", "--top", "2"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run_id"], told["as_of"], told["policy"], told["version"]) == (result.run_id, "2025-12-31", "spend", 1)
    assert [row["customer_id"] for row in told["order"]] == ["c50", "c49"]
    own = sum(told["customer"][f"points_{part}"] or 0 for part in ("value", "potential", "tier", "churn_risk", "satisfaction"))
    assert own == pytest.approx(told["customer"]["score"], abs=1e-9)
    assert answer(["priority", "--workspace", str(shop), "--lang", "en"]) == 0
    capsys.readouterr()
    assert answer(["priority", "--workspace", str(shop), "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    heads = next(line.split() for line in shown.splitlines() if "排名" in line and "得分" in line)
    assert len(heads) == len(set(heads))
    assert "net_revenue_12m" not in shown
    assert answer(["priority", "--workspace", str(shop), "--lang", "zh", "--customer", "c01"]) == 0
    assert answer(["priority", "--workspace", str(shop), "--as-of", "2025-01-31"]) == 0
