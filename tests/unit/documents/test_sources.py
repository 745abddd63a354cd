"""sources.yaml becomes sources, and every mistake in it is reported at its line, all at once. World: one shop, written in many ways."""

from __future__ import annotations

import pytest

from fenji.documents.reader import parse_document
from fenji.documents.sources import read_sources, sources_in
from fenji.domain.feeds import Feed
from fenji.domain.sources import (
    ColumnMapping,
    DatabaseLocation,
    DropRule,
    FileLocation,
    Format,
    MoneyUnit,
    Repeats,
    Shape,
    Source,
    Unpivot,
)
from fenji.errors import InvalidDocument

FULL = """
sources:
  - source: 淘宝
    feed: order_line
    files: [data/*.csv, data/old]
    format: csv
    encoding: gb18030
    delimiter: tab
    sheets: 2025
    part_column: 店铺
    columns:
      order_id: 订单编号
      customer_id: {column: 买家会员名}
      ordered_at: 2025
      order_amount: {column: 实付金额, unit: wan_yuan}
      channel: {constant: 淘宝}
    currency: CNY
    time_zone: Asia/Shanghai
    paid_statuses: [交易成功, 1]
    score_scale: [1, 5]
    drop:
      - {column: product_id, values: [POST, 007], reason: postage}
      - {column: product_id, pattern: "TEST.*", reason: tests, keep_matching: true}
    repeats: drop
    keep_missing: true
    shares_ids_with: 天猫
    return_order_pattern: ^C
  - source: crm
    feed: customer
    database: {url: "postgresql://u:${PASSWORD}@db/crm", table: customers}
    columns: {phone: mobile}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidDocument) as caught:
        sources_in(parse_document(text, "sources.yaml"))
    return [str(InvalidDocument(problem)).removeprefix("sources.yaml, ") for problem in caught.value.problems]


def entry(**changes: str) -> str:
    """One valid order source with some lines replaced; an empty text leaves a line out."""
    lines = {"source": "shop", "feed": "order_line", "files": "a.csv", "columns": "{order_id: a, ordered_at: b, line_amount: c}"}
    return "sources:\n  - " + "\n    ".join(f"{name}: {value}" for name, value in (lines | changes).items() if value) + "\n"


def test_everything_that_a_source_can_say(tmp_path):
    (tmp_path / "sources.yaml").write_text(FULL, encoding="utf-8")
    assert read_sources(tmp_path / "sources.yaml") == (
        Source(
            name="淘宝",
            feed=Feed.ORDER_LINE,
            location=FileLocation(("data/*.csv", "data/old"), Format.CSV, "gb18030", "\t", ("2025",), "店铺"),
            columns={
                "order_id": ColumnMapping("订单编号"),
                "customer_id": ColumnMapping("买家会员名"),
                "ordered_at": ColumnMapping("2025"),
                "order_amount": ColumnMapping("实付金额", MoneyUnit.WAN_YUAN),
                "channel": ColumnMapping(constant="淘宝"),
            },
            currency="CNY",
            time_zone="Asia/Shanghai",
            paid_statuses=("交易成功", "1"),
            score_scale=(1.0, 5.0),
            drop=(
                DropRule("product_id", "postage", ("POST", "007")),
                DropRule("product_id", "tests", (), "TEST.*", keep_matching=True),
            ),
            repeats=Repeats.DROP,
            keep_missing=True,
            shares_ids_with="天猫",
            return_order_pattern="^C",
        ),
        Source(
            name="crm",
            feed=Feed.CUSTOMER,
            location=DatabaseLocation("postgresql://u:${PASSWORD}@db/crm", "customers"),
            columns={"phone": ColumnMapping("mobile")},
        ),
    )


def test_the_shape_of_a_file_and_other_headers_of_a_column():
    shape = (
        "{header_rows: [2, 3], skip_after_header: 1, sections: 客户, fill_down: 单号, drop_totals: true, "
        "unpivot: {columns: [1月, 2月], name: 月份, value: 金额, year: 2025}}"
    )
    text = entry(columns="{order_id: {column: 单号, also: [订单号, 编号]}, ordered_at: 月份, line_amount: 金额}", shape=shape)
    (source,) = sources_in(parse_document(text, "x"))
    assert source.columns["order_id"] == ColumnMapping("单号", also=("订单号", "编号"))
    assert source.columns["order_id"].headers == ("单号", "订单号", "编号")
    turned = Unpivot(("1月", "2月"), "月份", "金额", 2025)
    assert source.location == FileLocation(
        ("a.csv",),
        shape=Shape(
            header_rows=(2, 3), skip_after_header=1, sections="客户", fill_down=("单号",), unpivot=turned, drop_totals=True
        ),
    )


def test_many_mistakes_in_two_sources_are_reported_in_the_order_of_their_lines():
    text = """sources:
  - source: shop
    feed: order_line
    files: a.csv
    colums: {}
    columns:
      order_idd: a
      ordered_at: b
      line_amount: {column: c, unit: fen, sort: up}
    currency: yuan
    time_zone: Asia/Shangai
    drop: [{column: product, values: [x], reason: tests}]
  - source: shop
    feed: orders
    files: b.csv
    return_order_pattern: "(C"
    columns: {order_id: a}
"""
    assert problems(text) == [
        "row 5, column sources[1].colums: unknown name 'colums'. Did you mean columns?",
        "row 7, column sources[1].columns.order_idd: unknown field 'order_idd'. Did you mean order_id?",
        "row 9, column sources[1].columns.line_amount.sort: unknown name 'sort'. Known are: also, column, constant, date_order, decimal, made_of, optional, unit.",
        "row 10, column sources[1].currency: 'yuan' is not a currency code; write three capital letters, such as CNY.",
        "row 11, column sources[1].time_zone: unknown time zone 'Asia/Shangai'. Did you mean Asia/Shanghai?",
        "row 12, column sources[1].drop[1].column: unknown field 'product'. Did you mean product_id?",
        "row 13, column sources[2].source: source 'shop' stands here a second time; the first is in line 2.",
        "row 14, column sources[2].feed: unknown feed 'orders'. Did you mean order?",
        (
            "row 16, column sources[2].return_order_pattern: '(C' is not a regular expression: "
            "missing ), unterminated subpattern at position 0."
        ),
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"columns": "{order_id: a, line_amount: c}"}, "the feed order_line needs ordered_at, which no column fills."),
        (
            {"columns": "{order_id: a, ordered_at: b}"},
            "the feed order_line needs line_amount / order_amount / quantity + unit_price, which no column fills.",
        ),
        (
            {"feed": "customer", "columns": "{name: a}"},
            "the feed customer needs customer_id / phone / email / union_id, which no column fills.",
        ),
        ({"feed": "event", "columns": "{customer_id: a, at: b}"}, "the feed event needs kind, which no column fills."),
        ({"columns": "{order_id: a, ordered_at: {column: b, unit: fen}, line_amount: c}"}, "'ordered_at' is no amount of money and has no unit."),
        ({"columns": "{order_id: {}, ordered_at: b, line_amount: c}"}, "write either the name of a column or a constant."),
        ({"files": ""}, "source 'shop': write either files or a database."),
        ({"database": "{url: x, table: a, query: b}", "files": ""}, "write either a table or a query."),
        ({"encoding": "utf-99"}, "'utf-99' is not an encoding; write for instance utf-8, gb18030 or utf-16."),
        ({"delimiter": '",,"'}, "',,' is not a delimiter; write one character, or tab."),
        ({"score_scale": "[5, 1]"}, "the lowest score must be less than the highest."),
        ({"drop": "[{column: order_id, reason: x}]"}, "write either values or a pattern."),
        (
            {"return_order_pattern": '"C(?=1)"'},
            "'C(?=1)' uses look-around, a back reference or a possessive part, which not every engine has.",
        ),
        ({"source": "a#b"}, "a source needs a name without # / \\ ' and line breaks."),
        ({"keep_missing": "perhaps"}, "'keep_missing' must be true or false."),
    ],
)  # fmt: skip
def test_each_mistake_says_what_is_allowed(changes, problem):
    assert [line.split(": ", maxsplit=1)[1] for line in problems(entry(**changes))] == [problem]


def test_a_default_kind_stands_for_the_column():
    text = entry(feed="event", columns="{customer_id: a, at: b}", default_kind="visit")
    assert [source.default_kind for source in sources_in(parse_document(text, "x"))] == ["visit"]


@pytest.mark.parametrize("text", ["", "sources: []", "sources:\n", "- a\n", "sources: {a: 1}\n", "sources: [1]\n"])
def test_a_document_without_sources_is_refused(text):
    assert len(problems(text)) == 1


def test_a_duplicate_key_and_a_syntax_error_have_their_lines():
    assert problems(entry() + "    feed: event\n") == [
        "row 6, column sources[1].feed: 'feed' stands here a second time; the first is in line 3."
    ]
    assert problems("sources:\n  - source: [a\n")[0].startswith("row 3: this is not YAML, at position 1 of the line")
