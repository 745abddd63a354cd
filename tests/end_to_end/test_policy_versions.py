"""Publishing policies and giving tiers by hand as a user types it. World: ann 900.00 and bob 400.00 of one shop, as of 2026-03-31."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fenji.cli.main import answer

SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
"""
ORDERS = "order,customer,at,amount\n1,ann,2026-01-05,900\n2,bob,2026-01-06,400\n"
DAY = ("--as-of", "2026-03-31")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("policies") / "shop"
    assert answer(["init", str(root), "--template", "spend", "--lang", "en"]) == 0
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    (root / "orders.csv").write_text(ORDERS, "utf-8")
    assert answer(["run", "--workspace", str(root), *DAY]) == 0
    return root


def ask(capsys: pytest.CaptureFixture[str], root: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    """A command for a script: one JSON object on standard output, nothing else there or on standard error."""
    capsys.readouterr()
    found = answer([*arguments, "--workspace", str(root), "--lang", "en", "--json"])
    captured = capsys.readouterr()
    assert (found, captured.err) == (code, ""), captured.out
    return json.loads(captured.out)


def texts(found: dict[str, Any]) -> list[str]:
    return [each["text"] for each in found["error"]["problems"]]


def test_a_policy_is_published_once_and_listed_with_what_comes_after_it(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shop / "policies" / "spend.yaml"
    published = ask(capsys, shop, "policy", "publish", str(file))
    assert [published[name] for name in ("policy", "version", "effective_on", "run_id")] == ["spend", 1, "2009-12-01", None]
    assert "already" in texts(ask(capsys, shop, "policy", "publish", str(file), code=4))[0]

    draft = file.read_text("utf-8").replace("version: 1", "version: 2").replace("2009-12-01", "2999-01-01")
    (shop / "policies" / "spend-2.yaml").write_text(draft, "utf-8")
    listed = ask(capsys, shop, "policy", "list")["versions"]
    assert [(each["version"], each["is_in_force"], each["published_at"] is None, each["file"]) for each in listed] == [
        (1, True, False, "policies/spend.yaml"),
        (2, False, True, "policies/spend-2.yaml"),
    ]
    assert answer(["policy", "list", "--workspace", str(shop), "--lang", "en"]) == 0
    text = capsys.readouterr().out
    assert [word for word in ("counts today", "draft", "2999-01-01") if word not in text] == []


def test_a_customer_is_given_a_tier_by_hand_until_it_is_ended(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    give = ("policy", "override", "bob", "--tier", "vip", "--reason", "new store", "--person", "Li Lei")
    found = ask(capsys, shop, *give, "--from", "2026-03-01", "--until", "2999-12-31")["overrides"]
    assert [(each["customer_id"], each["tier"], each["begins_on"], each["ends_on"], each["state"]) for each in found] == [
        ("bob", "vip", "2026-03-01", "2999-12-31", "in_force")
    ]
    before = ask(capsys, shop, "tiers", *DAY)
    after = ask(capsys, shop, "run", *DAY)["run_id"]
    assert counts(before) == {"registered": 1, "entry": 1}
    assert counts(ask(capsys, shop, "tiers", "--run", after)) == {"entry": 1, "vip": 1}
    assert counts(ask(capsys, shop, "tiers", "--run", before["run_id"])) == counts(before)

    ended = ask(capsys, shop, "policy", "override", "bob", "--end", "--person", "Han Meimei")["overrides"]
    assert [(each["state"], each["ended_by"]) for each in ended] == [("ended", "Han Meimei")]
    assert ask(capsys, shop, "policy", "overrides")["overrides"] == ended
    ask(capsys, shop, "policy", "override", "bob", "--end", code=3)
    assert answer(["policy", "overrides", "--workspace", str(shop), "--lang", "en"]) == 0
    assert "new store" in capsys.readouterr().out


def test_slips_of_an_override_are_told_together(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = ("--from", "2026-13-1", "--until", "soon")
    assert texts(ask(capsys, shop, "policy", "override", "bob", *days, code=2)) == [
        "'soon' is not a date.",
        "'2026-13-1' is not a date.",
    ]
    assert len(texts(ask(capsys, shop, "policy", "override", "nobody", "--tier", "vp", code=2))) == 5
    assert texts(ask(capsys, shop, "policy", "override", "bob", "--end", "--tier", "vip", code=2)) == [
        "'--tier' means nothing beside --end."
    ]


def test_quality_and_tiers_of_a_run_that_is_not_there_are_not_found(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("tiers", "quality"):
        ask(capsys, shop, command, "--run", "20200101T000000-ffff", code=3)
    run_id = ask(capsys, shop, "quality")["run_id"]
    assert ask(capsys, shop, "quality", "--run", run_id)["run_id"] == run_id
    assert "leave out" in texts(ask(capsys, shop, "tiers", "--run", run_id, "--policy", "spend", code=2))[0]


def counts(tiers: dict[str, Any]) -> dict[str, int]:
    return {each["tier"]: each["customers"] for each in tiers["tiers"] if each["customers"]}
