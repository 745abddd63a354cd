"""A run with nothing new names the clean tables of the run before; whatever is done to these files is done for both runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fenji.answers.json import to_json
from fenji.book import Book
from fenji.domain.feeds import Feed
from fenji.domain.runs import NewRun, Run, RunStatus, StoredTable
from fenji.errors import Conflict, Damaged
from fenji.language import Language
from fenji.tables import clean
from fenji.workflow.backing_up import back_up
from fenji.workflow.checking import check_workspace
from fenji.workflow.persons_erase import erase_person
from fenji.workflow.pruning import prune_workspace
from fenji.workflow.repairing import repair_workspace
from fenji.workflow.restoring import restore
from fenji.workflow.running import run_all
from fenji.workflow.tables import tables_now
from fenji.workspace.erasure_key import KEY_FILE, keep_tokens
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fenji.workspace.running import options_of
from fenji.workspace.session import RunWriter, Session
from fenji.workspace.sharing import fingerprint_of, shared_base
from fixtures.kept_shop import AS_OF, HEAD, cut, flip, open_shop, parts_of, write_orders

LATER = date(2026, 4, 30)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs with nothing new between them."""
    shop = open_shop(tmp_path_factory.mktemp("made") / "shop", history=1)
    first = Book(shop).tiers().run_id
    assert run_all(shop, as_of=LATER).unchanged_since == first
    return shop


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "shop"))


def runs_of(shop: Path) -> list[Run]:
    with open_session(open_workspace(shop)) as session, session.state.reading() as t:
        return list(t.upkeep.published().values())


def named_by(shop: Path, run: Run) -> dict[str, StoredTable]:
    """The clean tables that a run names."""
    with open_session(open_workspace(shop)) as session:
        return {each.table: each for each in session.runs.tables_of(run.run_id) if each.table in clean.CLEAN}


def rows_in(shop: Path, tables: dict[str, StoredTable]) -> dict[str, list[str]]:
    """Every row of some tables, in a fixed order."""
    found: dict[str, list[str]] = {}
    for name, each in tables.items():
        files = sorted((shop / "store" / each.path).glob("*.parquet"))
        found[name] = sorted(repr(row) for file in files for row in pq.ParquetFile(file).read().to_pylist())
    return found


@pytest.mark.proof
def test_both_runs_name_the_same_files_and_preparing_anew_would_give_the_same_rows(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = runs_of(shop)
    assert named_by(shop, first) == named_by(shop, second)
    assert list((shop / "store").glob(f"clean.*/run={second.run_id}")) == []
    assert list((shop / "store").glob(f"insight.customer_metric/run={second.run_id}")) != []
    monkeypatch.setattr("fenji.workspace.running.fingerprint_of", lambda *_given: None)
    monkeypatch.setattr("fenji.workspace.running.share_equal", lambda _writer: None)
    anew = run_all(shop, as_of=LATER)
    assert anew.unchanged_since is None
    third = runs_of(shop)[-1]
    assert len(list((shop / "store").glob(f"clean.*/run={third.run_id}"))) == len(named_by(shop, second)) == len(clean.CLEAN)
    assert rows_in(shop, named_by(shop, third)) == rows_in(shop, named_by(shop, second))


@pytest.mark.proof
def test_a_new_file_ends_the_sharing_of_what_it_changes_alone(shop: Path) -> None:
    write_orders(shop, "cid.csv", [HEAD, "4,cid,2026-04-05,70"])
    assert run_all(shop, as_of=LATER).unchanged_since is None
    first, _second, third = runs_of(shop)
    before, after = named_by(shop, first), named_by(shop, third)
    shared = {name for name, each in after.items() if each == before[name]}
    assert shared.isdisjoint({"clean.customer", "clean.identity", "clean.order_line", "clean.file_account"})
    assert {"clean.event", "clean.rejected_row", "clean.product"} <= shared
    assert sorted(each.written_by for each in after.values() if each.table not in shared) == [third.run_id] * (
        len(after) - len(shared)
    )
    assert check_workspace(shop, is_deep=True).is_whole


@pytest.fixture(scope="module")
def session(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    copy = Path(shutil.copytree(made, tmp_path_factory.mktemp("open") / "shop"))
    with open_session(open_workspace(copy)) as opened:
        yield opened


def fingerprint(session: Session, run: Run, *, as_of: date = AS_OF, **changed: object) -> str | None:
    options = replace(options_of(session, as_of=as_of), **changed)  # type: ignore[arg-type]
    return fingerprint_of(RunWriter(session, run), run.inputs, options)


def test_only_what_the_steps_read_enters_the_fingerprint(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    run = session.latest()
    same = fingerprint(session, run)
    assert same == run.base_fingerprint is not None
    assert {fingerprint(session, run, as_of=AS_OF + timedelta(days=1)), fingerprint(session, run, keys_given=77)} == {same}
    totals = replace(run, inputs=tuple(replace(each, feed=Feed.BALANCE) for each in run.inputs))
    another_text = replace(run, new=replace(run.new, documents={**run.new.documents, "sources.yaml": "sources: []"}))
    fewer = replace(run, inputs=run.inputs[1:])
    others = [
        fingerprint(session, run, zone="UTC"),
        fingerprint(session, run, currency="USD"),
        fingerprint(session, run, rates={"USD": {"2026-01": 7}}),
        fingerprint(session, run, link_by=()),
        fingerprint(session, run, shared_by_many=6),
        fingerprint(session, run, key="00"),
        fingerprint(session, run, erased=frozenset({"00"})),
        fingerprint(session, another_text),
        fingerprint(session, fewer),
        fingerprint(session, totals),
        fingerprint(session, totals, as_of=LATER),
    ]
    monkeypatch.setattr("fenji.workspace.sharing._code", lambda: "other")
    others.append(fingerprint(session, run))
    monkeypatch.setattr("fenji.workspace.sharing._code", lambda: None)
    assert fingerprint(session, run) is None
    assert len({same, *others}) == len(others) + 1


def test_raw_rows_without_checksums_have_no_fingerprint(session: Session) -> None:
    run = session.latest()
    (first, *others) = run.inputs
    (session.store.root / "raw.order_line/run=old/batch=1").mkdir(parents=True)
    unknown = replace(run, inputs=(replace(first, raw_path="raw.order_line/run=old/batch=1"), *others))
    assert fingerprint(session, unknown) is None


@pytest.mark.parametrize("harm", [flip, cut, Path.unlink])
def test_damaged_raw_rows_have_no_fingerprint_but_are_an_error(shop: Path, harm: Callable[[Path], None]) -> None:
    harm(parts_of(shop, "raw.order_line")[0])
    with open_session(open_workspace(shop)) as session, pytest.raises(Damaged, match=r"raw\.order_line is damaged"):
        fingerprint(session, session.latest())


@pytest.mark.parametrize("harm", [flip, cut, Path.unlink])
def test_a_damaged_file_damages_both_runs_and_is_not_shared(shop: Path, harm: Callable[[Path], None]) -> None:
    first, second = runs_of(shop)
    with open_session(open_workspace(shop)) as session:
        writer = RunWriter(session, second)
        assert shared_base(writer, second.base_fingerprint) is not None
        harm(parts_of(shop, "clean.order_line")[0])
        assert shared_base(writer, second.base_fingerprint) is None
    damaged = check_workspace(shop).damages
    assert {(each.table, each.run_id) for each in damaged} == {("clean.order_line", run.run_id) for run in (first, second)}
    for run in (first, second):
        with pytest.raises(Damaged):
            Book(shop).table("clean.order_line", run=run.run_id).to_arrow()


@pytest.mark.proof
@pytest.mark.parametrize("harm", [flip, cut, Path.unlink])
def test_what_is_damaged_is_stored_anew_by_the_next_run_and_mended_for_those_before(
    shop: Path, harm: Callable[[Path], None]
) -> None:
    first, second = runs_of(shop)
    before = rows_in(shop, named_by(shop, first))
    harm(parts_of(shop, "clean.order_line")[0])
    result = run_all(shop, as_of=LATER)
    assert result.unchanged_since is None
    third = runs_of(shop)[-1]
    assert named_by(shop, third)["clean.order_line"].written_by == third.run_id
    assert named_by(shop, third)["clean.event"].written_by == first.run_id
    assert len(Book(shop).table("clean.order_line").to_arrow()) == 3
    mended = repair_workspace(shop)
    assert mended.left == ()
    assert [(each.run_id, each.table) for each in mended.rebuilt] == [(run.run_id, "clean.order_line") for run in (first, second)]
    assert check_workspace(shop, is_deep=True).is_whole
    assert rows_in(shop, named_by(shop, second)) == before
    assert [each.edition for each in runs_of(shop)] == [2, 2, 1]


@pytest.mark.proof
def test_files_of_a_removed_run_stay_as_long_as_a_run_names_them_and_are_mended_in_their_place(shop: Path) -> None:
    first, second = runs_of(shop)
    tiers, before = to_json(Book(shop).tiers(), Language.EN), rows_in(shop, named_by(shop, first))
    rehearsed = prune_workspace(shop, keep=1, is_rehearsal=True)
    removed = prune_workspace(shop, keep=1)
    assert (removed.files, removed.bytes) == (rehearsed.files, rehearsed.bytes)
    assert [each.run_id for each in removed.removed] == [first.run_id]
    assert list((shop / "store").glob(f"insight.*/run={first.run_id}")) == []
    checked = check_workspace(shop, is_deep=True)
    assert (checked.is_whole, checked.strays) == (True, ())
    assert to_json(Book(shop).tiers(), Language.EN) == tiers
    flip(parts_of(shop, "clean.customer", first.run_id)[0])
    assert [each.run_id for each in repair_workspace(shop).rebuilt] == [second.run_id]
    assert check_workspace(shop, is_deep=True).is_whole
    assert rows_in(shop, named_by(shop, second)) == before
    assert run_all(shop, as_of=LATER).unchanged_since == second.run_id
    prune_workspace(shop, keep=1)
    assert check_workspace(shop, is_deep=True).is_whole
    assert check_workspace(shop).strays == ()


def test_a_run_without_anything_new_shares_and_leaves_no_files_of_its_own(shop: Path) -> None:
    first, second = runs_of(shop)
    assert named_by(shop, first) == named_by(shop, second)
    assert len(named_by(shop, second)) == len(clean.CLEAN)
    assert list((shop / "store").glob(f"clean.*/run={second.run_id}")) == []
    assert prune_workspace(shop, keep=1).files > 0
    assert check_workspace(shop, is_deep=True).is_whole
    assert prune_workspace(shop, keep=1).removed == ()
    assert check_workspace(shop, is_deep=True).is_whole


@pytest.mark.proof
def test_erasing_changes_the_files_once_and_gives_every_run_that_names_them_a_new_edition(shop: Path) -> None:
    first, second = runs_of(shop)
    erased = erase_person(shop, "ann")
    assert set(erased.runs) == {first.run_id, second.run_id}
    assert [each.edition for each in runs_of(shop)] == [2, 2]
    assert named_by(shop, first) == named_by(shop, second)
    for name, rows in rows_in(shop, named_by(shop, second)).items():
        assert not any("'ann'" in row for row in rows), name
    assert check_workspace(shop, is_deep=True).is_whole
    assert run_all(shop, as_of=LATER).unchanged_since is None
    assert run_all(shop, as_of=LATER).unchanged_since == runs_of(shop)[2].run_id
    tokens = [row for row in rows_in(shop, named_by(shop, runs_of(shop)[-1]))["clean.identity"] if erased.token in row]
    assert len(tokens) == 1


@pytest.mark.proof
def test_a_backup_holds_shared_files_once_and_a_restored_workspace_shares_on(shop: Path, tmp_path: Path) -> None:
    prune_workspace(shop, keep=1)
    taken = back_up(shop, tmp_path / "taken.tar")
    assert taken.files == check_workspace(shop).files
    assert restore(tmp_path / "taken.tar", tmp_path / "again").check.is_whole
    (kept,) = runs_of(tmp_path / "again")
    assert to_json(Book(tmp_path / "again").tiers(), Language.EN) == to_json(Book(shop).tiers(), Language.EN)
    shutil.copytree(shop / "export", tmp_path / "again" / "export")
    assert run_all(tmp_path / "again", as_of=LATER).unchanged_since == kept.run_id


def test_readers_find_the_files_under_both_runs(shop: Path) -> None:
    first, second = runs_of(shop)
    for table in ("clean.customer", "clean.order_line"):
        assert Book(shop).table(table, run=first.run_id).to_arrow() == Book(shop).table(table).to_arrow()
    listed = {each.table: each for each in tables_now(shop).tables}
    assert listed["clean.customer"].run_id == second.run_id
    assert [file.parent.name for file in listed["clean.customer"].files] == [f"run={first.run_id}"]
    assert all(file.is_file() for each in listed.values() for file in each.files)


def test_a_run_whose_shared_tables_were_changed_meanwhile_is_not_published(shop: Path) -> None:
    with open_session(open_workspace(shop)) as session:
        previous = session.latest()
        tables = session.runs.tables_of(previous.run_id)
        with (
            pytest.raises(Conflict, match="has been changed or removed meanwhile"),
            session.runs.running(NewRun("run", "duckdb", Language.EN, as_of=LATER)) as run,
        ):
            with session.state.transaction(session.principal) as t:
                t.manifests.raise_edition(previous.run_id)
            session.runs.publish(run.run_id, tables, previous.inputs, sharing=previous)
        assert session.runs.list_runs(limit=1)[0].status is RunStatus.FAILED
        assert session.latest().run_id == previous.run_id
    assert check_workspace(shop).is_whole


@pytest.mark.proof
def test_another_key_or_a_newly_erased_person_ends_the_sharing(shop: Path) -> None:
    keep_tokens(open_workspace(shop), {"ab" * 32}, "erased-1")
    assert run_all(shop, as_of=LATER).unchanged_since is None
    (shop / KEY_FILE).write_text("cd" * 32 + "\n", "ascii")
    assert run_all(shop, as_of=LATER).unchanged_since is None
