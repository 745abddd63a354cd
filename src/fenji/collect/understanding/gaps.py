"""What does a proposed source lack, and what follows from that for the numbers?"""

from __future__ import annotations

from fenji.collect import findings
from fenji.collect.findings import Finding
from fenji.collect.understanding.balances import unread_totals
from fenji.collect.understanding.columns import Choice, choose_columns
from fenji.collect.understanding.evidence import FEW, TOO_MASKED
from fenji.collect.understanding.order_numbers import PERSON_FIELDS
from fenji.collect.understanding.table import SampledTable
from fenji.domain.feeds import FEEDS, Feed

_MAY_BE_NOBODYS = frozenset({Feed.ORDER_LINE, Feed.ORDER, Feed.PAYMENT, Feed.RETURN, Feed.PRODUCT, Feed.REFERRAL, Feed.FEEDBACK})
"""Feeds whose rows need not say whose they are, or say it by their order."""


def blocking_gaps(choice: Choice, kind: str | None, *, is_child: bool) -> tuple[Finding, ...]:
    """What keeps a run from using the source at all.

    Args:
        choice: the columns of the source.
        kind: the proposed kind of all rows, where no column says it.
        is_child: another source holds the orders that these rows belong to, and says when, whose and how much.
    """
    gaps: list[Finding] = []
    for field in FEEDS[choice.feed]:
        told = (field.name == "kind" and kind) or (field.name == "ordered_at" and is_child)
        if field.required and choice.column(field.name) is None and not told:
            gaps.append(findings.MISSING_FIELD(field=field.name))
    if choice.feed in {Feed.PAYMENT, Feed.RETURN} and not is_child:
        gaps.append(findings.ORDERS_MISSING())
    if choice.feed is Feed.ORDER_LINE and not choice.has_amount and not is_child:
        gaps.append(findings.NO_AMOUNT())
    if choice.feed not in _MAY_BE_NOBODYS and not _people(choice):
        gaps.append(findings.NO_PERSON())
    return tuple(gaps)


def warnings_of(table: SampledTable, choice: Choice, *, has_returns: bool, is_child: bool) -> tuple[Finding, ...]:
    """What the reader should know before trusting the numbers of a source."""
    about_people = () if is_child else _about_people(table, choice)
    about_orders = () if is_child else _about_orders(table, choice, has_returns=has_returns)
    about_others = (*_about_returns(choice), *_about_contracts(choice))
    return (*choice.warnings, *about_people, *about_orders, *about_others, *unread_totals(table, choice))


def why_unknown(table: SampledTable) -> tuple[Finding, ...]:
    """Why nothing can be made of a table: what every kind of it would need and no column holds."""
    seen = {header: table.evidence(header) for header in table.headers}
    sale = choose_columns(table, Feed.ORDER_LINE)
    has_person = sale.has_person
    missing = []
    if not has_person:
        missing.append(findings.NO_PERSON())
    if not any(each.moment + each.numeric_moment >= FEW for each in seen.values()):
        missing.append(findings.NO_DATES())
    if not sale.has_amount:
        missing.append(findings.NO_MONEY())
    return (findings.UNKNOWN_ROWS(), *missing)


def _about_people(table: SampledTable, choice: Choice) -> tuple[Finding, ...]:
    people = _people(choice)
    if choice.feed is Feed.ORDER_LINE and not people:
        return (findings.NO_BUYER(),)
    if choice.feed is Feed.FEEDBACK and not people:
        return (findings.ANONYMOUS_ANSWERS(),)
    if choice.feed is Feed.ORDER_LINE and all(table.evidence(column).filled == 0 for column in people):
        return (findings.BUYERS_EMPTY(),)
    found = []
    for column in people:
        seen = table.evidence(column)
        if 0 < seen.masked <= TOO_MASKED:
            found.append(findings.PARTLY_MASKED(column=column))
    identifier = choice.column("customer_id")
    if identifier and identifier.column and "昵称" in identifier.column:
        found.append(findings.WEAK_NICKNAME(column=identifier.column))
    return tuple(found)


def _about_orders(table: SampledTable, choice: Choice, *, has_returns: bool) -> tuple[Finding, ...]:
    if choice.feed is not Feed.ORDER_LINE:
        return ()
    found = []
    has_no_status = choice.column("status") is None
    signed = [choice.column(name) for name in ("quantity", "line_amount", "order_amount")]
    has_negatives = any(column and column.column and table.evidence(column.column).negative for column in signed)
    if not (choice.column("refund_amount") or choice.column("kind") or has_returns or has_negatives or choice.notes):
        found.append(findings.NOTHING_SHOWS_UNPAID() if has_no_status else findings.NOTHING_SHOWS_RETURNS())
    elif has_no_status:
        found.append(findings.NO_STATUS())
    return tuple(found)


def _about_returns(choice: Choice) -> tuple[Finding, ...]:
    if choice.feed is not Feed.RETURN or choice.column("amount"):
        return ()
    return (findings.RETURNS_WITHOUT_AMOUNT(),)


def _about_contracts(choice: Choice) -> tuple[Finding, ...]:
    if choice.feed is not Feed.CONTRACT:
        return ()
    found = []
    if choice.column("contract_id") is None:
        found.append(findings.CONTRACTS_WITHOUT_ID())
    if choice.column("ended_at") is None:
        found.append(findings.CONTRACTS_WITHOUT_END())
    return tuple(found)


def _people(choice: Choice) -> list[str]:
    return [column.column for name in PERSON_FIELDS if (column := choice.column(name)) and column.column]
