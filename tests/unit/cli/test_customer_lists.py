"""The command line writes lists of customers to files, shows pages, and logs nothing of what was searched."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fixtures.customer_list import shop_with_lists


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_with_lists(tmp_path_factory.mktemp("lists"))


@pytest.mark.parametrize("command", ["moves", "priority", "value", "segments", "churn", "churn --propensity"])
def test_the_commands_write_their_lists(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    target = tmp_path / "list.csv"
    line = [*command.split(), "--workspace", str(shop), "--out", str(target), "--json"]
    assert answer(line) == 0
    told = json.loads(capsys.readouterr().out)
    with target.open(encoding="utf-8-sig", newline="") as handle:
        _header, *rows = csv.reader(handle)
    assert told["rows"] == len(rows) == (3 if command == "moves" else 8)
    assert answer(line) == 4
    assert "is there already" in capsys.readouterr().out


def test_customers_writes_its_list_and_what_was_not_found(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.txt").write_text("m1\nm9\n13900000003\n", "utf-8")
    line = ["customers", "--workspace", str(shop), "--from", str(tmp_path / "list.txt"), "--columns", "customer_id,phone"]
    files = ["--out", str(tmp_path / "found.csv"), "--not-found", str(tmp_path / "missing.txt")]
    assert answer([*line, *files]) == 0
    assert "2 rows written to" in capsys.readouterr().out
    assert (tmp_path / "found.csv").read_text("utf-8-sig").splitlines() == ["customer,phone", "m1,13900000001", "m3,13900000003"]
    assert (tmp_path / "missing.txt").read_text("utf-8-sig").splitlines() == ["m9"]
    assert answer([*line, *files]) == 4


def test_customers_shows_a_page_and_how_it_goes_on(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["customers", "--workspace", str(shop), "--tier", "entry", "--limit", "2", "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert "2026-08-31 共 6 位客户，分级标准 shop 第 1 版" in shown
    assert "当前等级为 初级" in shown
    assert "--after" in shown


def test_no_search_is_written_into_logs(shop: Path) -> None:
    assert answer(["why", "13900000001", "--workspace", str(shop)]) == 0
    logs = [file for file in (shop / "logs").rglob("*") if file.is_file()]
    assert logs
    assert [file.name for file in logs if "13900000001" in file.read_text("utf-8")] == []
