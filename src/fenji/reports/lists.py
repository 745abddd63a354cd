"""How does a list of customers become a file? As a workbook with its source beside it, as text that spreadsheets open safely, or as Parquet.

Rows stream from the engine: what is in memory is one batch of rows (``workspace.listing.BATCH_ROWS``), however long the list is.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from fenji.domain.lists import ColumnUnit, ListColumn
from fenji.domain.telling import PERSONAL
from fenji.errors import InvalidArgument
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.reports.writing import check_place, whole_file
from fenji.wording.lists import shown_name, source_lines, value_name
from fenji.wording.rules import Wording
from fenji.workspace.listing import Listing

MOST_SHEET_ROWS = 1_048_575
"""Rows of a sheet below its header: Excel's own limit."""

ENTRY_ENDINGS = (".csv", ".txt")
"""Of files with one text a line."""

_LONGEST_CELL = 32_767
_WIDEST, _NARROWEST, _WIDE_CHARACTER = 42, 8, 0x2E80
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NEGATIVE = re.compile(r"-[0-9]+(?:\.[0-9]+)?")
_FORMATS: Mapping[ColumnUnit, str] = {
    ColumnUnit.MONEY: "#,##0.00",
    ColumnUnit.COUNT: "#,##0",
    ColumnUnit.DAYS: "#,##0",
    ColumnUnit.HOURS: "#,##0.0",
    ColumnUnit.SHARE: "0.0%",
    ColumnUnit.NUMBER: "#,##0.##",
    ColumnUnit.DATE: "yyyy-mm-dd",
}

Cell = str | int | float | Decimal | date | bool | None


def check_target(path: Path, *, force: bool) -> None:
    """Whether a list may be written there; asked before anything is computed.

    Raises:
        InvalidArgument: an ending that is none of the three shapes.
        NotFound: the folder is not there.
        Conflict: the file exists, and ``force`` does not say that it may go.
    """
    check_place(path, tuple(WRITERS), force=force)


def write_list(listing: Listing, path: Path, *, language: Language, force: bool = False) -> int:
    """Writes a list in the shape that the file's ending names, and returns its rows. The file appears whole or not at all.

    Args:
        listing: the list, while its session is open.
        path: ends in .xlsx, .csv or .parquet.
        language: of headings and of the sheet that tells the source; Parquet has the slugs of columns as headings.
        force: whether a file of that name may be overwritten.

    Raises:
        InvalidArgument: another ending, or more rows than a sheet holds.
        NotFound: the folder is not there.
        Conflict: the file exists.
        Unavailable: the disk is full or may not be written.
    """
    check_target(path, force=force)
    suffix = path.suffix.lower()
    if suffix == ".xlsx" and listing.source.rows > MOST_SHEET_ROWS:
        raise InvalidArgument.of(
            _("the list has {rows} rows; a sheet holds {most}."),
            advice=_("Write it as .csv or .parquet, or choose fewer customers."),
            rows=listing.source.rows,
            most=MOST_SHEET_ROWS,
        )
    with whole_file(path) as unfinished:
        WRITERS[suffix](listing, unfinished, language)
    return listing.source.rows


def check_entries_target(path: Path, *, force: bool) -> None:
    """Whether the entries that were not found may be written there; raises as ``check_target``, for .csv and .txt."""
    check_place(path, ENTRY_ENDINGS, force=force)


def write_entries(entries: Sequence[str], path: Path, *, force: bool = False) -> None:
    """Writes the entries of an uploaded list by which nobody is known, one a line, safe for spreadsheets.

    Raises:
        InvalidArgument: it does not end in .csv or .txt.
        NotFound: the folder is not there.
        Conflict: the file exists.
    """
    check_entries_target(path, force=force)
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        csv.writer(handle).writerows([[safe_text(each)] for each in entries])


def safe_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a negative number stays one.

    >>> [safe_text(each) for each in ("=1+1", "-12.50", "-cmd", "张三", "+86139")]
    ["'=1+1", '-12.50', "'-cmd", '张三', "'+86139"]
    """
    return f"'{text}" if text.startswith(_FORMULA) and not _NEGATIVE.fullmatch(text) else text


def _write_csv(listing: Listing, path: Path, language: Language) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([safe_text(each) for each in _headings(listing, language)])
        for batch in listing.batches():
            writer.writerows([_as_text(value) for value in row.values()] for row in batch.to_pylist())


def _as_text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_text(value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _write_parquet(listing: Listing, path: Path, language: Language) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

    source = dict(source_lines(listing.source, _wording(listing, language)))
    told = {each.slug: {"name_zh": each.name.zh, "name_en": each.name.en, "unit": each.unit.value} for each in listing.columns}
    facts = {
        "fenji.run_id": listing.source.run_id,
        "fenji.as_of": listing.source.as_of.isoformat(),
        "fenji.policy": listing.source.policy or "",
        "fenji.version": str(listing.source.version or ""),
        "fenji.source": json.dumps(_conditions_of(listing, source, language), ensure_ascii=False),
    }
    writer = None
    try:
        for batch in listing.batches():
            if writer is None:
                writer = pq.ParquetWriter(path, _described(batch.schema, told, facts), compression="zstd")
            writer.write_batch(pa.record_batch(batch.columns, schema=_described(batch.schema, told, facts)))
        if writer is None:
            schema = pq.read_schema(listing.files[0])
            writer = pq.ParquetWriter(path, _described(pa.schema([schema.field(each) for each in told]), told, facts))
    finally:
        if writer is not None:
            writer.close()


def _conditions_of(listing: Listing, source: Mapping[str, str], language: Language) -> dict[str, object]:
    """The source facts by their titles; conditions, of which there may be several, as one list."""
    title = translate(_("condition"), language)
    lines = source_lines(listing.source, _wording(listing, language))
    return {**source, title: [value for name, value in lines if name == title]}


def _described(schema: Any, told: Mapping[str, Mapping[str, str]], facts: Mapping[str, str]) -> Any:  # noqa: ANN401 - pyarrow is untyped
    return pa.schema([field.with_metadata(told[field.name]) for field in schema], metadata=dict(facts))


def _write_xlsx(listing: Listing, path: Path, language: Language) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415 - heavy third-party library

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(path), options) as book:
        _data_sheet(book, listing, language)
        told = book.add_worksheet(translate(_("source"), language))
        told.set_column(0, 0, 18)
        told.set_column(1, 1, 80)
        for number, pair in enumerate(source_lines(listing.source, _wording(listing, language))):
            for place, text in enumerate(pair):
                told.write_string(number, place, text[:_LONGEST_CELL])
        if listing.not_found:
            missing = book.add_worksheet(translate(_("not found"), language))
            missing.set_column(0, 0, 30)
            for number, entry in enumerate(listing.not_found):
                missing.write_string(number, 0, listing.view.text(entry, PERSONAL)[:_LONGEST_CELL])


def _data_sheet(book: Any, listing: Listing, language: Language) -> None:  # noqa: ANN401 - XlsxWriter is untyped
    sheet = book.add_worksheet(translate(_("Customers"), language))
    headings, batches, wording = _headings(listing, language), listing.batches(), _wording(listing, language)
    first = next(batches, None)
    bold = book.add_format({"bold": True, "bottom": 1})
    styles = [book.add_format({"num_format": _FORMATS[each.unit]}) if each.unit in _FORMATS else None for each in listing.columns]
    # Widths must be told before the first row is written: rows leave memory one after the other.
    for place, heading in enumerate(headings):
        sheet.set_column(place, place, _width(heading, [] if first is None else first.column(place).slice(0, 200).to_pylist()))
    sheet.freeze_panes(1, 1)
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, bold)
    number = 0
    batch = first
    while batch is not None:
        for row in batch.to_pylist():
            number += 1
            for place, ((slug, value), style) in enumerate(zip(row.items(), styles, strict=True)):
                _write_cell(sheet, number, place, _named(listing, slug, value, wording), style)
        batch = next(batches, None)
    if number:
        sheet.autofilter(0, 0, number, len(headings) - 1)


def _named(listing: Listing, slug: str, value: Cell, wording: Wording) -> Cell:
    """Tiers, causes, risks and segments as people read them; text and Parquet keep the names that programs know."""
    return value_name(slug, value, listing.policy, wording) if listing.policy and isinstance(value, str) else value


def _write_cell(sheet: Any, row: int, place: int, value: Cell, style: Any) -> None:  # noqa: ANN401 - XlsxWriter is untyped
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, place, value[:_LONGEST_CELL])
    elif isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, style)
    else:
        sheet.write_number(row, place, float(value), style)


def _width(heading: str, values: Sequence[Cell]) -> int:
    longest = max([_columns(heading) + 3, *(_columns(_as_text(each)) + 2 for each in values)])
    return min(max(longest, _NARROWEST), _WIDEST)


def _columns(text: str) -> int:
    """How wide a text is: a Chinese character is twice a Latin one."""
    return sum(2 if ord(each) >= _WIDE_CHARACTER else 1 for each in text)


def _headings(listing: Listing, language: Language) -> list[str]:
    def heading(each: ListColumn) -> str:
        name = each.name.in_language(language)
        return shown_name(name, listing.source.currency, language, is_money=each.unit is ColumnUnit.MONEY)

    return [heading(each) for each in listing.columns]


def _wording(listing: Listing, language: Language) -> Wording:
    return Wording(listing.metrics, language, listing.source.currency)


WRITERS: Mapping[str, Callable[[Listing, Path, Language], None]] = {
    ".xlsx": _write_xlsx,
    ".csv": _write_csv,
    ".parquet": _write_parquet,
}
"""The shapes by the endings of their files."""
