"""The proposal is written as a sources.yaml that reads back as it was meant, with comments in the reader's language.

World: the shops' exports, and one table with names that YAML would misread.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.collect.reading.samples import Sample
from fenji.collect.understanding.proposal import ProposedColumn, ProposedSource
from fenji.collect.writing.sources_yaml import quoted, render_sources_yaml
from fenji.documents.reader import parse_document
from fenji.documents.sources import sources_in
from fenji.domain.sources import ColumnMapping, FileLocation, MoneyUnit, Shape, Source, StatusClass, Unpivot
from fenji.language import Language
from fixtures.cell_reader import propose
from fixtures.samples import sample, sample_of
from fixtures.shops import SHOPS
from fixtures.taobao import write_taobao_detail

AWKWARD = sample(
    "*订单编号|下单时间:|# 会员号|实付金额（万元）|退款: 金额|2025|no\nS1|2025-01-05|17|1.2|0|y|x\nS2|2025-01-06|18|2|3|n|x",
    "a: b/订单 #1.csv",
)


def read(text: str) -> list[dict]:
    return parse_document(text, "sources.yaml").data["sources"]


def meant(source: ProposedSource) -> dict:
    """What the entry of a source must read as."""
    entry: dict = {"source": source.name, "feed": source.feed.value if source.feed else None}
    entry["files"] = source.paths[0] if len(source.paths) == 1 else list(source.paths)
    optional = {
        "sheets": list(source.sheets),
        "belongs_to": source.belongs_to,
        "period": source.period.value if source.period else None,
        "part_column": source.part_column,
        "currency": source.currency,
        "score_scale": list(source.score_scale) if source.score_scale else None,
        "default_kind": source.default_kind,
        "return_order_pattern": source.return_order_pattern,
        "needs_paid_at": source.needs_paid_at,
        "statuses": {each.value: list(words) for each, words in source.statuses.items()},
        "drop": [
            {"column": each.rule.column, "values": list(each.rule.values), "reason": each.rule.reason}
            for each in source.drop
            if each.is_applied
        ],
    }
    entry |= {name: value for name, value in optional.items() if value}
    entry["columns"] = {column.field: _meant_column(column) for column in source.columns}
    return entry


def _meant_column(column: ProposedColumn) -> object:
    if column.constant:
        return {"constant": column.constant}
    keys = {
        "column": column.column,
        "unit": None if column.unit is MoneyUnit.YUAN else column.unit.value,
        "decimal": column.decimal.value if column.decimal else None,
        "date_order": column.date_order.value if column.date_order else None,
        "made_of": list(column.made_of),
        "also": list(column.also),
    }
    given = {name: value for name, value in keys.items() if value}
    return column.column if given.keys() == {"column"} else given


def as_source(source: ProposedSource) -> Source:
    """The record that a proposed source is meant to become."""
    assert source.feed
    return Source(
        source.name,
        source.feed,
        FileLocation(source.paths, sheets=source.sheets, part_column=source.part_column, shape=source.shape),
        {
            column.field: ColumnMapping(
                column.column,
                column.unit,
                column.constant,
                decimal=column.decimal,
                date_order=column.date_order,
                made_of=column.made_of,
                also=column.also,
            )
            for column in source.columns
        },
        currency=source.currency,
        score_scale=source.score_scale or (0.0, 100.0),
        default_kind=source.default_kind,
        return_order_pattern=source.return_order_pattern,
        drop=tuple(each.rule for each in source.drop if each.is_applied),
        statuses=source.statuses,
        needs_paid_at=source.needs_paid_at,
        belongs_to=source.belongs_to,
        period=source.period,
    )


@pytest.mark.parametrize("language", Language)
def test_what_is_written_reads_back_as_proposed(language: Language, tmp_path: Path) -> None:
    proposal = propose([sample_of(shop.write(tmp_path)) for shop in SHOPS], root=tmp_path)
    assert read(render_sources_yaml(proposal.sources, language)) == [meant(source) for source in proposal.sources]


def test_what_is_written_is_read_as_the_sources_that_were_meant(tmp_path: Path) -> None:
    tables = [sample_of(shop.write(tmp_path)) for shop in SHOPS]
    tables += [sample("会员号|评价时间|满意度\n17|2025-01-05|5\n18|2025-01-06|4", "满意度.csv"), AWKWARD]
    proposal = propose(tables, root=tmp_path)
    text = render_sources_yaml(proposal.sources, Language.EN)
    assert sources_in(parse_document(text, "sources.yaml")) == tuple(as_source(source) for source in proposal.sources)


def with_every_key(root: Path) -> list[Sample]:
    """Tables that need, between them, every key that an entry may have beside those of plain orders."""
    days = range(1, 8)
    shaped = replace(
        sample("日期|单据编号|购货单位|金额\n2025-01-05|D1|华诚厂|20.00\n2025-01-06|D2|恒达厂|30.00", str(root / "出库.xlsx")),
        shape=Shape(header_rows=(2, 3), skip_after_header=1, fill_down=("日期", "单据编号"), drop_totals=True),
    )
    return [
        sample(
            "buyer_email|order_date|total_paid\na@x.de|31/05/2025 10:00|1.234,50\nb@x.de|01/06/2025 11:00|12,50",
            str(root / "log.csv"),
        ),
        sample("订单编号|会员号|下单时间\n" + "\n".join(f"S{n}|{n % 3}|2025-01-0{n}" for n in days), str(root / "订单.csv")),
        sample("订单编号|商品名称|数量|金额\n" + "\n".join(f"S{n}|杯|1|20.50" for n in days), str(root / "明细.csv")),
        sample("会员号|姓名|近12个月消费金额\n17|周|980.50\n18|吴|20.00", str(root / "会员.csv")),
        sample(
            "小票号|会员卡号|消费时间|实收金额|单据类型\n1|a1|2025-01-05|9.50|销售\n2|b2|2025-01-06|8.50|还款",
            str(root / "流水2024.csv"),
        ),
        shaped,
    ]


def test_every_key_of_an_entry_is_read_as_it_was_meant(tmp_path: Path) -> None:
    proposal = propose(with_every_key(tmp_path), root=tmp_path)
    text = render_sources_yaml(proposal.sources, Language.ZH)
    usable = [source for source in proposal.sources if source.is_usable]
    assert sources_in(parse_document(text, "sources.yaml")) == tuple(as_source(source) for source in usable)
    for key in ("decimal", "date_order", "made_of", "belongs_to", "period", "drop", "shape"):
        assert f"{key}:" in text, key


def test_headers_of_other_years_and_words_of_a_status_are_read_as_they_were_meant() -> None:
    (source,) = propose(
        [sample("单号|会员号|日期|付款时间|实付|状态\nS1|17|2025-01-05|2025-01-05|9.00|x1\nS2|18|2025-01-06||8.00|x2")]
    ).sources
    columns = tuple(
        replace(each, also=("付款额", "no", "a: b")) if each.field == "order_amount" else each for each in source.columns
    )
    source = replace(
        source,
        columns=columns,
        statuses={StatusClass.PAID: ("x1", "07"), StatusClass.UNPAID: ("no",)},
        needs_paid_at=True,
        shape=Shape(unpivot=Unpivot(("1月", "2月"), "month", "amount"), sections="客户"),
    )
    text = render_sources_yaml([source], Language.EN)
    assert sources_in(parse_document(text, "sources.yaml")) == (as_source(source),)


def test_drop_rules_are_read_as_they_were_meant_when_the_user_decides_for_them() -> None:
    text = "Invoice|StockCode|Description|Quantity|InvoiceDate|Price|Customer ID\n1|POST|补邮费|1|2009-12-01|18.00|13086\n2|A1|x|1|2009-12-01|1.00|13086"
    proposal = propose([sample(text)])
    decided = (
        render_sources_yaml(proposal.sources, Language.ZH)
        .replace("    # drop:", "    drop:")
        .replace("    #   - {column", "      - {column")
    )
    (source,) = sources_in(parse_document(decided, "sources.yaml"))
    assert source.drop == tuple(drop.rule for drop in proposal.sources[0].drop)
    assert len(source.drop) == 5


def test_names_that_yaml_would_misread_come_back_whole() -> None:
    proposal = propose([AWKWARD])
    assert read(render_sources_yaml(proposal.sources, Language.EN)) == [meant(proposal.sources[0])]
    assert proposal.sources[0].paths == ("a: b/订单 #1.csv",)
    assert len(proposal.sources[0].columns) == 5


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_text_reads_back_inside_braces_and_brackets(text: str) -> None:
    document = f"a: {quoted(text)}\nb: {{c: {quoted(text)}, d: [{quoted(text)}, {quoted(text)}]}}\n"
    assert parse_document(document, "x").data == {"a": text, "b": {"c": text, "d": [text, text]}}


def test_a_source_that_cannot_be_used_stands_in_comments_and_reads_back_when_uncommented(tmp_path: Path) -> None:
    proposal = propose([sample_of(write_taobao_detail(tmp_path))], root=tmp_path)
    text = render_sources_yaml(proposal.sources, Language.EN)
    assert read(text) == []
    assert "NOT USED AS IT IS" in text
    assert "#     # ordered_at:  # ordered at" in text
    entry = text[text.index("  # - source:") :].replace("\n  # ", "\n  ").replace("  # -", "  -", 1)
    assert read("sources:\n" + entry)[0]["columns"]["order_id"] == "订单编号"


def test_comments_say_how_sure_each_column_is_what_lacks_and_what_is_unused() -> None:
    proposal = propose([sample("order_no|member_no|date|total|remark\nS1|17|2025-01-05|9.00|x\nS2|18|2025-01-06|8.00|y")])
    assert (
        render_sources_yaml(proposal.sources, Language.EN)
        == """\
# Proposed by fenji map from samples of your files. Read it before the first run.
# Behind every column: how sure we are, and why. Fields that you do not need may go; headers are compared
# without blanks.

sources:

  # orders.csv: csv, utf-8, ","; header in row 1, 2 rows looked at
  # Note well: Nothing shows which orders were unpaid or returned: every row counts in full.
  - source: orders
    feed: order_line  # orders or order lines
    files: orders.csv
    columns:
      order_id: order_no  # order id: sure, known header, and the cells agree
      customer_id: member_no  # customer id: sure, known header, and the cells agree
      ordered_at: date  # ordered at: likely, usual header, and the cells agree
      order_amount: total  # amount paid for the whole order: likely, usual header, and the cells agree
    # Unused columns: remark
"""
    )


def test_drop_rules_are_written_as_comments_for_the_user_to_decide() -> None:
    text = "Invoice|StockCode|Quantity|InvoiceDate|Price|Customer ID\n1|POST|1|2009-12-01|18.00|13086\n2|85048|1|2009-12-01|1.00|13086"
    proposal = propose([sample(text)])
    written = render_sources_yaml(proposal.sources, Language.EN)
    assert "drop" not in read(written)[0]
    decided = written.replace("    # drop:", "    drop:").replace("    #   - {column", "      - {column")
    assert read(decided)[0]["drop"] == [
        {"column": "product_id", "values": ["POST", "DOT", "C2", "C3", "POSTAGE", "SHIPPING", "FREIGHT"], "reason": "postage"},
        {"column": "product_id", "values": ["BANK CHARGES", "AMAZONFEE", "CRUK", "FEE"], "reason": "fees"},
        {
            "column": "product_id",
            "values": ["M", "D", "B", "S", "ADJUST", "ADJUST2", "MANUAL", "DISCOUNT", "PADS"],
            "reason": "adjustments",
        },
        {"column": "product_id", "pattern": "TEST.*", "reason": "tests"},
    ]


def test_nothing_found_is_an_empty_list_of_sources() -> None:
    assert read(render_sources_yaml(propose([]).sources, Language.EN)) == []
