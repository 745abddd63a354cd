"""Which codes were issued, and what has become of them? By their last letters: a code is never shown again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.domain.loyalty.published import DocumentKind
from fenji.errors import FenjiError
from fenji.language import message as _
from fenji.web.forms import Sent
from fenji.web.loyalty import After, ChangingOffers, Number, SeeingPoints, done, is_published, missing, status, told, words_of
from fenji.web.navigation import Entry, Page
from fenji.web.scope import address
from fenji.web.visiting import Visit
from fenji.wording.offers import STATES
from fenji.workflow.loyalty.offers_words import describe_offers
from fenji.workflow.loyalty.vouchers import list_vouchers, withdraw_voucher

PAGE = Page("/actions/vouchers", Entry.ACTIONS, _("Vouchers"), Right.POINTS_READ, place=4, has_scope=False)
ROWS = 50
OneOffer = Annotated[str | None, Query(max_length=64)]

router = APIRouter()


@router.get(PAGE.address)
def vouchers(visit: SeeingPoints, offer: OneOffer = None, after: After = 0) -> Response:
    """Codes by number."""
    return _shown(visit, offer or None, after)


@router.post("/actions/vouchers/{number}/withdraw")
def withdrawn(visit: ChangingOffers, number: Number, sent: Sent, offer: OneOffer = None, after: After = 0) -> Response:
    """Has one count no more; what it was used for stays."""
    why, by = sent.text("reason"), visit.caller.principal
    return done(
        visit,
        lambda root: withdraw_voucher(root, number, why, principal=by),
        lambda failed: _shown(visit, offer, after, failed),
        address(PAGE.address, [], {"offer": offer, "after": after or None}),
        _("Voucher {number} counts no more."),
        number=number,
    )


def _shown(visit: Visit, offer: str | None, after: int, failed: FenjiError | None = None) -> Response:
    if not is_published(visit, DocumentKind.OFFERS):
        return missing(visit, PAGE, DocumentKind.OFFERS)
    described = visit.block(describe_offers).found
    values = {
        "head": "parts/loyalty_head.html",
        "found": visit.read(lambda root: list_vouchers(root, offer=offer, after=after, limit=ROWS)),
        "offers": [each.offer for each in getattr(described, "list", ())],
        "offer": offer,
        "states": words_of(visit, STATES),
        "is_first": after == 0,
        "pairs": {"offer": offer, "after": after or None},
        **told(visit, failed),
    }
    return visit.shown(
        PAGE,
        "pages/vouchers.html",
        values,
        status=status(failed),
        opens_at=visit.link(PAGE.address, offer=offer, after=after or None),
    )
