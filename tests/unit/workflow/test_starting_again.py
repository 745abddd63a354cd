"""A folder is started, new files come, and start takes them in: what a shop does every month."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from fenji.documents.sources import read_sources
from fenji.domain.feeds import Feed
from fenji.language import Language
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
