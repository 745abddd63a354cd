"""What became of the rows that came in, and how were their money and days understood? Read from the clean tables of a run.

Everything is counted in the engine; what is fetched grows with files, reasons and months, never with rows or customers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.answers.arrival import Arrival, FileArrival, LargeOrder, LaterOrders, LeftOut, PeriodRevenue, SourceArrival
from fenji.domain.reasons import is_fault
from fenji.domain.sources import Source
from fenji.tables import clean
from fenji.workspace.clean_base import is_money_read
from fenji.workspace.dates import today
from fenji.workspace.session import Session
from fenji.workspace.unread_files import unread_files, unread_sheets

MONTHS_SHOWN = 13
"""A year, and the month of the year before to compare the last one with."""
LARGEST_SHOWN = 5
MOST_GROUPS = 200_000
"""Files times reasons; beyond it the sources are no longer files that anybody looks at."""
EXAMPLES_SHOWN = 60
"""Reasons that are given an example."""

_PHONE = re.compile(r"(?<![0-9])((?:\+?86|0086)?1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9])")
_EMAIL = re.compile(r"([^@\s:])[^@\s:]*(@[^@\s]+)")
_CARD = re.compile(r"(?<![0-9])([1-9][0-9]{5})(?:19|20)[0-9]{9}([0-9Xx])(?![0-9])")


def arrival_of(session: Session, tables: Mapping[str, ir.Table], sources: Sequence[Source], *, as_of: date) -> Arrival:
    """The arrival of a run.

    Args:
        session: an open session.
        tables: the clean tables by full name, as stored.
        sources: the entries of sources.yaml.
        as_of: later orders are counted apart.
    """
    engine, workspace = session.engine, session.workspace
    lines, customer = tables[clean.ORDER_LINE.full_name], tables[clean.CUSTOMER.full_name]
    this_day = today(workspace.settings.time_zone)
    months = engine.fetch(_by_month(lines, as_of=as_of, this_day=this_day)).to_pylist()
    seen = sorted((each for each in months if not each["is_later"]), key=lambda each: each["month"])
    later = [each for each in months if each["is_later"]]
    revenue, nobodys = _sum(seen, "net_revenue"), _sum(seen, "nobodys_sales")
    sales = _sum(seen, "sales")
    arrived = _sources(session, tables, sources)
    read = [file.file for source in arrived for file in source.files]
    return Arrival(
        sources=arrived,
        unread_files=unread_files(workspace.root, sources, store=workspace.store),
        unread_sheets=unread_sheets(workspace.root, read),
        customers=engine.fetch(customer.aggregate(customers=customer.count()))["customers"][0].as_py(),
        orders=sum(each["orders"] for each in seen),
        net_revenue=revenue,
        currency=workspace.settings.currency,
        is_money_read=is_money_read(session, tables),
        unattributed_net_revenue=nobodys,
        unattributed_share=float(nobodys / sales) if sales > 0 else None,
        first_on=min((each["first_on"] for each in seen), default=None),
        last_on=max((each["last_on"] for each in seen), default=None),
        periods=_periods(seen),
        largest_orders=_largest(session, lines, customer, as_of=as_of) if seen else (),
        later=_later(session, lines, later),
    )


def masked(text: str) -> str:
    """The text with the digits of mobile numbers and identity cards and the names of e-mail addresses starred.

    >>> masked("phone:+8613812345678"), masked("ann.lee@example.com"), masked("13085")
    ('phone:+86138****5678', 'a***@example.com', '13085')
    """
    return _EMAIL.sub(r"\1***\2", _PHONE.sub(r"\1****\2", _CARD.sub(r"\1***********\2", text)))


def _by_month(lines: ir.Table, *, as_of: date, this_day: date) -> ir.Table:
    """Orders and their money by month, the days up to the as-of day and the later ones apart.

    Grain: one row per month and side of the as-of day.
    """
    on = lines.ordered_on
    is_sale = lines.kind == "sale"
    is_order = is_sale & (lines.line_number == 1)
    grouped = lines.group_by(month=on.truncate("month").cast("date"), is_later=on > ibis.literal(as_of, type="date"))
    return grouped.aggregate(
        orders=lines.count(where=is_order),
        net_revenue=lines.net_revenue.sum().cast(clean.MONEY),
        sales=lines.net_revenue.sum(where=is_sale).cast(clean.MONEY),
        nobodys_sales=lines.net_revenue.sum(where=is_sale & lines.customer_key.isnull()).cast(clean.MONEY),
        in_the_future=lines.count(where=is_order & (on > ibis.literal(this_day, type="date"))),
        first_on=on.min(),
        last_on=on.max(),
    )


def _sum(rows: Sequence[Mapping[str, Any]], name: str) -> Decimal:
    return sum((each[name] or Decimal(0) for each in rows), Decimal(0))


def _periods(months: Sequence[Mapping[str, Any]]) -> tuple[PeriodRevenue, ...]:
    """The last thirteen months up to the newest order, from the first that has any, and before them the years that have any."""
    if not months:
        return ()
    newest = max(each["month"] for each in months)
    by_month = {each["month"]: each for each in months}
    thirteen = [_month_before(newest, number) for number in reversed(range(MONTHS_SHOWN))]
    shown = [month for month in thirteen if month >= min(by_month)]
    earlier = [month for month in by_month if month < shown[0]]
    years = [
        _period(
            [by_month[month] for month in earlier if month.year == year],
            date(year, 1, 1),
            min(date(year, 12, 31), shown[0] - timedelta(1)),
        )
        for year in sorted({month.year for month in earlier})
    ]
    recent = [
        _period([by_month[month]] if month in by_month else [], month, _month_before(month, -1) - timedelta(1)) for month in shown
    ]
    return (*years, *recent)


def _period(months: Sequence[Mapping[str, Any]], begins_on: date, ends_on: date) -> PeriodRevenue:
    return PeriodRevenue(
        begins_on=begins_on,
        ends_on=ends_on,
        orders=sum(each["orders"] for each in months),
        net_revenue=_sum(months, "net_revenue"),
        first_on=min((each["first_on"] for each in months), default=None),
        last_on=max((each["last_on"] for each in months), default=None),
    )


def _month_before(month: date, number: int) -> date:
    """The first day of the month so many months before; after where the number is negative."""
    years, rest = divmod(month.year * 12 + month.month - 1 - number, 12)
    return date(years, rest + 1, 1)


def _largest(session: Session, lines: ir.Table, customer: ir.Table, *, as_of: date) -> tuple[LargeOrder, ...]:
    orders = lines.filter(
        (lines.kind == "sale") & (lines.line_number == 1) & (lines.ordered_on <= ibis.literal(as_of, type="date"))
    )
    order = [orders.order_revenue.desc(), orders.source.asc(), orders.order_id.asc()]
    first = orders.order_by(order).limit(LARGEST_SHOWN)
    ids = customer.select(known_key="customer_key", customer_id="customer_id")
    named = first.left_join(ids, first.customer_key == ids.known_key)
    rows = session.engine.fetch(named.select("source", "order_id", "ordered_on", "customer_id", "order_revenue")).to_pylist()
    found = [
        LargeOrder(
            source=each["source"],
            order_id=each["order_id"],
            ordered_on=each["ordered_on"],
            customer_id=None if each["customer_id"] is None else masked(each["customer_id"]),
            net_revenue=each["order_revenue"],
        )
        for each in rows
        if each["order_revenue"]
    ]
    return tuple(sorted(found, key=lambda each: (-each.net_revenue, each.source, each.order_id)))


def _later(session: Session, lines: ir.Table, months: Sequence[Mapping[str, Any]]) -> LaterOrders | None:
    if not sum(each["orders"] for each in months):
        return None
    is_order = (lines.kind == "sale") & (lines.line_number == 1)
    last = lines.filter(is_order).order_by([lines.ordered_on.desc(), lines.source.asc(), lines.order_id.asc()]).limit(1)
    (row,) = session.engine.fetch(last.select("order_id", "ordered_on")).to_pylist()
    return LaterOrders(
        orders=sum(each["orders"] for each in months),
        first_on=min(each["first_on"] for each in months),
        last_on=row["ordered_on"],
        in_the_future=sum(each["in_the_future"] for each in months),
        last_order_id=row["order_id"],
    )


def _sources(session: Session, tables: Mapping[str, ir.Table], sources: Sequence[Source]) -> tuple[SourceArrival, ...]:
    engine, rejected = session.engine, tables[clean.REJECTED_ROW.full_name]
    accounts = engine.fetch(tables[clean.FILE_ACCOUNT.full_name], limit=MOST_GROUPS).to_pylist()
    grouped = rejected.group_by("source", "file", "reason", "field").aggregate(
        rows=rejected.count(), first_row=rejected.row_number.min()
    )
    counted = engine.fetch(grouped, limit=MOST_GROUPS).to_pylist()
    merged = _merged(counted)
    came = _cells_at(session, rejected, [each["example"] for each in merged])
    faults: dict[tuple[str, str], int] = {}
    for each in counted:
        place = (each["source"], each["file"])
        faults[place] = faults.get(place, 0) + (each["rows"] if is_fault(each["reason"]) else 0)
    return tuple(_source(each, accounts, faults, merged, came) for each in sources)


def _merged(counted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The counts of all files of a source together, the most frequent first, each with its first row as an example."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in sorted(counted, key=lambda each: (each["source"], each["file"], each["first_row"])):
        name = (each["source"], each["reason"], each["field"])
        example = (each["source"], each["file"], each["first_row"])
        known = found.setdefault(name, {**each, "rows": 0, "example": example})
        known["rows"] += each["rows"]
    return sorted(found.values(), key=lambda each: (-each["rows"], each["source"], each["reason"], each["field"] or ""))


def _cells_at(session: Session, rejected: ir.Table, places: Sequence[tuple[str, str, int]]) -> Mapping[Any, str | None]:
    """What stands in the cells at fault of some rows, by source, file and row."""
    if not places:
        return {}
    wanted = [
        (rejected.source == source) & (rejected.file == file) & (rejected.row_number == row)
        for source, file, row in places[:EXAMPLES_SHOWN]
    ]
    rows = session.engine.fetch(rejected.filter(reduce(or_, wanted)).select("source", "file", "row_number", "came")).to_pylist()
    return {(each["source"], each["file"], each["row_number"]): each["came"] for each in rows}


def _source(
    source: Source,
    accounts: Sequence[Mapping[str, Any]],
    faults: Mapping[tuple[str, str], int],
    merged: Sequence[Mapping[str, Any]],
    came: Mapping[Any, str | None],
) -> SourceArrival:
    own = sorted((each for each in accounts if each["source"] == source.name), key=lambda each: each["file"])
    files = [
        FileArrival(
            file=each["file"],
            rows_in=each["rows_in"],
            kept=each["kept"],
            left_out=each["rejected"],
            copies=each["across_files"] + each["repeats_dropped"],
            faults=faults.get((source.name, each["file"]), 0),
        )
        for each in own
    ]
    rows_in = sum(each.rows_in for each in files)
    return SourceArrival(
        source=source.name,
        feed=str(source.feed),
        rows_in=rows_in,
        kept=sum(each.kept for each in files),
        left_out=sum(each.left_out for each in files),
        copies=sum(each.copies for each in files),
        reasons=tuple(_left_out(source, each, rows_in, came) for each in merged if each["source"] == source.name),
        files=tuple(files),
    )


def _left_out(source: Source, found: Mapping[str, Any], rows_in: int, came: Mapping[Any, str | None]) -> LeftOut:
    mapping = source.columns.get(found["field"] or "")
    _source_name, file, row_number = found["example"]
    cell = (came.get(found["example"]) or "").strip() or None
    return LeftOut(
        reason=found["reason"],
        is_fault=is_fault(found["reason"]),
        rows=found["rows"],
        share=found["rows"] / rows_in,
        field=found["field"],
        column=None if mapping is None else mapping.column,
        came=None if cell is None else masked(cell),
        file=file,
        row_number=row_number,
    )
