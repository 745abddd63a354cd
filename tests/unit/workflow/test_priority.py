"""The priority ranking of a workspace, read back from its run, on little data too. World: a shop of fifty, and of the five who came first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.answers.churn import TargetForecast
from fenji.answers.priority import FrequentList
from fenji.domain.churn import Weakness
from fenji.errors import InvalidDocument, NotFound
from fenji.language import Language
from fenji.workflow.priority import priority_at
from fixtures.fifty_customers import shop_of


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("shop"))


def test_fifty_customers_in_order_and_the_answer_is_kept(shop: Path) -> None:
    (shop / "analyses" / "priority.yaml").write_text("capacity: 3\nparts: {satisfaction: {weight: 0}}\n", "utf-8")
    result = priority_at(shop, top=4, customer="c50")
    # Whoever has the larger number has ordered as often or more often, and for more.
    assert [row.customer_id for row in result.order][:3] == ["c50", "c49", "c48"]
    assert [row.is_within_capacity for row in result.order] == [True, True, True, False]
    assert result.customer is not None
    assert (result.customers, result.customer.position, result.customer.mark, result.served) == (50, 1, "A", 3)
    assert {each.part for each in result.rules.parts} == {"value", "potential", "tier", "churn_risk"}
    assert sum(row.customers for row in result.marks) == 50


def test_a_risk_that_ranks_no_better_than_chance_is_said_beside_the_ranking(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / "analyses" / "priority.yaml").write_text("capacity: 3\nparts: {satisfaction: {weight: 0}}\n", "utf-8")
    assert not any(each.code for each in priority_at(shop, top=1).warnings)
    monkeypatch.setattr(TargetForecast, "weakness", property(lambda _self: Weakness.CHANCE))
    (told,) = (each for each in priority_at(shop, top=1).warnings if each.code)
    assert told.code == "no_better_than_chance"
    assert "churn_risk" in told.describe(Language.EN)


def test_five_customers_are_answered_with_what_is_missing(shop: Path) -> None:
    day, customers = "2025-01-31", 5
    (shop / "analyses" / "priority.yaml").unlink(missing_ok=True)
    result = priority_at(shop, as_of=date.fromisoformat(day))
    assert (result.customers, len(result.order)) == (customers, customers)
    assert sum(row.customers for row in result.marks) == customers
    # Nothing is known of satisfaction, nor, of so few, of who leaves; and nobody is expected to order more than the others.
    said = " ".join(each.describe(Language.ZH) for each in result.warnings)
    assert "近12个月满意度" in said
    assert "流失概率" in said
    assert result.lists.frequent == FrequentList({}, Decimal(0), ())
    for row in result.order:
        assert (row.points_satisfaction, row.points_churn_risk) == (None, 0)


def test_what_cannot_be_used_or_found_is_told(shop: Path) -> None:
    with pytest.raises(NotFound):
        priority_at(shop, customer="nobody")
    (shop / "analyses" / "priority.yaml").write_text("parts: {value: {measure: net_revenu_12m}}\n", "utf-8")
    with pytest.raises(InvalidDocument, match="net_revenue_12m"):
        priority_at(shop)
