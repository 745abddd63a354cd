"""A draft is written where it is asked for and is in force nowhere; world: a shop of nine customers in three clumps."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from fenji.analyze.policies.suggestions import Method
from fenji.documents.policies import read_policy_document
from fenji.errors import Conflict, InvalidArgument, InvalidInput, NotFound
from fenji.language import Language
from fenji.workflow.suggesting import suggest_policy
from fixtures.clumped_shop import SPENT, shop_of


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("shop"), SPENT)


def test_the_draft_reads_back_with_thresholds_between_the_clumps_and_unsigned(shop: Path, tmp_path: Path) -> None:
    before = sorted(shop.glob("policies/*"))
    result = suggest_policy(shop, tiers=3, out=tmp_path / "draft.yaml")
    draft = read_policy_document(tmp_path / "draft.yaml").policy
    assert [str(each.qualify) for each in draft.tiers] == ["None", "net_revenue_12m >= 400", "net_revenue_12m >= 1000"]
    assert (draft.author, draft.version, str(draft.effective_on)) == ("", 2, "2026-04-01")
    assert [(each.customers, each.net_revenue_12m) for each in result.tiers] == [
        (4, Decimal("410.00")),
        (3, Decimal("1490.00")),
        (2, Decimal("3900.00")),
    ]
    assert result.variance_explained > 0.99
    assert sorted(shop.glob("policies/*")) == before


def test_slips_are_told_together_and_nothing_is_written(shop: Path) -> None:
    out = shop / "policies" / "draft.yaml"
    with pytest.raises(InvalidArgument) as caught:
        suggest_policy(shop, tiers=9, shares=(Decimal(1),), out=out)
    assert len(caught.value.problems) == 3
    assert not out.exists()
    with pytest.raises(InvalidArgument, match="add up to 100"):
        suggest_policy(shop, tiers=2, method=Method.QUANTILES, shares=(Decimal("0.5"), Decimal("0.4")))
    with pytest.raises(InvalidArgument, match="less is better"):
        suggest_policy(shop, metric="days_since_last_order")
    with pytest.raises(NotFound, match="net_revenue_12m"):
        suggest_policy(shop, metric="net_revenue_12")


def test_a_draft_overwrites_nothing(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine", "utf-8")
    with pytest.raises(Conflict):
        suggest_policy(shop, out=tmp_path / "mine.yaml")
    assert (tmp_path / "mine.yaml").read_text("utf-8") == "mine"


def test_a_tree_without_a_past_says_how_much_is_missing(shop: Path) -> None:
    with pytest.raises(InvalidInput, match="12 months more"):
        suggest_policy(shop, method=Method.TREE)


@pytest.mark.parametrize("spent", [(7, 7, 7, 7, 7), (7,)])
def test_equal_values_make_one_tier_and_say_so(tmp_path: Path, spent: tuple[int, ...]) -> None:
    result = suggest_policy(shop_of(tmp_path, spent))
    assert [(each.customers, each.at_least) for each in result.tiers] == [(len(spent), None)]
    assert result.variance_explained is None
    assert "there is one tier" in result.warnings[0].describe(Language.EN)


def test_a_tree_that_finds_nothing_does_not_say_that_values_are_equal(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, SPENT, on="2024-06-05")
    result = suggest_policy(shop, method=Method.TREE)
    assert [each.at_least for each in result.tiers] == [None]
