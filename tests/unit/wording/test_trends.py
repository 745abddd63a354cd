"""What is said of a season fits to the forecast that stands below it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from fenji.domain.trends import ExpectedMonth, Season, Series, TrendModel
from fenji.language import Language
from fenji.wording.trends import series_sentences

SEASON = Season(peak_month=11, peak_effect=0.4, low_month=2, low_effect=-0.3, strength=0.9)


def told(expected: list[float], strength: float = 0.9) -> str:
    coming = tuple(
        ExpectedMonth(date(2027, number + 1, 1), number + 1, value, value - 1, value + 1) for number, value in enumerate(expected)
    )
    series = Series(
        member="*all*",
        months=(),
        filled=0,
        change_12m=None,
        season=replace(SEASON, strength=strength),
        model=TrendModel.NAIVE,
        more_needed=0,
        probability=0.9,
        widening=1.0,
        coverage=None,
        expected=coming,
        errors=(),
    )
    return " ".join(series_sentences(series, Language.EN))


@pytest.mark.parametrize("expected", [[100.0] * 12, [100.0 + number for number in range(12)]])
def test_a_season_that_the_forecast_lacks_is_not_left_standing_alone(expected: list[float]) -> None:
    assert "A strong season" in told(expected)
    assert "does not repeat this season" in told(expected)


def test_a_season_that_the_forecast_has_or_that_is_weak_needs_no_word() -> None:
    assert "does not repeat" not in told([100.0, 130.0, 90.0] * 4)
    assert "does not repeat" not in told([100.0] * 12, strength=0.1)
