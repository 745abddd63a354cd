"""The commands as a user types them, over one small shop whose numbers are worked by hand below.

Six order rows and two members, as of 2026-06-30, in CNY:

    A1 M1 2026-05-02  1,160.00  paid
    A2 M2 2026-05-31    455.00  paid; stands in both files
    A3 M1 2026-06-03  1,160.00  paid
    A4 M1 2026-06-18    680.00  cancelled             -> rejected: cancelled
    A5 -  2026-06-18    178.00  nobody's              -> unattributed
    A6 M2 2026-06-20      abc   no amount             -> rejected: invalid_amount

M1 has 2,320.00 and is middle (from 2,000), M2 has 455.00 and is registered (below 500), M3 never bought and is registered.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fenji.cli.main import answer

HEADER = "订单号,会员编号,下单时间,实付金额,订单状态\n"
MAY = HEADER + "A1,M1,2026-05-02 10:00:00,1160.00,已完成\nA2,M2,2026-05-31 22:40:00,455.00,已完成\n"
JUNE = (
    HEADER
    + "A2,M2,2026-05-31 22:40:00,455.00,已完成\nA3,M1,2026-06-03 11:05:00,1160.00,已完成\n"
    + "A4,M1,2026-06-18 00:01:00,680.00,已取消\nA5,,2026-06-18 08:00:00,178.00,已完成\nA6,M2,2026-06-20 09:00:00,abc,已完成\n"
)
MEMBERS = "会员编号,姓名,省份,注册时间\nM1,王小明,浙江,2025-03-01\nM2,李雷,浙江,2025-08-15\nM3,赵敏,广东,2026-01-05\n"
DAY = ("--as-of", "2026-06-30")


def ask(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """Runs a command for a script: one JSON object on standard output, nothing else there or on standard error."""
    found = answer([*arguments, "--json"])
    captured = capsys.readouterr()
    assert found == code, captured.out + captured.err
    assert captured.err == ""
    return json.loads(captured.out)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace made, mapped and run as a new user would."""
    folder = tmp_path_factory.mktemp("commands")
    exports = folder / "exports"
    exports.mkdir()
    for name, text in (("orders-05.csv", MAY), ("orders-06.csv", JUNE), ("members.csv", MEMBERS)):
        (exports / name).write_text(text, "utf-8")
    root = folder / "shop"
    for arguments in (
        ["init", str(root), "--template", "spend", "--lang", "en"],
        ["map", str(exports), "--workspace", str(root), "--write"],
        ["run", "--workspace", str(root), *DAY],
    ):
        assert answer(arguments) == 0, arguments
    return root


def test_tiers_are_those_worked_by_hand(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "tiers", "--workspace", str(shop), *DAY)
    assert found["run_id"]
    assert [found[name] for name in ("as_of", "policy", "version", "customers", "currency")] == [
        "2026-06-30",
        "spend",
        1,
        3,
        "CNY",
    ]
    assert [(each["tier"], each["name"], each["customers"], each["net_revenue_12m"]) for each in found["tiers"]] == [
        ("registered", "Registered", 2, 455.0),
        ("entry", "Entry", 0, 0.0),
        ("middle", "Middle", 1, 2320.0),
        ("high", "High", 0, 0.0),
        ("vip", "VIP", 0, 0.0),
    ]
    assert found["tiers"][2]["share"] == pytest.approx(1 / 3)
    assert found["tiers"][2]["revenue_share"] == pytest.approx(2320 / 2775)
    assert found["unattributed_net_revenue_12m"] == 178.0


def test_amounts_are_written_to_the_cent(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer(["tiers", "--workspace", str(shop), *DAY, "--json"])
    assert '"net_revenue_12m": 2320.00,' in capsys.readouterr().out


def test_tiers_by_region_keep_every_customer(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "tiers", "--workspace", str(shop), *DAY, "--by", "region")
    groups = {
        each["group"]: {tier["tier"]: tier["customers"] for tier in each["tiers"] if tier["customers"]}
        for each in found["groups"]
    }
    assert groups == {"浙江": {"registered": 1, "middle": 1}, "广东": {"registered": 1}}


def test_quality_accounts_for_every_row(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "quality", "--workspace", str(shop))
    assert found["rows_in"] == 10
    assert found["kept"] == 7
    assert found["rejected"] == {"cancelled": 1, "invalid_amount": 1}
    assert found["duplicates"] == {"across_files": 1, "repeats_within_file": 0, "repeats_dropped": 0}
    assert found["unattributed"] == {"rows": 1, "net_revenue": 178.0}
    assert found["reconciles"] is True
    assert {each["field"] for each in found["columns"]} >= {"order_id", "customer_id", "ordered_at"}
    assert found["as_of"] == "2026-06-30"


def test_a_second_run_reads_nothing_again(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = ask(capsys, "tiers", "--workspace", str(shop), *DAY)
    found = ask(capsys, "run", "--workspace", str(shop), *DAY)
    assert [len(found["files"][kind]) for kind in ("new", "changed", "unchanged", "gone")] == [0, 0, 3, 0]
    after = ask(capsys, "tiers", "--workspace", str(shop), *DAY)
    assert after["tiers"] == before["tiers"]


@pytest.mark.parametrize(("language", "words"), [("zh", ["中级会员", "客户数", "合计"]), ("en", ["Middle", "customers", "all"])])
def test_people_read_tables_in_their_language(
    language: str, words: list[str], shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(["tiers", "--workspace", str(shop), *DAY, "--lang", language]) == 0
    text = capsys.readouterr().out
    assert [word for word in [*words, "2,320.00"] if word not in text] == []


@pytest.mark.parametrize("command", [["run"], ["quality"], ["tiers"], ["policy", "show"], ["policy", "lint"]])
def test_without_a_workspace_every_command_says_how_to_make_one(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ask(capsys, *command, "--workspace", str(tmp_path), code=3)
    assert found["error"]["code"] == "not_found"
    assert "fenji init" in found["error"]["problems"][0]["advice"]


def test_before_the_first_run_there_is_nothing_to_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask(capsys, "init", str(tmp_path / "new"))
    assert "fenji run" in ask(capsys, "tiers", "--workspace", str(tmp_path / "new"), code=3)["error"]["problems"][0]["advice"]


def test_a_misspelt_column_is_answered_with_the_nearest(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (problem,) = ask(capsys, "tiers", "--workspace", str(shop), *DAY, "--by", "regon", "--lang", "en", code=2)["error"][
        "problems"
    ]
    assert problem["advice"] == "Did you mean region?"


def test_a_workspace_is_not_made_twice(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (shop / "fenji.toml").read_bytes()
    assert ask(capsys, "init", str(shop), code=4)["error"]["kind"] == "conflict"
    assert (shop / "fenji.toml").read_bytes() == before


def test_a_proposal_is_shown_without_touching_the_workspace(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (shop / "sources.yaml").read_bytes()
    found = ask(capsys, "map", str(shop.parent / "exports"), "--workspace", str(shop))
    assert {each["feed"] for each in found["sources"]} == {"customer", "order_line"}
    assert found["written"] is None
    assert (shop / "sources.yaml").read_bytes() == before


def test_a_policy_is_shown_in_words(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "policy", "show", "--workspace", str(shop), "--lang", "zh")
    assert found["tiers"][0]["qualify"] is None
    assert found["tiers"][4]["qualify"]["rule"] == "net_revenue_12m >= 10000"
    assert "10,000" in found["tiers"][4]["qualify"]["sentence"]


def test_a_policy_that_cannot_be_used_ends_with_bad_input(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slip = tmp_path / "slip.yaml"
    slip.write_text(
        (shop / "policies" / "spend.yaml").read_text("utf-8").replace("net_revenue_12m >= 10000", "net_revenu_12m >= 10000"),
        "utf-8",
    )
    found = ask(capsys, "policy", "lint", str(slip), "--workspace", str(shop), "--lang", "en", code=2)
    assert found["is_usable"] is False
    assert "Did you mean net_revenue_12m?" in [each["advice"] for each in found["files"][0]["findings"]]


def test_the_installed_command_is_the_same_program(shop: Path) -> None:
    program = Path(sys.executable).parent / "fenji"
    environment = {**os.environ, "LANG": "zh_CN.UTF-8"}
    done = subprocess.run([program, "quality"], capture_output=True, text=True, check=False, cwd=shop, env=environment)
    assert done.returncode == 0, done.stderr
    assert "Every row is accounted for" in done.stdout  # the workspace speaks English, whatever the system says
    assert subprocess.run([program, "tires"], capture_output=True, check=False, cwd=shop, env=environment).returncode == 2


@pytest.mark.parametrize(
    "command",
    [
        ["run", *DAY],
        ["quality"],
        ["tiers", *DAY, "--by", "region"],
        ["policy", "show"],
        ["policy", "lint"],
        ["init", "{new}"],
        ["map", "{exports}"],
    ],
    ids=lambda command: " ".join(each for each in command if each.isalpha()),
)
def test_every_key_of_an_answer_is_documented(
    command: list[str], shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [each.format(new=tmp_path / "new", exports=shop.parent / "exports") for each in command]
    words = " ".join(each for each in command if each.isalpha() and each != "region")
    page = (Path(__file__).parents[2] / "docs" / "reference" / "json.md").read_text("utf-8")
    assert f"\n## fenji {words}\n" in page
    found = ask(capsys, *arguments, "--workspace", str(shop))
    objects = [found, *(each for value in found.values() if isinstance(value, list) for each in value if isinstance(each, dict))]
    assert [key for each in objects for key in each if f"`{key}`" not in page and "warnings" not in each] == []
