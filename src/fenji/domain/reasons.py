"""Why is a row that came in not in the clean base? Every row that is left out carries one of these, or the reason of the user's drop rule."""

from __future__ import annotations

from enum import StrEnum

from fenji.language import message as _


class Reason(StrEnum):
    """Our own reasons; a ``drop`` rule of sources.yaml adds its own words beside them."""

    RAGGED_ROW = "ragged_row"
    BROKEN_QUOTES = "broken_quotes"
    UNDECODABLE = "undecodable"
    TOO_LONG = "too_long"
    INVALID_RECORD = "invalid_record"
    FOOTER_LINE = "footer_line"
    TOTAL_LINE = "total_line"
    SECTION_LINE = "section_line"
    REPEATED_HEADER = "repeated_header"
    MISSING_ID = "missing_id"
    DESTROYED_ID = "destroyed_id"
    MISSING_DATE = "missing_date"
    INVALID_DATE = "invalid_date"
    MISSING_AMOUNT = "missing_amount"
    INVALID_AMOUNT = "invalid_amount"
    FOREIGN_CURRENCY = "foreign_currency"
    NEGATIVE_PRICE = "negative_price"
    INVALID_QUANTITY = "invalid_quantity"
    QUANTITY_OUT_OF_RANGE = "quantity_out_of_range"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    ORDER_TOTALS_DIFFER = "order_totals_differ"
    INVALID_SCORE = "invalid_score"
    MISSING_KIND = "missing_kind"
    MISSING_CUSTOMER = "missing_customer"
    UNPAID = "unpaid"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    SELF_REFERRAL = "self_referral"
    LATER_REFERRAL = "later_referral"
    CIRCULAR_REFERRAL = "circular_referral"
    ENDS_BEFORE_START = "ends_before_start"
    ENDED_WITHOUT_DATE = "ended_without_date"
    NEVER_IN_FORCE = "never_in_force"
    MISSING_HEAD = "missing_head"
    MISSING_ORDER = "missing_order"
    AMBIGUOUS_ORDER = "ambiguous_order"
    NOT_RETURNED = "not_returned"
    REFUND_ABOVE_PAID = "refund_above_paid"
    ERASED = "erased"


EXPECTED: dict[Reason, str] = {
    Reason.RAGGED_ROW: _("as many cells as the header has columns"),
    Reason.BROKEN_QUOTES: _("quotes that are closed, and no text after the closing one"),
    Reason.UNDECODABLE: _("text in the file's encoding"),
    Reason.TOO_LONG: _("a record of at most 2 MB, or 16 MB of JSON"),
    Reason.INVALID_RECORD: _("one complete JSON object on a line"),
    Reason.FOOTER_LINE: _("a data row; this is a footer or total line"),
    Reason.TOTAL_LINE: _("a data row; this one is the sum of others"),
    Reason.SECTION_LINE: _("a data row; this line is a heading, and the rows under it carry its text"),
    Reason.REPEATED_HEADER: _("a data row; this is the header once more"),
    Reason.MISSING_ID: _("an id"),
    Reason.DESTROYED_ID: _(
        "an id as text; a spreadsheet has rounded this one to scientific notation: export again with the column as text"
    ),
    Reason.MISSING_DATE: _("a date and time"),
    Reason.INVALID_DATE: _(
        "a date such as 2026-02-03 05:06:07, 2026/2/3 5:06, 2026年2月3日 or 3 Feb 2026; 02/03/2026 only where sources.yaml gives the date_order"
    ),
    Reason.MISSING_AMOUNT: _("an amount"),
    Reason.INVALID_AMOUNT: _("an amount such as 1,234.50 or 12.00元; 1.234,50 only where sources.yaml says decimal: comma"),
    Reason.FOREIGN_CURRENCY: _("an amount in one currency; the marks of this one mean another, or one of several"),
    Reason.NEGATIVE_PRICE: _("a price of 0 or more; returns have a negative quantity or kind"),
    Reason.INVALID_QUANTITY: _("a number of pieces"),
    Reason.QUANTITY_OUT_OF_RANGE: _("a quantity between -1,000,000 and 1,000,000"),
    Reason.AMOUNT_OUT_OF_RANGE: _("an amount between -1,000,000,000 and 1,000,000,000"),
    Reason.ORDER_TOTALS_DIFFER: _("the same order amount on every line of the order"),
    Reason.INVALID_SCORE: _("a score inside the scale of its source"),
    Reason.MISSING_KIND: _("a kind"),
    Reason.MISSING_CUSTOMER: _("a customer id, phone, e-mail or union id"),
    Reason.UNPAID: _("an order that was paid"),
    Reason.CANCELLED: _("an order that was not cancelled or closed"),
    Reason.SUPERSEDED: _("one row per id; a newer row of the source says the same or more"),
    Reason.SELF_REFERRAL: _("a referrer who is somebody else"),
    Reason.LATER_REFERRAL: _("one referrer per customer; an earlier one is known"),
    Reason.CIRCULAR_REFERRAL: _("a referrer whom the customer did not bring, directly or through others"),
    Reason.ENDS_BEFORE_START: _("an end that is not before the start"),
    Reason.ENDED_WITHOUT_DATE: _("the day of the end: the status says that the contract has ended"),
    Reason.NEVER_IN_FORCE: _("a contract that was in force; this one is a draft, refused or void"),
    Reason.MISSING_HEAD: _("a line whose order stands in the source that it belongs to"),
    Reason.MISSING_ORDER: _("the number of an order that stands in the source that the row belongs to"),
    Reason.AMBIGUOUS_ORDER: _("an order number that belongs to one order; several customers or far days share this one"),
    Reason.NOT_RETURNED: _("a return that was carried out; this one was refused, withdrawn or is still open"),
    Reason.REFUND_ABOVE_PAID: _("refunds that are, together, no more than was paid for the order"),
    Reason.ERASED: _("a row about somebody who was not erased (fenji person erase)"),
}

NO_FAULT = frozenset(
    {
        Reason.FOOTER_LINE,
        Reason.UNPAID,
        Reason.CANCELLED,
        Reason.SUPERSEDED,
        Reason.SELF_REFERRAL,
        Reason.LATER_REFERRAL,
        Reason.CIRCULAR_REFERRAL,
        Reason.NEVER_IN_FORCE,
        Reason.NOT_RETURNED,
        Reason.ERASED,
    }
)
"""Reasons that say what a row is; with every other one of ours, the file or the way in which it is read is at fault."""


def is_fault(reason: str) -> bool:
    """Whether rows of this reason should have been read; a drop rule leaves out what nobody wants.

    >>> is_fault("invalid_date"), is_fault("unpaid"), is_fault("postage")
    (True, False, False)
    """
    return reason in tuple(Reason) and Reason(reason) not in NO_FAULT
