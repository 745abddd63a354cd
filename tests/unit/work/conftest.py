"""A small workspace whose jobs are done for real, shared by the tests of jobs."""

from __future__ import annotations

import pytest

from fenji.cli.main import answer

SOURCES = """
sources:
  - source: shops
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: paid}
"""
AS_OF = "2025-06-30"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Forty customers, customer n spends n yuan."""
    root = tmp_path_factory.mktemp("jobs") / "shop"
    assert answer(["init", str(root), "--lang", "en", "--json"]) == 0
    (root / "sources.yaml").write_text(SOURCES)
    lines = [f"S{each},S{each},2025-06-15 12:00,{each}.00" for each in range(1, 41)]
    (root / "orders.csv").write_text("\n".join(["order,customer,at,paid", *lines]) + "\n")
    return root
