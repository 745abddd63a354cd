"""How do the figures of a points program become a workbook? One sheet for each answer, and one that says where they come from."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from fenji.answers.loyalty.points import FlowResult, LiabilityResult, SheetResult
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording.points import ACCOUNTS

Cell = str | int | Decimal | date
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FLOW_HEADS = (
    *(_("month"), _("opening"), _("earned"), _("adjusted"), _("refunded"), _("redeemed"), _("came back"), _("expired")),
    _("closing"),
)
LIABILITY_HEADS = (_("earned in"), _("granted"), _("redeemed"), _("outstanding"), _("expected"), _("cost ({currency})"))
_FORMATS = ((Decimal, "#,##0.00"), (date, "yyyy-mm"), (int, "#,##0"))


def points_workbook(sheet: SheetResult, flow: FlowResult, liability: LiabilityResult, *, by: str, language: Language) -> bytes:
    """Balance sheet, roll-forward and liability; numbers are numbers, months the first day of each.

    Args:
        sheet: of the program.
        flow: of all its months.
        liability: of what is left.
        by: who takes it along.
        language: of headings.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - heavy third-party library

    def say(text: str, **values: object) -> str:
        return translate(text, language, **values)

    made = io.BytesIO()
    with Workbook(made, _OPTIONS) as book:
        accounts = [(say(ACCOUNTS[account]), value) for account, value in sheet.balance_sheet.items()]
        _write(
            book,
            say(_("Balance sheet")),
            (say(_("account")), say(_("number of points"))),
            [*accounts, (say(_("Sum")), sum(sheet.balance_sheet.values()))],
        )
        months = (
            (
                each.month_on,
                each.opening,
                each.earned,
                each.adjusted,
                -each.refunded,
                -each.redeemed,
                each.undone,
                -each.expired,
                each.closing,
            )
            for each in flow.months
        )
        _write(book, say(_("Roll-forward")), [say(each) for each in FLOW_HEADS], months)
        owed = (
            (each.month_on, each.granted, each.redeemed, each.outstanding, each.expected_share, each.cost)
            for each in liability.months
        )
        _write(book, say(_("Liability")), [say(each, currency=liability.currency) for each in LIABILITY_HEADS], owed, shares=(4,))
        facts = (
            (say(_("program")), sheet.program),
            (say(_("day")), sheet.as_of.isoformat()),
            (say(_("number of members")), sheet.members),
            (say(_("cost of a point")), liability.cost_per_point),
            (say(_("taken along by")), by),
        )
        _write(book, say(_("source")), (), facts)
    return made.getvalue()


def _write(
    book: Any,  # noqa: ANN401 - XlsxWriter is untyped
    name: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    shares: Sequence[int] = (),
) -> None:
    """A sheet; ``shares`` are the places of columns of percents."""
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bottom": 1})
    percent = book.add_format({"num_format": "0.0%"})
    styles = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS}
    sheet.set_column(0, 0, 34 if len(heads) < 3 else 12)  # noqa: PLR2004 - two columns are a name and its value
    sheet.set_column(1, max(len(heads), 2), 16)
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, bold)
    if heads:
        sheet.freeze_panes(1, 1)
    for number, row in enumerate(rows, 1 if heads else 0):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, place, value)
            elif isinstance(value, date):
                sheet.write_datetime(number, place, value, styles[date])
            else:
                sheet.write_number(number, place, value, percent if place in shares else styles[type(value)])
