"""How many customers stand in each tier, what do they bring, and how did that come about, as charts?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fenji.answers.forecast import ForecastResult
from fenji.answers.tiers import GroupTier, TierRow, TiersResult
from fenji.domain.words import Words
from fenji.language import message as _
from fenji.reports.charts.axes import ACCENT, INK, NEUTRAL, Axis, Series, Unit
from fenji.reports.charts.data import Areas, Bars, Layout, Lines
from fenji.reports.charts.of_answers.parts import Reader, behind, colors_of, names_of
from fenji.wording import figures

ALL = _("all")


@dataclass(frozen=True)
class TierHistory:
    """How many customers stood in each tier at the reviews so far."""

    names: Mapping[str, Words]
    """Tier: its name, lowest first."""
    reviews: Sequence[tuple[date, Mapping[str, int]]]
    """Each review with the customers of its tiers, the earliest first; a tier that is left out had none."""


def tier_bars(found: TiersResult, say: Reader) -> Bars:
    """Customers by tier, the highest first."""
    colors = colors_of([each.tier for each in found.tiers])
    rows = tuple(reversed(found.tiers))
    values = tuple(say.count(each.customers) for each in rows)
    lists = tuple(behind(tier=each.tier, as_of=found.as_of) for each in rows)
    return Bars(
        language=say.language,
        title=say(_("Customers by tier")),
        subtitle=say(
            _("As of {as_of}, policy {policy} version {version}"), as_of=found.as_of, policy=found.policy, version=found.version
        ),
        sentence=_tier_sentence(found, say),
        categories=tuple(names_of(rows, say).values()),
        category_title=say.tier(),
        axis=say.customers(),
        series=(Series(say(_("customers")), ACCENT, values, conditions=lists),),
        colors=tuple(colors[each.tier] for each in rows),
        is_horizontal=True,
    )


def _tier_sentence(found: TiersResult, say: Reader) -> str:
    joint = say(_(", "))
    told = joint.join(
        f"{say.name(each.name)} {say.told_count(each.customers)} ({figures.share(say.beside(each, each.share))})"
        for each in reversed(found.tiers)
    )
    return say(_("{customers} customers: {tiers}."), customers=say.told_count(found.customers), tiers=told)


def share_bars(found: TiersResult, say: Reader) -> Bars:
    """Shares of customers beside shares of revenue, the highest tier first: how few bring how much."""
    rows = tuple(reversed(found.tiers))
    return Bars(
        language=say.language,
        title=say(_("Shares of customers and revenue by tier")),
        sentence=say(_("{tiers}."), tiers=say(_("; ")).join(_shares(each, say) for each in rows)),
        categories=tuple(names_of(rows, say).values()),
        category_title=say.tier(),
        axis=Axis(say(_("share")), Unit.SHARE),
        series=(
            Series(say(_("share of customers")), NEUTRAL, tuple(say.beside(each, each.share) for each in rows)),
            Series(say(_("share of revenue")), ACCENT, tuple(say.beside(each, each.revenue_share) for each in rows)),
        ),
        is_horizontal=True,
    )


def _shares(row: TierRow, say: Reader) -> str:
    text = _("{tier}: {share} of customers, {revenue} of revenue")
    return say(
        text,
        tier=say.name(row.name),
        share=figures.share(say.beside(row, row.share)),
        revenue=figures.share(say.beside(row, row.revenue_share)),
    )


def revenue_bars(found: TiersResult, say: Reader) -> Bars:
    """Revenue of twelve months by tier, the highest first."""
    colors = colors_of([each.tier for each in found.tiers])
    rows = tuple(reversed(found.tiers))
    total = figures.money(found.net_revenue_12m, found.currency)
    return Bars(
        language=say.language,
        title=say(_("Net revenue of 12 months by tier")),
        sentence=say(_("All tiers together bring {revenue}."), revenue=total),
        categories=tuple(names_of(rows, say).values()),
        category_title=say.tier(),
        axis=say.revenue(found.currency),
        series=(
            Series(say(_("net revenue of 12 months")), ACCENT, tuple(say.beside(each, each.net_revenue_12m) for each in rows)),
        ),
        colors=tuple(colors[each.tier] for each in rows),
        is_horizontal=True,
    )


def group_bars(found: TiersResult, say: Reader, *, most: int = 12) -> Bars | None:
    """Customers of each group by tier, stacked, the first ``most`` groups; None where no groups were asked for."""
    if found.by is None or not found.groups:
        return None
    colors = colors_of([each.tier for each in found.tiers])
    groups, by = found.groups[:most], say.name(found.by)
    return Bars(
        language=say.language,
        title=say(_("Customers by {by} and tier"), by=by),
        sentence=say(_("Customers of {count} groups by tier."), count=len(groups)),
        categories=tuple(say.name(each.name) for each in groups),
        category_title=by,
        axis=say.customers(),
        series=tuple(
            Series(name, colors[tier], tuple(say.count(_of_tier(each.tiers, tier)) for each in groups))
            for tier, name in names_of(found.tiers, say).items()
        ),
        layout=Layout.STACKED,
        is_horizontal=True,
    )


def _of_tier(cells: Sequence[GroupTier], tier: str) -> int | None:
    return next((each.customers for each in cells if each.tier == tier), None)


def history_areas(history: TierHistory, forecast: ForecastResult | None, say: Reader) -> Areas:
    """Customers by tier at the reviews so far and, where there is a forecast, at the coming ones with the interval of the total."""
    colors = colors_of(list(history.names))
    ahead = () if forecast is None else forecast.totals
    known = [day for day, _tiers in history.reviews]
    expected = {} if forecast is None else {(each.tier, each.review_on): each.customers for each in forecast.tiers}
    series = tuple(
        Series(
            say.name(name),
            colors[tier],
            (
                *(say.count(counts.get(tier, 0)) for _day, counts in history.reviews),
                *(expected.get((tier, each.review_on)) for each in ahead),
            ),
        )
        for tier, name in history.names.items()
    )
    return Areas(
        language=say.language,
        title=_history_title(len(known), len(ahead), say),
        subtitle=_interval_words(forecast, say),
        sentence=_history_sentence(history, forecast, say),
        days=(*known, *(each.review_on for each in ahead)),
        day_title=say(_("review")),
        axis=say.customers(),
        series=series,
        forecast_from=len(known) - 1 if ahead else None,
        total=_total(known, history, forecast, say) if ahead else None,
    )


def _history_title(known: int, ahead: int, say: Reader) -> str:
    if ahead:
        return say(_("Customers at {count} {count:review|reviews}, and the next {ahead}"), count=known, ahead=ahead)
    return say(_("Customers at {count} {count:review|reviews}"), count=known)


def _interval_words(forecast: ForecastResult | None, say: Reader) -> str:
    if forecast is None or not forecast.totals:
        return ""
    text = _("Right of the dashed line is forecast; the band is the {probability} interval of all customers.")
    return say(text, probability=figures.percent(forecast.probability, 0))


def _total(known: Sequence[date], history: TierHistory, forecast: ForecastResult | None, say: Reader) -> Series:
    """All tiers together: only what is forecast, begun at what is known, so that the band grows out of it."""
    ahead = () if forecast is None else forecast.totals
    last = sum(history.reviews[-1][1].values()) if history.reviews else None
    before = (None,) * (len(known) - 1)
    return Series(
        say(ALL),
        INK,
        (*before, last, *(each.customers for each in ahead)),
        lower=(*before, last, *(each.lower for each in ahead)),
        upper=(*before, last, *(each.upper for each in ahead)),
    )


def _history_sentence(history: TierHistory, forecast: ForecastResult | None, say: Reader) -> str:
    if not history.reviews:
        return say(_("There has been no review yet."))
    (first, before), (last, now) = history.reviews[0], history.reviews[-1]
    values = {
        "first": first,
        "last": last,
        "before": figures.count(sum(before.values())),
        "now": figures.count(sum(now.values())),
    }
    told = say(_("Customers went from {before} on {first} to {now} on {last}."), **values)
    if forecast is None or not forecast.totals:
        return told
    end = forecast.totals[-1]
    text = _("For {day} {expected} are expected, with {probability} between {lower} and {upper}.")
    words = {
        "day": end.review_on,
        "expected": figures.count(end.customers),
        "probability": figures.percent(forecast.probability, 0),
    }
    return f"{told} {say(text, **words, lower=figures.count(end.lower), upper=figures.count(end.upper))}"


def history_lines(history: TierHistory, compared: TierHistory | None, tier: str, say: Reader) -> Lines:
    """One tier at the reviews so far, beside what it would have been otherwise, dashed."""
    colors = colors_of(list(history.names))
    days = tuple(day for day, _counts in history.reviews)
    name = say.name(history.names[tier])
    series = [Series(name, colors[tier], tuple(say.count(counts.get(tier, 0)) for _day, counts in history.reviews))]
    if compared is not None:
        beside = {day: counts.get(tier) for day, counts in compared.reviews}
        series.append(Series(say(_("compared with")), INK, tuple(say.count(beside.get(day)) for day in days), is_dashed=True))
    return Lines(
        language=say.language,
        title=name,
        sentence=say(_("{tier} at {count} {count:review|reviews}."), tier=name, count=len(days)),
        x=say.review(),
        places=days,
        axis=say.customers(),
        series=tuple(series),
    )
