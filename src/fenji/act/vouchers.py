"""May a voucher be used on an order, and what does it take off? Pure decisions; limits that many writers share are the state's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from fenji.domain.loyalty.offers import CENTS, DiscountKind, Offer, StackOrder
from fenji.domain.loyalty.vouchers import Applied, Basket, Granted, Voucher, VoucherState
from fenji.errors import Conflict, FenjiError, Problem
from fenji.language import message as _

_OF_GOODS = (DiscountKind.AMOUNT, DiscountKind.PERCENT)
_SAVING = (*_OF_GOODS, DiscountKind.DELIVERY)
"""What takes money off the order."""


class VoucherRefused(Conflict):
    """The voucher cannot be used on this order, or not by this customer."""

    code, retryable = "voucher_refused", False


class VoucherUsedUp(VoucherRefused):
    """The code, the customer, the offer or its budget has no use left."""

    code = "voucher_used_up"


class VoucherReserved(VoucherRefused):
    """Its uses are reserved for other orders, until they are bought or their time is over."""

    code, retryable = "voucher_reserved", True


class VoucherExpired(VoucherRefused):
    """Its last day is over."""

    code = "voucher_expired"


_ERRORS: tuple[type[VoucherRefused], ...] = (VoucherUsedUp, VoucherReserved, VoucherExpired)


@dataclass(frozen=True)
class Asking:
    """A voucher beside the order that it shall be used on."""

    voucher: Voucher
    offer: Offer
    """In the version that the voucher was issued under."""
    basket: Basket
    day: date
    """The local day of the order."""
    is_known: bool
    """Whether somebody says who the customer is."""
    is_own: bool
    """Whether the customer is the one whose voucher it is, merged ids included."""
    uses_of_customer: int = 0
    """Uses of the offer by the customer that count, those of this order left out."""
    reserved: int = 0
    """Uses of the voucher that are only reserved."""
    is_reserved_here: bool = False
    """Whether a use was reserved for this order, so that its last day may be over."""
    is_redeemed_here: bool = False
    applied: tuple[Applied, ...] = ()
    """Other vouchers on the order."""
    cents_per_point: Decimal = Decimal(0)


def objections(asking: Asking) -> list[Problem]:
    """Everything that keeps the voucher from being used, each with the code of its error; empty: nothing does."""
    return [*_of_the_voucher(asking), *_of_the_customer(asking), *_of_the_order(asking), *_of_others(asking)]


def refused(problems: Sequence[Problem]) -> FenjiError:
    """The error for some objections: that of the first one, with all of them."""
    kinds = {each.code: each for each in _ERRORS}
    return kinds.get(problems[0].code or "", VoucherRefused)(*problems)


def used_up(text: str, **values: object) -> VoucherUsedUp:
    """The error of a limit that is reached."""
    return VoucherUsedUp(Problem(text, values, None, None, VoucherUsedUp.code))


def granted(asking: Asking) -> Granted:
    """What the voucher takes off the order, and what counts against the budget of its offer."""
    discount, basket = asking.offer.discount, asking.basket
    match discount.kind:
        case DiscountKind.GIFT:
            return Granted(0, discount.cents)
        case DiscountKind.POINTS:
            return Granted(0, _rounded(discount.points * asking.cents_per_point))
        case DiscountKind.DELIVERY:
            return Granted(basket.delivery_cents, basket.delivery_cents)
        case DiscountKind.AMOUNT:
            found = min(discount.cents, _counting(asking))
        case DiscountKind.PERCENT:
            base = _counting(asking) - _taken(asking, before_percent=True)
            found = _rounded(max(0, base) * discount.percent / 100)
            found = min(found, discount.cents) if discount.cents else found
    found = max(0, min(found, basket.cents - _taken(asking)))
    return Granted(found, found)


def _of_the_voucher(asking: Asking) -> Iterator[Problem]:
    voucher, day = asking.voucher, asking.day
    if asking.is_redeemed_here:
        yield _problem(_("the voucher was used on this order already."))
        return
    match voucher.state_on(day, reserved=asking.reserved):
        case VoucherState.WITHDRAWN:
            yield _problem(_("the voucher was withdrawn."))
        case VoucherState.USED_UP if not asking.is_reserved_here:
            yield _problem(_("the voucher is used up."), VoucherUsedUp.code)
        case VoucherState.RESERVED if not asking.is_reserved_here:
            advice = _("It can be used again when that order is given up, or its time is over.")
            yield _problem(_("the voucher is reserved for another order."), VoucherReserved.code, advice=advice)
        case VoucherState.EXPIRED if not asking.is_reserved_here:
            yield _problem(_("its last day was {day}."), VoucherExpired.code, day=voucher.valid_until)
        case VoucherState.NOT_YET:
            yield _problem(_("the voucher can be used from {day} on."), day=voucher.valid_from)
        case _:
            return


def _of_the_customer(asking: Asking) -> Iterator[Problem]:
    limit = asking.offer.limits.per_customer
    if asking.voucher.member_id is not None and asking.is_known and not asking.is_own:
        yield _problem(_("the voucher belongs to another customer."))
    elif not asking.is_known and (asking.voucher.member_id is not None or asking.offer.asks_for_the_customer):
        yield _problem(_("the voucher can be used only by a customer who is known."), advice=_("Say who the customer is."))
    elif limit is not None and asking.uses_of_customer >= limit:
        text = _("this customer has used offer {offer} {limit} {limit:time|times}, which is the limit.")
        yield _problem(text, VoucherUsedUp.code, offer=asking.offer.slug, limit=limit)


def _of_the_order(asking: Asking) -> Iterator[Problem]:
    when, basket, offer = asking.offer.when, asking.basket, asking.offer
    if when.categories and not basket.by_category:
        text = _("the voucher counts only {categories}; say what the order has of each category.")
        yield _problem(text, categories=", ".join(when.categories))
        return
    counting = _counting(asking)
    if counting < when.order_cents_at_least:
        text = _("the order has {amount} of what counts; it needs {least}.")
        yield _problem(text, amount=_money(counting), least=_money(when.order_cents_at_least))
    if when.is_first_order and asking.is_known and basket.is_first is not True:
        yield _problem(
            _("the voucher is for the first order only.") if basket.is_first is False else _("say whether it is a first order.")
        )
    if offer.discount.kind in _SAVING and counting >= when.order_cents_at_least and granted(asking).discount_cents == 0:
        yield _problem(_("there is nothing left on this order that it could take off."))


def _of_others(asking: Asking) -> Iterator[Problem]:
    offer = asking.offer
    for each in asking.applied:
        other = each.offer
        if other.slug not in offer.stack_with and offer.slug not in other.stack_with:
            text = _("the voucher is not used together with offer {offer}, which is on this order already.")
            yield _problem(text, offer=other.slug)
        elif (
            offer.discount.kind is DiscountKind.AMOUNT
            and offer.stack_order is StackOrder.BEFORE_PERCENT
            and other.discount.kind is DiscountKind.PERCENT
        ):
            text = _("the voucher is taken off before the percents of offer {offer}, which is on this order already.")
            yield _problem(text, offer=other.slug, advice=_("Release that one, use this one, then use that one again."))


def _counting(asking: Asking) -> int:
    """Cents of the lines that count."""
    categories, basket = asking.offer.when.categories, asking.basket
    return sum(basket.by_category.get(each, 0) for each in categories) if categories else basket.cents


def _taken(asking: Asking, *, before_percent: bool = False) -> int:
    """Cents that other vouchers take off the goods; ``before_percent``: only those that come off before percents are counted."""
    return sum(
        each.discount_cents
        for each in asking.applied
        if each.offer.discount.kind in _OF_GOODS
        and (
            not before_percent
            or (each.offer.discount.kind is DiscountKind.AMOUNT and each.offer.stack_order is StackOrder.BEFORE_PERCENT)
        )
    )


def _rounded(cents: Decimal) -> int:
    return int(cents.quantize(Decimal(1), ROUND_HALF_UP))


def _money(cents: int) -> str:
    return f"{Decimal(cents) / CENTS:.2f}"


def _problem(text: str, code: str = VoucherRefused.code, *, advice: str | None = None, **values: object) -> Problem:
    return Problem(text, values, None, advice, code)
