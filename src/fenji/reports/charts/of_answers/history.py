"""How did customers, revenue and shares of the tiers go from review to review, as charts?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from fenji.answers.forecast import ForecastResult
from fenji.answers.history import HistoryResult, ReviewThen, TierThen
from fenji.language import message as _
from fenji.reports.charts.axes import Axis, Series, Unit
from fenji.reports.charts.data import Areas, Bars, Multiples
from fenji.reports.charts.of_answers.moves import changes_bars
from fenji.reports.charts.of_answers.parts import Reader, colors_of
from fenji.reports.charts.of_answers.tiers import TierHistory, history_areas, history_lines
from fenji.wording import figures
from fenji.wording.figures import Figure


def customers_areas(found: HistoryResult, forecast: ForecastResult | None, say: Reader) -> Areas:
    """Customers by tier at the reviews shown and, where there is one, the forecast."""
    return history_areas(tier_history_of(found), forecast, say)


def revenue_areas(found: HistoryResult, say: Reader) -> Areas:
    """Revenue of twelve months by tier at the reviews shown."""
    last = found.reviews[-1]
    return _areas(
        found,
        say,
        title=say(_("Net revenue of 12 months at {count} {count:review|reviews}"), count=len(found.reviews)),
        sentence=say(
            _("At {day} all tiers together bring {revenue}."),
            day=last.as_of,
            revenue=figures.money(last.net_revenue_12m, found.currency),
        ),
        axis=say.revenue(found.currency),
        value=lambda each, _review: say.beside(each, each.net_revenue_12m),
    )


def share_areas(found: HistoryResult, say: Reader) -> Areas:
    """Shares of customers by tier at the reviews shown."""
    last = found.reviews[-1]
    names = {each.tier: say.name(each.name) for each in found.tiers}
    parts = [
        f"{names[each.tier]} {figures.share(say.beside(each, each.customers / last.customers))}"
        for each in reversed(last.tiers)
        if last.customers
    ]
    return _areas(
        found,
        say,
        title=say(_("Shares of the tiers at {count} {count:review|reviews}"), count=len(found.reviews)),
        sentence=say(_("At {day}: {tiers}."), day=last.as_of, tiers=say(_(", ")).join(parts)),
        axis=Axis(say(_("share of customers")), Unit.SHARE),
        value=lambda each, review: say.beside(each, each.customers / review.customers) if review.customers else None,
    )


def history_multiples(found: HistoryResult, compared: HistoryResult | None, shift: int, say: Reader) -> Multiples:
    """Each tier on its own scale, the highest first; dashed, what it had so many reviews before.

    Args:
        found: the reviews that are shown.
        compared: the same and earlier ones; None: nothing is dashed.
        shift: how many reviews before each one stands what it is compared with.
        say: for whom.
    """
    history = tier_history_of(found)
    before = None if compared is None else _shifted(history, tier_history_of(compared), shift)
    charts = tuple(history_lines(history, before, each.tier, say) for each in reversed(found.tiers))
    title = say(_("Customers of each tier at {count} {count:review|reviews}"), count=len(found.reviews))
    return Multiples(
        language=say.language,
        title=title,
        subtitle="" if before is None else say(_("Dashed: {count} {count:review|reviews} before."), count=shift),
        sentence=_spans(found, say),
        name_title=say.tier(),
        charts=charts,
    )


def review_bars(found: HistoryResult, say: Reader) -> Bars:
    """Who rose, came, fell and was lost from each of the reviews to the next."""
    return changes_bars(found.flows, say(_("Changes at {count} {count:review|reviews}."), count=len(found.flows)), say)


def tier_history_of(found: HistoryResult) -> TierHistory:
    """The answer as the charts of tiers take it."""
    reviews = tuple((each.as_of, {tier.tier: tier.customers for tier in each.tiers}) for each in found.reviews)
    return TierHistory({each.tier: each.name for each in found.tiers}, reviews)


def _shifted(shown: TierHistory, whole: TierHistory, shift: int) -> TierHistory:
    """What stood so many reviews before each review that is shown, under the day of that review."""
    place = {day: at for at, (day, _counts) in enumerate(whole.reviews)}
    moved = [(day, whole.reviews[place[day] - shift][1]) for day, _counts in shown.reviews if place.get(day, -1) >= shift]
    return TierHistory(whole.names, moved)


def _spans(found: HistoryResult, say: Reader) -> str:
    first, last = found.reviews[0], found.reviews[-1]
    told = [
        say(
            _("{tier}: {before} on {first}, {now} on {last}"),
            tier=say.name(each.name),
            before=figures.count(_customers(first, each.tier, say)),
            first=first.as_of,
            now=figures.count(_customers(last, each.tier, say)),
            last=last.as_of,
        )
        for each in reversed(found.tiers)
    ]
    return say(_("{tiers}."), tiers=say(_("; ")).join(told))


def _customers(review: ReviewThen, tier: str, say: Reader) -> int | None:
    found = review.of(tier)
    return None if found is None else say.count(found.customers)


def _areas(
    found: HistoryResult,
    say: Reader,
    *,
    title: str,
    sentence: str,
    axis: Axis,
    value: Callable[[TierThen, ReviewThen], Figure | None],
) -> Areas:
    colors = colors_of([each.tier for each in found.tiers])

    def row(tier: str, reviews: Sequence[ReviewThen]) -> tuple[Figure | None, ...]:
        there = ((review.of(tier), review) for review in reviews)
        return tuple(0 if own is None else value(own, review) for own, review in there)

    days: tuple[date, ...] = tuple(each.as_of for each in found.reviews)
    return Areas(
        language=say.language,
        title=title,
        sentence=sentence,
        days=days,
        day_title=say(_("review")),
        axis=axis,
        series=tuple(Series(say.name(each.name), colors[each.tier], row(each.tier, found.reviews)) for each in found.tiers),
    )
