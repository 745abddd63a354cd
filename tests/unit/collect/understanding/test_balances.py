"""What a list of members says they have spent in all is kept as totals with their period, or left out aloud."""

from __future__ import annotations

import pytest

from fenji.collect.proposing import Proposal
from fenji.domain.feeds import Feed
from fenji.domain.sources import TotalsPeriod
from fenji.language import Language
from fixtures.cell_reader import propose
from fixtures.samples import sample


def members(headers: str, first: str, second: str) -> Proposal:
    return propose(
        [
            sample(
                f"会员号|姓名|手机号|会员等级|{headers}\nV1|张三|13900000001|金卡|{first}\nV2|李四|13900000002|银卡|{second}",
                "会员.csv",
            )
        ]
    )


def balance(proposal: Proposal) -> dict[str, str | None]:
    (source,) = [each for each in proposal.sources if each.feed is Feed.BALANCE]
    return {each.field: each.column for each in source.columns}


@pytest.mark.parametrize(
    "header",
    [
        "累计消费金额",
        "累计消费",
        "总消费金额",
        "历史消费金额",
        "Total Spent",
        "Lifetime Spend",
        "total_spend",
        "LTV",
        "累计实付金额",
    ],
)
def test_totals_of_a_list_of_members_are_kept_under_many_names(header: str) -> None:
    proposal = members(header, "15800.00", "3200.00")
    assert [source.feed for source in proposal.sources] == [Feed.CUSTOMER, Feed.BALANCE]
    assert balance(proposal)["total"] == header
    assert balance(proposal)["customer_id"] == "会员号"


def test_the_number_of_orders_and_the_last_day_belong_to_the_totals() -> None:
    found = balance(members("累计消费金额|消费次数|最近消费时间", "15800.00|23|2026-01-15", "3200.00|6|2025-11-02"))
    assert (found["total"], found["orders"], found["last_at"]) == ("累计消费金额", "消费次数", "最近消费时间")


@pytest.mark.parametrize("header", ["近12个月消费金额", "近12个月消费额", "近一年消费", "spend_12m"])
def test_a_header_that_names_the_last_year_settles_the_period(header: str) -> None:
    proposal = members(header, "980.50", "20.00")
    (source,) = [each for each in proposal.sources if each.feed is Feed.BALANCE]
    assert source.period is TotalsPeriod.LAST_12_MONTHS
    assert not [each for each in proposal.questions if each.kind == "totals_period"]


def test_totals_whose_time_nothing_says_are_asked_about_and_never_taken_for_a_year() -> None:
    proposal = members("累计消费金额", "980.50", "20.00")
    (question,) = [each for each in proposal.questions if each.kind == "totals_period"]
    (source,) = [each for each in proposal.sources if each.feed is Feed.BALANCE]
    assert (source.period, question.default) == (TotalsPeriod.LIFETIME, "lifetime")
    assert any("not counted as orders" in each.describe(Language.EN) for each in source.warnings)


@pytest.mark.parametrize("header", ["积分", "Points", "余额", "年龄", "会员天数"])
def test_points_balances_and_ages_are_no_spending(header: str) -> None:
    assert [source.feed for source in members(header, "1580", "320").sources] == [Feed.CUSTOMER]


def test_spending_by_kind_of_goods_is_no_total_and_is_said_to_be_left_out() -> None:
    proposal = propose(
        [
            sample(
                "ID|Year_Birth|Education|Dt_Customer|MntWines|MntFruits|MntMeatProducts\n"
                "1|1957|Graduation|2012-09-04|635|88|546\n2|1954|PhD|2014-03-08|11|1|6\n3|1965|Master|2013-08-21|426|49|127",
                "campaign.csv",
            )
        ]
    )
    assert [source.feed for source in proposal.sources] == [Feed.CUSTOMER]
    (source,) = proposal.sources
    assert any("MntWines" in each.describe(Language.EN) for each in source.warnings)
