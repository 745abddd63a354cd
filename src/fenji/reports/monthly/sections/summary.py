"""Where do we stand, and what is to be done? Five sentences on one page, with what they are about and a box to sign."""

from __future__ import annotations

from decimal import Decimal

from fenji.answers.churn import ChurnResult
from fenji.answers.priority import PriorityResult
from fenji.answers.value import ValueResult
from fenji.domain.reporting import ReportSection
from fenji.domain.value import ValueClass
from fenji.language import message as _
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.charts.of_answers.tiers import share_bars
from fenji.reports.charts.of_answers.value import cells_of
from fenji.reports.monthly.asking import Asked, NotThere
from fenji.reports.monthly.cells import money_of
from fenji.reports.monthly.record import Passage, Picture, Section, SignOff
from fenji.wording import figures

TITLE = _("Summary")


def summary(asked: Asked) -> Section:
    """The first page."""
    say = asked.say
    lines = (_size(asked), _mix(asked), _movement(asked), _value(asked), _to_do(asked))
    roles = (_("Prepared by"), _("Checked by"), _("Approved by"))
    return Section(
        ReportSection.SUMMARY,
        say(TITLE),
        _headline(asked),
        (
            Passage(say(_("In five sentences")), lines, is_numbered=True),
            *((Picture("tier_shares", share_bars(asked.tiers, say)),) if asked.tiers.customers else ()),
            SignOff(say(_("Sign-off")), tuple(map(say, roles)), say(_("Name")), say(_("Date"))),
        ),
    )


def _headline(asked: Asked) -> str:
    say, tiers = asked.say, asked.tiers
    if not tiers.customers:
        return say(_("At {day} no customer stands in any tier."), day=tiers.as_of)
    top = next((each for each in reversed(tiers.tiers) if say.count(each.customers)), None)
    if top is None:
        text = _("{customers} customers stand in tiers at {day}; more is not told of so few in any tier.")
        return say(text, customers=say.told_count(tiers.customers), day=tiers.as_of)
    text = _("{customers} customers stand in tiers at {day}; {tier}, {share} of them, bring {revenue_share} of the revenue.")
    return say(
        text,
        customers=say.told_count(tiers.customers),
        day=tiers.as_of,
        tier=say.name(top.name),
        share=figures.share(say.beside(top, top.share)),
        revenue_share=figures.share(say.beside(top, top.revenue_share)),
    )


def _size(asked: Asked) -> str:
    say, tiers = asked.say, asked.tiers
    now = {
        "customers": say.told_count(tiers.customers),
        "revenue": money_of(tiers.customers, tiers.net_revenue_12m, tiers.currency, say),
    }
    beside = asked.beside(asked.compare).get("")
    if beside is None or not isinstance(beside.change, int):
        return say(_("Size: {customers} customers in tiers brought {revenue} in 12 months."), **now)
    text = _("Size: {customers} customers in tiers, {change} since {earlier} ({rate}), brought {revenue} in 12 months.")
    rate = figures.relative_change(beside.rate)
    return say(text, **now, change=figures.change(beside.change), earlier=asked.compared_on, rate=rate)


def _mix(asked: Asked) -> str:
    say, tiers = asked.say, asked.tiers
    if not tiers.customers:
        return say(_("Mix: there is nobody to compare."))
    one = _("{tier} {share} of customers and {revenue_share} of revenue")
    told = (
        say(
            one,
            tier=say.name(each.name),
            share=figures.share(say.beside(each, each.share)),
            revenue_share=figures.share(say.beside(each, each.revenue_share)),
        )
        for each in reversed(tiers.tiers)
    )
    return say(_("Mix: {tiers}."), tiers=say(_("; ")).join(told))


def _movement(asked: Asked) -> str:
    say, moves = asked.say, asked.moves
    if isinstance(moves, NotThere):
        return say(_("Movement: {why}"), why=moves.sentence)
    text = _("Movement: since {earlier} {up} rose, {down} fell, {new} came, {returned} came back and {lost} were lost.")
    return say(text, earlier=moves.earlier_on, **{way: say.told_count(count) for way, count in moves.ways().items()})


def _value(asked: Asked) -> str:
    say, value = asked.say, asked.analyses.value
    if isinstance(value, NotThere):
        return say(_("Value: {why}"), why=value.sentence)
    if value.company is None or value.company.expected_revenue_12m is None:
        return say(_("Value: too little is known of past orders to expect any."))
    return _expected(value, say)


def _expected(value: ValueResult, say: Reader) -> str:
    own, best = value.summary, cells_of(value.grid, ValueClass.HIGH, ValueClass.HIGH)
    numbers = {
        "revenue": money_of(own.buyers, own.expected_revenue_12m, value.currency, say),
        "best": say.told_count(best),
    }
    if own.expected_revenue_12m_lower is None or own.expected_revenue_12m_upper is None:
        text = _("Value: {revenue} is expected of the next 12 months; {best} customers are high in current and potential value.")
        return say(text, **numbers)
    text = _(
        "Value: {revenue} ({lower} to {upper}) is expected of the next 12 months; {best} customers are high in current and potential value."
    )
    ends = {"lower": own.expected_revenue_12m_lower, "upper": own.expected_revenue_12m_upper}
    return say(text, **numbers, **{name: money_of(own.buyers, end, value.currency, say) for name, end in ends.items()})


def _to_do(asked: Asked) -> str:
    say = asked.say
    told = [*_lists(asked.analyses.priority, say), *_leaving(asked.analyses.churn, say)]
    if told:
        return say(_("To do: {things}."), things=say(_("; ")).join(told))
    found = asked.analyses.priority
    if isinstance(found, NotThere):
        return say(_("To do: {why}"), why=found.sentence)
    return say(_("To do: nobody is close to another tier, and nobody is at high risk of leaving."))


def _lists(found: PriorityResult | NotThere, say: Reader) -> list[str]:
    if isinstance(found, NotThere):
        return []
    lists = (
        (found.lists.watch, _("keep {customers} customers who may lose their tier ({revenue} in 12 months)")),
        (found.lists.upgrades, _("lift {customers} customers who are close to the next tier ({revenue} in 12 months)")),
    )
    return [
        say(
            text,
            customers=say.told_count(each.customers),
            revenue=money_of(each.customers, each.net_revenue_12m, found.currency, say),
        )
        for each, text in lists
        if each.customers
    ]


def _leaving(found: ChurnResult | NotThere, say: Reader) -> list[str]:
    if isinstance(found, NotThere) or found.forecast.weakness is not None:
        return []
    high = sum(each.high for each in found.tiers)
    if not high:
        return []
    at_stake = sum((each.net_revenue_12m_at_high for each in found.tiers), Decimal(0))
    text = _("hold {customers} active customers at high risk of leaving ({revenue} in 12 months)")
    return [say(text, customers=say.told_count(high), revenue=money_of(high, at_stake, found.currency, say))]
