"""Both engines list the same customers, on pages and in one piece."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.choices import EngineName
from fenji.engines.engine import Engine
from fenji.workflow.customers import customers_in, open_customers
from fenji.workspace.customer_choice import Asked
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fixtures.customer_list import shop_with_lists

COLUMNS = ("customer_id", "tier", "net_revenue_12m", "days_since_last_order", "name", "phone", "email")


@pytest.mark.proof
@pytest.mark.spark
def test_spark_lists_the_customers_of_duckdb(spark: Engine, tmp_path: Path) -> None:
    root = shop_with_lists(tmp_path / "shop")
    (tmp_path / "list.txt").write_text("m1\n13900000002\nnobody\nm5\n", "utf-8")
    asked = Asked(uploaded=tmp_path / "list.txt", where=("net_revenue_12m >= 0",), tier="entry")
    found = {}
    for engine in EngineName:
        with open_question(open_workspace(root), engine=engine) as session:
            pages = [customers_in(session, asked, columns=COLUMNS, sort="days_since_last_order", limit=2)]
            while (after := pages[-1].after) is not None:
                pages.append(customers_in(session, asked, columns=COLUMNS, sort="days_since_last_order", limit=2, after=after))
            moved = customers_in(session, Asked(moved="down", where=("net_revenue_12m in top 50%",)))
        with open_customers(root, asked, columns=COLUMNS, sort="days_since_last_order", engine=engine) as listing:
            whole = [row for batch in listing.batches() for row in batch.to_pylist()]
        assert [dict(row) for page in pages for row in page.rows] == whole
        found[engine] = (whole, pages[0].uploaded, moved.rows)
    assert found[EngineName.SPARK] == found[EngineName.DUCKDB]
    assert [row["customer_id"] for row in found[EngineName.SPARK][0]] == ["m2", "m4", "m5"]
