"""Whether the day or the month stands first is read off all cells, then the other columns, then the order of the rows; else it stays open."""

from __future__ import annotations

import pytest

from fenji.collect.understanding.dates import open_dates
from fenji.collect.understanding.table import SampledTable
from fenji.domain.sources import DateOrder
from fixtures.cell_reader import tables_of
from fixtures.samples import sample

DMY, MDY = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


def table(*rows: str, headers: str = "at") -> SampledTable:
    return tables_of(sample("\n".join([headers, *rows])))[0]


def orders(found: SampledTable, header: str = "at") -> tuple[DateOrder | None, ...]:
    return found.evidence(header).date_orders


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (("05/06/2025", "05/31/2025", "01/02/2025"), MDY),
        (("05/06/2025", "31/05/2025", "01/02/2025"), DMY),
        (("5.6.2025", "31.5.2025"), DMY),
        (("5-6-2025 10:00", "5-31-2025 10:00"), MDY),
        (("2025-06-05", "2025-06-06"), None),
        (("05 Jun 2025", "Jun 6, 2025"), None),
    ],
)
def test_one_day_beyond_the_twelfth_settles_a_column(cells: tuple[str, ...], order: DateOrder | None) -> None:
    assert orders(table(*cells)) == (order,)


def test_another_column_of_the_table_settles_it() -> None:
    found = table("05/06/2025|31/05/2025", "02/03/2025|01/03/2025", "01/02/2025|01/02/2025", headers="at|shipped")
    assert (orders(found), open_dates(found, ["at", "shipped"])) == ((DMY,), [])


def test_another_file_of_the_company_settles_it() -> None:
    first, second = tables_of(
        sample("at\n05/06/2025\n02/03/2025\n04/05/2025", "one.csv"), sample("day\n12/31/2025\n01/02/2025", "other.csv")
    )
    assert orders(second, "day") == (MDY,)
    assert orders(first) == (MDY,)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (("01/02/2025", "02/02/2025", "03/02/2025", "01/03/2025"), DMY),
        (("01/10/2025", "02/01/2025", "02/11/2025", "03/02/2025"), MDY),
        (("03/02/2025", "02/11/2025", "02/01/2025", "01/10/2025"), MDY),
    ],
)
def test_rows_that_are_sorted_under_one_order_only_settle_it(cells: tuple[str, ...], order: DateOrder) -> None:
    assert orders(table(*cells)) == (order,)


def test_two_dates_are_sorted_either_way_and_settle_nothing() -> None:
    assert orders(table("01/02/2025", "03/04/2025")) == (MDY, DMY)


def test_columns_that_contradict_each_other_settle_nothing() -> None:
    found = table(
        "05/06/2025|31/05/2025|05/31/2025",
        "02/03/2025|01/03/2025|01/03/2025",
        "09/08/2025|01/02/2025|01/02/2025",
        headers="at|a|b",
    )
    assert orders(found) == (MDY, DMY)
    assert open_dates(found, found.headers) == ["at"]


def test_only_columns_that_are_asked_for_are_open() -> None:
    found = table("05/06/2025|x", "02/03/2025|y", "09/08/2025|z", headers="at|name")
    assert open_dates(found, ["name"]) == []
    assert open_dates(found, ["at"]) == ["at"]
