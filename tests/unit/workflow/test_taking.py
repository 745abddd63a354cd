"""Every list command takes its customers along: all rows of the stored table, with the company's ids, in the order that the command tells."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.tables import insight, insight_baskets, insight_churn, insight_priority, insight_segments, insight_value
from fenji.workflow.churn import churn_at
from fenji.workflow.moves import moves_between
from fenji.workflow.priority import priority_at
from fenji.workflow.segments import segments_at
from fenji.workflow.taking import StoredList, list_column, open_stored_list
from fenji.workflow.value import value_at
from fixtures.customer_list import AS_OF, EARLIER, shop_with_lists

TAKEN = (
    insight_priority.PRIORITY,
    insight_churn.CHURN_RISK,
    insight_churn.PURCHASE_PROPENSITY,
    insight_value.CUSTOMER_VALUE,
    insight_segments.SEGMENT,
    insight_baskets.RECOMMENDATION,
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_with_lists(tmp_path_factory.mktemp("taking"))


def rows_of(shop: Path, what: StoredList, run_id: str, **more: object) -> list[dict[str, object]]:
    with open_stored_list(shop, what, run_id=run_id, as_of=AS_OF, **more) as listing:
        found = [row for batch in listing.batches() for row in batch.to_pylist()]
        assert listing.source.rows == len(found)
        assert (listing.source.policy, listing.source.version, listing.source.title) == ("shop", 1, what.value)
    return found


def test_movers_are_those_who_stand_elsewhere_with_the_cause(shop: Path) -> None:
    moved = rows_of(shop, StoredList.MOVES, moves_between(shop).run_id, earlier_on=EARLIER)
    told = {row["customer_id"]: (row["from_tier"], row["to_tier"], row["cause"]) for row in moved}
    assert told == {
        "m1": ("silver", "gold", "upgrade"),
        "m3": ("silver", "entry", "downgrade"),
        "m5": (None, "entry", "new"),
    }


def test_each_analysis_is_taken_whole_in_its_own_order(shop: Path) -> None:
    priority, value = priority_at(shop, top=100), value_at(shop, top=100)
    rows = rows_of(shop, StoredList.PRIORITY, priority.run_id)
    assert [row["customer_id"] for row in rows] == [row["customer_id"] for row in priority.top]
    assert [row["score"] for row in rows] == [row["score"] for row in priority.top]
    rows = rows_of(shop, StoredList.VALUE, value.run_id)
    best = [row["customer_id"] for row in value.top]
    assert [row["customer_id"] for row in rows][: len(best)] == best
    assert len(rows) == 8
    for what, run_id in (
        (StoredList.CHURN, churn_at(shop).run_id),
        (StoredList.SEGMENTS, segments_at(shop).run_id),
    ):
        assert {row["customer_id"] for row in rows_of(shop, what, run_id)} == {f"m{number}" for number in range(1, 9)}


def test_every_column_of_a_list_has_a_name_in_both_languages() -> None:
    columns = [each for contract in TAKEN for each in contract.columns if each.name not in ("customer_key", "as_of")]
    columns += [each for each in insight.TIER_MOVEMENT.columns if each.name in ("from_tier", "to_tier", "cause")]
    found = [list_column(each) for each in columns]
    assert [each.slug for each in found if not any("\u4e00" <= sign <= "\u9fff" for sign in each.name.zh)] == []
    assert [each.slug for each in found if "_" in each.name.en] == []


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
    assert "当前等级为 entry" in shown
    assert "--after" in shown


def test_no_search_is_written_into_logs(shop: Path) -> None:
    assert answer(["why", "13900000001", "--workspace", str(shop)]) == 0
    logs = [file for file in (shop / "logs").rglob("*") if file.is_file()]
    assert logs
    assert [file.name for file in logs if "13900000001" in file.read_text("utf-8")] == []
