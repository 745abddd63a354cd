"""Published tables and their files, opened as another tool opens them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import fenji
from fenji.errors import Conflict, InvalidArgument, NotFound
from fenji.workflow.customers import customers_at
from fenji.workflow.segments import segments_at
from fenji.workflow.tables import tables_now, write_views
from fenji.workspace.customer_choice import Asked
from fixtures.customer_list import AS_OF, EARLIER, shop_with_lists


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = shop_with_lists(tmp_path_factory.mktemp("it's a shop"))
    segments_at(root)
    return root


def test_every_table_of_the_run_and_of_its_analyses_is_listed_with_rows_days_and_files(shop: Path) -> None:
    found = {each.table: each for each in tables_now(shop).tables}
    assert list(found) == sorted(found)
    assert list(found) == list(fenji.open(shop).tables())
    assignment, points, segment = (found[name] for name in ("insight.tier_assignment", "clean.contact_point", "insight.segment"))
    assert (assignment.rows, assignment.days) == (15, (EARLIER, AS_OF))
    assert (points.rows, points.days, points.run_id) == (16, (), assignment.run_id)
    assert (segment.rows, segment.days) == (8, (AS_OF,))
    assert segment.run_id != assignment.run_id
    assert all(file.is_absolute() and file.is_file() for each in found.values() for file in each.files)


def test_one_run_lists_its_own_tables_alone(shop: Path) -> None:
    run = tables_now(shop).run_id
    names = {each.table for each in tables_now(shop, run=run).tables}
    assert "insight.tier_assignment" in names
    assert "insight.segment" not in names
    with pytest.raises(NotFound):
        tables_now(shop, run="20200101T000000-0000")


def test_views_open_in_duckdb_with_all_rows(shop: Path, tmp_path: Path) -> None:
    result = tables_now(shop)
    assert write_views(result, tmp_path / "views.sql") == len(result.tables)
    database = duckdb.connect()
    database.execute((tmp_path / "views.sql").read_text("utf-8"))
    for each in result.tables:
        assert database.execute(f"SELECT count(*) FROM {each.table}").fetchone() == (each.rows,)
    asked = """
        SELECT customer_id FROM clean.customer JOIN insight.tier_assignment USING (customer_key)
        WHERE as_of = DATE '2026-08-31' AND tier = 'gold'
    """
    assert database.execute(asked).fetchall() == [("m1",)]


def test_a_file_of_views_is_not_overwritten_unless_it_may_be(shop: Path, tmp_path: Path) -> None:
    result = tables_now(shop)
    (tmp_path / "views.sql").write_text("mine", "utf-8")
    with pytest.raises(Conflict):
        write_views(result, tmp_path / "views.sql")
    assert (tmp_path / "views.sql").read_text("utf-8") == "mine"
    write_views(result, tmp_path / "views.sql", force=True)
    assert (tmp_path / "views.sql").read_text("utf-8").startswith(f"-- run {result.run_id}, 2026-08-31\n")
    with pytest.raises(NotFound):
        write_views(result, tmp_path / "nowhere" / "views.sql")


def test_the_book_lists_customers_and_gives_contact_points(shop: Path) -> None:
    book = fenji.open(shop)
    found = book.customers(tier="entry", where="orders_12m >= 1", sort="customer_id", limit=2)
    same = customers_at(shop, Asked(tier="entry", where=("orders_12m >= 1",)), sort="customer_id", limit=2)
    assert (found.rows, found.count, found.chosen, found.after) == (same.rows, same.count, same.chosen, same.after)
    assert book.table("clean.contact_point").to_arrow().num_rows == 16
    with pytest.raises(InvalidArgument, match="Did you mean tier"):
        book.customers(teir="entry")
