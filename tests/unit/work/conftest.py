"""A small workspace for the tests of jobs: forty customers, customer n spends n yuan."""

from __future__ import annotations

import pytest

from fenji.language import Language
from fenji.workflow.initiating import init_workspace

SOURCES = """
sources:
  - source: shops
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: paid}
"""


def made(root):
    init_workspace(root, language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES)
    lines = [f"S{each},S{each},2025-06-15 12:00,{each}.00" for each in range(1, 41)]
    (root / "orders.csv").write_text("\n".join(["order,customer,at,paid", *lines]) + "\n")
    return root


@pytest.fixture
def shop(tmp_path):
    """A workspace of one test, without any run."""
    return made(tmp_path / "shop")


@pytest.fixture(scope="module")
def one_shop(tmp_path_factory):
    """A workspace that the tests of a file share."""
    return made(tmp_path_factory.mktemp("jobs") / "shop")
