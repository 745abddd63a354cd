"""Tables of a database come in as files do: looked at, asked about, previewed and accepted, and read by every run where they stand.

World: a shop's SQLite database with twelve orders of four members by hand, a view of them without the cancelled one, and a table of the same columns.
"""

from __future__ import annotations

import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.documents.sources import read_sources
from fenji.domain.importing import ImportStatus
from fenji.domain.sources import DatabaseLocation
from fenji.errors import Conflict, InvalidDocument, NotFound, Unavailable
from fenji.workflow.importing.accepting import accept_import
from fenji.workflow.importing.databases import add_tables, list_databases, list_tables
from fenji.workflow.importing.drafting import begin_import, one_import, take_file_out
from fenji.workflow.importing.showing import preview_import
from fenji.workflow.importing.sources import list_sources
from fenji.workflow.quality import report_quality
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at
from fenji.workspace.uploads import UPLOADS_FOLDER
from fixtures.imports import accepted, answered, new_workspace, unrehearsed

__all__ = ["unrehearsed"]

COLUMNS = "订单编号, 买家会员名, 订单状态, 订单付款时间, 买家实际支付金额"
ORDERS = [(f"{n:04d}", f"会员{n % 4}", "交易成功", f"2025-03-{n + 1:02d} 10:00:00", 100 + n) for n in range(11)]
CANCELLED = ("0011", "会员0", "交易关闭", "2025-03-20 10:00:00", 900)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with sqlite3.connect(tmp_path / "erp.db") as there:
        for table in ("orders", "orders_again"):
            there.execute(f"create table {table} ({COLUMNS})")
            there.executemany(f"insert into {table} values (?, ?, ?, ?, ?)", [*ORDERS, CANCELLED])
        there.execute("create view paid_orders as select * from orders where 订单状态 = '交易成功'")
        there.execute("create table unused (a, b)")
        there.execute("create table 'odd''name/../x' (a)")
    there.close()
    monkeypatch.setenv("FENJI_SOURCE_ERP", f"sqlite:///{tmp_path / 'erp.db'}")
    monkeypatch.setenv("FENJI_SOURCE_GONE", "postgresql://reader:s3cret-word@127.0.0.1:9/shop")
    return new_workspace(tmp_path / "shop")


def taken(shop: Path, *tables: str) -> str:
    import_id = begin_import(shop).import_.import_id
    add_tables(shop, import_id, "erp", tables)
    return import_id


@pytest.mark.usefixtures("unrehearsed")
def test_a_table_is_looked_at_and_accepted(shop: Path) -> None:
    assert list_databases(shop).databases == ("erp", "gone")
    there = {each.table: (each.is_view, each.source, len(each.columns)) for each in list_tables(shop, "erp").tables}
    assert there == {
        "orders": (False, None, 5),
        "orders_again": (False, None, 5),
        "paid_orders": (True, None, 5),
        "unused": (False, None, 2),
    }
    import_id = taken(shop, "orders")
    found = answered(shop, import_id)
    (look,) = found.files
    assert (look.file, look.format, look.is_usable) == ("orders (erp)", "database", True)
    (file,) = preview_import(shop, import_id).files
    assert (file.rows_in, file.kept, sum(file.rejected.values()), file.is_whole) == (12, 11, 1, True)
    (money,) = file.sums
    assert (money.all_rows, money.rows_not_rejected) == (Decimal(2055), Decimal(1155))
    done = accept_import(shop, import_id, edition=found.import_.edition, fingerprint=found.fingerprint)
    assert done.files == ("orders (erp)",)
    text = (shop / "sources.yaml").read_text("utf-8")
    assert 'database: {url: "${FENJI_SOURCE_ERP}", table: orders}' in text
    assert str(shop.parent) not in text
    (source,) = read_sources(shop / "sources.yaml")
    assert source.location == DatabaseLocation("${FENJI_SOURCE_ERP}", "orders")
    assert not (shop / UPLOADS_FOLDER).exists()
    assert not (shop / "data").is_dir() or not list((shop / "data").iterdir())
    assert [each.reads for each in list_sources(shop).sources] == [("orders",)]
    assert {each.table: each.source for each in list_tables(shop, "erp").tables}["orders"] == source.name
    with pytest.raises(Conflict):
        taken(shop, "orders")


@pytest.mark.proof
def test_every_run_reads_the_table_where_it_stands_and_what_comes_in_later_leaves_its_entry(shop: Path) -> None:
    import_id = taken(shop, "orders")
    found = answered(shop, import_id)
    accept_import(shop, import_id, edition=found.import_.edition, fingerprint=found.fingerprint)
    text = (shop / "sources.yaml").read_text("utf-8")
    run_all(shop, as_of=date(2025, 3, 31))
    assert (tiers_at(shop).customers, tiers_at(shop).net_revenue_12m) == (4, Decimal(1155))
    assert sum(each.rows_in for each in report_quality(shop).files) == 12
    members = "会员编号,手机号,城市,注册时间\n" + "".join(f"会员{n},1380000000{n},杭州,2024-0{n + 1}-01\n" for n in range(4))
    accepted(shop, {"会员.csv": members.encode()})
    assert (shop / "sources.yaml").read_text("utf-8").startswith(text.rstrip())
    assert len(read_sources(shop / "sources.yaml")) == 2


@pytest.mark.usefixtures("unrehearsed")
def test_what_cannot_come_in_says_why_and_leaves_nothing(shop: Path) -> None:
    for tables, error in ((("unused",), InvalidDocument), (("ordres",), NotFound), (("orders", "unused"), InvalidDocument)):
        import_id = begin_import(shop).import_.import_id
        with pytest.raises(error) as refused:
            add_tables(shop, import_id, "erp", tables)
        assert refused.value.problems
        assert one_import(shop, import_id).import_.files == ()
        assert not list((shop / UPLOADS_FOLDER).rglob("*(erp)"))
    with pytest.raises(NotFound):
        list_tables(shop, "er")
    with pytest.raises(Unavailable) as away:
        list_tables(shop, "gone")
    assert "s3cret-word" not in repr(away.value.problems)
    import_id = taken(shop, "orders", "orders_again")
    with pytest.raises(Conflict) as alike:
        answered(shop, import_id)
    assert alike.value.problems[0].values == {"table": "orders (erp)", "other": "orders_again (erp)"}
    take_file_out(shop, import_id, "orders_again (erp)")
    assert answered(shop, import_id).import_.status is ImportStatus.READY
