"""Every number, amount, share, change and day is written as the table of the design says, in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fenji.language import Language
from fenji.wording import figures

ZH, EN = Language.ZH, Language.EN


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (4272, "4,272", "4,272"),
        (9999, "9,999", "9,999"),
        (10000, "1.0万", "10.0K"),
        (12000, "1.2万", "12.0K"),
        (-12000, "−1.2万", "−12.0K"),
        (453878.83, "45.4万", "453.9K"),
        (999_949, "100.0万", "999.9K"),
        (999_960, "100.0万", "1.00M"),
        (3_016_000, "301.6万", "3.02M"),
        (Decimal("3015687.15"), "301.6万", "3.02M"),
        (99_999_999, "1.00亿", "100.00M"),
        (302_000_000, "3.02亿", "302.00M"),
        (1_200_000_000, "12.00亿", "1.2B"),
        (None, "–", "–"),
    ],
)
def test_a_key_number_takes_the_larger_unit_of_its_language(value: float | None, zh: str, en: str) -> None:
    assert (figures.short(value, ZH), figures.short(value, EN)) == (zh, en)


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0%"), (1, "100%"), (0.378, "37.8%"), (0.0004, "<0.1%"), (0.001, "0.1%"), (0.99995, ">99.9%"), (None, "–")],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(value: float | None, written: str) -> None:
    assert figures.share(value) == written


@pytest.mark.parametrize(
    ("value", "written"), [(24, "+24"), (-61, "−61"), (0, "±0"), (0.4, "±0"), (-0.4, "±0"), (1234, "+1,234"), (None, "–")]
)
def test_a_change_has_a_sign_and_a_real_minus(value: float | None, written: str) -> None:
    assert figures.change(value) == written


def test_changes_of_shares_are_points_and_changes_of_numbers_are_shares() -> None:
    assert [figures.share_change(0.0123, each) for each in (ZH, EN)] == ["+1.2个百分点", "+1.2 pp"]
    assert [figures.share_change(0, each) for each in (ZH, EN)] == ["±0", "±0"]
    assert figures.relative_change(-0.0247) == "−2.5%"
    assert figures.money_change(Decimal("-5.50"), "CNY") == "−¥5.50"


@pytest.mark.parametrize(
    ("value", "currency", "written"),
    [
        (Decimal("9933.21"), "CNY", "¥9,933.21"),
        (Decimal(-3), "GBP", "−£3.00"),
        (Decimal("-0.001"), "GBP", "£0.00"),
        (7, "JPY", "JP¥7.00"),
        (7, "CHF", "CHF\u00a07.00"),
        (7, None, "7.00"),
        (None, "CNY", "–"),
    ],
)
def test_money_is_exact_with_the_sign_of_its_currency(value: Decimal | None, currency: str | None, written: str) -> None:
    assert figures.money(value, currency) == written


def test_key_amounts_are_short() -> None:
    told = [figures.short_money(Decimal("3015687.15"), "GBP", each) for each in (ZH, EN)]
    assert told == ["£301.6万", "£3.02M"]


def test_the_marks_of_an_axis_share_one_unit_and_those_of_a_logarithmic_axis_have_their_own() -> None:
    assert figures.ticks((0, 5000, 10000, 15000), ZH) == ("0", "0.5万", "1万", "1.5万")
    assert figures.ticks((-2500, 0, 2500), EN) == ("−2,500", "0", "2,500")
    assert [figures.tick(each, ZH) for each in (500, 20000, 100_000_000)] == ["500", "2万", "1亿"]


def test_days_are_written_alike_everywhere_and_short_on_an_axis() -> None:
    assert (figures.day(date(2026, 6, 30)), figures.month(date(2026, 6, 30)), figures.day(None)) == ("2026-06-30", "26/06", "–")


def test_pages_get_the_same_units_as_data() -> None:
    assert figures.as_data(ZH)["steps"] == [[10**8, "亿"], [10**4, "万"]]
    assert figures.as_data(EN)["steps"] == [[10**9, "B"], [10**6, "M"], [10**3, "K"]]
