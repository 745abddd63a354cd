"""The exports of six shop platforms are mapped without any hand: every column, the channel, and what each of them lacks.

World: the files of ``fixtures.shops``, read the plain way.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fenji.collect.headers import Confidence
from fenji.collect.reading.sniffing import read_samples
from fenji.collect.remarks import Remark
from fenji.collect.understanding.proposal import ProposedSource
from fenji.domain.feeds import Feed
from fenji.language import Language
from fixtures.cell_reader import propose
from fixtures.samples import sample_of
from fixtures.shop_files import Shop
from fixtures.shops import SHOPS, write_douyin_masked, write_jd_balance
from fixtures.taobao import write_taobao, write_taobao_detail, write_tmall_net

STATUSES = "Statuses in the sample: "


def proposed(write: Callable[[Path], Path], folder: Path) -> ProposedSource:
    proposal = propose([sample_of(write(folder))], root=folder)
    assert len(proposal.sources) == 1
    return proposal.sources[0]


def mapped(source: ProposedSource) -> dict[str, str | None]:
    return {column.field: column.column for column in source.columns if column.constant is None}


def sentences(remarks: tuple[Remark, ...]) -> list[str]:
    said = [remark.describe(Language.EN) for remark in remarks]
    return [sentence for sentence in said if not sentence.startswith(STATUSES)]


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.name)
def test_a_shops_export_is_mapped_without_hand(shop: Shop, tmp_path: Path) -> None:
    source = proposed(shop.write, tmp_path)
    assert (source.feed, source.blocking, source.paths) == (Feed.ORDER_LINE, (), (shop.file,))
    assert mapped(source) == dict(shop.columns)
    assert [column.constant for column in source.columns if column.field == "channel"] == [shop.channel]
    assert not set(shop.unmapped) & {column.field for column in source.columns}


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.name)
def test_our_own_sampler_leads_to_the_same_mapping(shop: Shop, tmp_path: Path) -> None:
    (source,) = propose(read_samples(shop.write(tmp_path)), root=tmp_path).sources
    assert (source.paths, mapped(source)) == ((shop.file,), dict(shop.columns))


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.name)
def test_a_shops_money_and_ids_are_sure(shop: Shop, tmp_path: Path) -> None:
    source = proposed(shop.write, tmp_path)
    weighty = {"order_id", "order_amount", "line_amount", "refund_amount", "ordered_at", "status"}
    assert {column.confidence for column in source.columns if column.field in weighty} == {Confidence.SURE}


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.name)
def test_every_column_of_a_shop_is_used_or_named_as_unused(shop: Shop, tmp_path: Path) -> None:
    source = proposed(shop.write, tmp_path)
    headers = [header.strip() for header in sample_of(tmp_path / shop.file).headers]
    used = {column.column for column in source.columns if column.column}
    assert sorted([*used, *source.unused]) == sorted(headers)


def test_a_masked_member_name_gives_way_to_the_phone_and_is_named(tmp_path: Path) -> None:
    newer = next(shop for shop in SHOPS if shop.name == "taobao_xlsx")
    source = proposed(newer.write, tmp_path)
    assert sentences(source.warnings) == ["'买家会员名' is masked (*) in the sample and cannot tell people apart: not used."]


def test_pdd_without_phones_says_that_its_revenue_will_be_unattributed(tmp_path: Path) -> None:
    pdd = next(shop for shop in SHOPS if shop.name == "pdd")
    assert "The columns that say whose the orders are stand empty in the sample: such rows will be unattributed." in sentences(
        proposed(pdd.write, tmp_path).warnings
    )


def test_masked_phones_leave_douyin_without_a_buyer(tmp_path: Path) -> None:
    source = proposed(write_douyin_masked, tmp_path)
    assert source.is_usable
    assert sentences(source.warnings)[:2] == [
        "'收件人手机号' is masked (*) in the sample and cannot tell people apart: not used.",
        "No stable buyer id: the revenue of this source will be unattributed, it counts for no customer.",
    ]


def test_the_item_list_alone_cannot_be_used_and_names_the_file_that_can(tmp_path: Path) -> None:
    source = proposed(write_taobao_detail, tmp_path)
    assert not source.is_usable
    assert "use the order list (ExportOrderList)" in sentences(source.blocking)[0]
    assert {"unit_price": "价格", "quantity": "购买数量", "product_name": "标题"}.items() <= mapped(source).items()


def test_list_and_item_list_of_one_shop_are_heads_and_lines(tmp_path: Path) -> None:
    samples = [sample_of(write_taobao(tmp_path)), sample_of(write_taobao_detail(tmp_path))]
    sources = propose(samples, root=tmp_path).sources
    # The items belong to the orders of the list: what was paid stands there, and what was bought here.
    assert [(source.name, source.is_usable, source.belongs_to) for source in sources] == [
        ("taobao", True, None),
        ("taobao_detail", True, "taobao"),
    ]


def test_a_paid_amount_that_is_without_the_refund_already_loses_nothing_twice(tmp_path: Path) -> None:
    source = proposed(write_tmall_net, tmp_path)
    assert "refund_amount" not in mapped(source)
    assert sentences(source.notes) == [
        "'买家实际支付金额' is already without '退款金额' (总金额 = 买家实际支付金额 + 退款金额 in the sample): the refund is not subtracted again."
    ]
    assert mapped(source)["region"] == "收货地址"


def test_what_jd_buyers_pay_from_their_balance_is_not_lost(tmp_path: Path) -> None:
    source = proposed(write_jd_balance, tmp_path)
    assert mapped(source)["order_amount"] == "结算金额"
    assert (
        sentences(source.notes)[-1]
        == "'结算金额' is taken instead of '应付金额', which leaves out what was paid from the balance."
    )
