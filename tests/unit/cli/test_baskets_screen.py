"""`fenji rules` and `fenji recommend` at the command line. World: forty customers who buy cups with tea."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fixtures.forty_customers import AS_OF, forty_customers, shop


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop(tmp_path_factory.mktemp("forty") / "shop", forty_customers())


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    capsys.readouterr()
    assert answer([str(each) for each in arguments]) == 0
    return capsys.readouterr().out


def test_rules_are_found_once_and_read_by_scripts_and_people(forty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = json.loads(said(capsys, "rules", "--workspace", forty, "--json"))
    assert first == json.loads(said(capsys, "rules", "--workspace", forty, "--json"))
    (rule,) = [each for each in first["rules"] if each["antecedent"][0]["id"] == "cups"]
    # 110 orders; 40 with tea, 20 with cups, all of them with tea: lift 110 / 40.
    assert (rule["orders"], rule["both_orders"], rule["confidence"]) == (110, 20, 1.0)
    assert rule["lift"] == pytest.approx(110 / 40)
    assert (first["as_of"], first["policy"], first["version"]) == ("2026-03-31", "spend", 1)
    text = said(capsys, "rules", "--workspace", forty)
    assert "110 orders since 2025-04-01, 20 of them with two different items or more." in text
    assert "never without" in text
    assert "of the orders with cups, 100.0% also hold tea; that is 2.8 times the share" in text


def test_recommendations_of_one_customer_are_read_by_scripts_and_people(forty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = json.loads(said(capsys, "recommend", "--workspace", forty, "--customer", "C1", "--json"))
    assert [each["position"] for each in own["rows"]] == list(range(1, len(own["rows"]) + 1))
    assert own["customer"] == "C1"
    assert all(each["sentence"] for each in own["rows"])
    assert "What to offer customer C1 next" in said(capsys, "recommend", "--workspace", forty, "--customer", "C1")


@pytest.mark.parametrize(
    ("lines", "of_rules"),
    [
        ([("1", "C1", AS_OF, "", "", 10)], "No order up to 2026-03-31 tells which items it holds"),
        (
            [
                (f"{who}-{day}", f"C{who}", AS_OF - timedelta(days=day), "tea", "drinks", 10)
                for who in range(5)
                for day in (3, 60)
            ],
            "No order holds two different items, so nothing is bought together.",
        ),
    ],
    ids=["one customer, no product", "five customers, one product"],
)
def test_with_next_to_nothing_it_is_said_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[tuple[object, ...]], of_rules: str
) -> None:
    root = shop(tmp_path / "shop", lines)
    assert of_rules in said(capsys, "rules", "--workspace", root)
    assert "so no back-test is possible" in said(capsys, "recommend", "--workspace", root)
    own = json.loads(said(capsys, "recommend", "--workspace", root, "--customer", "C1", "--json"))
    assert [each["product_id"] for each in own["rows"]] == ([] if len(lines) == 1 else ["tea"])
