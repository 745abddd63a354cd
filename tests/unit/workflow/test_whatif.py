"""fenji whatif tries a policy on the stored panel: refused where it cannot be used, otherwise counted and nobody moved. World: three customers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.errors import InvalidDocument, InvalidInput
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.whatif import whatif_at

AS_OF = date(2026, 3, 31)
SOURCES = """
sources:
  - {source: shop, feed: order_line, files: a.csv, columns: {order_id: 订单号, customer_id: 会员, ordered_at: 时间, line_amount: 金额}}
"""
ROWS = "订单号,会员,时间,金额\n1,ann,2026-01-05,2000\n2,bob,2026-02-01,499.99\n3,cho,2026-02-01,600\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop")
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (root / "a.csv").write_text(ROWS, encoding="utf-8")
    run_all(root, as_of=AS_OF)
    return root


def changed(shop: Path, folder: Path, old: str, new: str) -> Path:
    text = (shop / "policies" / "spend.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "new.yaml").write_text(text.replace(old, new), encoding="utf-8")
    return folder / "new.yaml"


def test_a_higher_threshold_moves_whom_it_hurts_and_names_them(shop: Path, tmp_path: Path) -> None:
    found = whatif_at(shop, changed(shop, tmp_path, ">= 2000", ">= 2000.01"))
    assert [(each.customer_id, each.from_tier, each.to_tier, str(each.net_revenue_12m)) for each in found.most_affected] == [
        ("ann", "middle", "entry", "2000.00")
    ]
    assert (found.as_of, found.customers, found.down.customers) == (AS_OF, 3, 1)


def test_a_policy_that_the_linter_refuses_is_refused_with_the_nearest_name(shop: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidDocument, match="Did you mean net_revenue_12m"):
        whatif_at(shop, changed(shop, tmp_path, "net_revenue_12m >= 500}", "net_revenu_12m >= 500}"))


def test_metrics_that_the_stored_panel_lacks_are_named(shop: Path, tmp_path: Path) -> None:
    file = changed(shop, tmp_path, "net_revenue_12m >= 500}", "visit_count_12m >= 500}")
    with pytest.raises(InvalidInput, match="visit"):
        whatif_at(shop, file)
