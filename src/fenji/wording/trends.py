"""What does a series of months do: its name, its trend and its season in words?"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from fenji.domain.contests import Contest
from fenji.domain.trends import EVERYTHING, NOBODY, OTHERS, GroupBy, Measure, Season, Series, TrendModel
from fenji.domain.words import Words
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording.contests import Contestants

MEASURE_NAMES = {
    Measure.REVENUE: _("net revenue"),
    Measure.ORDERS: _("orders"),
    Measure.CUSTOMERS: _("customers with an order"),
    Measure.FREQUENCY: _("orders per customer"),
}
MODEL_NAMES = {
    TrendModel.SEASONAL_NAIVE: _("seasonal naive: the month of the year before"),
    TrendModel.NAIVE: _("naive: the last month"),
    TrendModel.ETS: _("ETS: exponential smoothing"),
    TrendModel.THETA: _("Theta"),
    TrendModel.ARIMA: _("ARIMA"),
}
MONTH_NAMES = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)
YEAR = 12
STRONG, WEAK = 0.64, 0.3
"""Strength of a season from which it is called strong (as statsforecast asks for a seasonal difference), and below which weak."""
STEADY = 0.03
"""Change of the trend in a year below which it is called steady."""


def series_name(member: str, by: GroupBy, tier_names: Mapping[str, Words], language: Language) -> str:
    """What a series is called: its tier or category, or the place of those together."""
    if member == EVERYTHING:
        return translate(_("all"), language)
    if member == OTHERS:
        return translate(_("others"), language)
    if member == NOBODY:
        text = _("without a tier: new, returned or unknown") if by is GroupBy.TIER else _("no category")
        return translate(text, language)
    if by is GroupBy.TIER and member in tier_names:
        return tier_names[member].in_language(language)
    return member


def series_sentences(series: Series, language: Language) -> tuple[str, ...]:
    """What a series does: how much of it is known, how its trend has changed, and what the time of the year does."""
    found = []
    if series.more_needed:
        text = _("{months} whole months are known; a forecast needs {more} more.")
        found.append(translate(text, language, months=len(series.months), more=series.more_needed))
    if series.change_12m is not None:
        found.append(_change(series.change_12m, language))
    if series.season is None:
        if not series.more_needed:
            found.append(translate(_("A season cannot be told from fewer than two years."), language))
        return tuple(found)
    found.append(_season(series.season, language))
    if series.season.strength >= WEAK and len(series.months) < 3 * YEAR:
        found.append(translate(_("Each month of the year has been seen twice only."), language))
    if series.season.strength >= WEAK and has_no_season(series):
        text = _("The forecast does not repeat this season: in the back-test, a model without seasons was closer.")
        found.append(translate(text, language))
    return tuple(found)


def has_no_season(series: Series) -> bool:
    """Whether the coming months go one way, as those of a model without seasons do: what is said of the past then says nothing of them."""
    expected = [each.expected for each in series.expected]
    steps = [after - before for before, after in pairwise(expected)]
    return len(steps) >= YEAR - 1 and (all(step >= 0 for step in steps) or all(step <= 0 for step in steps))


def _change(change_12m: float, language: Language) -> str:
    way = _("The trend has risen by {change} in twelve months.")
    if change_12m < 0:
        way = _("The trend has fallen by {change} in twelve months.")
    if abs(change_12m) < STEADY:
        way = _("The trend has hardly changed in twelve months ({change}).")
    return translate(way, language, change=f"{abs(change_12m) * 100:.1f}%")


def _season(season: Season, language: Language) -> str:
    if season.strength < WEAK:
        return translate(_("The time of the year matters little."), language)
    text = _("Season: strongest in {peak} ({peak_effect}), weakest in {low} ({low_effect}).")
    if season.strength >= STRONG:
        text = _("A strong season: strongest in {peak} ({peak_effect}), weakest in {low} ({low_effect}).")
    return translate(
        text,
        language,
        peak=translate(MONTH_NAMES[season.peak_month - 1], language),
        peak_effect=f"{season.peak_effect * 100:+.0f}%",
        low=translate(MONTH_NAMES[season.low_month - 1], language),
        low_effect=f"{season.low_effect * 100:+.0f}%",
    )


def contestants(measure: Measure, found: Contest) -> Contestants:
    """How the sentence of a lost contest names what it compares."""
    digits = 2 if measure is Measure.FREQUENCY else 0
    return Contestants(
        subject=MEASURE_NAMES[measure],
        model=MODEL_NAMES[TrendModel(found.model)],
        baseline=MODEL_NAMES[TrendModel(str(found.baseline))],
        measure=_("a month off by"),
        show=lambda error: f"{error:,.{digits}f}",
    )
