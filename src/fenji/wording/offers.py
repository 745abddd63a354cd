"""What does an offer give, to whom, on which orders and up to which limits, and what can be done with a code? In words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fenji.answers.loyalty.offers import OfferRow, money
from fenji.domain.churn import RiskClass
from fenji.domain.conditions import parse_condition
from fenji.domain.loyalty.offers import ForWhom, Limits, Offer, Validity, When
from fenji.domain.loyalty.vouchers import UseStatus, VoucherState
from fenji.domain.words import Words
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording import figures
from fenji.wording.churn import RISK_NAMES
from fenji.wording.rules import Wording, sentence

STATES = {
    VoucherState.NOT_YET: _("to come"),
    VoucherState.ISSUED: _("can be used"),
    VoucherState.RESERVED: _("reserved"),
    VoucherState.USED_UP: _("used up"),
    VoucherState.EXPIRED: _("expired"),
    VoucherState.WITHDRAWN: _("withdrawn"),
}
USES = {
    UseStatus.RESERVED: _("reserved"),
    UseStatus.REDEEMED: _("redeemed"),
    UseStatus.RELEASED: _("released"),
    UseStatus.RETURNED: _("given back"),
}


def gives(row: OfferRow, language: Language, currency: str | None = None) -> str:
    """What a voucher of an offer gives.

    Args:
        row: the offer.
        language: the reader's.
        currency: ISO 4217 code whose sign stands at amounts; None: none.
    """

    def say(text: str, **values: object) -> str:
        return translate(text, language, **values)

    if row.percent is not None:
        most = "" if row.amount is None else say(_(", at most {amount}"), amount=figures.money(row.amount, currency))
        return say(_("{percent} % off"), percent=f"{row.percent.normalize():f}") + most
    if row.gift is not None:
        return say(_("gift {gift}"), gift=row.gift)
    if row.points is not None:
        return say(_("{points} points"), points=figures.count(row.points))
    if row.amount is not None:
        return say(_("{amount} off"), amount=figures.money(row.amount, currency))
    return say(_("free delivery"))


def offer_lines(offer: Offer, tiers: Mapping[str, Words], wording: Wording) -> tuple[str, ...]:
    """For whom an offer is, and when and how often its codes can be used: a line for each thing that it asks; nothing that it does not ask.

    Args:
        offer: as it was published.
        tiers: names of the policy's tiers.
        wording: names of metrics, currency and language.
    """
    return (
        *_whom(offer.for_whom, tiers, wording),
        *_orders(offer.when, wording),
        *_days(offer.validity, wording.language),
        *_limits(offer.limits, wording),
        *_beside(offer, wording.language),
    )


def _whom(whom: ForWhom, tiers: Mapping[str, Words], wording: Wording) -> Iterator[str]:
    language = wording.language
    if whom.is_everybody:
        yield translate(_("for everybody"), language)
    if whom.tiers:
        names = (tiers[each].in_language(language) if each in tiers else each for each in whom.tiers)
        yield translate(_("for tiers {tiers}"), language, tiers=translate(_(", "), language).join(names))
    yield from (
        translate(_("for customers with {condition}"), language, condition=sentence(parse_condition(each), wording))
        for each in whom.conditions
    )
    if whom.segment is not None:
        yield translate(_("for customers of the segment {segment}"), language, segment=whom.segment)
    if whom.risk is not None:
        risk = translate(RISK_NAMES[RiskClass(whom.risk)], language) if whom.risk in tuple(RiskClass) else whom.risk
        yield translate(_("for customers whose risk of leaving is {risk}"), language, risk=risk)
    if whom.mark is not None:
        yield translate(_("for customers with the mark {mark}"), language, mark=whom.mark)


def _orders(when: When, wording: Wording) -> Iterator[str]:
    language = wording.language
    if when.is_first_order:
        yield translate(_("on the first order only"), language)
    if when.categories:
        categories = translate(_(", "), language).join(when.categories)
        yield translate(_("only goods of {categories} count"), language, categories=categories)
    if when.order_cents_at_least:
        amount = figures.money(money(when.order_cents_at_least), wording.currency)
        yield translate(_("on orders of {amount} or more"), language, amount=amount)


def _days(valid: Validity, language: Language) -> Iterator[str]:
    if valid.days is not None:
        yield translate(_("valid for {days} {days:day|days}, the day of issue included"), language, days=valid.days)
    if valid.from_on is not None:
        yield translate(_("from {day} on"), language, day=valid.from_on)
    if valid.until_on is not None:
        yield translate(_("until {day}, that day included"), language, day=valid.until_on)


def _limits(limits: Limits, wording: Wording) -> Iterator[str]:
    language = wording.language
    if limits.per_code is None:
        yield translate(_("a code can be used any number of times"), language)
    elif limits.per_code > 1:
        yield translate(_("a code can be used {times} times"), language, times=limits.per_code)
    if limits.per_customer is not None:
        yield translate(_("at most {times} {times:use|uses} by each customer"), language, times=limits.per_customer)


def _beside(offer: Offer, language: Language) -> Iterator[str]:
    if offer.stack_with:
        names = translate(_(", "), language).join(offer.stack_with)
        yield translate(_("may stand beside {offers} on one order"), language, offers=names)
    if offer.is_returned_on_refund:
        yield translate(_("comes back when the whole order is refunded"), language)
