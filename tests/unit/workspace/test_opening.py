"""Reading writes nothing, computes nothing where it may not, and never waits for whoever writes. World: ann 1,500 and bob 900 in twelve months."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pytest

from fenji.domain.runs import NewRun
from fenji.errors import Conflict, InvalidInput, NotFound, NotStored
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.moves import moves_between
from fenji.workflow.quality import report_quality
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at
from fenji.workflow.value import value_at
from fenji.workflow.why import why_of
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question, open_session, reading_only

AS_OF = date(2026, 3, 31)
SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
"""
ORDERS = "order,customer,at,amount\n1,ann,2026-01-05,1000\n2,ann,2026-02-05,500\n3,bob,2026-01-06,900\n"
QUESTIONS = """
import os, sys
from pathlib import Path
import fenji


def answers(folder):
    book = fenji.open(Path(folder))
    return book.tiers().customers, book.moves().closing, book.why("ann").tier, book.quality().rows_in


# Where Python itself stands may not be open to the other user: what is imported late is imported here.
answers(sys.argv[3])
if sys.argv[2] == "other user" and os.getuid() == 0:
    os.setuid(65534)
print(*answers(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def made() -> Path:
    # Not below pytest's own folder, into which another user may not look.
    folder = Path(tempfile.mkdtemp(prefix="fenji-reading-"))
    folder.chmod(0o755)
    init_workspace(folder, template="spend", language=Language.EN)
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    run_all(folder, as_of=AS_OF, history=2)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "shop"))


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    # In -shm SQLite notes who reads; the store's scratch folder is the engine's own.
    kept = [each for each in folder.rglob("*") if each.is_file() and each.suffix != ".db-shm" and ".scratch" not in each.parts]
    return {str(each.relative_to(folder)): (each.stat().st_size, each.stat().st_mtime_ns) for each in kept}


def test_questions_change_no_file(shop: Path) -> None:
    before = files_of(shop)
    tiers_at(shop)
    moves_between(shop)
    why_of(shop, "ann")
    report_quality(shop)
    assert files_of(shop) == before


@pytest.mark.parametrize("mode", ["same user", "other user"])
def test_a_folder_that_nobody_may_write_answers(made: Path, shop: Path, mode: str) -> None:
    folders = [made, *made.rglob("*")]  # what we keep is its owner's alone; here the owner lets others read it
    rights = {each: each.stat().st_mode for each in folders}
    try:
        for each in folders:
            each.chmod(0o555 if each.is_dir() else 0o444)
        found = subprocess.run(
            [sys.executable, "-c", QUESTIONS, str(made), mode, str(shop)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "TMPDIR": tempfile.gettempdir(), "HOME": "/nowhere"},
        )
    finally:
        for each, right in rights.items():
            each.chmod(right)
    assert (found.returncode, found.stdout.split()) == (0, ["2", "2", "entry", "3"]), found.stderr


def test_what_is_not_stored_is_said_and_not_computed(shop: Path) -> None:
    before = files_of(shop)
    with reading_only():
        with pytest.raises(NotStored) as refused:
            tiers_at(shop, as_of=date(2026, 2, 20))
        with pytest.raises(NotStored, match="fenji value"):
            value_at(shop)
    assert (refused.value.code, files_of(shop)) == ("not_stored", before)


def test_what_has_been_computed_is_read_from_then_on(shop: Path) -> None:
    computed = tiers_at(shop, as_of=date(2026, 2, 20))
    with reading_only():
        assert tiers_at(shop, as_of=date(2026, 2, 20)) == computed


def test_an_analysis_and_questions_go_on_while_a_run_is_working(shop: Path) -> None:
    with open_session(open_workspace(shop)) as session:
        base = session.latest()
        new = NewRun(command="run", engine="duckdb", language=Language.EN, as_of=AS_OF, settings={}, base_run_id=None)
        running = session.runs.start(new)
        try:
            assert tiers_at(shop).run_id == base.run_id
            assert value_at(shop).run_id != base.run_id
            with pytest.raises(Conflict):
                session.runs.start(new)
        finally:
            session.runs.fail(running.run_id, "test")


def test_stored_tiers_need_no_engine(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = tiers_at(shop)
    with open_session(open_workspace(shop)) as session:
        stored = session.tables_of(session.latest().run_id)
    assert {"insight.order_summary", "insight.tier_profile"} <= {each.table for each in stored}

    def refused(*_settings: object, **_options: object) -> None:
        raise AssertionError

    monkeypatch.setattr("fenji.engines.opening.open_engine", refused)
    assert tiers_at(Path(shutil.copytree(shop, shop.parent / "other"))) == expected


def test_events_of_too_many_kinds_are_refused_with_the_column_to_change(tmp_path: Path) -> None:
    init_workspace(tmp_path / "shop", template="spend", language=Language.EN)
    columns = "{customer_id: customer, at: at, kind: kind}"
    entry = f"  - source: clicks\n    feed: event\n    files: events.csv\n    columns: {columns}\n"
    (tmp_path / "shop" / "sources.yaml").write_text(f"sources:\n{entry}", encoding="utf-8")
    rows = "".join(f"ann,2026-01-05,page {number:03}\n" for number in range(201))
    (tmp_path / "shop" / "events.csv").write_text(f"customer,at,kind\n{rows}", encoding="utf-8")
    with pytest.raises(InvalidInput, match="more than 200 kinds, such as page 000"):
        run_all(tmp_path / "shop", as_of=AS_OF)


def test_a_session_waits_for_the_next_question_and_is_lent_to_one_at_a_time(shop: Path) -> None:
    workspace = open_workspace(shop)
    with open_question(workspace) as first, open_question(workspace) as meanwhile:
        assert first is not meanwhile
    with open_question(workspace) as again:
        assert again in (first, meanwhile)


def test_other_settings_get_another_session(shop: Path) -> None:
    with open_question(open_workspace(shop)) as before:
        pass
    settings = shop / "fenji.toml"
    settings.write_text(settings.read_text("utf-8") + "\nthreads = 1\n", encoding="utf-8")
    with open_question(open_workspace(shop)) as after:
        assert after is not before


def test_a_question_that_fails_leaves_the_session_usable(shop: Path) -> None:
    with pytest.raises(NotFound):
        why_of(shop, "nobody")
    assert why_of(shop, "ann").customer_id == "ann"


def test_a_new_run_is_seen_by_the_next_question(shop: Path) -> None:
    before = tiers_at(shop)
    (shop / "orders.csv").write_text(ORDERS + "4,cho,2026-03-01,50\n", encoding="utf-8")
    after = run_all(shop, as_of=AS_OF)
    found = tiers_at(shop)
    assert (before.customers, found.customers, found.run_id) == (2, 3, after.run_id)


def test_reading_alone_does_not_migrate_an_older_state(shop: Path) -> None:
    with sqlite3.connect(shop / "fenji.db") as database:
        database.execute("UPDATE fenji_version SET version_num = '0002'")
    with reading_only(), pytest.raises(Conflict, match="0002"):
        tiers_at(shop)
    with sqlite3.connect(shop / "fenji.db") as database:
        assert database.execute("SELECT version_num FROM fenji_version").fetchone() == ("0002",)
