"""Both engines list the same customers, on pages and in one piece."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.choices import EngineName
from fenji.engines.engine import Engine
from fenji.workflow.customers import customers_at, open_customers
from fenji.workspace.customer_choice import Asked
from fixtures.customer_list import shop_with_lists

COLUMNS = ("customer_id", "tier", "net_revenue_12m", "days_since_last_order", "name", "phone", "email")


@pytest.mark.spark
def test_spark_lists_the_customers_of_duckdb(spark: Engine, tmp_path: Path) -> None:
    root = shop_with_lists(tmp_path / "shop")
    (tmp_path / "list.txt").write_text("m1\n13900000002\nnobody\nm5\n", "utf-8")
    questions = (
        (Asked(where=("net_revenue_12m in top 50%",)), "-tier"),
        (Asked(uploaded=tmp_path / "list.txt"), "days_since_last_order"),
        (Asked(moved="down"), "customer_id"),
    )
    for asked, sort in questions:
        found = []
        for engine in (EngineName.DUCKDB, EngineName.SPARK):
            pages = [customers_at(root, asked, columns=COLUMNS, sort=sort, limit=2, engine=engine)]
            while pages[-1].after is not None:
                pages.append(customers_at(root, asked, columns=COLUMNS, sort=sort, limit=2, after=pages[-1].after, engine=engine))
            with open_customers(root, asked, columns=COLUMNS, sort=sort, engine=engine) as listing:
                whole = [row for batch in listing.batches() for row in batch.to_pylist()]
            assert [dict(row) for page in pages for row in page.rows] == whole
            found.append((whole, pages[0].uploaded))
        assert found[0] == found[1]
        assert found[0][0]
