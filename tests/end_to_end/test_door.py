"""A company's files get into fenji by themselves: map, run and tiers, nothing edited, and the numbers are the true ones or a question is there.

World: a dozen companies, each in the shape of a real system's export, written by a seeded generator that keeps the truth while it
writes. Beside the project there may be a folder of other companies with their truth; where it is, all of it is judged too.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fixtures.corpus import CORPUS, judged
from fixtures.desk import bring

AS_OF = "2026-06-30"


@dataclass
class Shop:
    """Orders as they truly happened: buyer, moment, what was paid line by line, and whether it counts."""

    orders: list[Order]

    @property
    def truth(self) -> tuple[int, int, str]:
        """Customers, orders and revenue that must come out."""
        counted = [each for each in self.orders if each.counts]
        whole = sum((line for each in counted for line in each.lines), Decimal(0))
        return len({each.buyer for each in self.orders}), len(counted), f"{whole:.2f}"


@dataclass
class Order:
    """One order."""

    number: int
    buyer: int
    at: datetime
    lines: list[Decimal] = field(default_factory=list)
    counts: bool = True

    @property
    def total(self) -> Decimal:
        """What was paid for it."""
        return sum(self.lines, Decimal(0))


def shop(seed: int, *, orders: int = 30, buyers: int = 8, lines: int = 1, unpaid: int = 0) -> Shop:
    """Orders of the year before the review date, in the order of time; the first ones stay unpaid."""
    dice = random.Random(seed)
    found = []
    for number in range(1, orders + 1):
        at = datetime(2025, 8, 1, 9) + timedelta(days=10 * number, minutes=dice.randrange(600))
        prices = [Decimal(dice.randrange(1_000, 90_000)) / 100 for _ in range(dice.randint(1, lines))]
        found.append(Order(number, (number * 5) % buyers + 1, at, prices, counts=number > unpaid))
    return Shop(found)


def table(headers: str, rows: Sequence[Sequence[object]], delimiter: str = ",") -> str:
    """A delimited text; headers are separated by blanks of two and more, or by |."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(headers.split("|"))
    writer.writerows(rows)
    return out.getvalue()


def shopify(folder: Path) -> Shop:
    """Lines below the head of each order, pending and voided orders among them; dates with a zone, money in dollars."""
    made = shop(1, lines=3, unpaid=3)
    rows = []
    for each in made.orders:
        for place, price in enumerate(each.lines):
            head = (
                f"b{each.buyer}@mail.test",
                "paid" if each.counts else ("pending", "voided")[each.number % 2],
                "USD",
                each.total,
                "0.00",
                each.total,
            )
            rows.append(
                [
                    f"#{1000 + each.number}",
                    *(head if place == 0 else (f"b{each.buyer}@mail.test", *[""] * 5)),
                    each.at.strftime("%Y-%m-%d %H:%M:%S +0800"),
                    1,
                    f"Thing {place}",
                    price,
                ]
            )
    headers = (
        "Name|Email|Financial Status|Currency|Subtotal|Shipping|Total|Created at|Lineitem quantity|Lineitem name|Lineitem price"
    )
    (folder / "orders_export.csv").write_text(table(headers, rows), encoding="utf-8")
    return made


def taobao(folder: Path) -> Shop:
    """ExportOrderList in GBK, with quotes and tabs around numbers, closed orders among them."""
    made = shop(2, unpaid=4)
    rows = [
        [
            f'="{4_000_000_000 + each.number}"',
            f"小鱼{each.buyer}号",
            each.total,
            each.total,
            "交易成功" if each.counts else "交易关闭",
            f"'1390000000{each.buyer}",
            each.at.strftime("%Y-%m-%d %H:%M:%S"),
            each.at.strftime("%Y-%m-%d %H:%M:%S") if each.counts else "",
            "杯",
            1,
        ]
        for each in made.orders
    ]
    headers = "订单编号|买家会员名|买家应付货款|买家实际支付金额|订单状态|联系手机|订单创建时间|订单付款时间|宝贝标题|宝贝总数量"
    (folder / "ExportOrderList2026.csv").write_bytes(table(headers, rows).encode("gb18030"))
    return made


def kingdee(folder: Path) -> Shop:
    """Child rows whose head stands on the first row of a document only, drafts among them, a sum at the end."""
    made = shop(3, lines=3, unpaid=2)
    rows: list[list[object]] = []
    for each in made.orders:
        for place, price in enumerate(each.lines):
            head = [
                each.at.strftime("%Y/%m/%d"),
                f"XOUT{each.number:06d}",
                f"华诚{each.buyer}厂",
                "已审核" if each.counts else "草稿",
            ]
            rows.append([*(head if place == 0 else [""] * 4), f"01.00{place}", "水泵", 1, price, price])
    rows.append(["合计", "", "", "", "", "", len(rows), "", sum((each.total for each in made.orders), Decimal(0))])
    (folder / "销售出库.csv").write_text(
        table("日期|单据编号|购货单位|单据状态|产品代码|产品名称|实发数量|销售单价|销售金额", rows), encoding="utf-8-sig"
    )
    made.orders = [each for each in made.orders if each.counts]
    return made


def woocommerce(folder: Path) -> Shop:
    """Statuses with wc- before them."""
    made = shop(4, unpaid=5)
    words = ["wc-pending", "wc-cancelled", "wc-failed", "wc-on-hold", "wc-refunded"]
    rows = [
        [
            each.number,
            "wc-completed" if each.counts else words[each.number - 1],
            each.at.strftime("%Y-%m-%d %H:%M"),
            f"b{each.buyer}@mail.test",
            each.total,
        ]
        for each in made.orders
    ]
    (folder / "woo.csv").write_text(table("order_id|status|date_created|billing_email|total", rows), encoding="utf-8")
    return made


def across(folder: Path) -> Shop:
    """One row a client, one column a month."""
    dice = random.Random(5)
    found, rows = [], []
    for buyer in range(1, 10):
        cells = []
        for month in range(1, 7):
            price = Decimal(dice.randrange(1_000, 90_000)) / 100 if (buyer + month) % 3 else None
            cells.append("" if price is None else price)
            if price is not None:
                found.append(Order(len(found), buyer, datetime(2026, month, 1), [price]))
        rows.append([f"C{buyer:03d}", f"华诚{buyer}厂", *cells])
    headers = "客户编码|客户名称|" + "|".join(f"2026年{month}月" for month in range(1, 7))
    (folder / "客户月度销售.csv").write_text(table(headers, rows), encoding="utf-8-sig")
    return Shop(found)


def in_three_files(folder: Path) -> Shop:
    """Heads, lines and payments of a shop system's database, keys called id."""
    made = shop(6, lines=3)
    heads = [[each.number, each.buyer, "paid", each.at.strftime("%Y-%m-%d %H:%M:%S")] for each in made.orders]
    lines = [
        [100 * each.number + place, each.number, "cup", 1, price]
        for each in made.orders
        for place, price in enumerate(each.lines)
    ]
    payments = [[each.number, each.number, "card", each.total] for each in made.orders]
    (folder / "orders.csv").write_text(table("id|user_id|status|created_at", heads), encoding="utf-8")
    (folder / "order_items.csv").write_text(table("id|order_id|product_name|quantity|unit_price", lines), encoding="utf-8")
    (folder / "payments.csv").write_text(table("payment_id|order_id|payment_type|payment_value", payments), encoding="utf-8")
    return made


def american(folder: Path) -> Shop:
    """The month before the day, thousands with commas, a dollar sign."""
    made = shop(7)
    rows = [
        [f"INV-{each.number}", f"b{each.buyer}@mail.test", each.at.strftime("%m/%d/%Y"), f"${each.total * 10:,.2f}"]
        for each in made.orders
    ]
    for each in made.orders:
        each.lines = [line * 10 for line in each.lines]
    (folder / "invoices.csv").write_text(table("Invoice Number|Customer Email|Invoice Date|Total", rows), encoding="utf-8")
    return made


def german(folder: Path) -> Shop:
    """Semicolons between cells, a comma before the cents, the day before the month, cp1252."""
    made = shop(8)
    rows = [
        [
            f"B{each.number}",
            f"b{each.buyer}@mail.test",
            each.at.strftime("%d.%m.%Y"),
            f"{each.total:,.2f}".translate(str.maketrans(",.", ".,")),
            "Müller",
        ]
        for each in made.orders
    ]
    (folder / "bestellungen.csv").write_bytes(
        table("Order ID|Customer Email|Order Date|Total Paid|Name", rows, ";").encode("cp1252")
    )
    return made


def log_of_purchases(folder: Path) -> Shop:
    """No order numbers: who, when, how much."""
    made = shop(9)
    rows = [[f"8{each.buyer:03d}", each.at.strftime("%Y-%m-%d %H:%M"), each.total, "微信"] for each in made.orders]
    (folder / "消费记录.csv").write_text(table("会员卡号|消费时间|消费金额|支付方式", rows), encoding="utf-8-sig")
    return made


def two_months(folder: Path) -> Shop:
    """Two downloads that overlap; the numbers count once."""
    made = shop(10)
    for name, part in (("订单导出_上.csv", made.orders[:18]), ("订单导出_下.csv", made.orders[14:])):
        rows = [
            [f"D{each.number}", f"1380000{each.buyer:04d}", each.at.strftime("%Y-%m-%d %H:%M:%S"), each.total, "已完成"]
            for each in part
        ]
        (folder / name).write_text(table("订单号|手机号|下单时间|实付金额|订单状态", rows), encoding="utf-8-sig")
    return made


def with_returns(folder: Path) -> Shop:
    """Orders, and a list of what was given back."""
    made = shop(11)
    rows = [
        [f"R{each.number}", f"M{each.buyer}", each.at.strftime("%Y-%m-%d %H:%M:%S"), each.total, "交易成功"]
        for each in made.orders
    ]
    (folder / "订单.csv").write_text(table("订单编号|会员号|下单时间|实付金额|订单状态", rows), encoding="utf-8-sig")
    back = made.orders[3:8]
    rows = [
        [f"T{each.number}", f"R{each.number}", (each.at + timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S"), "1.50", "退款成功"]
        for each in back
    ]
    (folder / "退款.csv").write_text(table("退款编号|订单编号|退款完成时间|退款金额|退款状态", rows), encoding="utf-8-sig")
    for each in back:
        each.lines = [*each.lines, Decimal("-1.50")]
    return made


COMPANIES: dict[str, tuple[Callable[[Path], Shop], str]] = {
    "shopify": (shopify, "USD"),
    "taobao": (taobao, "CNY"),
    "kingdee": (kingdee, "CNY"),
    "woocommerce": (woocommerce, "USD"),
    "months across": (across, "CNY"),
    "heads, lines and payments": (in_three_files, "USD"),
    "american": (american, "USD"),
    "german": (german, "EUR"),
    "log without numbers": (log_of_purchases, "CNY"),
    "two downloads": (two_months, "CNY"),
    "orders and returns": (with_returns, "CNY"),
}

QUICKLY = ("heads, lines and payments",)
"""Companies of every change; the others come in by ``make faults``."""


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


@pytest.mark.apart
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*QUICKLY, *(pytest.param(each, marks=pytest.mark.proof) for each in COMPANIES if each not in QUICKLY)]
)
def test_a_company_comes_in_by_itself_with_its_true_numbers(name: str, tmp_path: Path) -> None:
    write, currency = COMPANIES[name]
    (tmp_path / "files").mkdir()
    made = write(tmp_path / "files")
    came = bring(tmp_path / "w", *files_of(tmp_path / "files"), as_of=AS_OF, currency=currency)
    assert came.numbers == made.truth, came.told


@pytest.mark.slow
def test_members_with_totals_come_in_and_their_year_stays_unknown(tmp_path: Path) -> None:
    rows = [[f"V{n:03d}", f"会员{n}", f"1390000000{n}", "金卡", f"{n * 1000}.50", n * 3] for n in range(1, 10)]
    (tmp_path / "会员.csv").write_text(
        table("会员卡号|姓名|手机号|会员等级|累计消费金额|累计消费次数", rows), encoding="utf-8-sig"
    )
    came = bring(tmp_path / "w", tmp_path / "会员.csv", as_of=AS_OF)
    assert came.customers == 9
    assert came.revenue == "0.00"
    assert came.questions["totals_period"]["default"] == "lifetime"
    assert "holds totals since the customer came" in came.told


@pytest.mark.slow
def test_masked_buyers_are_nobody_and_that_is_said(tmp_path: Path) -> None:
    made = shop(12)
    rows = [
        [each.number, "张**", f"138****00{each.buyer:02d}", each.at.strftime("%Y-%m-%d %H:%M:%S"), each.total, "已完成"]
        for each in made.orders
    ]
    (tmp_path / "外卖.csv").write_text(table("订单号|顾客姓名|顾客电话|下单时间|实付金额|订单状态", rows), encoding="utf-8-sig")
    came = bring(tmp_path / "w", tmp_path / "外卖.csv", as_of=AS_OF)
    assert came.customers in {0, None}
    assert "masked" in came.told


@pytest.mark.slow
def test_a_survey_without_buyers_gives_no_numbers_and_says_why(tmp_path: Path) -> None:
    rows = [[n, f"2026/5/{n} 10:00:00", "85秒", "微信", "非常满意", 9] for n in range(1, 20)]
    (tmp_path / "问卷.csv").write_text(
        table("序号|提交答卷时间|所用时间|来源|1、您对本次服务的满意度|2、您会把我们推荐给朋友吗（0-10）", rows),
        encoding="utf-8-sig",
    )
    came = bring(tmp_path / "w", tmp_path / "问卷.csv", as_of=AS_OF)
    assert not came.tiers or came.revenue == "0.00"
    assert "Nothing says whose the answers are" in came.told


@pytest.mark.proof
@pytest.mark.slow
def test_dates_that_can_be_read_both_ways_are_asked_about_and_the_answer_decides(tmp_path: Path) -> None:
    days = ["03/04/2026", "01/02/2026", "05/03/2026", "02/06/2026", "04/01/2026"]
    rows = [[f"S{n}", f"M{n % 2}", day, f"{n}0.50"] for n, day in enumerate(days, start=1)]
    (tmp_path / "sales.csv").write_text(table("order_no|member_no|order_date|paid", rows), encoding="utf-8")
    open_ = bring(tmp_path / "open", tmp_path / "sales.csv", as_of=AS_OF)
    assert open_.questions["date_order"]["default"] is None
    assert open_.tiers is None
    for answer, newest in (("dmy", date(2026, 6, 2)), ("mdy", date(2026, 5, 3))):
        came = bring(tmp_path / answer, tmp_path / "sales.csv", as_of=AS_OF, answers={"date_order": answer})
        assert came.numbers == (2, 5, "152.50")
        assert came.map["rehearsal"]["last_order_on"] == newest.isoformat()


@pytest.mark.door
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the companies with their truth are not beside the project")
def test_the_companies_beside_the_project_come_in() -> None:
    pytest.importorskip("pandas", reason="the scorer needs pandas")
    verdicts = {name: row["verdict"] for name, row in judged().items()}
    wrong = {name: verdict for name, verdict in verdicts.items() if verdict != "right"}
    assert not [name for name, verdict in wrong.items() if verdict in {"silent_wrong", "empty_silent", "crash"}], json.dumps(
        wrong
    )
    assert len(wrong) <= 0.05 * len(verdicts), json.dumps(wrong)
