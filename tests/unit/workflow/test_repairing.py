"""A damaged workspace is mended to what was published, or it is said why not; a run is never replaced by other figures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fenji.book import Book
from fenji.domain.audit import Action
from fenji.errors import Damaged
from fenji.language import Language
from fenji.workflow.auditing import list_audit
from fenji.workflow.checking import check_workspace
from fenji.workflow.repairing import repair_workspace
from fenji.workflow.running import run_all
from fenji.workspace.overrides import overrides_in
from fixtures.kept_shop import AS_OF, HEAD, by_hand, cut, flip, open_shop, parts_of, write_orders


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: cid came between them, and a customer was put into a tier by hand for the first one."""
    shop = open_shop(tmp_path_factory.mktemp("made") / "shop")
    Book(shop).value()
    write_orders(shop, "cid.csv", [HEAD, "4,cid,2026-03-05,70"])
    run_all(shop, as_of=AS_OF, history=2)
    return shop


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "shop"))


def rows_of(shop: Path) -> dict[str, list[dict[str, object]]]:
    """Every published row by the folder of its table, in a fixed order; bytes may differ, rows must not."""
    found: dict[str, list[dict[str, object]]] = {}
    for file in sorted((shop / "store").rglob("*.parquet")):
        rows = pq.read_table(file, partitioning=None).to_pylist()
        found.setdefault(str(file.parent.relative_to(shop)), []).extend(rows)
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


TABLES = (
    "raw.order_line",
    "clean.customer",
    "clean.identity",
    "clean.order_line",
    "insight.customer_metric",
    "insight.tier_assignment",
    "insight.tier_count",
    "insight.tier_flow",
)


@pytest.mark.parametrize("harm", [Path.unlink, flip])
def test_one_damaged_part_of_each_table_is_mended_to_the_rows_that_were_published(
    shop: Path, harm: Callable[[Path], None]
) -> None:
    before = rows_of(shop)
    for table in TABLES:
        harm(parts_of(shop, table)[0])
    result = repair_workspace(shop)
    assert (result.left, result.is_whole) == ((), True)
    assert {each.table for each in result.rebuilt} == {each for each in TABLES if not each.startswith("raw.")}
    assert check_workspace(shop, is_deep=True).is_whole
    assert rows_of(shop) == before
    assert list((shop / "store" / ".scratch").rglob("*.parquet")) == []
    assert check_workspace(shop).strays == ()


@pytest.mark.proof
def test_everything_of_a_run_can_be_rebuilt_from_its_sources(shop: Path) -> None:
    before, tiers = rows_of(shop), Book(shop).tiers()
    for file in (shop / "store").rglob("*.parquet"):
        if "customer_value" not in str(file) and "value_" not in str(file) and "tier_grid" not in str(file):
            cut(file)
    result = repair_workspace(shop)
    assert result.left == ()
    after = rows_of(shop)
    assert {name: after[name] for name in after} == {name: before[name] for name in after}
    assert Book(shop).tiers() == tiers
    assert check_workspace(shop, is_deep=True).is_whole


def test_a_damaged_analysis_is_withdrawn_and_computed_again(shop: Path) -> None:
    Book(shop).value()
    (file,) = parts_of(shop, "insight.customer_value")[-1:]
    flip(file)
    with pytest.raises(Damaged):
        Book(shop).value()
    (gone,) = repair_workspace(shop).withdrawn
    assert gone.command == "value"
    assert not file.exists()
    assert check_workspace(shop).is_whole
    assert Book(shop).value().run_id != gone.run_id


def test_an_edition_goes_up_so_that_an_open_book_forgets_what_it_remembers(shop: Path) -> None:
    book = Book(shop)
    before = book.tiers()
    flip(parts_of(shop, "insight.tier_count", before.run_id)[0])
    repair_workspace(shop)
    assert book.tiers() == before
    entries = [each for each in list_audit(shop).entries if each.action is Action.RUN_REPAIRED]
    assert [(each.subject, each.details) for each in entries] == [(before.run_id, {"folders": 1, "tables": "insight.tier_count"})]


def test_raw_rows_whose_file_has_changed_are_left_with_the_reason(shop: Path) -> None:
    for each in parts_of(shop, "raw.order_line"):
        cut(each)
    for name in ("early.csv", "late.csv", "cid.csv"):
        write_orders(shop, name, [HEAD, "9,dan,2026-03-09,5"])
    cut(parts_of(shop, "clean.identity")[0])
    result = repair_workspace(shop)
    told = [each.describe(Language.EN) for each in result.left]
    assert len(told) == 4
    assert sum("are damaged, and the file is gone or has changed since" in each for each in told) == 3
    assert sum("cannot be rebuilt as long as its raw rows are damaged" in each for each in told) == 1
    assert not check_workspace(shop).is_whole


@pytest.mark.proof
def test_what_was_decided_by_hand_later_does_not_enter_a_rebuilt_run(shop: Path) -> None:
    by_hand(shop)
    before = Book(shop).tiers()
    for each in parts_of(shop, "insight.tier_assignment"):
        flip(each)
    result = repair_workspace(shop)
    assert result.left == ()
    assert Book(shop).tiers() == before


def test_a_run_that_comes_out_differently_is_not_replaced(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file, *_more) = parts_of(shop, "insight.tier_assignment")
    flip(file)
    damaged = file.read_bytes()
    by_hand(shop)
    monkeypatch.setattr("fenji.workspace.tiering.overrides_in", ignoring_time)
    result = repair_workspace(shop)
    assert file.read_bytes() == damaged
    (problem, *_others) = result.left
    assert "which is whole, comes out with other figures now" in problem.what(Language.EN)


def ignoring_time(*given: object, known_at: object = None, **named: object) -> object:
    """What a rebuild that looked at today's record would read."""
    del known_at
    return overrides_in(*given, **named)


@pytest.mark.proof
def test_settings_policies_and_metrics_of_today_do_not_matter(shop: Path) -> None:
    before = rows_of(shop)
    toml = shop / "fenji.toml"
    toml.write_text(toml.read_text("utf-8") + "\nlost_after_days = 10\n", encoding="utf-8")
    for each in (shop / "policies").iterdir():
        each.unlink()
    (shop / "sources.yaml").unlink()
    for each in (shop / "store" / "insight.tier_count").rglob("*.parquet"):
        each.unlink()
    assert repair_workspace(shop).left == ()
    assert rows_of(shop) == before
