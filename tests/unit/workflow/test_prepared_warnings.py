"""A run says which order numbers it took apart, and how many customers stand low because nobody knows what they spent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at

SOURCES = """
sources:
  - {source: till, feed: order_line, files: o.csv, columns: {order_id: 单号, customer_id: 客户, ordered_at: 日期, order_amount: 实付}}
  - {source: members, feed: balance, files: m.csv, period: lifetime, columns: {customer_id: 客户, total: 累计, last_at: 最近}}
"""
ORDERS = "单号,客户,日期,实付\n1,a,2026-01-05,100\n1,b,2026-01-06,9000\n2,a,2026-01-05,10\n2,a,2026-06-05,20\n3,a,2026-06-05,1\n"
MEMBERS = "客户,累计,最近\na,500,2026-06-01\nc,15800,2026-06-01\nd,300,2025-01-01\ne,70,\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "w"
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (root / "o.csv").write_text(ORDERS, encoding="utf-8")
    (root / "m.csv").write_text(MEMBERS, encoding="utf-8")
    return root


def test_a_run_tells_what_it_took_apart_and_whose_spend_is_unknown(workspace: Path) -> None:
    # Two reviews: at the first, 2026-05-31, the totals of c were not what they are (c bought in June), so c is unknown at both.
    result = run_all(workspace, as_of=date(2026, 6, 30), history=2)
    told = [each.describe(Language.EN) for each in result.warnings]
    assert len([text for text in told if "stand for several customers" in text and "1 order numbers, such as 1" in text]) == 1
    assert len([text for text in told if "more than a month apart" in text and "such as 2" in text]) == 1
    # a has orders, d bought before the window: their twelve months are known.
    assert len([text for text in told if text.startswith("2 customers are known by totals only")]) == 1
    chinese = [each.describe(Language.ZH) for each in result.warnings]
    assert len([text for text in chinese if "对应多位客户" in text or "只有累计数" in text or "相隔一个月以上" in text]) == 3
    found = tiers_at(workspace)
    assert (found.customers, found.net_revenue_12m) == (5, 9131)
    assert {each.tier: each.customers for each in found.tiers if each.customers} == {"registered": 4, "high": 1}
