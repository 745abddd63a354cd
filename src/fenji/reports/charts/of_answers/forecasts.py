"""How many customers will each tier have, and where do revenue, orders and customers go, as charts?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fenji.answers.forecast import ForecastResult, NamedSeries, TrendResult
from fenji.domain.forecasts import ExpectedTier
from fenji.domain.trends import Measure
from fenji.language import message as _
from fenji.reports.charts.axes import ACCENT, NEUTRAL, Axis, Color, Series, Unit
from fenji.reports.charts.data import Lines, Multiples
from fenji.reports.charts.of_answers.parts import Reader, colors_of
from fenji.reports.charts.of_answers.tiers import TierHistory
from fenji.wording import figures


def tier_multiples(found: ForecastResult, history: TierHistory | None, say: Reader) -> Multiples:
    """Each tier on its own scale, the highest first: the reviews so far, where they are given, and the coming ones with intervals."""
    colors = colors_of(list(found.tier_names))
    charts = tuple(_tier_lines(tier, found, history, colors[tier], say) for tier in reversed(list(found.tier_names)))
    return Multiples(
        language=say.language,
        title=say(_("Expected customers by tier")),
        subtitle=say(_("The band is the {probability} interval."), probability=figures.percent(found.probability, 0)),
        sentence=say(_("{tiers}."), tiers=say(_("; ")).join(each.sentence for each in charts)),
        name_title=say.tier(),
        charts=charts,
    )


def _tier_lines(tier: str, found: ForecastResult, history: TierHistory | None, color: Color, say: Reader) -> Lines:
    ahead = [each for each in found.tiers if each.tier == tier]
    known = _known(tier, found, history)
    before: tuple[None, ...] = (None,) * (len(known) - 1)
    last = known[-1][1]
    name = say.name(found.tier_names[tier])
    series = Series(
        name,
        color,
        (*(count for _day, count in known), *(each.customers for each in ahead)),
        lower=(*before, last, *(each.lower for each in ahead)),
        upper=(*before, last, *(each.upper for each in ahead)),
    )
    return Lines(
        language=say.language,
        title=name,
        sentence=_expected(name, last, ahead, say),
        x=say.review(),
        places=(*(day for day, _count in known), *(each.review_on for each in ahead)),
        axis=say.customers(),
        series=(series,),
        forecast_from=len(known) - 1,
    )


def _known(tier: str, found: ForecastResult, history: TierHistory | None) -> list[tuple[date, int]]:
    """The reviews up to the one that the forecast begins at."""
    past = [] if history is None else [(day, counts.get(tier, 0)) for day, counts in history.reviews if day < found.starts_on]
    return [*past, (found.starts_on, found.customers[tier])]


def _expected(name: str, last: int, ahead: Sequence[ExpectedTier], say: Reader) -> str:
    if not ahead:
        return f"{name} {figures.count(last)}"
    end = ahead[-1]
    text = _("{tier} {now}, {expected} expected for {day} ({lower} to {upper})")
    ends = {"lower": figures.count(end.lower), "upper": figures.count(end.upper)}
    return say(text, tier=name, now=figures.count(last), expected=figures.count(end.customers), day=end.review_on, **ends)


_MEASURES = {
    Measure.REVENUE: _("revenue"),
    Measure.ORDERS: _("orders"),
    Measure.CUSTOMERS: _("customers"),
    Measure.FREQUENCY: _("orders by customer"),
}
_UNITS = {Measure.REVENUE: Unit.MONEY, Measure.FREQUENCY: Unit.NUMBER}


def trend_multiples(found: TrendResult, say: Reader) -> Multiples:
    """Each series by month with its trend dashed and its forecast with intervals."""
    title = say(_MEASURES[found.measure])
    axis = Axis(title, _UNITS.get(found.measure, Unit.COUNT), found.currency, digits=2)
    charts = tuple(_trend_lines(each, axis, say) for each in found.series if each.months)
    return Multiples(
        language=say.language,
        title=say(_("{measure} by month"), measure=title),
        sentence=" ".join(line for each in found.series for line in each.sentences.in_language(say.language))
        or say(_("{measure} by month"), measure=title),
        name_title=say(_("series")),
        charts=charts,
    )


def _trend_lines(series: NamedSeries, axis: Axis, say: Reader) -> Lines:
    name, months, ahead = say.name(series.name), series.months, series.expected
    before: tuple[None, ...] = (None,) * (len(months) - 1)
    last = months[-1].actual
    nothing: tuple[None, ...] = (None,) * len(ahead)
    return Lines(
        language=say.language,
        title=name,
        sentence=" ".join(series.sentences.in_language(say.language)) or name,
        x=Axis(say(_("month")), Unit.DATE),
        places=(*(each.month_on for each in months), *(each.month_on for each in ahead)),
        axis=axis,
        series=(
            Series(
                say(_("counted, then expected")),
                ACCENT,
                (*(each.actual for each in months), *(each.expected for each in ahead)),
                lower=(*before, last, *(each.lower for each in ahead)) if ahead else None,
                upper=(*before, last, *(each.upper for each in ahead)) if ahead else None,
            ),
            Series(say(_("trend")), NEUTRAL, (*(each.trend for each in months), *nothing), is_dashed=True),
        ),
        forecast_from=len(months) - 1 if ahead else None,
    )
