"""An order has one buyer and one day; a number that breaks this law is completed by the smallest thing that restores it."""

from __future__ import annotations

import pytest

from fenji.collect.understanding.columns import Choice, choose_columns
from fenji.domain.feeds import Feed
from fixtures.cell_reader import tables_of
from fixtures.samples import sample

HEADERS = "order_no|store|member_no|date|paid"


def chosen(*texts: str) -> Choice:
    (table,) = tables_of(*(sample(text, f"{place}.csv") for place, text in enumerate(texts)))
    return choose_columns(table, Feed.ORDER_LINE)


def made_of(*texts: str) -> tuple[str | None, tuple[str, ...]]:
    column = chosen(*texts).column("order_id")
    assert column is not None
    return column.column, column.made_of


def table(*rows: str, headers: str = HEADERS) -> str:
    return "\n".join([headers, *rows])


def test_a_number_that_names_one_buyer_and_one_day_stands_alone() -> None:
    rows = [f"{n}|A|{n % 3}|2025-01-0{n}|9.50" for n in range(1, 8)]
    assert made_of(table(*rows)) == ("order_no", ())


def test_tills_that_count_for_themselves_are_told_apart_by_their_store() -> None:
    rows = [f"{n}|{store}|{buyer}{n}|2025-01-0{n}|9.50" for n in range(1, 6) for store, buyer in (("东店", "a"), ("西店", "b"))]
    assert made_of(table(*rows, headers="order_no|门店|member_no|date|paid")) == ("order_no", ("channel",))


def test_months_that_count_from_one_again_are_told_apart_by_their_file() -> None:
    months = [table(*(f"{n}||{buyer}{n}|2025-0{month}-0{n}|9.50" for n in range(1, 6))) for month, buyer in ((1, "a"), (2, "b"))]
    assert made_of(*months) == ("order_no", ("file",))


def test_days_that_count_from_one_again_are_told_apart_by_the_day() -> None:
    rows = [f"{n}||m{n}{day}|2025-01-0{day}|9.50" for day in (1, 2, 3) for n in (1, 2, 3)]
    assert made_of(table(*rows)) == ("order_no", ("ordered_on",))


def test_one_number_for_two_customers_of_one_day_is_completed_by_the_person() -> None:
    rows = [f"{n}||{buyer}{n}|2025-01-0{n}|9.50" for n in range(1, 6) for buyer in "ab"]
    assert made_of(table(*rows)) == ("order_no", ("person",))
    assert any("stands for several buyers" in str(each.text) for each in chosen(table(*rows)).warnings)


def test_a_till_that_begins_again_after_a_year_is_no_single_order_of_one_customer() -> None:
    rows = [f"{n}||17|{year}-01-0{n}|9.50" for year in (2023, 2024, 2025) for n in range(1, 6)]
    assert made_of(table(*rows)) == ("order_no", ("ordered_on",))


def test_a_few_slips_do_not_change_the_number_of_all() -> None:
    rows = [f"{n}||m{n}|2025-01-{n % 28 + 1:02d}|9.50" for n in range(1, 60)]
    assert made_of(table(*rows, "1||other|2025-01-02|3.00")) == ("order_no", ())


@pytest.mark.parametrize("nobody", ["0", "散客", "Guest", "游客"])
def test_rows_of_nobody_do_not_make_two_buyers_of_one_order(nobody: str) -> None:
    rows = [f"{n}||{buyer}|2025-01-0{n}|9.50" for n in range(1, 6) for buyer in (f"m{n}", nobody)]
    assert made_of(table(*rows)) == ("order_no", ())


LOG = table(
    "17|2025-01-05 10:00|9.50",
    "17|2025-01-05 10:00|3.00",
    "17|2025-01-06 10:00|9.50",
    "18|2025-01-06 10:00|8.00",
    headers="member_no|date|paid",
)


def test_a_log_without_numbers_makes_them_of_the_buyer_and_the_time_and_says_how_many() -> None:
    assert made_of(LOG) == (None, ("person", "ordered_at"))
    (note,) = [each for each in chosen(LOG).notes if "order number" in str(each.text)]
    assert dict(note.values) == {"orders": 3, "rows": 4}


def test_no_number_is_made_of_nobody() -> None:
    assert (
        chosen(table("杯|2025-01-05|9.50", "碗|2025-01-06|8.00", headers="商品名称|下单时间|实付金额")).column("order_id") is None
    )
