"""Whatever the order of rows, columns and files, and whatever the dialect of a file, the same customers and the same money come in.

World: a shop's heads, lines and a log without numbers, shuffled as downloads are; one table of orders in the dialects of spreadsheets.
"""

from __future__ import annotations

import csv
import io
import random
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.collect.reading.samples import Sample
from fenji.collect.reading.sniffing import read_samples
from fenji.collect.writing.sources_yaml import render_sources_yaml
from fenji.documents.reader import parse_document
from fenji.documents.sources import sources_in
from fenji.language import Language
from fenji.settings import Settings
from fenji.workspace.preparing import PrepareOptions
from fenji.workspace.rehearsing import rehearse
from fixtures.cell_reader import propose, reader
from fixtures.laws import law
from fixtures.samples import sample

ORDERS = range(1, 13)
FILES = {
    "订单.csv": (
        "订单编号|会员号|下单时间|订单状态",
        [f"S{n}|M{n % 5}|2026-01-{n:02d} 10:00|{'已完成' if n % 4 else '待付款'}" for n in ORDERS],
    ),
    "明细.csv": (
        "订单编号|商品名称|数量|金额",
        [f"S{n}|{each}" for n in ORDERS for each in (f"杯|1|{n}0.50", "碗|1|3.00")[: n % 2 + 1]],
    ),
    "流水.csv": ("会员卡号|消费时间|消费金额|支付方式", [f"M{n % 4}|2026-02-{n:02d} 11:{n:02d}|{n}.25|微信" for n in ORDERS]),
}


def true_money() -> Decimal:
    """Orders 4, 8 and 12 are unpaid; odd orders have two lines."""
    lines = sum((Decimal(f"{n}0.50") + 3 * (n % 2) for n in ORDERS if n % 4), Decimal(0))
    return lines + sum((Decimal(f"{n}.25") for n in ORDERS), Decimal(0))


def shuffled(seed: int) -> list[Sample]:
    dice = random.Random(seed)
    found = []
    for file, (headers, rows) in FILES.items():
        names = headers.split("|")
        order = list(range(len(names)))
        dice.shuffle(order)
        cells = [row.split("|") for row in dice.sample(rows, len(rows))]
        table = [[line[place] for place in order] for line in (names, *cells)]
        found.append(sample("\n".join("|".join(line) for line in table), file))
    return dice.sample(found, len(found))


@pytest.mark.proof
@law(5)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_columns_and_files_changes_neither_customers_nor_money(seed: int) -> None:
    proposal = propose(shuffled(seed))
    sources = sources_in(parse_document(render_sources_yaml(proposal.sources, Language.EN), "sources.yaml"))
    found = rehearse(reader().engine, sources, proposal, PrepareOptions.of(Settings()))
    assert (found.customers, found.orders, found.net_revenue) == (5, 9 + len(ORDERS), true_money())


HEADERS = ["订单编号", "会员号", "下单时间", "订单状态", "实付金额", "备注"]
ROWS = [
    [f"S{n}", f"M{n % 5}", f"2026-01-{n:02d} 10:00:00", "已完成", f"{n}0.50", "好, 很好" if n % 2 else '说"好"'] for n in ORDERS
]


@law(8)
@given(
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quotes=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_every_dialect_of_a_table_proposes_the_same_columns(delimiter: str, encoding: str, end: str, quotes: int) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quotes).writerows([HEADERS, *ROWS])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "订单.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        (source,) = propose(list(read_samples(path))).sources
    assert source.is_usable
    assert {each.field: each.column for each in source.columns} == {
        "order_id": "订单编号",
        "customer_id": "会员号",
        "ordered_at": "下单时间",
        "status": "订单状态",
        "order_amount": "实付金额",
    }
