"""Files that are laid out for readers become tables, and a run reads the same table as the sample showed.

World: two or three orders of ten to sixty yuan, laid out as shops, accounting programs and people do.
"""

from __future__ import annotations

import pytest

from fenji.collect.reading.samples import DoubtKind
from fenji.domain.sources import Shape, Unpivot
from fixtures.collecting import Desk
from fixtures.shaped import collected, sampled


@pytest.fixture
def desk(tmp_path, duck):
    return Desk(tmp_path, duck)


def table(text: str) -> str:
    """A table whose lines stand apart for the eye."""
    return "\n".join(line.strip() for line in text.strip().splitlines()) + "\n"


def both(desk, text: str, name: str = "orders.csv"):
    """The sample, its rows, and the row numbers of the run, which must read the same rows and account for every line."""
    file = desk.write(name, table(text))
    sample = sampled(file)
    rows = collected(desk, file, sample)
    assert sorted((cells for _number, *cells in rows), key=str) == sorted((list(row) for row in sample.rows), key=str)
    given = sum(1 for line in table(text).splitlines() if line.strip(" ,"))
    heights = max(sample.header_row, *sample.shape.header_rows, 0) + sample.shape.skip_after_header
    before = sum(1 for line in table(text).splitlines()[:heights] if line.strip(" ,"))
    (read,) = desk.last.files
    if sample.shape.unpivot is None:
        assert read.records + read.unreadable == given - before
    return sample, [number for number, *_cells in rows]


@pytest.mark.parametrize(
    ("text", "headers", "rows"),
    [
        ("订单编号,买家,金额,,时间\n,,应付,实付,\n1,甲,12,10,2025-01-01\n2,乙,22,20,2025-01-02", (1, 2), ("订单编号", "买家", "应付", "实付", "时间")),
        ("Order,Customer,Amount,,Date\n,,gross,net,\n1,A,12,10,2025-01-01\n2,B,24,20,2025-01-02", (1, 2), ("Order", "Customer", "gross", "net", "Date")),
        ("2025年销售\n单号,客户,一店,,二店,\n,,数量,金额,数量,金额\nA1,甲,1,10,2,20\nA2,乙,3,30,4,40", (2, 3), ("单号", "客户", "一店/数量", "一店/金额", "二店/数量", "二店/金额")),
        ("单号,收货人,,收货地址,\n,姓名,电话,省,市\n1,甲,13800000001,浙江,杭州\n2,乙,13800000002,江苏,南京", (1, 2), ("单号", "姓名", "电话", "省", "市")),
        ("Beleg;Kunde;Betrag;;Datum\n;;brutto;netto;\n1;A;12;10;01.02.2025\n2;B;24;20;02.02.2025", (1, 2), ("Beleg", "Kunde", "brutto", "netto", "Datum")),
    ],
)  # fmt: skip
def test_a_header_of_two_rows(desk, text, headers, rows):
    sample, numbers = both(desk, text)
    assert (sample.shape, sample.headers) == (Shape(header_rows=headers), rows)
    assert numbers == [headers[1] + 1, headers[1] + 2]
    assert len(sample.repairs) == 1


def test_a_header_of_two_rows_one_line_lower_than_the_shape_says_is_found_by_the_wanted_columns(desk):
    first = desk.write("jan.csv", "单号,客户,金额,,日期\n,,应付,实付,\n1,甲,12,10,2025-01-01\n2,乙,22,20,2025-01-02\n")
    second = desk.write("feb.csv", "二月\n单号,客户,金额,,日期\n,,应付,实付,\n3,丙,32,30,2025-02-01\n")
    sample = sampled(first)
    assert collected(desk, second, sample) == [(4, "3", "丙", "32", "30", "2025-02-01")]


@pytest.mark.parametrize(
    "text",
    [
        "order_sn,buyer_username,create_time,total_amount\nOrder number,Name of buyer,Date of creation,Amount paid\n1,A,2025-01-01,12\n2,B,2025-01-02,24",
        "单号,客户,日期,数量,金额\n,,,件,元\nA1,王,2025-01-01,1,10\nA2,李,2025-01-02,2,20",
        "会员卡号,姓名,生日,积分\n必填,选填,格式：2000-01-01,数字\n1001,王,1990-01-01,10\n1002,李,1991-01-01,20",
        "Order ID,Buyer,Order Date,Total\nPlatform order ID,Buyer nickname,Time of the order,Money paid\n1,A,01/02/2025,$12.00\n2,B,01/03/2025,$24.00",
        "订单号,下单时间,实付金额\n系统生成，不可修改,下单的时间,买家付的钱\nA1,2025-01-01 10:00,10\nA2,2025-01-01 11:00,20",
    ],
)
def test_a_row_under_the_header_that_describes_the_columns(desk, text):
    sample, numbers = both(desk, text)
    assert (sample.shape, numbers) == (Shape(skip_after_header=1), [3, 4])


def test_two_rows_of_descriptions(desk):
    text = "Order Number,Customer Email,Create Time,Paid Price\nMandatory,Optional,Mandatory,Mandatory\nNumber,Text,yyyy-mm-dd,Decimal\n1,a@x,2025-01-01,12\n2,b@x,2025-01-02,24"
    sample, numbers = both(desk, text)
    assert (sample.shape, numbers) == (Shape(skip_after_header=2), [4, 5])


@pytest.mark.parametrize(
    "text",
    [
        "name,amount\nx,待定\ny,10\nz,20\nw,30",
        "订单号,买家,实付金额,下单时间\n1,甲,免费,2025-01-01\n2,乙,10,2025-01-02\n3,丙,10,2025-01-03",
        "name,city\nAnn,Rome\nBob,Paris\nCy,Oslo",
        "订单号,买家,实付金额\n1,甲,\n2,乙,10\n3,丙,20",
        "id,score,comment\n1,5,good\n2,N/A,bad\n3,4,fine",
    ],
)
def test_a_first_row_of_data_that_lacks_something_is_no_description(desk, text):
    sample, numbers = both(desk, text)
    assert (sample.shape, numbers[0]) == (Shape(), 2)


@pytest.mark.parametrize(
    "text",
    [
        "1001,王小明,2025-01-01,12.50\n1002,李雷,2025-01-02,20\n1003,韩梅,2025-01-03,30",
        "U1\t2025-01-01 10:00:00\t99.00\tShanghai\nU2\t2025-01-02 10:00:00\t50.00\tBeijing",
        "A1;Ann;01/02/2025;12,50\nA2;Bob;02/02/2025;9,90",
        "196|242|3|881250949\n186|302|3|891717742\n22|377|1|878887116",
        '"a@x.com","Sep 5, 2025","$3.00"\n"b@x.com","Sep 6, 2025","$4.00"',
    ],
)
def test_a_file_without_a_header(desk, text):
    sample, numbers = both(desk, text)
    assert (sample.shape, sample.header_row, numbers[0]) == (Shape(no_header=True), 0, 1)
    assert sample.headers[:2] == ("column_1", "column_2")
    assert [doubt.kind for doubt in sample.doubts] == [DoubtKind.NO_HEADER]


@pytest.mark.parametrize(
    "text",
    [
        "城市,人口\n杭州,10\n上海,20",
        "id,x,y\n1,2,3\n4,5,6",
        "时间,事件\n甲,乙\n丙,丁",
        "1,2,3,4,5\n5,0,0,1,2\n4,1,1,0,0",
        "客户,2024,2025\n甲,10,20\n乙,1,2",
    ],
)
def test_words_or_counted_days_above_the_data_are_a_header(desk, text):
    sample, numbers = both(desk, text)
    assert (sample.shape.no_header, numbers[0]) == (False, 2)


@pytest.mark.parametrize(
    ("text", "totals"),
    [
        ("订单编号,买家,金额,时间\nA1,甲,10,2025-05-01\nA2,乙,20,2025-05-02\n五月小计,,30,2025-05-31\nA3,丙,30,2025-06-01\n总计(3单),,60,2025-06-30", [4, 6]),
        ("订单编号,客户,金额,日期\n合计,,60,\nA1,u1,10,2025-01-01\nA2,u2,20,2025-01-02\nA3,u3,30,2025-01-03", [2]),
        ("order,customer,date,amount\nA1,u1,2025-01-01,10\nA2,u2,2025-01-02,20\n,,,30\nA3,u3,2025-01-03,30\nA4,u4,2025-01-04,45\n,,,75\n,,,105", [4, 7, 8]),
        ("客户,日期,金额\n张三,2025-01-01,10\n张三,2025-01-02,20\n张三 汇总,,30\n李四,2025-01-03,5\n李四 汇总,,5\n总计,,35", [4, 6, 7]),
        ("Beleg;Kunde;Datum;Betrag\n1;A;01.02.2025;1.200,50\n2;B;02.02.2025;99,50\nZwischensumme;;;1.300,00\n3;C;03.02.2025;1,00\nGesamtsumme;;;1.301,00", [4, 6]),
        ("序号,订单,客户,金额\n1,A1,u,10\n2,A2,v,20\n,本页小计,,30\n3,A3,w,30\n,总合计：,,60", [4, 6]),
        ("客户,金额\n张三,5\n张三小计,5\n李四,7\n李四小计,7\n合计,12", [3, 5, 6]),
        ("Name,Date,Amount\nAnn,2025-01-01,10\nAnn,2025-01-02,20\nAnn Total,,30\nBob,2025-01-03,5\nBob Total,,5\nGrand Total,,35", [4, 6, 7]),
    ],
)  # fmt: skip
def test_totals_in_any_place_are_left_out_and_handed_back(desk, text, totals):
    sample, _numbers = both(desk, text)
    assert sample.shape == Shape(drop_totals=True)
    assert [(row, reason) for _file, row, reason in desk.unreadable()] == [(row, "total_line") for row in totals]


@pytest.mark.parametrize(
    "text",
    [
        # The third order is as large as the two before it.
        "order,customer,date,amount\nA1,u1,2025-01-01,40\nA2,u2,2025-01-02,60\nA3,u3,2025-01-03,100\nA4,u4,2025-01-04,45",
        "order,customer,date,amount\nA1,u1,2025-01-01,40\nA2,u2,2025-01-02,60\nA3,,2025-01-03,100\nA4,u4,2025-01-04,45",
        # Customers called Total, one of them without a phone.
        "name,phone,date,amount\nShell,1380,2025-01-01,10\nShell,1381,2025-01-02,20\nTotal,,2025-01-03,5\nBP,11,2025-01-03,5",
        "order,customer,date,amount\n1,Total,2025-01-01,10\n2,Total,2025-01-02,20\n3,Shell,2025-01-03,5",
        "name,phone,date,amount\nTotal,1380,2025-01-01,10\nShell,1381,2025-01-02,20\nTotal,1382,2025-01-03,5",
        "company,revenue\nShell,10\nTotal,10\nBP,3",
        "单号,商品,金额\n1,Cream Total,10\n2,Colgate Total,20\n3,茶,30",
    ],
)
def test_an_order_is_no_total_whatever_it_is_worth_or_called(desk, text):
    sample, numbers = both(desk, text)
    assert (sample.shape, desk.unreadable(), len(numbers)) == (Shape(), [], text.count("\n"))


@pytest.mark.parametrize(
    ("text", "columns", "filled"),
    [
        ("日期,单号,客户,商品,数量,金额\n2025-01-01,A1,甲,茶,1,10\n,,,杯,2,20\n2025-01-02,A2,乙,茶,1,10\n,,,碗,1,5", ("单号", "日期", "客户"), [3, 5]),
        ("Invoice #,Customer,Invoice Date,Item,Qty,Line total,Invoice total\n1001,Ann,2025-01-01,Tea,1,10,15\n,,,Cup,1,5,\n1002,Bob,2025-01-02,Tea,2,20,20\n1003,Cy,2025-01-03,Tea,1,10,20\n,,,Cup,2,10,", ("Invoice #", "Customer", "Invoice Date"), [3, 6]),
        ("大区,单号,客户,商品,金额\n华东,A1,甲,茶,10\n,,,杯,20\n,A2,乙,茶,5\n华南,A3,丙,茶,5\n,,,杯,6", ("大区", "单号", "客户"), [3, 4, 6]),
        ("单据编号,购货单位,联系电话,产品名称,单位,实发数量,销售金额\nX1,甲,13800000001,茶,件,1,10\n,,,杯,件,1,5\n,,,碗,件,1,6\nX2,乙,13800000002,茶,件,1,10", ("单据编号", "购货单位", "联系电话"), [3, 4]),
        ("日期,单号,客户,商品,金额\n2025-01-01,A1,甲,茶,10\n,,,杯,20\n,A2,乙,茶,5\n2025-01-02,A3,丙,茶,5\n,,,杯,6", ("日期", "单号", "客户"), [3, 4, 6]),
        ("单号,客户,日期,商品编码,数量,金额\nA1,甲,2025-01-01,1001,1,10\n,,,1002,2,20\nA2,乙,2025-01-02,1003,1,30\n,,,1004,3,60", ("单号", "客户", "日期"), [3, 5]),
    ],
)  # fmt: skip
def test_heads_that_stand_on_the_first_row_of_an_order_are_filled_down(desk, text, columns, filled):
    sample, numbers = both(desk, text)
    assert (sample.shape, len(numbers)) == (Shape(fill_down=columns), text.count("\n"))
    position = sample.headers.index(columns[0])
    assert all(row[position] for row in sample.rows)


def test_a_guest_is_not_given_the_customer_of_the_order_above(desk):
    text = "单号,会员号,日期,商品,数量,金额\nA1,m1,2025-01-01,茶,1,10\n,,,杯,1,5\nA2,,2025-01-02,茶,1,10\n,,,杯,1,6\nA3,m3,2025-01-03,茶,1,10"
    sample, _numbers = both(desk, text)
    assert [row[:2] for row in sample.rows] == [("A1", "m1"), ("A1", "m1"), ("A2", None), ("A2", None), ("A3", "m3")]


@pytest.mark.parametrize(
    "text",
    [
        "单号,会员号,日期,商品,数量,金额\nA1,m1,2025-01-01,茶,1,10\nA2,,2025-01-02,茶,1,10\nA3,m3,2025-01-03,茶,1,10\nA4,,2025-01-04,茶,1,10",
        "会员号,姓名,手机,城市,积分,余额\n1,甲,138,上海,1,2\n2,乙,,,3,4\n3,丙,139,,4,5\n,丁,,,3,5\n,戊,,,3,5",
        # A customer first, whose second order has a number and a day of its own: a guest, or the same; nobody knows.
        "Name,Email,Created at,Lineitem name,Lineitem price,Id,Paid at\n#1,a@x,2025-01-01,Tea,10,91,2025-01-01\n#1,a@x,2025-01-01,Cup,5,,\n#2,b@x,2025-01-02,Tea,10,92,2025-01-02\n#2,b@x,2025-01-02,Cup,5,,",
        # Rows of numbers alone may be sums that do not say so.
        "单号,客户,日期,数量,金额\nA1,甲,2025-01-01,1,10\n,,,1,10\nA2,乙,2025-01-02,1,30\n,,,1,30",
        "order,coupon,date,amount\n1,X1,2025-01-01,5\n2,,2025-01-02,6\n3,,2025-01-03,7\n4,X2,2025-01-04,8",
        "工单号,客户,创建时间,评分\n1,甲,2025-01-01,5\n2,乙,2025-01-02,\n3,丙,2025-01-03,\n4,丁,2025-01-04,4",
    ],
)
def test_empty_cells_of_ordinary_lists_are_left_alone(desk, text):
    assert both(desk, text)[0].shape == Shape()


@pytest.mark.parametrize(
    ("text", "name", "customers"),
    [
        ("Sales by Customer Detail\n\n,Date,Num,Amount\nAlice,,,\n,01/02/2025,1,10\n,01/03/2025,2,20\nTotal for Alice,,,30\nBen,,,\n,01/05/2025,3,7\nTotal for Ben,,,7\nTOTAL,,,37", "Customer", ["Alice", "Alice", "Ben"]),
        ("2025年明细\n日期,单号,商品,金额\n客户：华诚,,,\n2025-01-01,A1,茶,10\n2025-01-02,A2,杯,20\n小计,,,30\n客户：恒达,,,\n2025-01-03,A3,茶,5\n小计,,,5\n合计,,,35", "客户", ["华诚", "华诚", "恒达"]),
        ("客户名称,日期,单号,金额\n华诚,,,\n,2025-01-01,A1,10\n,2025-01-02,A2,20\n恒达,,,\n,2025-01-03,A3,5", "客户名称", ["华诚", "华诚", "恒达"]),
        ("Date,Num,Item,Amount\nAlice Morgan\n01/02/2025,1,Tea,10\n01/03/2025,2,Cup,20\nBen\n01/04/2025,3,Tea,5", "Section", ["Alice Morgan", "Alice Morgan", "Ben"]),
        ("销售明细\n往来单位：甲公司\n日期,单号,金额,备注\n2025-01-01,A1,10,x\n2025-01-01,A2,11,x\n往来单位：乙公司\n日期,单号,金额,备注\n2025-01-03,A3,5,y", "往来单位", ["甲公司", "甲公司", "乙公司"]),
        ("Sales by Customer\n,Date,Num,Amount\nAlice,,,\nKitchen,,,\n,01/02/2025,1,10\nTotal for Kitchen,,,10\nBath,,,\n,01/02/2025,2,10\nTotal for Bath,,,10\nTotal for Alice with sub-customers,,,20\nBen,,,\n,01/05/2025,3,7\nTotal for Ben,,,7\nTOTAL,,,27", "Customer", ["Alice:Kitchen", "Alice:Bath", "Ben"]),
    ],
)  # fmt: skip
def test_headings_become_a_column_of_the_rows_below(desk, text, name, customers):
    sample, _numbers = both(desk, text)
    assert sample.shape == Shape(sections=name, drop_totals=True)
    place = sample.headers.index(name)
    assert [row[place] for row in sample.rows] == customers
    assert [doubt.kind for doubt in sample.doubts] == [DoubtKind.SECTIONS]
    assert {reason for _file, _row, reason in desk.unreadable()} <= {"section_line", "total_line", "repeated_header"}


def test_a_remark_between_the_rows_is_no_heading(desk):
    sample, _numbers = both(desk, "单号,客户,金额,日期\nA1,甲,10,2025-01-01\n作废,,,\nA2,乙,20,2025-01-01\nA3,丙,20,2025-01-01")
    assert sample.shape == Shape()


@pytest.mark.parametrize(
    ("text", "name", "unpivot", "rows"),
    [
        ("2026年台账\n客户名称,1月,2月,3月,合计\n甲,10,,5,15\n乙,,7,,7", "a.csv", Unpivot(("1月", "2月", "3月"), "月份", "金额", 2026), [("甲", "2026-01-01", "10"), ("甲", "2026-03-01", "5"), ("乙", "2026-02-01", "7")]),
        ("Customer,Jan,Feb,Mar,Total\nA,10,,5,15\nB,,7,,7", "Sales 2025.csv", Unpivot(("Jan", "Feb", "Mar"), "Month", "Amount", 2025), [("A", "2025-01-01", "10"), ("A", "2025-03-01", "5"), ("B", "2025-02-01", "7")]),
        ("客户,2025-01,2025-02,2025-03\n甲,10,,5\n乙,,7,", "a.csv", Unpivot(("2025-01", "2025-02", "2025-03"), "月份", "金额"), [("甲", "2025-01-01", "10"), ("甲", "2025-03-01", "5"), ("乙", "2025-02-01", "7")]),
        ("Client;Q1 2025;Q2 2025;Q3 2025;Q4 2025\nA;10;;5;1", "a.csv", Unpivot(("Q1 2025", "Q2 2025", "Q3 2025", "Q4 2025"), "Quarter", "Amount"), [("A", "2025-01-01", "10"), ("A", "2025-07-01", "5"), ("A", "2025-10-01", "1")]),
        ("客户,1月数量,1月金额,2月数量,2月金额,3月数量,3月金额\n甲,1,10,2,20,,\n乙,,,1,11,3,30", "2024.csv", Unpivot(("1月金额", "2月金额", "3月金额"), "月份", "金额", 2024), [("甲", "2024-01-01", "10"), ("甲", "2024-02-01", "20"), ("乙", "2024-02-01", "11"), ("乙", "2024-03-01", "30")]),
        ("客户,2022,2023,2024\n甲,10,20,30", "a.csv", Unpivot(("2022", "2023", "2024"), "年份", "金额"), [("甲", "2022-01-01", "10"), ("甲", "2023-01-01", "20"), ("甲", "2024-01-01", "30")]),
    ],
)  # fmt: skip
def test_months_side_by_side_become_rows(desk, text, name, unpivot, rows):
    sample, _numbers = both(desk, text, name)
    assert (sample.shape.unpivot, sample.rows) == (unpivot, tuple(rows))
    assert {doubt.kind for doubt in sample.doubts} == {DoubtKind.UNPIVOT}


def test_rows_of_one_record_are_told_apart_by_their_part_and_empty_records_are_handed_back(desk):
    file = desk.write("2026.csv", "客户,1月,2月,3月\n甲,10,,5\n乙,,,\n丙,,7,\n")
    collected(desk, file, sampled(file))
    assert desk.rows("file", "row_number", "order_id") == [
        ("2026.csv#1月", 2, "甲"),
        ("2026.csv#2月", 4, "丙"),
        ("2026.csv#3月", 2, "甲"),
    ]
    assert [(row, reason) for _file, row, reason in desk.unreadable()] == [(3, "missing_amount")]


def test_answers_of_a_survey_are_no_quarters(desk):
    sample, _numbers = both(desk, "id,Q1,Q2,Q3,Q4,Q5\n1,5,4,3,2,1\n2,1,2,3,4,5")
    assert sample.shape == Shape()


def test_what_stands_above_the_table_is_shown_and_a_unit_there_is_a_doubt(desk):
    sample, _numbers = both(desk, "华诚公司销售台账\n单位：万元\n单号,客户,日期,金额\n1,甲,2025-01-01,1.5\n2,乙,2025-01-02,2")
    assert sample.preamble == ("华诚公司销售台账", "单位：万元")
    assert [(doubt.kind, doubt.remark.values) for doubt in sample.doubts] == [(DoubtKind.UNIT, {"text": "单位：万元"})]
