"""What are feeds, fields and sources called on the screen? In words of the shop, while sources.yaml and --json keep their names."""

from __future__ import annotations

from collections.abc import Iterable

from fenji.cli.output import Output
from fenji.domain.feeds import FEEDS, Feed
from fenji.language import Language
from fenji.language import message as _

MOST_FILES = 3
"""Files that stand for a source on the screen; a folder may hold hundreds."""

_FEEDS: dict[Feed, str] = {
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

_MADE_OF = {"file": _("file"), "person": _("buyer")}
DAY_ENDING, MONTH_ENDING = "_on", "_month"


def feed_words(feed: Feed | None, output: Output) -> str:
    """What the rows of a feed are."""
    return output.text(_("unknown")) if feed is None else output.text(_FEEDS[feed])


def field_words(feed: Feed | None, name: str, output: Output) -> str:
    """What people call a field of a feed; its own name where the feed has none of that name."""
    for field in FEEDS[feed] if feed else ():
        if field.name == name:
            return field.zh if output.language is Language.ZH else field.en
    return name


def made_of_words(feed: Feed | None, name: str, output: Output) -> str:
    """What one part of an order number that was made up is: a field, its day or month, the file, or the person."""
    if name in _MADE_OF:
        return output.text(_MADE_OF[name])
    for ending, text in ((DAY_ENDING, _("day of {moment}")), (MONTH_ENDING, _("month of {moment}"))):
        if name.endswith(ending):
            moment = field_words(feed, f"{name.removesuffix(ending)}_at", output)
            return output.text(text, moment=moment)
    return field_words(feed, name, output)


def files_words(files: Iterable[str], output: Output) -> str:
    """The files of a source, without their sheets and folders; the first few and how many more."""
    names = list(dict.fromkeys(each.partition("#")[0].rpartition("/")[2] for each in files))
    shown = output.text(_(", ")).join(names[:MOST_FILES])
    more = len(names) - MOST_FILES
    return output.text(_("{files} and {more} more"), files=shown, more=more) if more > 0 else shown
