"""The first tiers of a shop divide its own buyers at round numbers, and the next run puts everybody where they say. World: a hundred buyers, fifty members who never bought."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.answers.starting import FirstPolicy
from fenji.documents.policies import read_policy_document
from fenji.errors import Conflict, InvalidArgument, InvalidInput
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.starting_policy import suggest_thresholds, write_first_policy
from fenji.workflow.tiers import tiers_at
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session

AS_OF = date(2026, 3, 31)
SOURCES = """
sources:
  - {source: shop, feed: order_line, files: o.csv, columns: {order_id: order, customer_id: who, ordered_at: at, line_amount: paid}}
  - {source: members, feed: customer, files: m.csv, columns: {customer_id: who, registered_at: since}}
"""


def shop_of(root: Path, *spent: int, members: int = 0) -> Path:
    """A workspace that has run once by the template's policy."""
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    orders = "".join(f"{number},c{number},2026-03-05,{each}\n" for number, each in enumerate(spent))
    others = "".join(f"m{number},2026-01-01\n" for number in range(members))
    (root / "o.csv").write_text("order,who,at,paid\n" + orders, encoding="utf-8")
    (root / "m.csv").write_text("who,since\nc0,2026-01-01\n" + others, encoding="utf-8")
    run_all(root, as_of=AS_OF)
    return root


def suggested(root: Path, language: Language = Language.EN, **asked: object) -> FirstPolicy:
    with open_session(open_workspace(root)) as session:
        return suggest_thresholds(
            session.engine, clean_base_of(session, session.latest()), as_of=AS_OF, language=language, **asked
        )


def held(first: FirstPolicy) -> list[tuple[str, str, int]]:
    return [(each.tier, str(each.at_least), each.customers) for each in first.tiers]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("shop"), *range(10, 1010, 10), members=50)


def test_thresholds_are_the_roundest_numbers_near_the_shares_of_buyers(shop: Path) -> None:
    first = suggested(shop)
    # 40 % of the buyers may be 34 to 46 of them, who spent 550 or 670 and more: 600 lies between. 15 %: 850. 5 %: five, from 960 on.
    assert held(first) == [("standard", "None", 109), ("silver", "600", 25), ("gold", "850", 11), ("diamond", "960", 5)]
    assert (first.buyers, first.metric, first.warnings) == (100, "net_revenue_12m", ())
    assert first.text.startswith("# Made from your own customers.")


def test_names_and_reason_speak_both_languages(shop: Path) -> None:
    first = suggested(shop, Language.ZH)
    assert [(each.name.zh, each.name.en) for each in first.policy.tiers] == [
        ("普通会员", "Standard"),
        ("银卡会员", "Silver"),
        ("金卡会员", "Gold"),
        ("钻石会员", "Diamond"),
    ]
    assert first.policy.why == "首版：截至 2026-03-31 的 100 位有消费的客户，约按 60/25/10/5% 划分，门槛取整数"


def test_it_takes_the_place_of_the_template_and_the_next_run_follows_it(tmp_path: Path) -> None:
    root = shop_of(tmp_path, *range(10, 210, 10), members=3)
    first = suggested(root)
    file = write_first_policy(root, first)
    assert (file, read_policy_document(file).policy) == (root / "policies" / "spend.yaml", first.policy)
    run_all(root, as_of=AS_OF, history=3)
    assert [(each.tier, each.customers) for each in tiers_at(root).tiers] == [(each.tier, each.customers) for each in first.tiers]
    assert write_first_policy(root, first) == file
    file.write_text(first.text.replace("author: fenji", "author: Li Lei"), encoding="utf-8")
    with pytest.raises(Conflict, match="changed by hand"):
        write_first_policy(root, first)
    assert "Li Lei" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("spent", "tiers", "told"),
    [
        ((7,) * 5, [("standard", "None", 5)], ["all buyers bought for the same amount", "5 buyers say little"]),
        ((100,) * 60 + (200,) * 40, [("standard", "None", 60), ("silver", "200", 40)], ["there are 2 tiers instead of 4"]),
        ((5,), [("standard", "None", 1)], ["all buyers bought for the same amount", "1 buyer says little"]),
    ],
    ids=["all_alike", "two_prices", "one_buyer"],
)
def test_equal_values_stand_in_equal_tiers(
    tmp_path: Path, spent: tuple[int, ...], tiers: list[tuple[str, str, int]], told: list[str]
) -> None:
    first = suggested(shop_of(tmp_path, *spent))
    assert held(first) == tiers
    assert [each.describe(Language.EN)[: len(text)] for each, text in zip(first.warnings, told, strict=True)] == told


def test_other_metrics_and_shares_may_be_asked_for_and_nonsense_is_refused(shop: Path) -> None:
    half = (Decimal("0.5"), Decimal("0.5"))
    assert held(suggested(shop, shares=half)) == [("standard", "None", 99), ("silver", "500", 51)]
    assert held(suggested(shop, metric="orders_12m")) == [("standard", "None", 150)]
    for wrong in ((Decimal(1),), (Decimal("0.5"), Decimal("0.4")), (Decimal("0.2"),) * 5, (Decimal("1.5"), Decimal("-0.5"))):
        with pytest.raises(InvalidArgument, match="2 to 4 shares"):
            suggested(shop, shares=wrong)
    with pytest.raises(InvalidArgument, match="less is better"):
        suggested(shop, metric="days_since_last_order")


def test_without_a_buyer_there_is_nothing_to_divide(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no customer has any net_revenue_12m on 2026-03-31"):
        suggested(shop_of(tmp_path, 0, 0))


def test_rows_after_the_day_change_nothing(shop: Path, tmp_path: Path) -> None:
    root = shop_of(tmp_path, *range(10, 1010, 10), members=50)
    with (root / "o.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"x{number},c{number},2026-04-01,99999\n" for number in range(50))
    run_all(root, as_of=AS_OF)
    assert replace(suggested(root), as_of=AS_OF) == suggested(shop)
