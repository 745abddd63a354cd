"""Windows cover the days that a person would say, on leap days and at the ends of years too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fenji.domain.periods import WINDOW_NAMES, Window
from fixtures.membership_years import membership_year_began_on


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("name", ["30d", "12m", *WINDOW_NAMES])
def test_a_window_is_written_as_it_is_read(name: str) -> None:
    assert str(Window.of_metric(name)) == name


@pytest.mark.parametrize("name", ["", "0m", "12", "year", "this_month", "last_last_year", "THIS_YEAR"])
def test_what_is_no_window_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a window"):
        Window.of_metric(name)


@pytest.mark.parametrize("name", [each for each in WINDOW_NAMES if each != "total"])
def test_analyses_that_look_back_from_the_date_are_given_no_years(name: str) -> None:
    with pytest.raises(ValueError, match="write 30d, 12m or total"):
        Window.parse(name)


@pytest.mark.parametrize(
    ("name", "as_of", "opens_after", "closes_on"),
    [
        ("this_year", "2024-02-29", "2023-12-31", "2024-02-29"),
        ("this_year", "2024-01-01", "2023-12-31", "2024-01-01"),
        ("this_year", "2024-12-31", "2023-12-31", "2024-12-31"),
        ("last_year", "2024-12-31", "2022-12-31", "2023-12-31"),
        ("last_year", "2024-01-01", "2022-12-31", "2023-12-31"),
        ("12m", "2024-02-29", "2023-02-28", "2024-02-29"),
        ("30d", "2024-03-01", "2024-01-31", "2024-03-01"),
        # At the last day of a month, windows of months are whole months.
        ("3m", "2026-04-30", "2026-01-31", "2026-04-30"),
        ("3m", "2026-04-29", "2026-01-29", "2026-04-29"),
        ("1m", "2026-02-28", "2026-01-31", "2026-02-28"),
        ("6m", "2024-02-29", "2023-08-31", "2024-02-29"),
        ("12m", "2025-02-28", "2024-02-29", "2025-02-28"),
        ("12m", "2024-02-28", "2023-02-28", "2024-02-28"),
    ],
)
def test_a_window_has_these_days(name: str, as_of: str, opens_after: str, closes_on: str) -> None:
    window = Window.of_metric(name)
    assert (window.opens_after(day(as_of)), window.closes_on(day(as_of))) == (day(opens_after), day(closes_on))


@pytest.mark.parametrize(
    ("joined", "as_of", "this", "last"),
    [
        # On the anniversary itself a new year begins; the day before it, the old one goes on.
        ("2020-05-10", "2024-05-10", "2024-05-10", "2023-05-10"),
        ("2020-05-10", "2024-05-09", "2023-05-10", "2022-05-10"),
        # In the first year of membership there is no year before; its days would lie before joining.
        ("2024-03-01", "2024-03-01", "2024-03-01", "2023-03-01"),
        # Joined on a leap day: 28 February in other years, so the year before each leap day has 366 days.
        ("2020-02-29", "2021-02-27", "2020-02-29", "2019-02-28"),
        ("2020-02-29", "2021-02-28", "2021-02-28", "2020-02-29"),
        ("2020-02-29", "2024-02-28", "2023-02-28", "2022-02-28"),
        ("2020-02-29", "2024-02-29", "2024-02-29", "2023-02-28"),
        ("2020-12-31", "2024-12-30", "2023-12-31", "2022-12-31"),
    ],
)
def test_a_membership_year_begins_on_the_day_of_joining(joined: str, as_of: str, this: str, last: str) -> None:
    assert membership_year_began_on(day(joined), day(as_of)) == day(this)
    assert membership_year_began_on(day(joined), day(as_of), years_back=1) == day(last)


@pytest.mark.parametrize("name", ["this_membership_year", "last_membership_year"])
def test_nobodys_membership_year_begins_before_the_bound(name: str) -> None:
    window, joined = Window.of_metric(name), [date(2020, 1, 1) + timedelta(days=number) for number in range(366)]
    for as_of in (date(2023, 1, 1) + timedelta(days=number) for number in range(366 + 365)):
        bound = window.opens_after(as_of)
        first = min(membership_year_began_on(each, as_of, years_back=window.years_back) for each in joined)
        assert bound is not None
        assert timedelta(1) <= first - bound <= timedelta(3)
