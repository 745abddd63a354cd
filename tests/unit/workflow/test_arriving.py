"""What a run tells about its rows and their money equals what is worked by hand. World: a shop with an older year, guests, slips and an order in the future."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.answers.arrival import FileArrival, LargeOrder, LaterOrders, LeftOut, PeriodRevenue
from fenji.answers.runs import RunResult
from fenji.errors import Problem
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at
from fenji.workspace.arrival_warnings import NothingKept
from fixtures.beginning import begin

AS_OF = date(2026, 3, 31)
ORDERS = """
sources:
  - source: shop
    feed: order_line
    files: data/*.csv
    columns: {order_id: 订单号, customer_id: 会员, ordered_at: 时间, line_amount: 金额, status: 状态}
"""
HEAD = "订单号,会员,时间,金额,状态\n"
# Line 3 is unpaid, line 5 has no day, line 6 no amount that can be read.
FIRST = f"""{HEAD}1,ann,2024-05-03,1000,完成
2,bob,2026-02-01,50,待付款
3,bob,2026-02-02,50.5,完成
4,bob,13/45/2026,70,完成
5,bob,2026-02-03,十元,完成
6,,2026-03-01,200,完成
"""
# The same slip in another file, an order of a phone number, and one of the year 2099.
SECOND = f"""{HEAD}7,13812345678,2026-03-31,300,完成
8,ann,2026-03-32,1,完成
9,ann,2099-01-01,1,完成
"""


def workspace(root: Path, sources: str = ORDERS, **files: str) -> Path:
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(sources, encoding="utf-8")
    begin(root, AS_OF)
    for name, text in files.items():
        path = root / "data" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def codes(problems: tuple[Problem, ...]) -> list[str | None]:
    return [each.code for each in problems]


def said(problems: tuple[Problem, ...], code: str, language: Language = Language.EN) -> str:
    (found,) = (each.describe(language) for each in problems if each.code == code)
    return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return run_all(workspace(tmp_path_factory.mktemp("shop"), a=FIRST, b=SECOND), as_of=AS_OF)


def test_rows_are_accounted_for_by_source_and_file(shop: RunResult) -> None:
    (source,) = shop.arrival.sources
    assert (source.source, source.feed, source.rows_in, source.kept, source.left_out, source.copies) == (
        "shop",
        "order_line",
        9,
        5,
        4,
        0,
    )
    assert source.files == (
        FileArrival("data/a.csv", rows_in=6, kept=3, left_out=3, copies=0, faults=2),
        FileArrival("data/b.csv", rows_in=3, kept=2, left_out=1, copies=0, faults=1),
    )
    assert source.faults == 3


def test_reasons_stand_with_their_column_and_an_example_the_most_frequent_first(shop: RunResult) -> None:
    (source,) = shop.arrival.sources
    assert source.reasons == (
        LeftOut("invalid_date", True, 2, 2 / 9, "ordered_at", "时间", "13/45/2026", "data/a.csv", 5),
        LeftOut("invalid_amount", True, 1, 1 / 9, "line_amount", "金额", "十元", "data/a.csv", 6),
        LeftOut("unpaid", False, 1, 1 / 9, "status", "状态", "待付款", "data/a.csv", 3),
    )


def test_revenue_stands_by_month_and_earlier_years_as_one(shop: RunResult) -> None:
    filled = [each for each in shop.arrival.periods if each.orders]
    assert filled == [
        PeriodRevenue(date(2024, 1, 1), date(2024, 12, 31), 1, Decimal(1000), date(2024, 5, 3), date(2024, 5, 3)),
        PeriodRevenue(date(2026, 2, 1), date(2026, 2, 28), 1, Decimal("50.5"), date(2026, 2, 2), date(2026, 2, 2)),
        PeriodRevenue(date(2026, 3, 1), date(2026, 3, 31), 2, Decimal(500), date(2026, 3, 1), date(2026, 3, 31)),
    ]
    empty = PeriodRevenue(date(2025, 3, 1), date(2025, 3, 31), 0, Decimal(0), None, None)
    assert (len(shop.arrival.periods), shop.arrival.periods[1]) == (14, empty)
    assert (shop.arrival.orders, shop.arrival.net_revenue) == (4, Decimal("1550.5"))
    assert (shop.arrival.first_on, shop.arrival.last_on) == (date(2024, 5, 3), AS_OF)


def test_the_largest_orders_come_first_and_a_phone_is_starred(shop: RunResult) -> None:
    assert shop.arrival.largest_orders == (
        LargeOrder("shop", "1", date(2024, 5, 3), "ann", Decimal(1000)),
        LargeOrder("shop", "7", AS_OF, "138****5678", Decimal(300)),
        LargeOrder("shop", "6", date(2026, 3, 1), None, Decimal(200)),
        LargeOrder("shop", "3", date(2026, 2, 2), "bob", Decimal("50.5")),
    )


def test_what_belongs_to_nobody_and_what_lies_later_is_counted_apart(shop: RunResult) -> None:
    arrival = shop.arrival
    assert (arrival.unattributed_net_revenue, arrival.unattributed_share) == (Decimal(200), pytest.approx(200 / 1550.5))
    assert arrival.later == LaterOrders(1, date(2099, 1, 1), date(2099, 1, 1), in_the_future=1, last_order_id="9")
    assert (arrival.customers, arrival.is_money_read, arrival.unread_files) == (3, True, ())


def test_each_trouble_is_warned_of_once(shop: RunResult) -> None:
    assert codes(shop.warnings) == ["money_without_customer", "rows_not_read", "orders_in_the_future"]
    assert said(shop.warnings, "rows_not_read") == (
        "data/a.csv, row 5, column 时间: 3 of the 9 rows of source 'shop' (33.3 %) could not be used. "
        "Most often (2): expected a date such as 2026-02-03 05:06:07, 2026/2/3 5:06, 2026年2月3日 or 3 Feb 2026; 02/03/2026 only where sources.yaml gives the date_order, came '13/45/2026'. "
        "fenji quality counts every reason."
    )
    assert "销售额的 12.9%（200.00 CNY）不属于任何已知客户" in said(shop.warnings, "money_without_customer", Language.ZH)


def test_a_clean_run_is_warned_of_nothing_and_unpaid_orders_are_no_fault(tmp_path: Path) -> None:
    orders = "".join(f"{number},c{number % 7},2026-03-{number % 28 + 1:02d},10,完成\n" for number in range(100))
    result = run_all(workspace(tmp_path, a=f"{HEAD}{orders}x,c1,2026-03-01,10,待付款\ny,c1,2026-03-01,10,待付款\n"), as_of=AS_OF)
    assert result.warnings == ()
    assert [(each.reason, each.rows) for each in result.arrival.sources[0].reasons] == [("unpaid", 2)]


def test_a_source_that_keeps_nothing_is_refused_and_leaves_nothing_and_force_publishes(tmp_path: Path) -> None:
    sources = (
        ORDERS
        + "  - source: crm\n    feed: customer\n    files: crm.csv\n    columns: {customer_id: 会员, registered_at: 注册}\n"
    )
    root = workspace(tmp_path, sources, a=f"{HEAD}1,ann,2026-03-01,5,完成\n")
    (root / "crm.csv").write_text("会员,注册\n,2026-01-01\n,2026-01-02\n", encoding="utf-8")
    with pytest.raises(NothingKept) as caught:
        run_all(root, as_of=AS_OF)
    assert str(caught.value) == (
        "crm.csv, row 2: source 'crm' keeps none of its 2 rows. Most often (2): expected a customer id, phone, e-mail or union id. "
        "Correct it in sources.yaml, or let the run leave out what cannot be read."
    )
    assert (caught.value.code, str(caught.value.kind)) == ("nothing_kept", "invalid")
    assert not list((root / "store").rglob("*.parquet"))
    forced = run_all(root, as_of=AS_OF, force=True)
    assert (codes(forced.warnings), tiers_at(root).customers) == (["source_keeps_nothing"], 1)


@pytest.mark.parametrize(
    ("rows", "drop", "told"),
    [
        ("1,a,99/99/2026,5,完成\n", "", "came '99/99/2026'"),
        ("1,a,,5,完成\n", "", "expected a date and time"),
        ("1,a,2026-03-01,many,完成\n", "", "came 'many'"),
        ("1,a,2026-03-01,5,待付款\n", "", "expected an order that was paid, came '待付款'"),
        ("1,a,2026-03-01,5,完成\n", "    drop: [{column: status, values: [完成], reason: postage}]\n", "(postage)"),
    ],
)
def test_orders_of_which_none_is_left_are_refused_whatever_the_reason(tmp_path: Path, rows: str, drop: str, told: str) -> None:
    with pytest.raises(NothingKept, match="keeps none of its 1 rows") as caught:
        run_all(workspace(tmp_path, ORDERS + drop, a=HEAD + rows), as_of=AS_OF)
    assert told in str(caught.value)


def test_without_money_or_customers_the_run_and_the_screen_of_tiers_begin_with_that(tmp_path: Path) -> None:
    free = run_all(workspace(tmp_path / "free", a=f"{HEAD}1,ann,2026-03-01,0,完成\n"), as_of=AS_OF)
    assert (codes(free.warnings), free.arrival.is_money_read) == (["no_money"], False)
    assert codes(tiers_at(tmp_path / "free").warnings) == ["no_money"]
    nobody = run_all(workspace(tmp_path / "nobody", a=f"{HEAD}1,,2026-03-01,9,完成\n"), as_of=AS_OF)
    assert (codes(nobody.warnings), nobody.arrival.unattributed_share) == (["no_customers"], 1.0)
    assert codes(tiers_at(tmp_path / "nobody").warnings) == ["no_customers"]


def test_a_file_of_which_nothing_is_kept_and_one_that_nobody_reads_are_named(tmp_path: Path) -> None:
    root = workspace(tmp_path, ORDERS.replace("data/*.csv", "data/20*.csv"), a="一,二\n1,2\n")
    for name, day in (("2025", "2026-03-01"), ("2026", "01/40/2026")):
        rows = "".join(f"{name}{number},c{number},{day},5,完成\n" for number in range(2))
        (root / "data" / f"{name}.csv").write_text(HEAD + rows, encoding="utf-8")
    result = run_all(root, as_of=AS_OF)
    assert codes(result.warnings) == ["rows_not_read", "files_keep_nothing", "files_not_read"]
    assert said(result.warnings, "files_keep_nothing").startswith("1 file of source 'shop' keeps none of its rows: data/2026.csv")
    assert "1 file lies beside your data, and no source reads it: data/a.csv." in said(result.warnings, "files_not_read")
