"""What comes? The next reviews with their intervals, and how near the last forecast came to what happened."""

from __future__ import annotations

from fenji.answers.forecast import ForecastResult
from fenji.answers.tiers import TiersResult
from fenji.domain.forecasts import ExpectedTier
from fenji.domain.reporting import ReportSection
from fenji.language import message as _
from fenji.reports.charts.of_answers.forecasts import tier_multiples
from fenji.reports.charts.of_answers.history import tier_history_of
from fenji.reports.charts.of_answers.parts import Reader, colors_of
from fenji.reports.monthly.asking import Asked, NotThere
from fenji.reports.monthly.cells import missing, of_few, people, tier_column
from fenji.reports.monthly.record import Block, Cell, CellKind, Column, Missing, Picture, Row, Section, Table
from fenji.wording import figures

TITLE = _("Forecast")


def forecast(asked: Asked) -> Section:
    """The coming reviews, and the last forecast against what happened."""
    say, found = asked.say, asked.analyses.forecast
    if isinstance(found, NotThere):
        return Section(ReportSection.FORECAST, say(TITLE), found.sentence, (missing(say(TITLE), found), *_truth(asked)))
    chart = tier_multiples(found, None if isinstance(asked.shown, NotThere) else tier_history_of(asked.shown), say)
    # Lines would tell what the table does not.
    pictures = () if any(map(say.view.is_small, found.customers.values())) else (Picture("forecast", chart),)
    blocks = (_table(found, say), *_truth(asked), *pictures)
    return Section(ReportSection.FORECAST, say(TITLE), _sentence(found, say), blocks, _notes(found, say))


def _sentence(found: ForecastResult, say: Reader) -> str:
    if say.view.is_small(sum(found.customers.values())):
        return say(_("Fewer than five customers are not told."))
    last = found.totals[-1]
    text = _("{customers} customers are expected for {day}, with {probability} between {lower} and {upper}.")
    return say(
        text,
        customers=figures.count(round(last.customers)),
        day=last.review_on,
        probability=figures.percent(found.probability, 0),
        lower=figures.count(last.lower),
        upper=figures.count(last.upper),
    )


def _notes(found: ForecastResult, say: Reader) -> tuple[str, ...]:
    told = [say(_("A forecast is what to expect if customers go on as they did; it is not a target."))]
    errors = [each for each in found.backtest.errors if (each.model, each.basis) == (found.model, found.backtest.basis)]
    if errors and found.backtest.coverage is not None:
        text = _(
            "Tried on the past, it was off by {error} customers of a tier at the next review; the intervals held {coverage} of the counts."
        )
        first = min(errors, key=lambda each: each.steps)
        told.append(say(text, error=figures.number(first.mean_absolute_error), coverage=figures.share(found.backtest.coverage)))
    else:
        told.append(say(_("It could not be tried on the past: too few reviews are kept.")))
    return tuple(told)


def _table(found: ForecastResult, say: Reader) -> Table:
    days = list(dict.fromkeys(each.review_on for each in found.tiers))
    own = {(each.tier, each.review_on): each for each in found.tiers}
    colors = colors_of(list(found.tier_names))
    columns = (
        tier_column(say, 13),
        Column("now", figures.day(found.starts_on), CellKind.COUNT, 11),
        *(Column(f"expected_{step}", figures.day(day), CellKind.NUMBER, 11, digits=0) for step, day in enumerate(days, 1)),
        Column("lower", say(_("at least")), CellKind.COUNT, 7),
        Column("upper", say(_("at most")), CellKind.COUNT, 7),
    )
    rows = []
    for tier in reversed(list(found.tier_names)):
        last = own[tier, days[-1]]
        now = found.customers[tier]
        ahead = (*(own[tier, day].customers for day in days), last.lower, last.upper)
        cells = (people(now, say), *(of_few(now, each, say) for each in ahead))
        rows.append(Row((say.name(found.tier_names[tier]), *cells), colors[tier]))
    end = found.totals[-1]
    whole = sum(found.customers.values())
    ahead = (*(each.customers for each in found.totals), end.lower, end.upper)
    total = (people(whole, say), *(of_few(whole, each, say) for each in ahead))
    note = say(
        _("At least and at most: with {probability}, at the last of these reviews."),
        probability=figures.percent(found.probability, 0),
    )
    title = say(_("Expected customers by tier"))
    return Table("forecast", title, columns, (*rows, Row((say(_("All")), *total), is_total=True)), note)


def _truth(asked: Asked) -> tuple[Block, ...]:
    say, past = asked.say, asked.analyses.last_forecast
    title = say(_("The last forecast against what happened"))
    if isinstance(past, NotThere):
        return (Missing(title, past.sentence, past.advice),)
    expected = {each.tier: each for each in past.tiers if each.review_on == asked.tiers.as_of}
    columns = (
        tier_column(say, 18),
        Column("expected", say(_("Expected on {day}"), day=past.as_of), CellKind.NUMBER, 14, digits=0),
        Column("lower", say(_("at least")), CellKind.COUNT, 9),
        Column("upper", say(_("at most")), CellKind.COUNT, 9),
        Column("actual", say(_("Came")), CellKind.COUNT, 9),
        Column("held", say(_("Within the interval")), width=14),
    )
    colors = colors_of([each.tier for each in asked.tiers.tiers])
    rows = tuple(
        Row((say.name(each.name), *_came(expected[each.tier], each.customers, say)), colors[each.tier])
        for each in reversed(asked.tiers.tiers)
        if each.tier in expected
    )
    return (Table("last_forecast", title, columns, rows, _held(asked.tiers, expected, say)),)


def _came(expected: ExpectedTier, actual: int, say: Reader) -> tuple[Cell, ...]:
    is_within = expected.lower <= actual <= expected.upper
    ahead = (of_few(actual, each, say) for each in (expected.customers, expected.lower, expected.upper))
    return (*ahead, people(actual, say), say(_("yes")) if is_within else say(_("no")))


def _held(tiers: TiersResult, expected: dict[str, ExpectedTier], say: Reader) -> str:
    known = [each for each in tiers.tiers if each.tier in expected]
    held = sum(expected[each.tier].lower <= each.customers <= expected[each.tier].upper for each in known)
    return say(_("{held} of {count} tiers came within their interval."), held=held, count=len(known))
