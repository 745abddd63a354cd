"""What does a proposed source lack, and what follows from that for the numbers?"""

from __future__ import annotations

from fenji.collect.remarks import Remark
from fenji.collect.understanding.columns import PERSON_FIELDS, Choice
from fenji.collect.understanding.evidence import TOO_MASKED
from fenji.collect.understanding.table import SampledTable
from fenji.domain.feeds import FEEDS, Feed
from fenji.language import message as _


def blocking_gaps(choice: Choice, kind: str | None) -> tuple[Remark, ...]:
    """What keeps a run from using the source at all. ``kind`` is the proposed kind of all rows, where no column says it."""
    gaps = []
    for field in FEEDS[choice.feed]:
        if field.required and choice.column(field.name) is None and not (field.name == "kind" and kind):
            text = _("No column for {field}, which every row needs. Write the header of the right column beside it.")
            gaps.append(Remark(text, {"field": field.name}))
    if choice.feed is Feed.ORDER_LINE and not choice.has_amount:
        gaps.append(Remark(_("No amount: neither a paid amount per row or order, nor quantity and unit price.")))
    if choice.feed not in {Feed.ORDER_LINE, Feed.PRODUCT, Feed.REFERRAL} and not _people(choice):
        gaps.append(Remark(_("No column says whose the rows are (customer id, phone, e-mail or union id).")))
    return tuple(gaps)


def warnings_of(table: SampledTable, choice: Choice, *, return_pattern: str | None) -> tuple[Remark, ...]:
    """What the reader should know before trusting the numbers of a source."""
    about_people = _about_people(table, choice)
    return (*choice.warnings, *about_people, *_about_orders(table, choice, return_pattern), *_about_contracts(choice))


def _about_people(table: SampledTable, choice: Choice) -> tuple[Remark, ...]:
    people = _people(choice)
    if choice.feed is Feed.ORDER_LINE and not people:
        return (Remark(_("No stable buyer id: the revenue of this source will be unattributed, it counts for no customer.")),)
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


def _about_orders(table: SampledTable, choice: Choice, return_pattern: str | None) -> tuple[Remark, ...]:
    if choice.feed is not Feed.ORDER_LINE:
        return ()
    found = []
    if choice.column("status") is None:
        found.append(Remark(_("No status: every row counts as paid.")))
    signed = [choice.column(name) for name in ("quantity", "line_amount", "order_amount")]
    has_negatives = any(column and column.column and table.evidence(column.column).negative for column in signed)
    if not (choice.column("refund_amount") or choice.column("kind") or return_pattern or has_negatives or choice.notes):
        found.append(Remark(_("Nothing shows returns or refunds: revenue is gross of them.")))
    return tuple(found)


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
