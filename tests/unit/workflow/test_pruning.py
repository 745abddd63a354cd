"""Old runs go with all that stands on them, and nothing that a kept run needs; killed in the middle, the next command finishes."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from fenji.answers.json import to_json
from fenji.book import Book
from fenji.domain.audit import Action
from fenji.domain.runs import NewRun
from fenji.errors import Conflict, Damaged, InvalidArgument, NotFound
from fenji.language import Language
from fenji.state.run_life import Runs
from fenji.workflow.auditing import list_audit
from fenji.workflow.checking import check_workspace
from fenji.workflow.pruning import name_run, prune_workspace
from fenji.workflow.repairing import repair_workspace
from fenji.workflow.running import run_all
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fenji.workspace.pruning import old_runs, remove_runs
from fixtures.kept_shop import AS_OF, HEAD, flip, open_shop, parts_of, write_orders


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs, a file more before each; an analysis stands on the first and on the last."""
    shop = open_shop(tmp_path_factory.mktemp("made") / "shop")
    Book(shop).value()
    for number in range(2):
        write_orders(shop, f"more{number}.csv", [HEAD, f"9{number},dan{number},2026-03-05,70"])
        run_all(shop, as_of=AS_OF, history=2)
    Book(shop).value()
    return shop


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "shop"))


def run_ids(shop: Path) -> list[str]:
    """The runs that collected, in the order of publication."""
    with open_session(open_workspace(shop)) as session, session.state.reading() as t:
        return [run_id for run_id, run in t.upkeep.published().items() if run.new.base_run_id is None]


def in_store(shop: Path) -> set[str]:
    return {each.name.removeprefix("run=") for each in (shop / "store").glob("*.*/run=*")}


def test_old_runs_go_with_their_analyses_and_the_raw_rows_that_others_need_stay(shop: Path) -> None:
    first, second, _last = run_ids(shop)
    tiers, size = Book(shop).tiers(), sum(each.stat().st_size for each in (shop / "store").rglob("*.parquet"))
    result = prune_workspace(shop, keep=1)
    assert [each.command for each in result.removed] == ["run", "churn", "value", "run"]
    assert {first, second} <= {each.run_id for each in result.removed}
    assert (result.kept, result.is_rehearsal) == (1, False)
    now = list((shop / "store").rglob("*.parquet"))
    assert size - sum(each.stat().st_size for each in now) == result.bytes > 0
    left = [each for run_id in (first, second) for each in (shop / "store").glob(f"*.*/run={run_id}")]
    shared = {each.parent.parent.name for each in Book(shop).table("clean.event").files}
    assert shared == {"clean.event"}
    assert {each.parent.name for each in left if not each.parent.name.startswith("clean.")} == {"raw.order_line"}
    assert {"clean.customer", "clean.order_line", "clean.identity"}.isdisjoint(each.parent.name for each in left)
    assert Book(shop).tiers() == tiers
    assert check_workspace(shop, is_deep=True).is_whole
    assert run_all(shop, as_of=AS_OF).files.unchanged != ()
    with pytest.raises(NotFound):
        Book(shop).tiers(run=first)
    assert sum(each.action is Action.RUN_PRUNED for each in list_audit(shop, limit=100).entries) == 4


def test_a_rehearsal_removes_nothing_and_tells_the_same(shop: Path) -> None:
    before = in_store(shop)
    rehearsed = prune_workspace(shop, keep=1, is_rehearsal=True)
    assert (in_store(shop), rehearsed.is_rehearsal) == (before, True)
    done = prune_workspace(shop, keep=1)
    assert (done.removed, done.files, done.bytes) == (rehearsed.removed, rehearsed.files, rehearsed.bytes)


def test_a_run_with_a_name_stays_and_so_does_one_that_is_young(shop: Path) -> None:
    first, second, last = run_ids(shop)
    assert [(each.run_id, each.name) for each in name_run(shop, first, "spring").named] == [(first, "spring")]
    with pytest.raises(Conflict, match="has the name spring already"):
        name_run(shop, second, "spring")
    assert prune_workspace(shop, keep=1, older_than=1).removed == ()
    assert [each.run_id for each in prune_workspace(shop, keep=1).removed] == [second]
    assert run_ids(shop) == [first, last]
    assert prune_workspace(shop, keep=1, snapshots=["autumn"], is_rehearsal=True).removed[0].run_id == first
    name_run(shop, first, None)
    prune_workspace(shop, keep=1)
    assert run_ids(shop) == [last]


@pytest.mark.proof
def test_a_kept_run_is_rebuilt_although_the_run_before_it_was_removed(shop: Path) -> None:
    prune_workspace(shop, keep=1)
    tiers = Book(shop).tiers()
    flip(parts_of(shop, "insight.tier_assignment")[-1])
    assert repair_workspace(shop).left == ()
    assert Book(shop).tiers() == tiers


@pytest.mark.proof
@pytest.mark.parametrize(
    "lost",
    [
        *(pytest.param([each], marks=pytest.mark.proof) for each in ("clean.identity", "clean.customer")),
        ["clean.identity", "insight.tier_count", "clean.order_line"],
    ],
)
def test_keys_are_found_again_where_the_run_before_was_removed(shop: Path, lost: list[str]) -> None:
    prune_workspace(shop, keep=1)
    whys = [to_json(Book(shop).why(each), Language.EN) for each in ("ann", "dan1")]
    for table in lost:
        flip(parts_of(shop, table)[-1])
    assert repair_workspace(shop).left == ()
    assert check_workspace(shop, is_deep=True).is_whole
    assert [to_json(Book(shop).why(each), Language.EN) for each in ("ann", "dan1")] == whys


def lose(shop: Path, tables: list[str]) -> None:
    for table in tables:
        for file in parts_of(shop, table):
            flip(file)


def keys_by_id(shop: Path) -> dict[str, int]:
    return {row["customer_id"]: row["customer_key"] for row in Book(shop).table("clean.customer").to_arrow().to_pylist()}


@pytest.mark.proof
def test_keys_are_found_in_the_lines_of_orders_where_both_lists_of_customers_are_lost(shop: Path) -> None:
    before = keys_by_id(shop)
    prune_workspace(shop, keep=1)
    lose(shop, ["clean.identity", "clean.customer"])
    assert repair_workspace(shop).left == ()
    assert check_workspace(shop, is_deep=True).is_whole
    assert keys_by_id(shop) == before


@pytest.mark.proof
def test_keys_that_nobody_knows_any_more_are_not_made_up(shop: Path) -> None:
    before, given = keys_by_id(shop), set(keys_by_id(shop).values())
    prune_workspace(shop, keep=1)
    lose(shop, ["clean.identity", "clean.customer", "clean.order_line"])
    (problem,) = repair_workspace(shop).left
    assert problem.what(Language.EN).endswith("what is whole does not say the keys of all its customers.")
    with pytest.raises(Damaged):
        run_all(shop, as_of=AS_OF)
    run_all(shop, as_of=AS_OF, force=True)
    after = keys_by_id(shop)
    assert after.keys() == before.keys()
    assert given.isdisjoint(after.values())


def test_keys_are_not_given_again_after_their_runs_were_removed(shop: Path) -> None:
    def keys() -> set[int]:
        with open_session(open_workspace(shop)) as session:
            return {session.runs.keys_given()}

    before = keys()
    prune_workspace(shop, keep=1)
    assert keys() == before


def test_what_a_kill_left_in_the_middle_goes_with_the_next_command(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_others = run_ids(shop)
    monkeypatch.setattr(Runs, "sweep", lambda _self: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt), open_session(open_workspace(shop)) as session:
        remove_runs(session, old_runs(session, keep=1).runs)
    monkeypatch.undo()
    assert first in in_store(shop)
    checked = check_workspace(shop)
    assert checked.is_whole
    assert any(first in each for each in checked.strays)
    prune_workspace(shop, keep=1)
    assert check_workspace(shop).strays == ()


def test_a_run_on_which_somebody_computes_stays(shop: Path) -> None:
    first, *_others = run_ids(shop)
    with open_session(open_workspace(shop)) as session:
        session.runs.start(NewRun("value", "duckdb", session.workspace.settings.language, base_run_id=first))
        with pytest.raises(Conflict, match="`value` is being computed"):
            prune_workspace(shop, keep=1)
    assert len(run_ids(shop)) == 3


def test_the_setting_removes_old_runs_after_each_run(shop: Path) -> None:
    toml = shop / "fenji.toml"
    toml.write_text("keep_runs = 2\n" + toml.read_text("utf-8"), encoding="utf-8")
    _first, _second, last = run_ids(shop)
    result = run_all(shop, as_of=date(2026, 3, 31))
    assert run_ids(shop) == [last, result.run_id]
    assert prune_workspace(shop).removed == ()


@pytest.mark.parametrize("keep", [None, 0, -1])
def test_somebody_must_say_how_many_are_kept(shop: Path, keep: int | None) -> None:
    with pytest.raises(InvalidArgument, match="how many of the newest runs are kept"):
        prune_workspace(shop, keep=keep)
