"""A missing rate is an error that names every month that lacks one; nothing is ever taken one to one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fenji.errors import InvalidSettings
from fenji.prepare.currencies import rate_table, require_rates

RATES = {"USD": {"2020-02": Decimal("7.01"), "2020-03": Decimal("7.02")}, "CNY": {"2020-02": Decimal(1)}}


def test_all_missing_rates_are_named_at_once() -> None:
    needed = [("USD", "2020-02"), ("USD", "2020-04"), ("EUR", "2020-02"), ("CNY", "1999-01"), ("USD", "2020-04")]
    with pytest.raises(InvalidSettings) as caught:
        require_rates(needed, RATES, workspace="CNY")
    assert [(problem.values["currency"], problem.values["month"]) for problem in caught.value.problems] == [
        ("EUR", "2020-02"),
        ("USD", "2020-04"),
    ]
    assert "there is no rate of EUR to CNY for 2020-02." in str(caught.value)


def test_the_workspace_currency_needs_no_rate_and_known_rates_suffice() -> None:
    require_rates([("CNY", "2020-05"), ("USD", "2020-03")], RATES, workspace="CNY")


def test_the_rate_table_leaves_the_workspace_currency_out() -> None:
    assert [tuple(row.values()) for row in rate_table(RATES, workspace="CNY").to_pylist()] == [
        ("USD", "2020-02", Decimal("7.01")),
        ("USD", "2020-03", Decimal("7.02")),
    ]
