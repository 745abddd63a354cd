"""A new workspace counts in the currency and the days that were asked for, or says which ones exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.errors import InvalidArgument
from fenji.language import Language
from fenji.settings import read_settings
from fenji.workflow.initiating import init_workspace


@pytest.mark.parametrize(
    ("currency", "zone", "kept"),
    [
        (None, None, ("CNY", "Asia/Shanghai")),
        ("EUR", "Europe/Berlin", ("EUR", "Europe/Berlin")),
        (" usd ", "america/new_york", ("USD", "America/New_York")),
    ],
)
def test_currency_and_time_zone_are_settings(
    tmp_path: Path, currency: str | None, zone: str | None, kept: tuple[str, str]
) -> None:
    init_workspace(tmp_path, template="spend", language=Language.EN, currency=currency, time_zone=zone)
    settings = read_settings(tmp_path, {})
    assert (settings.currency, settings.time_zone) == kept


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("RMB", "CNY"),
        ("yuan", "CNY"),
        ("人民币", "CNY"),
        ("￥", "CNY"),
        ("$", "USD"),
        ("euro", "EUR"),
        ("GPB", "GBP"),
        ("HKDD", "HKD"),
    ],
)
def test_a_code_that_does_not_exist_is_refused_with_the_one_that_is_meant(tmp_path: Path, written: str, meant: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        init_workspace(tmp_path, language=Language.EN, currency=written)
    assert str(caught.value) == f"'{written}' is no currency code. Did you mean {meant}?"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Beijing", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("UTC+8", "Asia/Shanghai"),
        ("London", "Europe/London"),
        ("new york", "America/New_York"),
        ("Asia/Shangai", "Asia/Shanghai"),
    ],
)
def test_a_time_zone_that_does_not_exist_is_refused_with_the_one_that_is_meant(tmp_path: Path, written: str, meant: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        init_workspace(tmp_path, language=Language.EN, time_zone=written)
    assert str(caught.value) == f"'{written}' is no time zone. Did you mean {meant}?"


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument) as caught:
        init_workspace(tmp_path, template="retial", language=Language.EN, currency="12", time_zone="?")
    assert str(caught.value).splitlines() == [
        "unknown template 'retial'. Did you mean retail?",
        "'12' is no currency code. Write its ISO code of three letters, such as CNY or EUR.",
        "'?' is no time zone. Write its IANA name, such as Asia/Shanghai or Europe/London.",
    ]
