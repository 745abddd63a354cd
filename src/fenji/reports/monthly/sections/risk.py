"""Who may leave, what would go with them, and what drives it? First how well that would have been known before."""

from __future__ import annotations

from decimal import Decimal

from fenji.answers.churn import ChurnResult, TierRisk
from fenji.domain.reporting import ReportSection
from fenji.language import message as _
from fenji.reports.charts.of_answers.churn import driver_bars, risk_bars
from fenji.reports.charts.of_answers.parts import Reader, colors_of
from fenji.reports.monthly.asking import Asked, NotThere
from fenji.reports.monthly.cells import missing, money_of, of_few, people, tier_column
from fenji.reports.monthly.record import Block, Cell, CellKind, Column, Missing, Picture, Row, Section, Table
from fenji.wording import figures
from fenji.wording.churn import MODEL_NAMES
from fenji.wording.reasons import LOST_BY_RULE

TITLE = _("Risk of leaving")
COUNTS = (("active", _("Active")), ("high", _("High risk")), ("middle", _("Middle risk")), ("low", _("Low risk")))


def risk(asked: Asked) -> Section:
    """Risk by tier, revenue at stake, and drivers."""
    say, found = asked.say, asked.analyses.churn
    if isinstance(found, NotThere):
        return Section(ReportSection.RISK, say(TITLE), found.sentence, (missing(say(TITLE), found),))
    if not any(each.active for each in found.tiers):
        nobody = say(_("No customer is active, so nobody can leave."))
        return Section(ReportSection.RISK, say(TITLE), nobody, (Missing(say(TITLE), nobody),))
    notes = (found.definition.sentence.in_language(say.language), _quality(found, say))
    return Section(ReportSection.RISK, say(TITLE), _sentence(found, say), (_table(found, say), *_pictures(found, say)), notes)


def _sentence(found: ChurnResult, say: Reader) -> str:
    active, high = sum(each.active for each in found.tiers), sum(each.high for each in found.tiers)
    at_stake = sum((each.net_revenue_12m_at_high for each in found.tiers), Decimal(0))
    text = _("Of {active} active customers {high} are at high risk of leaving; they brought {revenue} in 12 months.")
    return say(
        text, active=say.told_count(active), high=say.told_count(high), revenue=money_of(high, at_stake, found.currency, say)
    )


def _quality(found: ChurnResult, say: Reader) -> str:
    forecast = found.forecast
    auc = None if forecast.used is None else forecast.figure(forecast.used, "auc")
    if forecast.used is None or auc is None:
        return say(_("How good that is could not be tried: too little of the past is known."))
    if forecast.weakness is not None:
        return say(
            _("On a past date it did not rank customers better than chance or recency: read counts, and take no names from it.")
        )
    text = _("On a past date the {model} put who left before who stayed in {share} of all pairs.")
    return say(text, model=say(MODEL_NAMES[forecast.used]), share=figures.share(auc))


def _table(found: ChurnResult, say: Reader) -> Table:
    policy = found.tier_policy
    names, colors = {each.slug: say.name(each.name) for each in policy.tiers}, colors_of([each.slug for each in policy.tiers])
    columns = (
        tier_column(say, 16),
        *(Column(name, say(title), CellKind.COUNT, 10) for name, title in COUNTS),
        Column("expected", say(_("Expected to leave")), CellKind.NUMBER, 10, digits=0),
        Column("at_stake", say(_("Net revenue of 12 months at high risk")), CellKind.MONEY, 16, currency=found.currency),
    )
    rows = [
        Row(_cells(each, names, say), None if each.tier is None else colors.get(each.tier)) for each in found.tiers if each.active
    ]
    sums = {name: sum(getattr(each, name) for each in found.tiers) for name, _title in COUNTS}
    expected = [each.expected for each in found.tiers if each.expected is not None]
    at_stake = sum((each.net_revenue_12m_at_high for each in found.tiers), Decimal(0))
    total = Row(
        (
            say(_("All")),
            *(people(sums[name], say) for name, _title in COUNTS),
            of_few(sums["active"], sum(expected) if expected else None, say),
            of_few(sums["high"], at_stake, say),
        ),
        is_total=True,
    )
    text = _("Expected: within {days} days.")
    return Table(
        "risk", say(_("Active customers by risk")), columns, (*rows, total), say(text, days=found.definition.horizon_days)
    )


def _cells(row: TierRisk, names: dict[str, str], say: Reader) -> tuple[Cell, ...]:
    return (
        say(LOST_BY_RULE) if row.tier is None else names.get(row.tier, row.tier),
        *(people(getattr(row, name), say) for name, _title in COUNTS),
        of_few(row.active, row.expected, say),
        of_few(row.high, row.net_revenue_12m_at_high, say),
    )


def _pictures(found: ChurnResult, say: Reader) -> tuple[Block, ...]:
    drivers = driver_bars(found, say)
    if drivers is None:
        text = _("What drives the risk is not known: a rule is used that looks at the last order alone.")
        why: Block = Missing(say(_("What drives the risk of leaving")), say(text))
    else:
        why = Picture("drivers", drivers, 28 * len(drivers.categories) + 62)
    # Charts do not hide what stands beside few, so whoever sees no small groups reads the table.
    hides = any(say.view.is_small(getattr(each, name)) for each in found.tiers for name, _title in COUNTS)
    return (why,) if hides else (Picture("risk_by_tier", risk_bars(found, say), 230), why)
