"""How is it said what came in with a run: rows, money and days as they were understood, in tables that a shop can check against its own books?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fenji.answers.arrival import Arrival, LeftOut, PeriodRevenue, SourceArrival
from fenji.cli.output import Col, Output, money, number, percent
from fenji.domain.reasons import EXPECTED, Reason
from fenji.errors import Place
from fenji.language import message as _
from fenji.workspace.arrival_warnings import FAULTS_TOLD

REASONS_SHOWN = 12
"""Reasons listed for people; --json lists them all."""
FILES_SHOWN = 10
"""Files listed for people where they fare differently; --json and fenji quality list them all."""
WIDE = 120
"""Columns of a screen that the table of reasons needs; on a narrower one they are sentences."""
WORDS_SHOWN = 40
"""Signs of a cell shown as an example."""


def show_arrival(arrival: Arrival, output: Output, names: Mapping[str, str] | None = None) -> None:
    """The tables for people: rows, what was left out, revenue by month, the largest orders.

    Args:
        arrival: what came in.
        output: where it is shown.
        names: what sources are called on this screen; by their names in sources.yaml where it is None.
    """
    names = names or {}
    _show_sources(arrival, output, names)
    _show_reasons(arrival, output, names)
    _show_revenue(arrival, output)
    _show_largest(arrival, output)


def _show_sources(arrival: Arrival, output: Output, names: Mapping[str, str]) -> None:
    output.heading(_("Rows by source"))
    titles = [_("rows in"), _("kept"), _("left out"), _("copies")]
    rows = [(names.get(each.source, each.source), "", *_counts(each)) for each in arrival.sources]
    uneven = [
        (names.get(source.source, source.source), each.file, *_counts(each))
        for source in arrival.sources
        if len(source.files) > 1
        for each in source.files
        if each.faults > FAULTS_TOLD * each.rows_in and each.faults * source.rows_in > 2 * source.faults * each.rows_in
    ]
    rows += uneven[:FILES_SHOWN]
    head = [Col(output.text(_("source"))), Col(output.text(_("file")), may_wrap=True)]
    numbers = [Col(output.text(title), is_number=True) for title in titles]
    if not uneven:
        head, rows = head[:1], [(row[0], *row[2:]) for row in rows]
    output.table([*head, *numbers], rows)
    if len(uneven) > FILES_SHOWN:
        output.say(_("... and {more} more {more:file|files}; --json lists them all."), more=number(len(uneven) - FILES_SHOWN))


def _counts(arrived: Any) -> tuple[str, ...]:  # noqa: ANN401 - a source or a file
    return tuple(number(each) for each in (arrived.rows_in, arrived.kept, arrived.left_out, arrived.copies))


def _show_reasons(arrival: Arrival, output: Output, names: Mapping[str, str]) -> None:
    reasons = sorted(
        ((source, each) for source in arrival.sources for each in source.reasons),
        key=lambda pair: (not pair[1].is_fault, -pair[1].rows),
    )
    if not reasons:
        return
    output.heading(_("Rows left out, with an example of each reason"))
    if output.console.width < WIDE:
        for source, each in reasons[:REASONS_SHOWN]:
            _say_reason(names.get(source.source, source.source), each, output)
    else:
        _tabulate_reasons(reasons[:REASONS_SHOWN], output, names)
    if len(reasons) > REASONS_SHOWN:
        more = number(len(reasons) - REASONS_SHOWN)
        output.say(_("... and {more} more {more:reason|reasons}; --json lists them all."), more=more)


def _say_reason(name: str, left_out: LeftOut, output: Output) -> None:
    """One reason in two lines, where a table would have columns of a few signs."""
    rows = {"rows": number(left_out.rows), "share": _share(left_out.share)}
    output.say(
        "  {line}",
        line=output.text(
            _("{rows} ({share}) of {name}: should be {expected}"), **rows, name=name, expected=_expected(left_out, output)
        ),
    )
    output.say("      {line}", line=_example(left_out, output))


def _example(left_out: LeftOut, output: Output) -> str:
    where = _where(left_out, output)
    if left_out.came is None:
        return output.text(_("see {where}"), where=where)
    return output.text(_("is '{came}' in {where}"), came=_came(left_out), where=where)


def _tabulate_reasons(reasons: Sequence[tuple[SourceArrival, LeftOut]], output: Output, names: Mapping[str, str]) -> None:
    columns = [
        Col(output.text(_("source"))),
        Col(output.text(_("rows")), is_number=True),
        Col(output.text(_("share")), is_number=True),
        Col(output.text(_("should be")), may_wrap=True),
        Col(output.text(_("came")), may_wrap=True),
        Col(output.text(_("where")), may_wrap=True),
    ]
    rows = [
        (
            names.get(source.source, source.source),
            number(each.rows),
            _share(each.share),
            _expected(each, output),
            _came(each),
            _where(each, output),
        )
        for source, each in reasons
    ]
    output.table(columns, rows)


def _share(share: float) -> str:
    """A share as a percentage; never 0.0 % where there is a row."""
    return percent(share) if share >= 0.001 else "<0.1%"  # noqa: PLR2004 - one digit behind the point


def _expected(left_out: LeftOut, output: Output) -> str:
    if left_out.reason in tuple(Reason):
        return output.text(EXPECTED[Reason(left_out.reason)])
    return output.text(_("drop rule of sources.yaml: {reason}"), reason=left_out.reason)


def _came(left_out: LeftOut) -> str:
    came = left_out.came or "-"
    return came if len(came) <= WORDS_SHOWN else f"{came[: WORDS_SHOWN - 1]}…"


def _where(left_out: LeftOut, output: Output) -> str:
    return Place(left_out.file, left_out.row_number, left_out.column).describe(output.language)


def _show_revenue(arrival: Arrival, output: Output) -> None:
    if not arrival.periods:
        return
    output.heading(_("Revenue as it was understood, returns taken off ({currency})"), currency=arrival.currency)
    titles = [_("orders"), _("net revenue")]
    columns = [
        Col(output.text(_("month"))),
        *(Col(output.text(title), is_number=True) for title in titles),
        Col(output.text(_("first day"))),
        Col(output.text(_("last day"))),
    ]
    rows = [
        (_name(each), number(each.orders), money(each.net_revenue), _day(each.first_on), _day(each.last_on))
        for each in arrival.periods
    ]
    total = (output.text(_("all")), number(arrival.orders), money(arrival.net_revenue))
    output.table(columns, [*rows, (*total, _day(arrival.first_on), _day(arrival.last_on))])
    later = arrival.later
    if later is not None:
        output.say(
            _(
                "{orders} {orders:order lies|orders lie} after the as-of day, the last on {last}, and {orders:does|do} not count yet."
            ),
            orders=number(later.orders),
            last=later.last_on,
        )


def _name(period: PeriodRevenue) -> str:
    begins, ends = (f"{each:%Y-%m}" for each in (period.begins_on, period.ends_on))
    if begins == ends:
        return begins
    return str(period.begins_on.year) if (period.begins_on.month, period.ends_on.month) == (1, 12) else f"{begins} … {ends}"


def _day(day: date | None) -> str:
    return "-" if day is None else str(day)


def _show_largest(arrival: Arrival, output: Output) -> None:
    if not arrival.largest_orders:
        return
    output.heading(_("Largest orders"))
    columns = [
        Col(output.text(_("order"))),
        Col(output.text(_("day"))),
        Col(output.text(_("customer"))),
        Col(output.text(_("paid ({currency})"), currency=arrival.currency), is_number=True),
    ]
    rows = [
        (each.order_id, str(each.ordered_on), each.customer_id or "-", money(each.net_revenue)) for each in arrival.largest_orders
    ]
    output.table(columns, rows)
