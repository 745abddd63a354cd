"""A backup holds all that was published, from either database into either, on any machine; what is damaged or cut off is refused."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fenji.book import Book
from fenji.errors import Conflict, Damaged, InvalidFile
from fenji.language import Language
from fenji.workflow.auditing import list_audit, verify_audit
from fenji.workflow.backing_up import back_up
from fenji.workflow.checking import check_workspace
from fenji.workflow.restoring import MARK, restore
from fenji.workflow.running import run_all
from fenji.workspace.erasure_key import erased_tokens, erasure_key, keep_tokens
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fixtures.kept_shop import AS_OF, HEAD, by_hand, cut, flip, open_shop, parts_of, write_orders

PASSWORD = "hunter2-secret"  # noqa: S105 - what must not be found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with an analysis, an override, and settings with a password."""
    shop = open_shop(tmp_path_factory.mktemp("made") / "shop")
    by_hand(shop)
    Book(shop).value()
    run_all(shop, as_of=AS_OF, history=2)
    toml = shop / "fenji.toml"
    options = f'spark_options = {{ "spark.hadoop.fs.s3a.secret.key" = "{PASSWORD}", "spark.sql.shuffle.partitions" = "8" }}\n'
    toml.write_text(options + toml.read_text("utf-8"), encoding="utf-8")
    text = f"# postgresql://shop:{PASSWORD}@db/orders\n" + (shop / "sources.yaml").read_text("utf-8")
    (shop / "sources.yaml").write_text(text, encoding="utf-8")
    return shop


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "shop"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.proof)])
def database(request: pytest.FixtureRequest) -> str | None:
    """Where the state is restored into: SQLite in the folder, or an empty PostgreSQL database."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres")())


def published_files(shop: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of the store with its time."""
    files = (shop / "store").glob("*.*/**/*.parquet")
    return {str(each.relative_to(shop)): (each.read_bytes(), each.stat().st_mtime_ns) for each in files}


def test_a_restored_workspace_is_the_same_to_the_byte_and_goes_on(shop: Path, tmp_path: Path, database: str | None) -> None:
    tiers, files = Book(shop).tiers(), published_files(shop)
    made = back_up(shop, tmp_path / "shop.tar")
    assert (made.runs, made.files) == (4, len(files))
    entries = list_audit(shop, limit=100).entries
    shop.rename(tmp_path / "gone")
    there = tmp_path / "another place" / "店 1"
    result = restore(tmp_path / "shop.tar", there, database_url=database)
    assert (result.check.damages, result.check.is_deep, result.run_id) == ((), True, tiers.run_id)
    assert published_files(there) == files
    assert Book(there).tiers() == tiers
    # The backup itself ended after the state was written down.
    assert list_audit(there, limit=100).entries == entries[1:]
    assert verify_audit(there).entries == len(entries) - 1
    by_hand(there, "bob")
    shutil.copytree(tmp_path / "gone" / "export", there / "export")
    again = run_all(there, as_of=AS_OF, history=2)
    assert again.files.new == again.files.changed == ()
    assert {each.tier: each.customers for each in Book(there).tiers().tiers} != {
        each.tier: each.customers for each in tiers.tiers
    }


@pytest.mark.proof
def test_what_is_restored_can_be_backed_up_and_restored_into_the_other_database(
    shop: Path, tmp_path: Path, postgres: Callable[[], str]
) -> None:
    tiers = Book(shop).tiers()
    back_up(shop, tmp_path / "first.tar")
    restore(tmp_path / "first.tar", tmp_path / "served", database_url=postgres())
    back_up(tmp_path / "served", tmp_path / "second.tar")
    result = restore(tmp_path / "second.tar", tmp_path / "back")
    assert result.check.is_whole
    assert (tmp_path / "back" / "fenji.db").is_file()
    assert Book(tmp_path / "back").tiers() == tiers


def test_no_password_is_in_a_backup(shop: Path, tmp_path: Path) -> None:
    assert PASSWORD in (shop / "fenji.toml").read_text("utf-8")
    back_up(shop, tmp_path / "shop.tar")
    assert PASSWORD.encode() not in (tmp_path / "shop.tar").read_bytes()
    restore(tmp_path / "shop.tar", tmp_path / "there")
    assert open_workspace(tmp_path / "there").settings.spark_options["spark.sql.shuffle.partitions"] == "8"


@pytest.mark.proof
def test_places_of_the_other_machine_are_not_taken_over(shop: Path, tmp_path: Path) -> None:
    toml = shop / "fenji.toml"
    shutil.move(shop / "store", tmp_path / "large disk")
    places = f'store = "{tmp_path}/large disk"\nscratch = "/fast"\n'
    toml.write_text(places + toml.read_text("utf-8"), encoding="utf-8")
    (tmp_path / "large disk" / ".scratch").mkdir(exist_ok=True)
    toml.write_text(toml.read_text("utf-8").replace('scratch = "/fast"', f'scratch = "{tmp_path}/fast"'), encoding="utf-8")
    back_up(shop, tmp_path / "shop.tar")
    result = restore(tmp_path / "shop.tar", tmp_path / "there")
    assert result.check.is_whole
    settings = open_workspace(tmp_path / "there").settings
    assert (str(settings.store), settings.scratch) == ("store", None)


@pytest.mark.proof
def test_a_run_that_works_meanwhile_is_not_in_it_and_disturbs_nothing(shop: Path, tmp_path: Path) -> None:
    write_orders(shop, "more.csv", [HEAD, "9,dan,2026-03-05,70"])
    published: list[str] = []

    def run_once(_step: str, _done: int, _total: int) -> None:
        if not published:
            published.append("")
            published.append(run_all(shop, as_of=AS_OF).run_id)

    before = Book(shop).tiers()
    back_up(shop, tmp_path / "shop.tar", progress=run_once)
    assert Book(shop).tiers().run_id == published[-1]
    assert restore(tmp_path / "shop.tar", tmp_path / "there").check.is_whole
    assert Book(tmp_path / "there").tiers() == before


def test_a_damaged_workspace_is_not_backed_up(shop: Path, tmp_path: Path) -> None:
    flip(parts_of(shop, "clean.customer")[0])
    with pytest.raises(Damaged, match="is not as it was published"):
        back_up(shop, tmp_path / "shop.tar")
    parts_of(shop, "clean.customer")[0].unlink()
    with pytest.raises(Damaged):
        back_up(shop, tmp_path / "shop.tar")
    assert [each.name for each in tmp_path.iterdir()] == ["shop"]
    assert check_workspace(shop).strays == ()


def flip_content(file: Path) -> None:
    """One bit of what a backup holds is another one; between what it holds lie zeros that nobody reads."""
    with tarfile.open(file) as opened:
        member = max(opened.getmembers(), key=lambda each: each.size)
    content = bytearray(file.read_bytes())
    content[member.offset_data + member.size // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("harm", [flip_content, cut, lambda file: file.write_bytes(file.read_bytes()[:5000])])
def test_a_damaged_backup_is_refused(shop: Path, tmp_path: Path, harm: Callable[[Path], None]) -> None:
    file = tmp_path / "shop.tar"
    back_up(shop, file)
    if harm is cut:
        file.write_bytes(file.read_bytes()[:-12000])
    else:
        harm(file)
    with pytest.raises(InvalidFile):
        restore(file, tmp_path / "there")
    assert not (tmp_path / "there" / "fenji.toml").exists()


def test_something_else_is_no_backup(shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.tar"
    with tarfile.open(other, "w") as tar:
        tar.add(shop / "sources.yaml", "sources.yaml")
    for file in (other, shop / "sources.yaml"):
        with pytest.raises(InvalidFile, match="no backup"):
            restore(file, tmp_path / "there")


def test_a_backup_of_another_version_says_which_one_restores_it(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "shop.tar"
    back_up(shop, file)
    data = file.read_bytes()
    head = data.index(b'"state_version": "')
    file.write_bytes(data[: head + 18] + b"0999" + data[head + 22 :])
    with pytest.raises(InvalidFile, match="version 0999") as refused:
        restore(file, tmp_path / "there")
    assert "Restore it with fenji 0.1.0" in refused.value.problems[0].what_to_do(Language.EN)


def test_nothing_is_overwritten(shop: Path, tmp_path: Path, postgres: Callable[[], str]) -> None:
    file = tmp_path / "shop.tar"
    back_up(shop, file)
    with pytest.raises(Conflict, match="is there already"):
        back_up(shop, file)
    assert back_up(shop, file, force=True).runs == 4
    with pytest.raises(Conflict, match="is not empty"):
        restore(file, shop)
    url = postgres()
    restore(file, tmp_path / "one", database_url=url)
    by_hand(tmp_path / "one", "bob")
    with pytest.raises(Conflict, match="holds something already"):
        restore(file, tmp_path / "two", database_url=url)


def test_restoring_that_was_killed_is_begun_anew(shop: Path, tmp_path: Path, postgres: Callable[[], str]) -> None:
    file, there, url = tmp_path / "shop.tar", tmp_path / "there", postgres()
    back_up(shop, file)
    restore(file, there, database_url=url)
    # As a kill leaves it after the state was loaded and before the settings were written.
    (there / "fenji.toml").unlink()
    (there / MARK).touch()
    assert restore(file, there, database_url=url).check.is_whole
    assert not (there / MARK).exists()


def test_two_works_on_the_workspace_itself_wait_for_each_other(shop: Path, tmp_path: Path) -> None:
    with (
        open_session(open_workspace(shop)) as session,
        session.runs.working("repair", Language.EN, "duckdb"),
        pytest.raises(Conflict, match="`repair`"),
    ):
        back_up(shop, tmp_path / "shop.tar")
    assert back_up(shop, tmp_path / "shop.tar").runs == 4


def test_a_path_that_leads_out_of_the_folder_is_refused(shop: Path, tmp_path: Path) -> None:
    file, evil = tmp_path / "shop.tar", tmp_path / "evil.tar"
    back_up(shop, file)
    with tarfile.open(file) as old, tarfile.open(evil, "w") as new:
        for entry in old:
            if entry.name == "state.jsonl":
                entry.name = "store/../../out.txt"
            new.addfile(entry, old.extractfile(entry))
    with pytest.raises(InvalidFile):
        restore(evil, tmp_path / "there")
    assert not (tmp_path / "out.txt").exists()


def test_every_table_of_the_state_is_in_it(shop: Path, tmp_path: Path) -> None:
    back_up(shop, tmp_path / "shop.tar")
    with tarfile.open(tmp_path / "shop.tar") as tar:
        lines = tar.extractfile("state.jsonl").read().decode().splitlines()
    named = {json.loads(line)[0] for line in lines}
    with sqlite3.connect(shop / "fenji.db") as state:
        tables = {name for (name,) in state.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        filled = {name for name in tables if state.execute(f"SELECT count(*) FROM {name}").fetchone()[0]}
    state.close()
    assert named == filled - {"fenji_version", "sqlite_sequence"}


def test_erased_persons_stay_erased_in_a_restored_workspace(shop: Path, tmp_path: Path) -> None:
    workspace = open_workspace(shop)
    key = erasure_key(workspace)
    keep_tokens(workspace, {"0123abcd"}, "erased-1")
    back_up(shop, tmp_path / "shop.tar")
    restore(tmp_path / "shop.tar", tmp_path / "new", database_url=f"sqlite:///{tmp_path}/state/elsewhere.db")
    again = open_workspace(tmp_path / "new")
    assert (erasure_key(again), erased_tokens(again)) == (key, {"0123abcd"})
    assert not (tmp_path / "new" / "fenji.key").exists()
