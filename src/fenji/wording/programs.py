"""How does a points program work, in words? One line for each thing that loyalty.yaml says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from fenji.domain.loyalty.program import (
    THOUSAND,
    EarnRule,
    Expiry,
    ExpiryEnd,
    FactorOf,
    Program,
    RedeemRule,
    ReferralRule,
    Remainder,
    Shortfall,
)
from fenji.domain.words import Words
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording import figures

_ENDS = {
    ExpiryEnd.MONTH: _("put off to the end of the month"),
    ExpiryEnd.QUARTER: _("put off to the end of the quarter"),
    ExpiryEnd.YEAR: _("put off to the end of the year"),
}


def program_lines(program: Program, tiers: Mapping[str, Words], currency: str, language: Language) -> tuple[str, ...]:
    """A program line by line.

    Args:
        program: one version.
        tiers: names of the policy's tiers; one without a name is called as scripts call it.
        currency: of the workspace.
        language: the reader's.
    """
    return (
        *_earned(program.earn, tiers, currency, language),
        _pending(program.pending_days, language),
        _expiring(program.expiry, language),
        *_spent(program.redeem, currency, language),
        *_taken_back(program, currency, language),
        *(() if program.referral is None else _referrals(program.referral, currency, language)),
    )


def _earned(rule: EarnRule, tiers: Mapping[str, Words], currency: str, language: Language) -> Iterator[str]:
    amount = figures.money(Decimal(rule.per_cents) / 100, currency)
    yield translate(_("{amount} of net revenue earn {points} {points:point|points}"), language, amount=amount, points=rule.points)
    if rule.factors:
        names = (
            f"{tiers[each].in_language(language) if each in tiers else each} × {figures.trimmed(Decimal(factor) / THOUSAND, 3)}"
            for each, factor in rule.factors.items()
        )
        text = _("multiplied by the tier of the day before the order: {factors}")
        if rule.factor_of is FactorOf.LAST_REVIEW:
            text = _("multiplied by the tier of the last review before the order: {factors}")
        yield translate(text, language, factors=translate(_(", "), language).join(names))
    if rule.leave_out:
        left = translate(_(", "), language).join(value for each in rule.leave_out for value in each.values)
        yield translate(_("nothing is earned with {left}"), language, left=left)
    if rule.remainder is Remainder.CARRY:
        yield translate(_("what is not enough for a point waits for the next order"), language)


def _pending(days: int, language: Language) -> str:
    if not days:
        return translate(_("points can be spent at once"), language)
    return translate(_("points can be spent {days} {days:day|days} after the order"), language, days=days)


def _expiring(rule: Expiry, language: Language) -> str:
    if rule.on is not None:
        month, day = rule.on
        return translate(_("points expire on {month}-{day}"), language, month=f"{month:02d}", day=f"{day:02d}")
    if rule.months is not None:
        told = translate(_("points expire {months} {months:month|months} after they were earned"), language, months=rule.months)
    elif rule.days is not None:
        told = translate(_("points expire {days} {days:day|days} after they were earned"), language, days=rule.days)
    else:
        return translate(_("points never expire"), language)
    if rule.at_end_of is None:
        return told
    return translate(_("{first}; {second}"), language, first=told, second=translate(_ENDS[rule.at_end_of], language))


def _spent(rule: RedeemRule, currency: str, language: Language) -> Iterator[str]:
    worth = figures.money(rule.worth, currency)
    text = _("{points} {points:point is|points are} worth {amount} when spent")
    yield translate(text, language, points=rule.points, amount=worth)
    if rule.at_least > 1 or rule.step > 1:
        text = _("at least {least} points at once, in steps of {step}")
        yield translate(text, language, least=figures.count(rule.at_least), step=figures.count(rule.step))
    if rule.most_share_of_order < 1:
        yield translate(
            _("at most {share} of an order is paid with points"), language, share=figures.share(rule.most_share_of_order)
        )


def _taken_back(program: Program, currency: str, language: Language) -> Iterator[str]:
    if program.refund.shortfall is Shortfall.DEBT:
        yield translate(_("points that were spent before their order was refunded become a debt"), language)
    else:
        yield translate(_("points that were spent before their order was refunded are forgiven"), language)
    if program.cost_per_point:
        amount, share = figures.money(program.cost_per_point, currency), figures.share(program.expected_redemption)
        text = _("a redeemed point costs {amount}; {share} are expected to be redeemed until own months show it")
        yield translate(text, language, amount=amount, share=share)


def _referrals(rule: ReferralRule, currency: str, language: Language) -> Iterator[str]:
    text = (
        _("who brings a friend gets {points} points once the friend's first order of {amount} or more has stood for {days} days")
        if rule.first_order_at_least
        else _("who brings a friend gets {points} points once the friend's first order has stood for {days} days")
    )
    amount = figures.money(rule.first_order_at_least, currency)
    yield translate(text, language, points=figures.count(rule.advocate_points), amount=amount, days=rule.not_refunded_days)
    if rule.friend_points:
        yield translate(_("the friend gets {points} points"), language, points=figures.count(rule.friend_points))
    if rule.friend_offer is not None:
        yield translate(_("the friend gets a voucher of the offer {offer}"), language, offer=rule.friend_offer)
