"""Who may leave, what drives it, and how well is that known, as charts?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fenji.answers.churn import ChurnResult, RiskDriver, TargetForecast, TierSurvival
from fenji.domain.churn import RiskClass
from fenji.language import message as _
from fenji.reports.charts.axes import ACCENT, BAD, GOOD, NEUTRAL, Axis, Color, Series, Unit
from fenji.reports.charts.data import Bars, Layout, Lines
from fenji.reports.charts.of_answers.parts import Reader, colors_of
from fenji.reports.charts.spreads import Points
from fenji.wording import figures
from fenji.wording.churn import RISK_NAMES


def calibration_points(forecast: TargetForecast, say: Reader) -> Points | None:
    """Tenths of customers on the date of evaluation: the mean probability against the share that came; None without such a date."""
    rows = forecast.calibration
    if not rows:
        return None
    last = rows[-1]
    text = _("Of the tenth with the highest probabilities {expected} were expected; {observed} came.")
    return Points(
        language=say.language,
        title=say(_("Expected and observed shares")),
        subtitle=say(_("Tenths of customers on {day}; on the dashed line both agree."), day=last.on),
        sentence=say(text, expected=figures.share(last.expected_share), observed=figures.share(last.observed_share)),
        x=Axis(say(_("expected")), Unit.SHARE),
        places=tuple(each.expected_share for each in rows),
        axis=Axis(say(_("observed")), Unit.SHARE),
        series=(
            Series(
                say(_("observed")),
                ACCENT,
                tuple(each.observed_share for each in rows),
                lower=tuple(each.lower for each in rows),
                upper=tuple(each.upper for each in rows),
            ),
        ),
    )


def driver_bars(found: ChurnResult, say: Reader) -> Bars | None:
    """What raises or lowers the risk, the heaviest first, each with its direction; None without a model."""
    rows = found.main_drivers
    if not rows:
        return None
    return Bars(
        language=say.language,
        title=say(_("What drives the risk of leaving")),
        subtitle=say(_("Share of all contributions; ▲ raises the risk where it is true, ▼ lowers it.")),
        sentence=say(
            _("The heaviest: {driver}, {share} of all contributions."),
            driver=say.name(rows[0].name),
            share=figures.share(rows[0].share),
        ),
        categories=tuple(f"{_direction(each)} {say.name(each.name)}".strip() for each in rows),
        category_title=say(_("driver")),
        axis=Axis(say(_("share of contributions")), Unit.SHARE),
        series=(Series(say(_("share of contributions")), NEUTRAL, tuple(each.share for each in rows)),),
        colors=tuple(_DIRECTIONS[_direction(each)] for each in rows),
        is_horizontal=True,
    )


_DIRECTIONS = {"▲": BAD, "▼": GOOD, "": NEUTRAL}


def _direction(driver: RiskDriver) -> str:
    found = driver.contribution_where_true
    return "" if found is None else "▲" if found > 0 else "▼"


def survival_lines(found: ChurnResult, say: Reader) -> Lines | None:
    """The share of each tier's customers who have not left after so many days, as steps; None where it is not known."""
    if not found.survival:
        return None
    policy = found.tier_policy
    colors, names = colors_of([each.slug for each in policy.tiers]), {each.slug: say.name(each.name) for each in policy.tiers}
    days = tuple(sorted({0, *(each.days for each in found.survival)}))
    tiers = [each for each in reversed(names) if any(row.tier == each for row in found.survival)]
    rows = {each: [row for row in found.survival if row.tier == each] for each in tiers}
    told = say(_(", ")).join(f"{names[each]} {figures.share(rows[each][-1].staying)}" for each in tiers)
    return Lines(
        language=say.language,
        title=say(_("Survival by tier")),
        subtitle=say(_("Active customers of {day} who have not left after so many days."), day=found.survival[0].from_on),
        sentence=say(_("After {days} days there still were: {tiers}."), days=days[-1], tiers=told),
        x=Axis(say(_("days"))),
        places=days,
        axis=Axis(say(_("not left")), Unit.SHARE),
        series=tuple(_survival(names[each], colors[each], days, rows[each]) for each in tiers),
        is_stepped=True,
    )


def _survival(name: str, color: Color, days: Sequence[int], rows: Sequence[TierSurvival]) -> Series:
    """Everybody is there at the beginning."""
    known = {each.days: each for each in rows}
    found = [known.get(each) for each in days]
    return Series(
        name,
        color,
        tuple(
            1.0 if day == 0 and each is None else None if each is None else each.staying
            for day, each in zip(days, found, strict=True)
        ),
        lower=tuple(None if each is None else each.lower for each in found),
        upper=tuple(None if each is None else each.upper for each in found),
    )


def risk_bars(found: ChurnResult, say: Reader) -> Bars:
    """Active customers of each tier by risk, the highest tier first."""
    names = {each.slug: say.name(each.name) for each in found.tier_policy.tiers}
    rows = [each for each in found.tiers if each.tier is not None]
    high = sum(each.high for each in rows)
    at_stake = sum((each.net_revenue_12m_at_high for each in rows), Decimal(0))
    text = _("{customers} customers are at high risk; they brought {revenue} in 12 months.")
    parts = ((RiskClass.HIGH, "high", BAD), (RiskClass.MIDDLE, "middle", NEUTRAL), (RiskClass.LOW, "low", GOOD))
    return Bars(
        language=say.language,
        title=say(_("Active customers by risk of leaving")),
        sentence=say(text, customers=figures.count(high), revenue=figures.money(at_stake, found.currency)),
        categories=tuple(names.get(each.tier or "", "") for each in rows),
        category_title=say.tier(),
        axis=say.customers(),
        series=tuple(
            Series(say(RISK_NAMES[risk]), color, tuple(getattr(each, part) for each in rows)) for risk, part, color in parts
        ),
        layout=Layout.STACKED,
        is_horizontal=True,
    )


def stake_bars(found: ChurnResult, say: Reader) -> Bars:
    """Revenue of twelve months of the customers at high risk, the highest tier first."""
    tiers = found.tier_policy.tiers
    colors, names = colors_of([each.slug for each in tiers]), {each.slug: say.name(each.name) for each in tiers}
    rows = [each for each in found.tiers if each.tier is not None]
    at_stake = sum((each.net_revenue_12m_at_high for each in rows), Decimal(0))
    return Bars(
        language=say.language,
        title=say(_("Revenue at stake by tier")),
        subtitle=say(_("Net revenue of 12 months of customers at high risk.")),
        sentence=say(_("{revenue} of 12 months stand at high risk."), revenue=figures.money(at_stake, found.currency)),
        categories=tuple(names.get(each.tier or "", "") for each in rows),
        category_title=say.tier(),
        axis=say.revenue(found.currency),
        series=(Series(say(_("net revenue of 12 months")), ACCENT, tuple(each.net_revenue_12m_at_high for each in rows)),),
        colors=tuple(colors.get(each.tier or "", NEUTRAL) for each in rows),
        is_horizontal=True,
    )
