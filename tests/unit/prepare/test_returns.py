"""Which words of a list of returns say that nothing came back? World: one row for each status, in both languages."""

from __future__ import annotations

import ibis
from tests.clean_worlds import source

from fenji.domain.feeds import Feed
from fenji.domain.sources import StatusClass
from fenji.engines.duck import DuckEngine
from fenji.prepare.returns import judge_returns

NOT_DONE = (
    *(
        "退款关闭",
        "已撤销",
        "拒绝退款",
        "卖家拒绝退款",
        "待买家退货",
        "审核中",
        "申请中",
        "退款中",
        "待商家处理",
        "买家已取消",
        "审核不通过 已驳回",
    ),
    *(
        "Rejected",
        "pending",
        "CLOSED",
        "cancelled",
        "Requested",
        "in review",
        "Under Review",
        "awaiting return",
        "Return requested",
        "declined",
    ),
)
DONE = (
    "退款成功",
    "已完成",
    "售后完成",
    "申请通过",
    "refunded",
    "Completed",
    "退货完成",
    "已退款",
    "审核通过",
    "succeeded",
    "Received",
    None,
)


def judged(engine: DuckEngine, statuses: tuple[str | None, ...], words: dict[StatusClass, tuple[str, ...]]) -> list[str | None]:
    own = source("back", Feed.RETURN, "order_id status", belongs_to="shop", statuses=words)
    texts = ("source", "file", "order_id", "return_id", "product_id", "status", "reason", "field", "came")
    empty = dict.fromkeys(texts)
    rows = [
        empty | {"source": "back", "file": "r", "row_number": n, "order_id": "1", "status": status}
        for n, status in enumerate(statuses)
    ]
    schema = ibis.schema({**dict.fromkeys(texts, "string"), "row_number": "int64"})
    table = engine.from_arrow(ibis.memtable(rows, schema=schema).to_pyarrow())
    return engine.fetch(judge_returns(table, [own]).order_by("row_number"))["reason"].to_pylist()


def test_a_return_that_was_refused_withdrawn_or_is_open_is_none(engine: DuckEngine) -> None:
    assert dict(zip(NOT_DONE, judged(engine, NOT_DONE, {}), strict=True)) == dict.fromkeys(NOT_DONE, "not_returned")


def test_a_return_that_was_carried_out_or_says_nothing_is_one(engine: DuckEngine) -> None:
    assert dict(zip(DONE, judged(engine, DONE, {}), strict=True)) == dict.fromkeys(DONE)


def test_the_words_of_the_source_come_first(engine: DuckEngine) -> None:
    words = {StatusClass.RETURNED: ("7", "closed"), StatusClass.VOID: ("9", "已完成")}
    assert judged(engine, ("7", "Closed", "9", "已完成", "pending", "已退款"), words) == [
        None,
        None,
        "not_returned",
        "not_returned",
        "not_returned",
        None,
    ]
