"""A folder is started, new files come, and start takes them in: what a shop does every month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.collect.proposing import Proposal
from fenji.documents.sources import read_sources
from fenji.domain.feeds import Feed
from fenji.domain.sources import StatusClass
from fenji.language import Language
from fenji.workflow.prepared_warnings import UNKNOWN_STATUSES
from fenji.workflow.running import run_all
from fenji.workflow.starting import StartResult, start
from fenji.workflow.starting_again import is_signed, signed

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


def test_returns_of_a_later_week_belong_to_the_orders(shop: Path) -> None:
    (shop / "退货.csv").write_text(RETURNS, encoding="utf-8")
    assert money(started(shop)) == (50, Decimal("5525.00"))
    assert entries(shop)[Feed.RETURN] == (("退货.csv",), next(each.name for each in read_sources(shop / "sources.yaml")))
    assert is_signed((shop / "sources.yaml").read_text(encoding="utf-8"))


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


@pytest.mark.parametrize("is_edited", [False, True])
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


def test_a_run_says_what_a_new_word_of_a_status_is_worth(shop: Path) -> None:
    with_new_word(shop)
    result = run_all(shop, as_of=date(2025, 6, 30))
    told = [each for each in result.warnings if each.code == UNKNOWN_STATUSES]
    assert [{name: each.values[name] for name in ("words", "orders", "revenue")} for each in told] == [
        {"words": "冻结核查", "orders": "3", "revenue": "306.00"}
    ]
