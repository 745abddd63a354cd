"""The face for Python: what a script reads is what the command line shows. World: ann, bob and cho."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import fenji
from fenji.errors import NotFound
from fenji.language import Language
from fenji.workflow.initiating import init_workspace

AS_OF = date(2026, 3, 31)
SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
"""
ORDERS = "order,customer,at,amount\n1,ann,2026-01-05,1000\n2,ann,2026-02-05,500.50\n3,bob,2026-01-06,900\n4,cho,2025-01-06,5000\n"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> fenji.Book:
    folder = tmp_path_factory.mktemp("shop")
    init_workspace(folder, template="spend", language=Language.EN)
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    (folder / "orders.csv").write_text(ORDERS, "utf-8")
    opened = fenji.open(folder)
    opened.run(as_of=AS_OF, history=2)
    return opened


def test_tables_are_data_frames_of_the_last_run(book: fenji.Book) -> None:
    customer, panel = book.table("clean.customer").to_pandas(), book.table("insight.customer_metric")
    joined = customer.merge(panel.to_pandas(), on="customer_key")
    assert dict(zip(joined["customer_id"], joined["net_revenue_12m"], strict=True)) == {
        "ann": Decimal("1500.50"),
        "bob": Decimal("900.00"),
        "cho": Decimal("0.00"),
    }
    assert (len(panel), panel.as_of, panel.to_arrow().num_rows) == (3, AS_OF, 3)
    assert "1500.50" in panel._repr_html_()
    assert {"clean.customer", "insight.tier_assignment", "insight.customer_metric"} <= set(book.tables())


def test_a_day_and_a_run_can_be_asked_for(book: fenji.Book) -> None:
    last, before = (book.table("insight.tier_assignment", as_of=day) for day in (AS_OF, date(2026, 2, 28)))
    assert (len(last), len(before), last.run_id == before.run_id) == (3, 3, True)
    assert book.table("insight.tier_assignment", run=last.run_id).files == last.files
    with pytest.raises(NotFound, match=r"keeps no insight.tier_assignment of 2026-03-30. It has one on: 2026-02-28, 2026-03-31"):
        book.table("insight.tier_assignment", as_of=date(2026, 3, 30))
    with pytest.raises(NotFound, match=r"Did you mean clean\.customer"):
        book.table("clean.custmer")


def test_answers_are_those_of_the_commands(book: fenji.Book) -> None:
    tiers = book.tiers()
    assert (tiers.customers, tiers.net_revenue_12m) == (3, Decimal("2400.50"))
    assert book.tiers(run=tiers.run_id).tiers == tiers.tiers
    assert book.why("ann").customer_id == "ann"
    assert [each.closing for each in book.moves().periods] == [3]
    assert sum(each.rows_in for each in book.quality().files) == 4


def test_the_tables_of_an_analysis_are_found_while_it_stands_on_the_last_data(book: fenji.Book) -> None:
    assert "insight.trend_series" not in book.tables()
    from fenji.domain.trends import Measure
    from fenji.workflow.trends import trend_at

    trend_at(book.folder, measure=Measure.REVENUE, months=3)
    found = [each for each in book.tables() if each.startswith("insight.trend")]
    assert found
    assert len(book.table(found[0])) > 0


def test_importing_fenji_imports_nothing_heavy() -> None:
    code = "import sys, fenji; print(sorted({'ibis', 'duckdb', 'pandas', 'sqlalchemy'} & set(sys.modules)), fenji.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", fenji.__version__]


def test_a_folder_that_is_no_workspace_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        fenji.open(tmp_path)
    with pytest.raises(AttributeError, match="has no attribute 'opne'"):
        _ = fenji.opne
