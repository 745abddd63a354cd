"""What is offered, how far are the limits used, and who gets a code? The offers in force in words, and the form that issues codes, each shown once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.json import plain
from fenji.answers.loyalty.offers import VouchersIssued
from fenji.answers.views import MASKED, OPEN
from fenji.domain.access import Right
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.telling import AS_IT_IS
from fenji.errors import FenjiError, Forbidden, InvalidArgument, Kind
from fenji.language import message as _
from fenji.reports.lists import safe_text
from fenji.web.exporting import FORMS
from fenji.web.forms import Form, Sent
from fenji.web.loyalty import ChangingOffers, is_published, missing, new_key, status, told
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Figures, Visit
from fenji.workflow.access.unmasking import LONGEST_REASON, note_unmasked_export
from fenji.workflow.loyalty.offers import show_offers
from fenji.workflow.loyalty.offers_words import describe_offers
from fenji.workflow.loyalty.versions import read_document
from fenji.workflow.loyalty.vouchers import Recipients, issue_vouchers
from fenji.workflow.workspace_now import workspace_now

PAGE = Page("/actions/offers", Entry.ACTIONS, _("Offers"), Right.FIGURES_READ, place=3, has_scope=False)
MOST_SHOWN = 200
"""Codes that are shown on a page; more are taken along as a file."""

router = APIRouter()


@dataclass(frozen=True)
class Typed:
    """What somebody has typed into the form that issues, told as it was typed."""

    offer: Annotated[str, AS_IT_IS] = ""
    to: Annotated[str, AS_IT_IS] = "everybody"
    customers: Annotated[str, AS_IT_IS] = ""
    number: Annotated[str, AS_IT_IS] = ""
    code: Annotated[str, AS_IT_IS] = ""
    campaign: Annotated[str, AS_IT_IS] = ""
    reason: Annotated[str, AS_IT_IS] = ""
    key: Annotated[str, AS_IT_IS] = ""

    @classmethod
    def of(cls, sent: Form) -> Typed:
        """What came."""
        return cls(**{name: sent.text(name) for name in cls.__dataclass_fields__})


@router.get(PAGE.address)
def offers(visit: Figures) -> Response:
    """The page."""
    return _shown(visit)


@router.post("/actions/offers/issue")
def issued(visit: ChangingOffers, sent: Sent) -> Response:
    """Issues codes; they stand on the page or in the file that answers, and nowhere else."""
    typed = Typed.of(sent)
    try:
        to = _recipients(typed)
        if typed.reason:
            _check_reason(visit, typed.reason)
        made = visit.changed(
            lambda root: issue_vouchers(
                root,
                typed.offer,
                to,
                typed.key or new_key("issue"),
                campaign=typed.campaign or None,
                principal=visit.caller.principal,
            )
        )
        if typed.reason:
            run_id = made.run_id or visit.read(workspace_now).run_id or ""
            note_unmasked_export(visit.serving.workspace, run_id, made.issued, typed.reason, by=visit.caller)
    except FenjiError as failed:
        if failed.kind is Kind.BUG:
            raise
        return _shown(visit, failed, typed)
    if sent.text("do") == "file" or made.issued > MOST_SHOWN:
        return _file(visit, made, is_plain=bool(typed.reason))
    return _shown(visit, made=made)


def _check_reason(visit: Visit, reason: str) -> None:
    """Whether ids may stand in the file as they are: asked before any code is issued, so that none is lost to a refusal.

    Raises:
        Forbidden: whoever asks may not see them.
        InvalidArgument: the reason is too long.
    """
    lacking = next((each for each in (Right.PERSONAL_READ, Right.CUSTOMERS_EXPORT) if not visit.may(each)), None)
    if lacking is not None:
        raise Forbidden.of(_("personal fields as they are need the right {right}."), right=lacking.value)
    if len(reason) > LONGEST_REASON:
        raise InvalidArgument.of(_("a reason has at most {most} letters."), most=LONGEST_REASON)


def _recipients(typed: Typed) -> Recipients:
    """Who gets codes, as the form says it.

    Raises:
        InvalidArgument: it names nobody, or no number.
    """
    if typed.to == "customers":
        named = tuple(each.strip() for each in typed.customers.splitlines() if each.strip())
        if not named:
            raise InvalidArgument.of(_("name the customers, one a line."))
        return Recipients(customers=named)
    if typed.to == "nobody":
        number = int(typed.number) if typed.number.isdecimal() and len(typed.number) < 10 else 0  # noqa: PLR2004 - digits of a number
        if number < 1:
            raise InvalidArgument.of(_("'{value}' is no number of codes."), value=typed.number[:40])
        return Recipients(number=number)
    if typed.to == "code":
        if not typed.code:
            raise InvalidArgument.of(_("write the code that everybody shall use."))
        return Recipients(code=typed.code)
    return Recipients(is_everybody=True)


def _file(visit: Visit, made: VouchersIssued, *, is_plain: bool) -> Response:
    """The codes as text that spreadsheets open safely; ids are masked unless a reason was written down."""
    found = plain(made, visit.language, OPEN if is_plain else MASKED)
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(["voucher", "code", "customer_id"])
    for each in found["codes"]:
        code = each["code"] or f"...{each['last_letters']}"
        rows.writerow([each["voucher"], code, safe_text(each["customer_id"] or "")])
    name = f'attachment; filename="codes-{made.offer}.csv"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(text.getvalue().encode("utf-8-sig"), media_type=FORMS["csv"], headers=headers)


def _shown(
    visit: Visit, failed: FenjiError | None = None, typed: Typed = Typed(), made: VouchersIssued | None = None
) -> Response:
    if not is_published(visit, DocumentKind.OFFERS):
        return missing(visit, PAGE, DocumentKind.OFFERS)
    read = visit.read(lambda root: read_document(root, DocumentKind.OFFERS))
    found = visit.block(show_offers)
    described = visit.block(describe_offers)
    values = {
        "head": "parts/loyalty_head.html",
        "read": read,
        "found": found,
        "described": described,
        "lines": {each.offer: each for each in getattr(described.found, "list", ())},
        "typed": typed,
        "key": typed.key or new_key("issue"),
        "made": made,
        "most_shown": MOST_SHOWN,
        **told(visit, failed),
    }
    return visit.shown(PAGE, "pages/offers.html", values, status=status(failed))
