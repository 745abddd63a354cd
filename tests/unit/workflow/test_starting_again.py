"""A folder is started, new files come, and start takes them in: what a shop does every month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from fenji.answers.starting import StartResult
from fenji.collect.proposing import Proposal
from fenji.documents.sources import read_sources
from fenji.domain.feeds import Feed
from fenji.domain.sources import StatusClass
from fenji.language import Language
from fenji.workflow.running import run_all
from fenji.workflow.starting import start
from fenji.workspace.arrival_warnings import COLUMNS_ABSENT, SHEETS_NOT_READ
from fenji.workspace.fresh_files import is_signed, signed
from fenji.workspace.prepared_warnings import UNKNOWN_STATUSES

pytestmark = pytest.mark.apart

HEADER = "订单编号,买家会员名,订单状态,订单付款时间,买家实际支付金额\n"
RETURNS = (
    "订单编号,退款金额,退款时间\n4001,50.00,2025-05-10 11:00:00\n4002,20.00,2025-05-11 11:00:00\n5003,30.00,2025-05-12 09:00:00\n"
)


def month(number: int, orders: int, header: str = HEADER) -> str:
    """Orders of 100, 101, 102, ..."""
    rows = (
        f"{number}{n:03d},会员{n % 5},交易成功,2025-{number:02d}-{n % 27 + 1:02d} 10:00:00,{100 + n}.00\n" for n in range(orders)
    )
    return header + "".join(rows)


def started(folder: Path) -> StartResult:
    return start(folder, language=Language.EN, ask=lambda _: {})


def money(result: StartResult) -> tuple[int, Decimal]:
    assert result.run is not None
    return result.run.arrival.orders, result.run.arrival.net_revenue


def entries(folder: Path) -> dict[Feed, tuple[tuple[str, ...], str | None]]:
    return {each.feed: (tuple(sorted(each.location.paths)), each.belongs_to) for each in read_sources(folder / "sources.yaml")}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "订单2025-04.csv").write_text(month(4, 30), encoding="utf-8")
    (tmp_path / "订单2025-05.csv").write_text(month(5, 20), encoding="utf-8")
    first = started(tmp_path)
    assert money(first) == (50, Decimal("5625.00"))
    assert first.policy is not None
    return tmp_path


def test_the_next_month_asks_nothing(shop: Path) -> None:
    (shop / "订单2025-06.csv").write_text(month(6, 10), encoding="utf-8")
    (shop / "~$订单2025-06.csv").write_text("x", encoding="utf-8")
    (shop / "tiers.json").write_text('{\n  "run_id": null, "as_of": "2025-06-30"}', encoding="utf-8")
    before = (shop / "sources.yaml").read_bytes()
    second = started(shop)
    assert (second.mapped, second.files, second.policy) == (None, (), None)
    assert money(second) == (60, Decimal("6670.00"))
    assert str(second.run.as_of) == "2025-06-10"
    assert (shop / "sources.yaml").read_bytes() == before


@pytest.mark.proof
def test_returns_of_a_later_week_belong_to_the_orders(shop: Path) -> None:
    (shop / "退货.csv").write_text(RETURNS, encoding="utf-8")
    assert money(started(shop)) == (50, Decimal("5525.00"))
    assert entries(shop)[Feed.RETURN] == (("退货.csv",), next(each.name for each in read_sources(shop / "sources.yaml")))
    assert is_signed((shop / "sources.yaml").read_text(encoding="utf-8"))


@pytest.mark.proof
def test_what_people_have_written_stays_and_new_files_go_beside_it(shop: Path) -> None:
    file = shop / "sources.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("sources:\n", "sources:  # ours\n"), encoding="utf-8")
    (shop / "退货.csv").write_text(RETURNS, encoding="utf-8")
    (shop / "new").mkdir()
    renamed = HEADER.replace("买家实际支付金额", "实付金额")
    (shop / "new" / "订单2025-06.csv").write_text(month(6, 10, renamed), encoding="utf-8")
    assert money(started(shop)) == (60, Decimal("6570.00"))
    assert "sources:  # ours\n" in file.read_text(encoding="utf-8")
    assert entries(shop) == {
        Feed.ORDER_LINE: (("new/订单2025-06.csv", "订单2025-04.csv", "订单2025-05.csv"), None),
        Feed.RETURN: (("退货.csv",), read_sources(file)[0].name),
    }
    assert read_sources(file)[0].columns["order_amount"].headers == ("买家实际支付金额", "实付金额")


@pytest.mark.proof
def test_a_file_that_is_gone_is_told(shop: Path) -> None:
    (shop / "订单2025-05.csv").unlink()
    second = started(shop)
    assert money(second) == (30, Decimal("3435.00"))
    assert any("订单2025-05.csv" in each.describe(Language.EN) for each in second.warnings)


def test_a_signature_holds_until_somebody_changes_a_letter() -> None:
    text = signed("sources: []\n", Language.ZH)
    assert is_signed(text)
    assert not is_signed(text.replace("[]", "[ ]"))
    assert not is_signed("sources: []\n")


def with_new_word(folder: Path) -> None:
    """A fourth month whose systems say a word that no list knows, on 3 of 10 orders."""
    text = month(6, 10)
    for n in (1, 2, 3):
        text = text.replace(f"6{n:03d},会员{n % 5},交易成功", f"6{n:03d},会员{n % 5},冻结核查")
    (folder / "订单2025-06.csv").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("is_edited", [False, pytest.param(True, marks=pytest.mark.proof)])
def test_a_new_word_of_a_status_is_asked_about_and_written_down(shop: Path, is_edited: bool) -> None:
    with_new_word(shop)
    sources = shop / "sources.yaml"
    if is_edited:
        sources.write_text(sources.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    asked: list[str] = []

    def ask(proposal: Proposal) -> dict[str, str]:
        new = [each for each in proposal.questions if each.is_open and each.id not in asked]
        asked.extend(each.id for each in new)
        return {each.id: "unpaid" for each in new}

    result = start(shop, language=Language.EN, ask=ask)
    assert [each.partition(":")[0] for each in asked] == ["status_words"]
    assert money(result) == (57, Decimal("6670.00") - Decimal("306.00"))
    assert read_sources(sources)[0].statuses[StatusClass.UNPAID] == ("冻结核查",)
    assert started(shop).mapped is None


@pytest.mark.proof
def test_a_run_says_what_a_new_word_of_a_status_is_worth(shop: Path) -> None:
    with_new_word(shop)
    result = run_all(shop, as_of=date(2025, 6, 30))
    told = [each for each in result.warnings if each.code == UNKNOWN_STATUSES]
    assert [{name: each.values[name] for name in ("words", "orders", "revenue")} for each in told] == [
        {"words": "冻结核查", "orders": "3", "revenue": "306.00"}
    ]


def workbook(folder: Path, months: int) -> None:
    """A sheet of 7 orders of 100 for every month, and one of remarks."""
    with xlsxwriter.Workbook(folder / "订单.xlsx") as book:
        for number in range(1, months + 1):
            sheet = book.add_worksheet(f"{number}月")
            sheet.write_row(0, 0, ["订单编号", "买家会员名", "付款时间", "实付金额"])
            for n in range(1, 8):
                sheet.write_row(n, 0, [f"{number}{n:03d}", f"会员{n % 3}", f"2026-{number:02d}-{n:02d} 10:00:00", 100.5])
        book.add_worksheet("说明").write_column(0, 0, ["备注", "含税"])


@pytest.mark.proof
@pytest.mark.parametrize("is_edited", [False, True])
def test_a_new_sheet_of_a_known_workbook_is_taken_in(tmp_path: Path, is_edited: bool) -> None:
    workbook(tmp_path, 2)
    assert money(started(tmp_path)) == (14, Decimal("1407.00"))
    sources = tmp_path / "sources.yaml"
    if is_edited:
        sources.write_text(sources.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    workbook(tmp_path, 3)
    before = run_all(tmp_path, as_of=date(2026, 3, 31))
    assert before.arrival.unread_sheets == ("订单.xlsx#3月",)
    assert [each.values["sheets"] for each in before.warnings if each.code == SHEETS_NOT_READ] == ["订单.xlsx#3月"]
    workbook(tmp_path, 4)
    after = started(tmp_path)
    assert money(after) == (28, Decimal("2814.00"))
    assert after.run is not None
    assert after.run.arrival.unread_sheets == ()
    assert sum("实付金额" in line for line in sources.read_text(encoding="utf-8").splitlines()) == 1
    assert started(tmp_path).mapped is None


@pytest.mark.proof
def test_a_file_that_is_written_anew_with_another_column_is_looked_at_again(shop: Path) -> None:
    file = shop / "订单2025-05.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    refunds = ["退款金额", "40.00", *["0.00"] * (len(lines) - 2)]
    file.write_text("\n".join(f"{line},{refund}" for line, refund in zip(lines, refunds, strict=True)) + "\n", encoding="utf-8")
    result = started(shop)
    assert money(result) == (50, Decimal("5585.00"))
    assert result.run is not None
    assert [(each.values["files"], each.values["column"]) for each in result.run.warnings if each.code == COLUMNS_ABSENT] == [
        ("订单2025-04.csv", "退款金额")
    ]


def test_a_file_that_tells_no_payment_joins_none_whose_empty_payment_means_unpaid(tmp_path: Path) -> None:
    (tmp_path / "订单2025-04.csv").write_text(
        "订单编号,会员号,下单时间,付款时间,实付金额\n"
        + "".join(
            f"4{n:03d},M{n % 5},2025-04-{n + 1:02d} 09:00:00,{'' if n < 3 else f'2025-04-{n + 1:02d} 10:00:00'},10.50\n"
            for n in range(20)
        ),
        encoding="utf-8",
    )
    (tmp_path / "订单2025-05.csv").write_text(
        "订单编号,会员号,下单时间,实付金额\n"
        + "".join(f"5{n:03d},M{n % 5},2025-05-{n + 1:02d} 09:00:00,10.50\n" for n in range(20)),
        encoding="utf-8",
    )
    assert money(started(tmp_path)) == (37, Decimal("388.50"))
