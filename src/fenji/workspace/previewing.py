"""How will the rows of an import be read? The first ones beside what came, and an account of all that were looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fenji.answers.importing import MoneySum, PreviewCell, PreviewColumn, PreviewFile, PreviewRow
from fenji.collect.ports import CellReading
from fenji.collect.reading.samples import Sample
from fenji.collect.understanding.evidence import plain_cell
from fenji.documents.reader import parse_document
from fenji.documents.sources import sources_in
from fenji.domain.contacts import masked as masked_contact
from fenji.domain.contacts import masked_id, masked_name
from fenji.domain.feeds import FEEDS, Cell, Field
from fenji.domain.sources import ColumnMapping, DateOrder, DecimalSign, FileLocation, Source
from fenji.errors import FenjiError, Problem
from fenji.tables import clean
from fenji.workspace.arriving import masked
from fenji.workspace.folder import SOURCES_FILE
from fenji.workspace.importing import ImportInHand
from fenji.workspace.preparing import PrepareOptions
from fenji.workspace.rehearsing import place_in, positions_of, prepared_samples
from fenji.workspace.unread_files import files_read

SHOWN_ROWS = 50
_NAMES = ("name", "customer_name")
_PLACES, _PLACE_LETTERS = ("region", "city"), 6
"""These columns often hold whole addresses; the province and the city stand first."""
_IDS = ("customer_id", "union_id", "referrer_id", "other_id")


@dataclass(frozen=True)
class Preview:
    """What would become of the files of an import."""

    files: tuple[PreviewFile, ...]
    not_read: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Read:
    """A file or sheet of the import, and a source that will read it."""

    source: Source
    file: str
    sample: Sample


def preview(hand: ImportInHand) -> Preview:
    """Tries sources.yaml, as it will be, on the rows of an import that were looked at.

    A file whose entry was written by people with another layout than the file shows is not tried here; a run tells what became of it.
    """
    mine = {str(each) for each in hand.taken.folder.coming}
    samples = [sample for table in hand.taken.hand.tables for sample in table.samples]
    own = [each for each in samples if each.file in mine]
    if not any(each.is_usable for each in hand.mapped.proposal.sources) and not hand.taken.known:
        return Preview((), tuple(_name(hand, each) for each in own), ())
    sources = sources_in(parse_document(hand.after, SOURCES_FILE))
    reads = [each for source in sources for each in _reads(hand, source, samples)]
    touched = {each.source.name for each in reads if each.sample.file in mine}
    touched |= {source.belongs_to for source in sources if source.name in touched and source.belongs_to}
    samples_of: dict[str, list[tuple[str, Sample]]] = {}
    for each in reads:
        if each.source.name in touched:
            samples_of.setdefault(each.source.name, []).append((each.file, each.sample))
    read = {place_in(each.file, each.sample) for each in reads}
    not_read = tuple(name for each in own if (name := _name(hand, each)) not in read)
    engine, settings = hand.taken.hand.reader.engine, hand.taken.hand.settings
    used = [each for each in sources if each.name in touched]
    try:
        tables = prepared_samples(engine, used, samples_of, PrepareOptions.of(settings))
        accounts = engine.fetch(tables[clean.FILE_ACCOUNT.full_name]).to_pylist()
        rejected = tables[clean.REJECTED_ROW.full_name].select("source", "file", "row_number", "reason")
        reasons: dict[tuple[str, str], dict[int, str]] = {}
        for row in engine.fetch(rejected).to_pylist():
            reasons.setdefault((row["source"], row["file"]), {})[row["row_number"]] = row["reason"]
    except FenjiError as error:
        return Preview((), not_read, error.problems)
    by_file = {(row["source"], row["file"]): row for row in accounts}
    found = []
    for each in reads:
        key = (each.source.name, place_in(each.file, each.sample))
        if each.sample.file in mine and key in by_file:
            found.append(_file(each, by_file[key], reasons.get(key, {}), hand))
    return Preview(tuple(found), not_read, ())


def _reads(hand: ImportInHand, source: Source, samples: Sequence[Sample]) -> Iterator[_Read]:
    """The tables that a source will take."""
    location = source.location
    if not isinstance(location, FileLocation):
        places = hand.taken.folder.databases
        yield from (_Read(source, _short(hand, each), each) for each in samples if places.get(Path(each.file)) == location)
        return
    files = files_read(hand.taken.root, (source,), coming=hand.taken.folder.coming)
    needed = {name for name, mapping in source.columns.items() if mapping.column is not None and not mapping.optional}
    for sample in samples:
        is_wanted = not location.sheets or sample.part is None or sample.part in location.sheets
        has_columns = needed <= positions_of(source, sample.headers).keys()
        if Path(sample.file) in files and is_wanted and _is_laid_out(sample, location) and has_columns:
            yield _Read(source, _short(hand, sample), sample)


def _is_laid_out(sample: Sample, location: FileLocation) -> bool:
    """Whether a file has the layout of its entry; of which year its months are, it may say itself."""
    shape = sample.shape
    if shape.unpivot and location.shape.unpivot and location.shape.unpivot.year is None:
        shape = replace(shape, unpivot=replace(shape.unpivot, year=None))
    return shape == location.shape


def _short(hand: ImportInHand, sample: Sample) -> str:
    file, root = Path(sample.file), hand.taken.root.resolve()
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()


def _name(hand: ImportInHand, sample: Sample) -> str:
    return place_in(_short(hand, sample), sample)


def _file(each: _Read, account: Mapping[str, Any], reasons: Mapping[int, str], hand: ImportInHand) -> PreviewFile:
    source, sample = each.source, each.sample
    positions = positions_of(source, sample.headers)
    filled = [field for field in FEEDS[source.feed] if field.name in positions]
    money = [field for field in filled if field.cell is Cell.MONEY]
    head = sample.rows[:SHOWN_ROWS]
    texts = {_cell(row, positions[field.name]) for row in head for field in filled}
    texts |= {_cell(row, positions[field.name]) for row in sample.rows for field in money}
    readings = hand.taken.hand.reader.read({text for text in texts if text is not None})
    first = sample.header_row + 1
    rows = []
    for number, row in enumerate(head, start=first):
        cells = tuple(_shown(field, source.columns[field.name], _cell(row, positions[field.name]), readings) for field in filled)
        rows.append(PreviewRow(number, cells, reasons.get(number)))
    return PreviewFile(
        file=place_in(each.file, sample),
        source=source.name,
        feed=source.feed,
        rows_in=int(account["rows_in"]),
        is_whole=sample.is_whole,
        kept=int(account["kept"]),
        rejected=dict(sorted(Counter(reasons.values()).items())),
        copies=int(account["across_files"]) + int(account["repeats_dropped"]),
        sums=tuple(_sum(field, each, positions[field.name], readings, reasons) for field in money),
        columns=tuple(PreviewColumn(field.name, sample.headers[positions[field.name]]) for field in filled),
        rows=tuple(rows),
    )


def _cell(row: Sequence[str | None], position: int) -> str | None:
    return plain_cell(row[position]) if position < len(row) else None


def _sum(field: Field, each: _Read, position: int, readings: Mapping[str, CellReading], reasons: Mapping[int, str]) -> MoneySum:
    everything = kept = Decimal(0)
    for number, row in enumerate(each.sample.rows, start=each.sample.header_row + 1):
        amount = _amount(each.source.columns[field.name], readings.get(_cell(row, position) or ""))
        if amount is not None:
            everything += amount
            kept += Decimal(0) if number in reasons else amount
    return MoneySum(field.name, each.sample.headers[position], everything, kept)


def _amount(mapping: ColumnMapping, reading: CellReading | None) -> Decimal | None:
    if reading is None:
        return None
    number = reading.number_comma if mapping.decimal is DecimalSign.COMMA else reading.number
    return None if number is None else Decimal(str(number)) * mapping.unit.factor


def _shown(field: Field, mapping: ColumnMapping, text: str | None, readings: Mapping[str, CellReading]) -> PreviewCell:
    if text is None:
        return PreviewCell(None, None)
    reading = readings[text]
    if field.cell in (Cell.MONEY, Cell.NUMBER):
        amount = _amount(mapping, reading)
        return PreviewCell(text, None if amount is None else f"{amount.normalize():f}")
    if field.cell in (Cell.MOMENT, Cell.DAY):
        at, form = _moment(mapping, reading), "%Y-%m-%d" if field.cell is Cell.DAY else "%Y-%m-%d %H:%M:%S"
        return PreviewCell(text, None if at is None else at.strftime(form))
    hidden = _hidden(field, text)
    if field.cell in (Cell.PHONE, Cell.EMAIL):
        read = reading.phone if field.cell is Cell.PHONE else reading.email
        return PreviewCell(hidden, None if read is None else masked_contact(read))
    is_nobody = field.name in _IDS and reading.person_id is None
    return PreviewCell(hidden, None if reading.is_nothing or is_nobody else hidden)


def _hidden(field: Field, text: str) -> str:
    """A text of a customer as others may see it."""
    if field.name in _NAMES:
        return masked_name(text)
    # What tells customers apart is a name in many shops.
    hidden = masked(masked_id(text) if field.name in _IDS else masked_contact(text))
    return hidden if field.name not in _PLACES or len(hidden) <= _PLACE_LETTERS else f"{hidden[:_PLACE_LETTERS]}***"


def _moment(mapping: ColumnMapping, reading: CellReading) -> datetime | None:
    if mapping.date_order is DateOrder.MONTH_FIRST:
        return reading.at_mdy
    return reading.at_dmy if mapping.date_order is DateOrder.DAY_FIRST else reading.at
