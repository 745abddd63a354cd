"""Statuses of orders mean one of four things for money, in the words of platforms and languages; others are left open."""

from __future__ import annotations

import pyarrow as pa
import pytest

from fenji.domain.feeds import Feed
from fenji.domain.sources import FileLocation, Source, StatusClass
from fenji.engines.duck import DuckEngine
from fenji.prepare.statuses import status_class


def classes(engine: DuckEngine, words: list[str | None], source: Source | None = None) -> dict[str | None, str | None]:
    table = engine.from_arrow(pa.table({"words": pa.array(words, pa.string())}))
    rows = engine.fetch(table.select("words", found=status_class(table["words"], source))).to_pylist()
    return {row["words"]: row["found"] for row in rows}


WORDS = {
    StatusClass.PAID: "paid Completed complete processing wc-processing PARTIALLY_REFUNDED partially-refunded partiallyRefunded Shipped delivered closed_won sale"
    "|In transit|Out for delivery|交易成功|已完成|买家已付款，等待卖家发货|卖家已发货，等待买家确认|等待出库|已审核|已过账|部分退款|部分退款成功|取消退款|已离店|已退房|已核销"
    "|bezahlt|Abgeschlossen|payée|expédié|pagado|Entregado|concluído|spedito|betaald|発送済み|入金済み|已缴费|已结账|Paid In Full|배송완료|결제완료|Selesai|Transaksi selesai.",
    StatusClass.UNPAID: "pending on-hold wc-on-hold on_hold Draft quotation quote failed expired authorized checkout-draft wc-checkout-draft Negotiation unpaid"
    "|Payment pending|AwaitingPayment|Not paid|草稿|未审核|待审核|未过账|待付款|等待买家付款|(锁定)待付款|支付失败"
    "|Ausstehend|en attente|impayée|brouillon|pendiente|Pendiente de pago|aguardando pagamento|in attesa|In afwachting|未入金|未缴费|欠费|未结账|挂账|创建|需求确认|方案报价|Negotiation/Review|Appointment scheduled|Awaiting bank wire payment|입금대기|Menunggu pembayaran",
    StatusClass.VOID: "voided void cancelled canceled wc-cancelled trash deleted no-show NoShow Closed-Lost Cancelled_by_customer"
    "|Cancelled by seller|作废|已作废|已冲红|已关闭|交易关闭|已取消|用户取消|系统自动取消|（删除）等待出库|storniert|annulée|cancelado|annullato|geannuleerd|キャンセル|취소완료|Dibatalkan",
    StatusClass.RETURNED: "refunded wc-refunded Refunded returned chargeback fully_refunded|未发货，退款成功|已退款|全额退款|已退货|erstattet|remboursé|reembolsado|devolvido|rimborsato|terugbetaald|返金済み",
}
OPEN = ["closed", "open", "confirmed", "approved", "new", "待付尾款", "退款中", "partially_paid", "1", "3", "A", "未完成", None]


@pytest.mark.parametrize("kind", WORDS)
def test_words_of_platforms_and_languages_have_their_class(engine: DuckEngine, kind: StatusClass) -> None:
    first, *rest = WORDS[kind].split("|")
    words = [*first.split(), *rest]
    assert classes(engine, words) == dict.fromkeys(words, str(kind))


def test_words_that_mean_several_things_are_left_open(engine: DuckEngine) -> None:
    assert classes(engine, OPEN) == dict.fromkeys(OPEN)


def test_the_words_of_the_source_come_first(engine: DuckEngine) -> None:
    words = {StatusClass.VOID: ("3", "Complete"), StatusClass.PAID: ("on hold",)}
    shop = Source("shop", Feed.ORDER_LINE, FileLocation(("*.csv",)), {}, statuses=words)
    assert classes(engine, ["3", "COMPLETE", "on-hold", "pending", "4"], shop) == {
        "3": "void",
        "COMPLETE": "void",
        "on-hold": "paid",
        "pending": "unpaid",
        "4": None,
    }


def test_where_a_source_says_what_is_paid_all_else_is_unpaid(engine: DuckEngine) -> None:
    shop = Source("shop", Feed.ORDER_LINE, FileLocation(("*.csv",)), {}, paid_statuses=("done",))
    assert classes(engine, ["Done", "paid", "cancelled", None], shop) == {
        "Done": "paid",
        "paid": "paid",
        "cancelled": "void",
        None: "unpaid",
    }
