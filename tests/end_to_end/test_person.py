"""What is known of one person, in every run and table. World: three members of two exports, one of whom is written in three ways.

Wang (M1) has the phone 138 1234 5678 and the e-mail Wang@Example.com; two orders name the id, one names the phone alone, one row
cannot be used. Li (M2) and Zhao (M3) are other people.
"""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from fenji.cli.main import answer

HEADER = "订单号,会员编号,收货手机,下单时间,实付金额\n"
MAY = HEADER + "A1,M1,138 1234 5678,2026-05-02 10:00:00,1160.00\nA2,M2,13900000002,2026-05-31 22:40:00,455.00\n"
JUNE = (
    HEADER
    + "A3,M1,,2026-06-03 11:05:00,1160.00\nA4,,+86 13812345678,2026-06-18 08:00:00,178.00\n"
    + "A5,M1,,2026-06-20 09:00:00,abc\nA6,M3,13700000003,2026-06-20 10:00:00,90.00\n"
)
MEMBERS = (
    "会员编号,姓名,手机号,邮箱,注册时间\n"
    "M1,王小明,13812345678,Wang@Example.com,2025-03-01\nM2,李雷,13900000002,li@example.com,2025-08-15\nM3,赵敏,13700000003,,2026-01-05\n"
)
DAY = ("--as-of", "2026-06-30")


def made(folder: Path, settings: str = "") -> Path:
    """A workspace with two runs, with some lines in fenji.toml."""
    root, exports = folder / "shop", folder / "shop" / "exports"
    assert answer(["init", str(root), "--template", "spend", "--lang", "en"]) == 0
    (root / "fenji.toml").write_text(settings + (root / "fenji.toml").read_text("utf-8"), "utf-8")
    exports.mkdir()
    (exports / "members.csv").write_text(MEMBERS, "utf-8")
    (exports / "orders-05.csv").write_text(MAY, "utf-8")
    assert answer(["map", str(exports), "--workspace", str(root), "--write"]) == 0
    sources = root / "sources.yaml"
    sources.write_text(sources.read_text("utf-8").replace("orders-05.csv", "orders-*.csv"), "utf-8")
    assert answer(["run", "--workspace", str(root), "--as-of", "2026-05-31"]) == 0
    (exports / "orders-06.csv").write_text(JUNE, "utf-8")
    assert answer(["run", "--workspace", str(root), *DAY]) == 0
    return root


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("person"))


def ask(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    found = answer([*arguments, "--json"])
    captured = capsys.readouterr()
    assert found == code, captured.out
    return json.loads(captured.out)


def by_table(result: dict[str, Any], table: str) -> list[tuple[str, list[int]]]:
    places = [each for each in result["places"] if each["table"] == table]
    return sorted((each["source_file"], each["row_numbers"]) for each in places)


@pytest.mark.parametrize("who", ["M1", "13812345678", "+86 138-1234-5678", "wang@example.com", "王小明"])
def test_places_are_the_same_by_whatever_the_person_is_named(shop: Path, who: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "person", "list-places", who, "--workspace", str(shop))
    assert by_table(found, "raw.order_line") == [("exports/orders-05.csv", [2]), ("exports/orders-06.csv", [2, 3, 4])]
    assert by_table(found, "raw.customer") == [("exports/members.csv", [2])]
    assert len(found["runs"]) == 2
    rows = {}
    for each in found["places"]:
        rows[each["table"]] = rows.get(each["table"], 0) + each["rows"]
    assert {name: rows[name] for name in ("clean.customer", "clean.order_line", "clean.rejected_row")} == {
        "clean.customer": 1,  # both runs share the file: June brought no new customer
        "clean.order_line": 1 + 3,
        "clean.rejected_row": 1,
    }
    assert rows["insight.tier_assignment"] == 2


def test_an_export_holds_every_row_and_nobody_elses(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "m1.json"
    assert answer(["person", "export", "M1", "--out", str(out), "--workspace", str(shop), "--lang", "en"]) == 0
    assert "written to" in capsys.readouterr().out
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    text = out.read_text("utf-8")
    found = json.loads(text)
    assert set(found["phones"]) == {"+8613812345678", "138 1234 5678", "+86 13812345678"}
    assert found["names"] == ["王小明"]
    assert [each["rows"] for each in found["tables"] if each["table"] == "raw.order_line"] == [1, 3]
    amounts = [row["order_amount"] for each in found["tables"] if each["table"] == "raw.order_line" for row in each["records"]]
    assert sorted(amounts) == ["1160.00", "1160.00", "178.00", "abc"]
    assert not any(each in text for each in ("M2", "李雷", "13900000002", "赵敏", "13700000003"))
    assert found == ask(capsys, "person", "export", "M1", "--workspace", str(shop))


def test_an_export_overwrites_nothing(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "m1.json"
    out.write_text("mine")
    found = ask(capsys, "person", "export", "M1", "--out", str(out), "--workspace", str(shop), code=4)
    assert found["error"]["code"] == "conflict"
    assert out.read_text() == "mine"


def test_nobody_is_said(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "person", "list-places", "13800000000", "--workspace", str(shop), code=3)
    assert "13800000000" not in json.dumps(found)
