"""What could the values of a column be? Every reading that our parsers have of each distinct text, side by side.

Reads   distinct texts of any files, before anybody knows what their columns hold
Keeps   every text given, once
Source  the same expressions by which ``rows`` reads cells, so that a proposal and a run never disagree
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Cell
from fenji.domain.sources import DateOrder, DecimalSign
from fenji.prepare import amounts, cells, dates, nobody, statuses
from fenji.prepare.currency_marks import may_be, most_usual
from fenji.prepare.stripping import Writing, bare_cells, with_bare

_WRITINGS: Mapping[str, Writing] = {
    "point": Writing(Cell.MONEY, decimal=DecimalSign.POINT),
    "comma": Writing(Cell.MONEY, decimal=DecimalSign.COMMA),
    "plain": Writing(Cell.MOMENT),
    "mdy": Writing(Cell.MOMENT, date_order=DateOrder.MONTH_FIRST),
    "dmy": Writing(Cell.MOMENT, date_order=DateOrder.DAY_FIRST),
    "id": Writing(Cell.ID),
    "phone": Writing(Cell.PHONE),
    "email": Writing(Cell.EMAIL),
    "text": Writing(Cell.TEXT),
}


def read_values(values: ir.Table, *, currency: str, may_end_in_year: bool = True) -> ir.Table:
    """Every text with all that it can be read as.

    Grain: one row per row given.
    Keeps: every text.

    Args:
        values: with ``value``: distinct texts, null for empty cells.
        currency: the workspace's currency, which decides what a sign such as ¥ means.
        may_end_in_year: whether any of the texts may be a day with its year last; where none is, ``date_order`` changes nothing,
            and two thirds of the expressions for dates need not be built.

    Returns:
        value;
        number_point, number_comma: float64, the amount where a point or a comma stands before the cents;
        marks: whether a currency stands beside the number; currency: its code, where several share the sign the workspace's or the
        most usual one; counts: whether the number stands alone or beside what it counts, so that it is read as a number too;
        at_plain, at_mdy, at_dmy: timestamps without zone (UTC for texts that name a moment), without and with ``date_order``,
        null outside of 1970..2199; names_moment: whether the text itself says which moment, whatever the zone;
        is_month: whether the text names a month without a day; has_time: whether it names a time of day (a number of seconds does);
        phone, email, id: null where masked, destroyed, unreadable or nobody's;
        is_nothing: whether the text stands for an empty cell; is_no_date: whether it does in a column of dates, as 0000-00-00 does; is_masked, is_destroyed, is_nobody: why an id is null;
        status_class: a ``StatusClass``, null where the word is unknown.
    """
    writings = {name: each for name, each in _WRITINGS.items() if may_end_in_year or each.date_order is None}
    texts = values.select("value", **{f"{name}__came": values["value"] for name in writings}).view()
    stripped = with_bare(texts, writings)
    of = {name: bare_cells(stripped, name) for name in writings}
    of |= {name: of["plain"] for name in _WRITINGS if name not in writings}
    text = cells.text(of["text"])
    named = amounts.named_currencies(of["point"]).fill_null(amounts.named_currencies(of["comma"]))
    read = stripped.select(
        "value",
        number_point=ibis.coalesce(amounts.money(of["point"]), amounts.number(of["point"])).cast("float64"),
        number_comma=ibis.coalesce(amounts.money(of["comma"]), amounts.number(of["comma"])).cast("float64"),
        marks=named.notnull(),
        currency=ibis.ifelse(may_be(named, currency), ibis.literal(currency), most_usual(named)),
        counts=amounts.number(of["point"]).notnull() | amounts.number(of["comma"]).notnull(),
        **{f"at_{name}": _wall_clock(of[name]) for name in ("plain", "mdy", "dmy")},
        names_moment=dates.moment(of["plain"]).notnull() | dates.moment(of["mdy"]).notnull() | dates.moment(of["dmy"]).notnull(),
        is_month=dates.is_month(dates.strip(stripped["value"])),
        phone=cells.phone(of["phone"]),
        email=cells.email(of["email"]),
        id=cells.person_id(of["id"]),
        is_nothing=text.isnull(),
        is_no_date=cells.is_zero_of_clock(of["plain"]),
        is_masked=cells.is_masked(of["id"]),
        is_destroyed=cells.is_destroyed(of["id"]),
        is_nobody=(nobody.is_nobodys_id(of["id"].said) & text.notnull()).fill_null(ibis.literal(value=False)),
        status_class=statuses.status_class(text),
    ).view()
    return _with_limits(read)


def _wall_clock(written: cells.Cells) -> ir.TimestampValue:
    return ibis.coalesce(dates.local_time(written), dates.moment(written).cast("timestamp"))


def _with_limits(read: ir.Table) -> ir.Table:
    """Moments inside the limits of rows, and whether any of them has a time of day."""
    names = ("at_plain", "at_mdy", "at_dmy")
    inside = {name: dates.inside_limits(read[name]) for name in names}
    limited = read.mutate(**inside).view()
    times = [(limited[name] != limited[name].truncate("D")).fill_null(ibis.literal(value=False)) for name in names]
    return limited.mutate(has_time=times[0] | times[1] | times[2])
