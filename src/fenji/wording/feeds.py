"""What are feeds, fields and how sure we are of them called? In words of the shop, while sources.yaml and --json keep their names."""

from __future__ import annotations

from collections.abc import Mapping

from fenji.collect.headers import Confidence
from fenji.domain.feeds import FEEDS, Feed
from fenji.language import Language, translate
from fenji.language import message as _

FEED_NAMES: Mapping[Feed, str] = {
    Feed.CUSTOMER: _("customer list"),
    Feed.ORDER: _("order list"),
    Feed.ORDER_LINE: _("order lines"),
    Feed.PAYMENT: _("payments received"),
    Feed.RETURN: _("returns and refunds"),
    Feed.BALANCE: _("totals per customer"),
    Feed.PRODUCT: _("product list"),
    Feed.EVENT: _("customer events"),
    Feed.FEEDBACK: _("customer feedback"),
    Feed.CAMPAIGN_CONTACT: _("campaign contacts"),
    Feed.REDEMPTION: _("redeemed coupons"),
    Feed.REFERRAL: _("referrals"),
    Feed.CONTRACT: _("contract list"),
}
SURENESS: Mapping[Confidence, str] = {
    Confidence.SURE: _("very sure"),
    Confidence.LIKELY: _("likely"),
    Confidence.GUESS: _("please look"),
}
"""How sure a column is, for whoever decides about it."""
_MADE_OF = {"file": _("file"), "person": _("buyer")}
_ENDINGS = (("_on", _("day of {moment}")), ("_month", _("month of {moment}")))


def feed_name(feed: Feed | None, language: Language) -> str:
    """What the rows of a feed are.

    >>> feed_name(Feed.ORDER, Language.EN), feed_name(None, Language.EN)
    ('order list', 'unknown')
    """
    return translate(_("unknown") if feed is None else FEED_NAMES[feed], language)


def field_name(feed: Feed | None, name: str, language: Language) -> str:
    """What people call a field of a feed; its own name where the feed has none of that name.

    >>> field_name(Feed.ORDER, "order_id", Language.EN), field_name(None, "order_id", Language.EN)
    ('order number', 'order_id')
    """
    for field in FEEDS[feed] if feed else ():
        if field.name == name:
            return field.zh if language is Language.ZH else field.en
    return name


def made_of_name(feed: Feed | None, name: str, language: Language) -> str:
    """What one part of an order number that was made up is: a field, its day or month, the file, or the person."""
    if name in _MADE_OF:
        return translate(_MADE_OF[name], language)
    for ending, text in _ENDINGS:
        if name.endswith(ending):
            return translate(text, language, moment=field_name(feed, f"{name.removesuffix(ending)}_at", language))
    return field_name(feed, name, language)
