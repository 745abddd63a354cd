"""Who is on a list that a person brings along? Ids, phones and e-mails of a file, looked up all at once."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from fenji.answers.customers import Uploaded
from fenji.collect.files import system_error
from fenji.collect.reading.contents import plain_text
from fenji.collect.reading.delimiters import find_delimiter, says_delimiter
from fenji.collect.reading.markup import is_markup
from fenji.collect.reading.sheets import open_sheets, with_true_values
from fenji.domain.runs import Run
from fenji.domain.written_ids import written_id
from fenji.errors import InvalidArgument, NotFound, unknown_name
from fenji.language import message as _
from fenji.prepare.contact_points import search_forms
from fenji.tables import clean
from fenji.workspace.session import Session

MOST_ENTRIES = 100_000
"""A list that a person has made; more than that is a table of a source."""

_HEAD_ROWS = 20
"""Rows in which a named column is looked for, below titles that people write."""

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

Row = Sequence[str | None]


def entries_in(path: Path, column: str | None = None) -> tuple[str, ...]:
    """The cells of one column of a file, each different one once.

    Args:
        path: a workbook (its first sheet), or text in any encoding and with any delimiter.
        column: its heading; None: the first column, from the first line on.

    Raises:
        NotFound: no such file.
        InvalidFile: no workbook and no text.
        InvalidArgument: no such column, or too many entries.
    """
    if not path.is_file():
        raise NotFound.of(_("there is no file {file}."), file=str(path))
    with tempfile.TemporaryDirectory(prefix="fenji-") as scratch:
        try:
            cells = _column(_rows(path, Path(scratch)), column)
            found = tuple(dict.fromkeys(text for cell in cells if cell is not None and (text := cell.strip())))
        except OSError as error:
            raise system_error(error, str(path)) from error
    if len(found) > MOST_ENTRIES:
        raise InvalidArgument.of(
            _("the list holds {count} entries; {most} is the most."),
            advice=_("Divide it, or add it to the sources of the workspace."),
            count=len(found),
            most=MOST_ENTRIES,
        )
    return found


def look_up(session: Session, run: Run, file: str, entries: Sequence[str], *, has_heading: bool) -> tuple[Uploaded, ir.Table]:
    """What became of the entries, and who is meant: a table of ``customer_key``, each once.

    Args:
        session: the opened workspace.
        run: whose customers are meant.
        file: what the list is called.
        entries: different texts: ids of any id space, SPACE:ID, phones or e-mails in any writing.
        has_heading: whether the first entry may be a heading: a word by which nobody is known.
    """
    met = session.engine.stage(_met(session, run, entries))
    counted = met.group_by("entry").aggregate(customers=met.count())
    hits = {row["entry"]: row["customers"] for row in session.engine.fetch(counted).to_pylist()}
    wanted = range(len(entries))
    if has_heading and entries and 0 not in hits and not any(each.isdigit() or each == "@" for each in entries[0]):
        wanted = range(1, len(entries))
    found = Uploaded(
        file=file,
        entries=len(wanted),
        found=len(hits),
        several=sum(customers > 1 for customers in hits.values()),
        not_found=tuple(entries[number] for number in wanted if number not in hits),
    )
    return found, met.select("customer_key").distinct()


def _met(session: Session, run: Run, entries: Sequence[str]) -> ir.Table:
    """Which entry means whom: (entry, customer_key), each pair once."""
    parts = [each.partition(":") for each in entries]
    given = pa.table(
        {
            "entry": pa.array(range(len(entries)), pa.int64()),
            "text": pa.array(entries, pa.string()),
            "id": pa.array([written_id(each) for each in entries], pa.string()),
            "space": pa.array([space.strip() if colon else None for space, colon, _rest in parts], pa.string()),
            "rest": pa.array([written_id(rest) if colon else None for _space, colon, rest in parts], pa.string()),
        }
    )
    asked = session.engine.stage(search_forms(session.engine.from_arrow(given)))
    identity = session.read(run.run_id, clean.IDENTITY).select("source", "source_customer_id", known_key="customer_key")
    points = session.read(run.run_id, clean.CONTACT_POINT).select("kind", "value", known_key="customer_key")
    ways = [
        asked.join(identity, asked["text"] == identity["source_customer_id"]),
        asked.join(identity, asked["id"] == identity["source_customer_id"]),
        asked.join(identity, [asked["space"] == identity["source"], asked["rest"] == identity["source_customer_id"]]),
    ]
    for kind in ("phone", "email"):
        own = points.filter(points["kind"] == kind)
        ways.append(asked.join(own, asked[kind] == own["value"]))
    pairs = [way.select("entry", customer_key="known_key") for way in ways]
    first, *others = pairs
    return first.union(*others, distinct=True)


def _column(rows: Iterator[Row], column: str | None) -> Iterator[str | None]:
    if column is None:
        for row in rows:
            yield row[0] if row else None
        return
    wanted = column.strip().casefold()
    head: list[str] = []
    for number, row in enumerate(rows):
        names = [(cell or "").strip() for cell in row]
        folded = [name.casefold() for name in names]
        if wanted in folded:
            place = folded.index(wanted)
            yield from (later[place] if place < len(later) else None for later in rows)
            return
        # A row without headings holds people, who are not repeated.
        head = head or [name for name in names if name and not any(each.isdigit() or each == "@" for each in name)]
        if number >= _HEAD_ROWS:
            break
    raise InvalidArgument(unknown_name(_("column"), column, head[:_HEAD_ROWS]))


def _rows(path: Path, scratch: Path) -> Iterator[Row]:
    with path.open("rb") as handle:
        head = handle.read(4096)
    if head.startswith(_WORKBOOKS) or is_markup(head):
        sheet = next(iter(open_sheets(path, path.name, (), scratch)), None)
        if sheet is not None:
            columns = with_true_values(sheet, [f"column_{number}" for number in range(len(sheet.columns))], 0)
            yield from zip(*(column.to_pylist() for column in columns), strict=True)
        return
    text = plain_text(path, path.name, scratch)
    delimiter = find_delimiter(text.head)
    with text.path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        if says_delimiter(text.head):
            next(lines)
        yield from csv.reader(lines, delimiter=delimiter)
