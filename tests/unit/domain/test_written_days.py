"""A date is read in every form in which files write it, and one that may mean two days is not guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.domain.written_days import days_written

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-30",
        "2026/6/30",
        "2026.06.30",
        "2026-6-30",
        "20260630",
        "2026年6月30日",
        "2026年06月30号",
        "2026 年 6 月 30 日",
        "２０２６／６／３０",
        "30 Jun 2026",
        "30-Jun-2026",
        "30-Jun-26",
        "30 June 2026",
        "30th June, 2026",
        "Jun 30, 2026",
        "June 30 2026",
        "Jun-30-26",
        "2026 Jun 30",
        "30Jun2026",
        "Tue, 30 Jun 2026",
        "2026年6月30日 星期二",
        "6/30/2026",
        "30/6/2026",
        "06-30-2026",
        "30.06.2026",
        "6/30/26",
        "2026-06-30 23:59:59",
        "2026-06-30T23:59:59Z",
        "2026-06-30T10:00:00+08:00",
        "2026年6月30日10:00",
        "6/30/2026 11:59 PM",
        " 2026-06-30 ",
        "'2026-06-30",
        '="2026-06-30"',
    ],
)
def test_one_day_is_read_in_every_form(text: str) -> None:
    assert days_written(text) == (date(2026, 6, 30),)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("5/6/2026", [date(2026, 5, 6), date(2026, 6, 5)]),
        ("05-06-2026", [date(2026, 5, 6), date(2026, 6, 5)]),
        ("05.06.2026", [date(2026, 5, 6), date(2026, 6, 5)]),
        ("26/06/30", [date(2026, 6, 30), date(2030, 6, 26)]),
        ("1/2/03", [date(2003, 1, 2), date(2003, 2, 1)]),
    ],
)
def test_what_may_mean_several_days_is_said_to(text: str, days: list[date]) -> None:
    assert list(days_written(text)) == days


def test_day_and_month_that_are_equal_have_one_reading() -> None:
    assert days_written("6/6/2026") == (date(2026, 6, 6),)


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2026-06-31", "2026-13-01", "202606", "2026-06", "6月30日", "13/13/2026", "30 Foo 2026", "2026/6-30", "46203",
     "1/2/3/4", "2026-06-30 and more", "20261301", "2/30/2026"],
)  # fmt: skip
def test_what_is_no_day_is_not_read(text: str) -> None:
    assert days_written(text) == ()


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_no_form_ever_means_only_another_day(day: date) -> None:
    named = MONTHS[day.month - 1]
    clear = (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", f"{day.day} {named} {day.year}")
    assert {days_written(text) for text in clear} == {(day,)}
    for text in (f"{day.month}/{day.day}/{day.year}", f"{day.day}.{day.month}.{day.year}", f"{day:%d/%m/%y}", f"{day:%y-%m-%d}"):
        assert day in days_written(text)
