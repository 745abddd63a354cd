"""What does a proposed source lack, and what follows from that for the numbers?"""

from __future__ import annotations

from fenji.collect.remarks import Remark
from fenji.collect.understanding.balances import unread_totals
from fenji.collect.understanding.columns import Choice, choose_columns
from fenji.collect.understanding.evidence import FEW, TOO_MASKED
from fenji.collect.understanding.order_numbers import PERSON_FIELDS
from fenji.collect.understanding.table import SampledTable
from fenji.domain.feeds import FEEDS, Feed
from fenji.language import message as _

_MAY_BE_NOBODYS = frozenset({Feed.ORDER_LINE, Feed.ORDER, Feed.PAYMENT, Feed.RETURN, Feed.PRODUCT, Feed.REFERRAL, Feed.FEEDBACK})
"""Feeds whose rows need not say whose they are, or say it by their order."""


def blocking_gaps(choice: Choice, kind: str | None, *, is_child: bool) -> tuple[Remark, ...]:
    """What keeps a run from using the source at all.

    Args:
        choice: the columns of the source.
        kind: the proposed kind of all rows, where no column says it.
        is_child: another source holds the orders that these rows belong to, and says when, whose and how much.
    """
    gaps = []
    for field in FEEDS[choice.feed]:
        told = (field.name == "kind" and kind) or (field.name == "ordered_at" and is_child)
        if field.required and choice.column(field.name) is None and not told:
            text = _("No column for {field}, which every row needs. Write the header of the right column beside it.")
            gaps.append(Remark(text, {"field": field.name}))
    if choice.feed in {Feed.PAYMENT, Feed.RETURN} and not is_child:
        gaps.append(Remark(_("The orders of these rows are in none of the files. Give fenji the file with the orders too.")))
    if choice.feed is Feed.ORDER_LINE and not choice.has_amount and not is_child:
        gaps.append(Remark(_("No amount: neither a paid amount per row or order, nor quantity and unit price.")))
    if choice.feed not in _MAY_BE_NOBODYS and not _people(choice):
        gaps.append(Remark(_("No column says whose the rows are (customer id, phone, e-mail or union id).")))
    return tuple(gaps)


def warnings_of(table: SampledTable, choice: Choice, *, has_returns: bool, is_child: bool) -> tuple[Remark, ...]:
    """What the reader should know before trusting the numbers of a source."""
    about_people = () if is_child else _about_people(table, choice)
    about_orders = () if is_child else _about_orders(table, choice, has_returns=has_returns)
    about_others = (*_about_returns(choice), *_about_contracts(choice))
    return (*choice.warnings, *about_people, *about_orders, *about_others, *unread_totals(table, choice))


def why_unknown(table: SampledTable) -> tuple[Remark, ...]:
    """Why nothing can be made of a table: what every kind of it would need and no column holds."""
    seen = {header: table.evidence(header) for header in table.headers}
    sale = choose_columns(table, Feed.ORDER_LINE)
    has_person = sale.has_person
    missing = []
    if not has_person:
        missing.append(Remark(_("No column says whose the rows are (customer id, phone, e-mail or union id).")))
    if not any(each.moment + each.numeric_moment >= FEW for each in seen.values()):
        missing.append(Remark(_("No column holds dates.")))
    if not sale.has_amount:
        missing.append(Remark(_("No column holds amounts of money.")))
    return (Remark(_("We cannot tell what these rows are.")), *missing)


def _about_people(table: SampledTable, choice: Choice) -> tuple[Remark, ...]:
    people = _people(choice)
    if choice.feed is Feed.ORDER_LINE and not people:
        return (
            Remark(
                _(
                    "No stable buyer id: the revenue of this source will be unattributed, it counts for no customer. Export it again with the buyer's account, phone or e-mail."
                )
            ),
        )
    if choice.feed is Feed.FEEDBACK and not people:
        return (Remark(_("Nothing says whose the answers are: they are kept as anonymous and count for no customer.")),)
    if choice.feed is Feed.ORDER_LINE and all(table.evidence(column).filled == 0 for column in people):
        return (
            Remark(_("The columns that say whose the orders are stand empty in the sample: such rows will be unattributed.")),
        )
    found = []
    for column in people:
        seen = table.evidence(column)
        if 0 < seen.masked <= TOO_MASKED:
            text = _(
                "Some cells of '{column}' are masked (*): those rows count for no customer unless another column says whose they are."
            )
            found.append(Remark(text, {"column": column}))
    identifier = choice.column("customer_id")
    if identifier and identifier.column and "昵称" in identifier.column:
        found.append(
            Remark(
                _("'{column}' is a nickname: people change it and share it, so it is a weak key."), {"column": identifier.column}
            )
        )
    return tuple(found)


def _about_orders(table: SampledTable, choice: Choice, *, has_returns: bool) -> tuple[Remark, ...]:
    if choice.feed is not Feed.ORDER_LINE:
        return ()
    found = []
    has_no_status = choice.column("status") is None
    signed = [choice.column(name) for name in ("quantity", "line_amount", "order_amount")]
    has_negatives = any(column and column.column and table.evidence(column.column).negative for column in signed)
    if not (choice.column("refund_amount") or choice.column("kind") or has_returns or has_negatives or choice.notes):
        found.append(
            Remark(_("Nothing shows which orders were unpaid or returned: every row counts in full."))
            if has_no_status
            else Remark(_("Nothing shows returns or refunds: none are taken off the revenue."))
        )
    elif has_no_status:
        found.append(Remark(_("No status: every row counts as paid.")))
    return tuple(found)


def _about_returns(choice: Choice) -> tuple[Remark, ...]:
    if choice.feed is not Feed.RETURN or choice.column("amount"):
        return ()
    return (Remark(_("No column says how much was paid back: each return takes back the whole order.")),)


def _about_contracts(choice: Choice) -> tuple[Remark, ...]:
    if choice.feed is not Feed.CONTRACT:
        return ()
    found = []
    if choice.column("contract_id") is None:
        found.append(
            Remark(_("No contract id: a newer list of the same contracts would count them once more. Feed one list at a time."))
        )
    if choice.column("ended_at") is None:
        found.append(Remark(_("No column for the end: every contract counts as running, and nobody as having left.")))
    return tuple(found)


def _people(choice: Choice) -> list[str]:
    return [column.column for name in PERSON_FIELDS if (column := choice.column(name)) and column.column]
