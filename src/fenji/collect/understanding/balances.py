"""Does a list of customers also say what each of them has spent? Such totals are used as totals, with the time that they cover, or left out aloud."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fenji.collect import findings
from fenji.collect.findings import Finding
from fenji.collect.header_words import HeaderWords, senses_of
from fenji.collect.headers import Confidence
from fenji.collect.understanding.columns import Choice, choose_columns
from fenji.collect.understanding.evidence import MOST
from fenji.collect.understanding.feeds import is_total
from fenji.collect.understanding.table import SampledTable
from fenji.domain.feeds import Feed
from fenji.domain.sources import TotalsPeriod

_YEAR = "近12个月 近12月 12个月 最近一年 近一年 过去一年 滚动年 12m 12months last12months lastyear annual"
_MOST_SHOWN = 4
_EARNS_NOTHING = frozenset({Feed.CUSTOMER, Feed.EVENT, Feed.FEEDBACK, Feed.CAMPAIGN_CONTACT, Feed.REFERRAL})
"""Feeds whose rows are no purchases, whatever amounts stand in them."""
_WHOLE = "累计 历史 总 lifetime historic historical cumulative total ltv clv all"


@dataclass(frozen=True)
class Totals:
    """The columns of totals of a list of customers."""

    choice: Choice
    period: TotalsPeriod | None
    """None: nothing says which time they cover."""
    headers: tuple[str, ...]


def totals_of(table: SampledTable, choice: Choice) -> Totals | None:
    """What a list of customers says about their spending; None where it says nothing."""
    if choice.feed is not Feed.CUSTOMER or not choice.has_person:
        return None
    found = choose_columns(table, Feed.BALANCE)
    total = found.column("total")
    if total is None or total.column is None or total.column in {column.column for column in choice.columns}:
        return None
    if total.confidence is not Confidence.SURE and len(_unread(table, choice)) > 1:
        # Spending by kind of goods, or several sums of one thing: none of them is the total.
        return None
    # The person of both sources is the same, whatever else the totals' own choice would take.
    people = tuple(column for column in choice.columns if column.field in {"customer_id", "phone", "email", "union_id"})
    columns = (
        *people,
        *(column for column in found.columns if column.field in {"total", "orders", "first_at", "last_at", "currency"}),
    )
    return Totals(replace(found, columns=columns), _period(total.column), (total.column,))


def unread_totals(table: SampledTable, choice: Choice) -> tuple[Finding, ...]:
    """Columns of money that nothing reads, in a list whose rows are no purchases."""
    if choice.feed not in _EARNS_NOTHING:
        return ()
    found = _unread(table, choice)
    if not found or totals_of(table, choice) is not None:
        return ()
    shown = " / ".join(found[:_MOST_SHOWN]) + (" …" if len(found) > _MOST_SHOWN else "")
    told = findings.MONEY_WITHOUT_DATE if choice.feed is Feed.CUSTOMER else findings.UNREAD_MONEY
    return (told(columns=shown),)


def _unread(table: SampledTable, choice: Choice) -> list[str]:
    """Columns of money that the list does not read."""
    used = {column.column for column in choice.columns}
    return [
        header
        for header in table.headers
        if header not in used and table.evidence(header).number >= MOST and (is_total(header) or _is_money(header, table))
    ]


def _is_money(header: str, table: SampledTable) -> bool:
    seen = table.evidence(header)
    named = any(field == "order_amount" for field, _subject in senses_of(header, Feed.ORDER_LINE))
    return bool(seen.currencies) or (named and seen.fraction > 0)


def _period(header: str) -> TotalsPeriod | None:
    words = HeaderWords.of(header)
    if words.has(_YEAR) or {"12", "months"} <= words.latin:
        return TotalsPeriod.LAST_12_MONTHS
    return TotalsPeriod.LIFETIME if words.has(_WHOLE) else None
