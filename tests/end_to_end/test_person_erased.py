"""Nothing that tells who a person was is left, and no sum changes. World: the shop of test_person, with an override, a bug's file and an unreadable row."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from end_to_end.test_person import HEADER, ask, made
from fenji.cli.main import answer
from fenji.workspace import erasing

TRACES = ("M1", "13812345678", "138 1234 5678", "wang@example.com", "Wang@Example.com", "王小明")


@pytest.fixture(scope="module")
def run_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = made(tmp_path_factory.mktemp("erased"))
    given = ["--workspace", str(root), "--tier", "high", "--until", "2026-12-31", "--reason", "王小明 asked", "--person", "Ann"]
    assert answer(["policy", "override", "M1", *given]) == 0
    (root / "logs" / "bug-1.txt").write_text("KeyError: 13812345678 王小明", "utf-8")
    return root


@pytest.fixture
def shop(run_shop: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run_shop, tmp_path / "shop"))


def held(root: Path) -> list[tuple[str, str]]:
    """Every trace in what fenji keeps: raw bytes of every file, and every text of every Parquet file."""
    found = []
    for file in sorted(each for each in root.rglob("*") if each.is_file() and "exports" not in each.parts):
        content = file.read_bytes()
        if file.suffix == ".parquet":
            content += "\n".join(str(row) for row in pq.ParquetFile(file).read().to_pylist()).encode()
        found += [(str(file.relative_to(root)), trace) for trace in TRACES if trace.encode() in content]
    return found


def sums(root: Path, capsys: pytest.CaptureFixture[str]) -> list[Any]:
    workspace = ("--workspace", str(root))
    tiers = [ask(capsys, "tiers", *workspace, "--as-of", day)["tiers"] for day in ("2026-05-31", "2026-06-30")]
    customers = ask(capsys, "customers", *workspace)
    rows = [{name: value for name, value in row.items() if name != "customer_id"} for row in customers["rows"]]
    tables = ask(capsys, "tables", *workspace)["tables"]
    return [tiers, rows, [(each["table"], each["rows"]) for each in tables], ask(capsys, "quality", *workspace)["files"]]


def test_nothing_is_left_and_no_sum_changes(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, sources = sums(shop, capsys), {each: each.read_bytes() for each in (shop / "exports").iterdir()}
    assert {trace for _file, trace in held(shop)} == set(TRACES) - {"wang@example.com"} | {"wang@example.com"}
    done = ask(capsys, "person", "erase", "M1", "--yes", "--workspace", str(shop))
    assert held(shop) == []
    assert sums(shop, capsys) == before
    assert {each: each.read_bytes() for each in (shop / "exports").iterdir()} == sources
    named = sorted((each["source_file"], each["row_numbers"]) for each in done["sources"])
    assert named == [("exports/members.csv", [2]), ("exports/orders-05.csv", [2]), ("exports/orders-06.csv", [2, 3, 4])]
    assert done["overrides"] == 1
    assert len(done["runs"]) >= 2
    found = ask(capsys, "person", "list-places", "M1", "--workspace", str(shop), code=3)
    assert found["error"]["code"] == "not_found"
    entries = ask(capsys, "audit", "--workspace", str(shop), "--subject", "M1")["entries"]
    assert [each["action"] for each in entries] == ["person_erased", "override_recorded"]
    assert answer(["audit", "--verify", "--workspace", str(shop)]) == 0


def test_other_people_keep_everything(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = ask(capsys, "person", "export", "M2", "--workspace", str(shop))
    ask(capsys, "person", "erase", "13812345678", "--yes", "--workspace", str(shop))
    after = ask(capsys, "person", "export", "M2", "--workspace", str(shop))
    for earlier, later in zip(before.pop("tables"), after.pop("tables"), strict=True):
        assert later == earlier
    assert after == before


@pytest.mark.parametrize("killed_at", [5, *(pytest.param(each, marks=pytest.mark.proof) for each in (0, 1, 12))])
def test_an_erasure_that_was_killed_is_ended_by_the_next_one(
    killed_at: int, shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, calls = sums(shop, capsys), []
    whole = erasing._write_anew

    def killed(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) > killed_at:
            raise KeyboardInterrupt
        whole(*arguments)

    monkeypatch.setattr(erasing, "_write_anew", killed)
    assert answer(["person", "erase", "M1", "--yes", "--workspace", str(shop)]) == 130
    monkeypatch.setattr(erasing, "_write_anew", whole)
    ask(capsys, "person", "erase", "M1", "--yes", "--workspace", str(shop))
    assert held(shop) == []
    assert sums(shop, capsys) == before
    assert not (shop / erasing.JOURNAL).exists()


def test_nobody_is_erased_unasked(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = held(shop)
    found = ask(capsys, "person", "erase", "M1", "--workspace", str(shop), code=2)
    assert "--yes" in json.dumps(found)
    assert held(shop) == before


def test_a_run_after_an_erasure_counts_the_same(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask(capsys, "person", "erase", "M1", "--yes", "--workspace", str(shop))
    before = ask(capsys, "tiers", "--workspace", str(shop))["tiers"]
    ask(capsys, "run", "--workspace", str(shop), "--as-of", "2026-06-30")
    assert ask(capsys, "tiers", "--workspace", str(shop))["tiers"] == before
    assert held(shop) == []


def test_rows_of_the_person_in_the_next_file_are_left_out(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask(capsys, "person", "erase", "M1", "--yes", "--workspace", str(shop))
    rows = ["A7,M1,,2026-06-25 10:00:00,10.00", "A8,,138-1234-5678,2026-06-25 11:00:00,20.00", "A9,M2,,2026-06-26 10:00:00,30.00"]
    (shop / "exports" / "orders-07.csv").write_text("\n".join([HEADER.strip(), *rows]) + "\n", "utf-8")
    ran = ask(capsys, "run", "--workspace", str(shop), "--as-of", "2026-06-30")
    left_out = [each for source in ran["arrival"]["sources"] for each in source["reasons"] if each["reason"] == "erased"]
    assert [(each["rows"], each["came"], each["is_fault"]) for each in left_out] == [(2, None, False)]
    assert stat.S_IMODE((shop / "fenji.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((shop / "fenji.erased").stat().st_mode) == 0o600
