"""Nothing that tells who a person was is left, and no sum changes. World: the shop of test_person, with an override, a bug's file and an unreadable row."""

from __future__ import annotations

import json
import shutil
import stat
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from end_to_end.test_person import HEADER, ask, made
from fenji.answers.runs import RunResult
from fenji.book import Book
from fenji.cli.main import answer
from fenji.workflow.running import run_all
from fenji.workspace import erasing
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session

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


def pages_of(log: bytes) -> bytes:
    """What SQLite's log holds, without its checksums, in which two letters stand by chance."""
    size = int.from_bytes(log[8:12], "big")
    return b"".join(log[at + 24 : at + 24 + size] for at in range(32, len(log), 24 + size))


def held(root: Path) -> list[tuple[str, str]]:
    """Every trace in what fenji keeps: raw bytes of every file, and every text of every Parquet file."""
    found = []
    for file in sorted(each for each in root.rglob("*") if each.is_file() and "exports" not in each.parts):
        content = pages_of(file.read_bytes()) if file.name.endswith("-wal") else file.read_bytes()
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
    whole = erasing.write_anew

    def killed(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) > killed_at:
            raise KeyboardInterrupt
        whole(*arguments)

    monkeypatch.setattr(erasing, "write_anew", killed)
    assert answer(["person", "erase", "M1", "--yes", "--workspace", str(shop)]) == 130
    monkeypatch.setattr(erasing, "write_anew", whole)
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


SPARK = 'engine = "spark"\nspark_options = { "spark.sql.shuffle.partitions" = "1", "spark.ui.enabled" = "false" }\nthreads = 2\n'
LATER = (
    "A7,M1,,2026-06-25 10:00:00,10.00",
    "A8,,138-1234-5678,2026-06-25 11:00:00,20.00",
    "A9,M2,,2026-06-26 10:00:00,30.00",
    "A10,M1,,2026-06-26 11:00:00,abc",
    "A11,M3,+86 138 1234 5678,2026-06-27 11:00:00,40.00",
)
"""Two rows are the person's, one of them could not be used anyway, and one is somebody else's who gave the person's phone."""


@pytest.fixture(scope="module")
def run_later(run_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    """The person was erased, then a file came that names them, and a run took it in."""
    root = Path(shutil.copytree(run_shop, tmp_path_factory.mktemp("later") / "shop"))
    assert answer(["person", "erase", "M1", "--yes", "--reason", "王小明 wrote to us", "--workspace", str(root)]) == 0
    (root / "exports" / "orders-07.csv").write_text("\n".join([HEADER.strip(), *LATER]) + "\n", "utf-8")
    return root, run_all(root, as_of=date(2026, 6, 30))


@pytest.fixture
def later(run_later: tuple[Path, RunResult], tmp_path: Path) -> Path:
    return Path(shutil.copytree(run_later[0], tmp_path / "shop"))


def test_rows_of_the_person_in_the_next_file_are_left_out_and_keep_no_text(
    run_later: tuple[Path, RunResult], capsys: pytest.CaptureFixture[str]
) -> None:
    root, ran = run_later
    left_out = [each for source in ran.arrival.sources for each in source.reasons if each.reason == "erased"]
    assert [(each.rows, each.came, each.is_fault) for each in left_out] == [(3, None, False)]
    assert held(root) == []
    (account,) = [each for each in ask(capsys, "quality", "--workspace", str(root))["files"] if "07" in each["file"]]
    assert (account["rows_in"], account["kept"], account["rejected"]) == (5, 2, 3)
    rejected = Book(root).table("clean.rejected_row").to_arrow().to_pylist()
    assert sorted(row["row_number"] for row in rejected if row["reason"] == "erased") == [2, 3, 5]
    orders = Book(root).table("clean.order_line").to_arrow().to_pylist()
    assert {"A9", "A11"} <= {row["order_id"] for row in orders}
    for name in ("fenji.key", "fenji.erased"):
        assert stat.S_IMODE((root / name).stat().st_mode) == 0o600


def test_a_reason_stands_in_the_log_without_what_names_the_person(
    run_later: tuple[Path, RunResult], capsys: pytest.CaptureFixture[str]
) -> None:
    entries = ask(capsys, "audit", "--workspace", str(run_later[0]), "--subject", "M1")["entries"]
    assert entries[0]["details"]["reason"] == "*** wrote to us"


@pytest.mark.proof
def test_mending_brings_no_text_of_the_person_back(later: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = ("--workspace", str(later))
    tiers = ask(capsys, "tiers", *workspace)["tiers"]
    raw = {
        each: sorted(map(repr, pq.ParquetFile(each).read().to_pylist())) for each in (later / "store").glob("raw.*/*/*/*.parquet")
    }
    newest = max((later / "store").glob("clean.order_line/*/*.parquet"))
    for file in [*raw, newest]:
        file.write_bytes(file.read_bytes()[:-20])
    mended = ask(capsys, "repair", *workspace)
    assert mended["left"] == []
    assert held(later) == []
    assert {each: sorted(map(repr, pq.ParquetFile(each).read().to_pylist())) for each in raw} == raw
    assert ask(capsys, "check", "--deep", *workspace)["damages"] == []
    ask(capsys, "run", *workspace, "--as-of", "2026-06-30")
    assert ask(capsys, "tiers", *workspace)["tiers"] == tiers


@pytest.mark.proof
def test_a_run_that_reads_damaged_raw_rows_again_brings_no_text_back(later: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = ("--workspace", str(later))
    tiers = ask(capsys, "tiers", *workspace)["tiers"]
    for file in (later / "store").glob("raw.*/*/*/*.parquet"):
        file.unlink()
    ask(capsys, "run", *workspace, "--as-of", "2026-06-30")
    assert ask(capsys, "tiers", *workspace)["tiers"] == tiers
    assert held(later) == []


def in_state(root: Path) -> list[str]:
    """Every trace in the rows of the state database, wherever it stands."""
    with open_session(open_workspace(root)) as session, session.state.reading() as t:
        text = "\n".join(t.rows.lines())
    return [trace for trace in TRACES if trace in text]


@pytest.mark.proof
@pytest.mark.parametrize("where", ["postgresql", pytest.param("spark", marks=pytest.mark.spark)])
def test_a_person_leaves_a_state_on_a_server_and_what_spark_has_written(
    where: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = SPARK if where == "spark" else f'database_url = "{request.getfixturevalue("postgres")()}"\n'
    root = made(tmp_path, settings)
    workspace = ("--workspace", str(root))
    given = ("--tier", "high", "--until", "2026-12-31", "--reason", "王小明 asked", "--person", "Ann")
    assert answer(["policy", "override", "M1", *given, *workspace]) == 0
    before = sums(root, capsys)
    assert "王小明" in in_state(root)
    erased = ask(capsys, "person", "erase", "M1", "--yes", "--reason", "王小明 wrote", *workspace)
    assert (held(root), in_state(root)) == ([], [])
    assert sums(root, capsys) == before
    assert len(erased["runs"]) >= 2
    assert ask(capsys, "check", "--deep", *workspace)["damages"] == []
    (root / "exports" / "orders-07.csv").write_text("\n".join([HEADER.strip(), *LATER]) + "\n", "utf-8")
    ask(capsys, "run", *workspace, "--as-of", "2026-06-30")
    assert (held(root), in_state(root)) == ([], [])
    rejected = Book(root).table("clean.rejected_row").to_arrow().to_pylist()
    assert sorted(row["row_number"] for row in rejected if row["reason"] == "erased") == [2, 3, 5]
    again = run_all(root, as_of=date(2026, 6, 30))
    assert again.unchanged_since is not None
    ask(capsys, "prune", "--keep", "1", *workspace)
    assert ask(capsys, "check", "--deep", *workspace)["damages"] == []
    assert answer(["audit", "--verify", *workspace]) == 0
