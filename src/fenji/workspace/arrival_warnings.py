"""What must nobody overlook about what came in: rows that could not be read, files that nobody reads, money or customers that are missing?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from fenji.answers.arrival import Arrival, LeftOut, SourceArrival
from fenji.domain.collected import AbsentColumn
from fenji.domain.feeds import Feed
from fenji.domain.reasons import EXPECTED, Reason
from fenji.domain.steps import Step
from fenji.errors import InvalidInput, Place, Problem
from fenji.language import message as _
from fenji.workspace.headlines import no_customers, no_money

FAULTS_TOLD = 0.01
"""Share of a source's rows that could not be read from which people are told; below it lie slips of single cells."""
UNATTRIBUTED_TOLD = 0.05
"""Share of the revenue without a customer from which people are told: a shop has some guests."""
FILES_NAMED = 5
BASIC = frozenset({str(Feed.ORDER), str(Feed.ORDER_LINE), str(Feed.BALANCE), str(Feed.CUSTOMER)})
"""Feeds on which every figure rests. Of the others, such as returns, all rows may well be cancelled ones."""

SOURCE_KEEPS_NOTHING = "source_keeps_nothing"
FILES_KEEP_NOTHING = "files_keep_nothing"
ROWS_NOT_READ = "rows_not_read"
FILES_NOT_READ = "files_not_read"
COLUMNS_ABSENT = "columns_absent"
SHEETS_NOT_READ = "sheets_not_read"
MONEY_WITHOUT_CUSTOMER = "money_without_customer"
ORDERS_IN_THE_FUTURE = "orders_in_the_future"
ALL_ORDERS_LATER = "all_orders_later"


class NothingKept(InvalidInput):
    """A source keeps none of its rows; publishing what is left would show too little without a word."""

    code = "nothing_kept"


def refuse_empty_sources(arrival: Arrival, root: Path) -> None:
    """Ends the run where a source has rows and keeps none of them.

    A source whose rows are all left out for a reason of business, and on which no figure rests, only leads to a warning.

    Raises:
        NothingKept: there is such a source; all of them are named.
    """
    folder = None if root.resolve() == Path.cwd() else root
    NothingKept.raise_if(
        _refusal(each, folder) for each in arrival.sources if _is_empty(each) and (each.faults or each.feed in BASIC)
    )


def arrival_warnings(arrival: Arrival, *, needs_money: bool) -> tuple[Problem, ...]:
    """What people are told about an arrival; nothing where all is well.

    Args:
        arrival: of a run.
        needs_money: whether the policy asks for money.
    """
    found = [*_money_and_customers(arrival, needs_money=needs_money)]
    for source in arrival.sources:
        found += _source_warnings(source)
    return (*found, *_file_warnings(arrival), *_sheet_warnings(arrival), *_day_warnings(arrival))


def absent_columns(absent: Sequence[AbsentColumn]) -> tuple[Problem, ...]:
    """One warning for each optional column that files which came now do not have."""
    files: dict[tuple[str, str], list[str]] = {}
    for each in absent:
        files.setdefault((each.source, each.header), []).append(each.file)
    text = _(
        "{count} {count:file|files} of source '{source}' {count:has|have} no column '{column}': nothing is known about it there. {files}."
    )
    return tuple(
        Problem(
            text,
            {"count": len(names), "source": source, "column": header, "files": _named(names)},
            advice=_("If the column has another name there, add that name to also in sources.yaml."),
            code=COLUMNS_ABSENT,
        )
        for (source, header), names in files.items()
    )


def _money_and_customers(arrival: Arrival, *, needs_money: bool) -> Iterator[Problem]:
    if not arrival.customers:
        yield no_customers()
        return
    if needs_money and not arrival.is_money_read:
        yield no_money(arrival.customers)
    share = arrival.unattributed_share or 0.0
    if share > UNATTRIBUTED_TOLD:
        yield Problem(
            _("{share} % of the sales ({amount} {currency}) belong to no known customer and count in no tier."),
            {"share": _percent(share), "amount": f"{arrival.unattributed_net_revenue:,.2f}", "currency": arrival.currency},
            advice=_("They may be guests, or the customer column is empty or masked (*) in these rows."),
            code=MONEY_WITHOUT_CUSTOMER,
        )


def _source_warnings(source: SourceArrival) -> Iterator[Problem]:
    if _is_empty(source):
        yield _keeps_nothing(source)
        return
    first = next((each for each in source.reasons if each.is_fault), None)
    if first is not None and source.faults > FAULTS_TOLD * source.rows_in:
        values = {"faults": f"{source.faults:,}", "share": _percent(source.faults / source.rows_in)}
        text = (
            _(
                "{faults} of the {rows_in} rows of source '{source}' ({share} %) could not be used. Most often ({rows}): expected {what}, came '{came}'."
            )
            if first.came
            else _(
                "{faults} of the {rows_in} rows of source '{source}' ({share} %) could not be used. Most often ({rows}): expected {what}."
            )
        )
        advice = _("fenji quality counts every reason.")
        yield Problem(text, {**_values(source, first), **values}, _place(first), advice, ROWS_NOT_READ)
    empty = [each for each in source.files if each.rows_in and each.faults == each.rows_in]
    if empty:
        text = _("{count} {count:file|files} of source '{source}' {count:keeps|keep} none of {count:its|their} rows: {files}.")
        named = {"count": len(empty), "source": source.source, "files": _named([each.file for each in empty])}
        yield Problem(text, named, code=FILES_KEEP_NOTHING)


def _file_warnings(arrival: Arrival) -> Iterator[Problem]:
    if arrival.unread_files:
        count = len(arrival.unread_files)
        yield Problem(
            _("{count} {count:file lies|files lie} beside your data, and no source reads {count:it|them}: {files}."),
            {"count": count, "files": _named(arrival.unread_files)},
            advice=_(
                "Add what belongs to your data to sources.yaml (fenji map proposes how), and move the rest to another folder."
            ),
            code=FILES_NOT_READ,
        )


def _sheet_warnings(arrival: Arrival) -> Iterator[Problem]:
    if arrival.unread_sheets:
        count = len(arrival.unread_sheets)
        yield Problem(
            _("{count} {count:sheet|sheets} of your workbooks {count:is|are} read by no source: {sheets}."),
            {"count": count, "sheets": _named(arrival.unread_sheets)},
            advice=_("If it belongs to your data, add its name to sheets in sources.yaml; fenji map shows how it is read."),
            code=SHEETS_NOT_READ,
        )


def _day_warnings(arrival: Arrival) -> Iterator[Problem]:
    later = arrival.later
    if later is None:
        return
    values = {"orders": f"{later.orders:,}", "first": later.first_on, "last": later.last_on, "order": later.last_order_id}
    if later.in_the_future:
        text = _(
            "{future} {future:order is|orders are} dated in the future, up to {last} (order {order}): day and month may be mixed up."
        )
        yield Problem(text, {**values, "future": f"{later.in_the_future:,}"}, code=ORDERS_IN_THE_FUTURE)
    elif not arrival.orders:
        text = _("all {orders} orders lie after the as-of day, from {first} to {last}: none of them counts.")
        yield Problem(text, values, advice=Step.CHOOSE_LATER_DAY, code=ALL_ORDERS_LATER)


def _is_empty(source: SourceArrival) -> bool:
    return source.rows_in > 0 and source.kept == 0


def _refusal(source: SourceArrival, folder: Path | None) -> Problem:
    """What is wrong with a source that keeps nothing, and the commands that help, as they are typed in the present folder."""
    problem = _keeps_nothing(source)
    advice = Step.PUBLISH_WITHOUT
    file = str(problem.values["file"])
    values = {"path": file if folder is None else str(folder / file), "where": "" if folder is None else f" --workspace {folder}"}
    return replace(problem, advice=advice, values={**problem.values, **values})


def _keeps_nothing(source: SourceArrival) -> Problem:
    first = source.reasons[0]
    if first.reason not in tuple(Reason):
        text = _(
            "source '{source}' keeps none of its {rows_in} rows: a drop rule of sources.yaml leaves out {rows} of them ({reason})."
        )
    elif first.came:
        text = _("source '{source}' keeps none of its {rows_in} rows. Most often ({rows}): expected {what}, came '{came}'.")
    else:
        text = _("source '{source}' keeps none of its {rows_in} rows. Most often ({rows}): expected {what}.")
    return Problem(text, _values(source, first), _place(first), code=SOURCE_KEEPS_NOTHING)


def _values(source: SourceArrival, first: LeftOut) -> dict[str, object]:
    expected = EXPECTED[Reason(first.reason)] if first.reason in tuple(Reason) else ""
    return {
        "source": source.source,
        "rows_in": f"{source.rows_in:,}",
        "rows": f"{first.rows:,}",
        "reason": first.reason,
        "what": expected,
        "came": first.came or "",
        "file": first.file.partition("#")[0],
    }


def _place(first: LeftOut) -> Place:
    return Place(first.file, first.row_number, first.column)


def _named(files: list[str] | tuple[str, ...]) -> str:
    more = len(files) - FILES_NAMED
    return ", ".join([*files[:FILES_NAMED], *(["..."] if more > 0 else [])])


def _percent(share: float) -> str:
    return f"{share * 100:.1f}".removesuffix(".0")
