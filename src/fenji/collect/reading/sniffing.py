"""What does a data file look like? Its format, encoding, delimiter, header row and first rows, found without being told."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path

from fenji.collect.files import promised_format, system_error
from fenji.collect.reading.contents import disguise
from fenji.collect.reading.delimited import open_delimited
from fenji.collect.reading.header_rows import Names
from fenji.collect.reading.json_lines import open_json_lines, sample_json
from fenji.collect.reading.markup import is_markup
from fenji.collect.reading.parquet_files import open_parquet
from fenji.collect.reading.samples import SAMPLE_ROWS, Part, Sample
from fenji.collect.reading.sampling import sample_text
from fenji.collect.reading.workbooks import open_workbook, sample_workbook
from fenji.domain.sources import FileLocation, Format
from fenji.errors import NotFound
from fenji.language import message as _

__all__ = ["Sample", "format_of", "open_file", "read_samples"]

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_samples(path: Path, *, most: int = SAMPLE_ROWS, name: str | None = None) -> tuple[Sample, ...]:
    """What stands in a file and what makes a table of it; of a workbook, of every sheet that holds anything.

    Args:
        path: the file.
        most: rows of a sample.
        name: what problems and samples call it; its path where None.

    Raises:
        NotFound: there is no such file.
        InvalidFile: it cannot be read as a table.
    """
    name = name or str(path)
    try:
        if not path.is_file():
            raise NotFound.of(_("there is no file {file}."), file=name)
        kind = format_of(path)
        if kind is Format.CSV:
            return (sample_text(path, name, most=most),)
        if kind is Format.PARQUET:
            return (open_parquet(path, name, most=most).sample,)
        with tempfile.TemporaryDirectory(prefix="fenji-") as scratch:
            if kind is Format.EXCEL:
                return sample_workbook(path, name, Path(scratch), most=most)
            return (sample_json(path, name, Path(scratch), most=most),)
    except OSError as error:
        raise system_error(error, name) from error


def open_file(
    path: Path, name: str, location: FileLocation, scratch: Path, *, wanted: Collection[Names] = ()
) -> tuple[Part, ...]:
    """Looks into a file: its parts, each with its sample, ready to be read while ``scratch`` exists.

    Args:
        path: the file.
        name: what problems and samples call it.
        location: what the source says about format, encoding, delimiter and sheets.
        scratch: an existing folder for rewritten files.
        wanted: the columns that the source maps, each a header or several of which one must be there; help to find the header row.

    Raises:
        InvalidFile: it cannot be opened, or is not what it claims to be.
        Unavailable: the disk is full.
    """
    try:
        kind = location.format or format_of(path)
        if kind is Format.EXCEL:
            return open_workbook(path, name, location, scratch, wanted=wanted)
        if kind is Format.PARQUET:
            return (open_parquet(path, name, most=0),)
        if kind is Format.JSON_LINES:
            return (open_json_lines(path, name, location, scratch),)
        return (open_delimited(path, name, location, scratch, wanted=wanted),)
    except OSError as error:
        raise system_error(error, name) from error


def format_of(path: Path, *, name: str | None = None) -> Format:
    """What the ending promises, unless the first bytes know better where that does no harm.

    Many Chinese systems name a text table or a web page .xls; it is read as what it is. A workbook that is named .csv is refused,
    with its true nature in the message.

    Args:
        path: the file.
        name: by whose ending it is to be judged; that of its path where None.
    """
    promised = promised_format(path if name is None else Path(name))
    with path.open("rb") as handle:
        head = handle.read(4096)
    is_text = not head.startswith(_WORKBOOKS) and not is_markup(head) and disguise(head, name or path.name) is None
    if promised is Format.EXCEL and head and is_text:
        return Format.CSV if any(mark in head for mark in (b",", b"\t", b";", b"|")) else Format.EXCEL
    if promised is not None:
        return promised
    if head.startswith(_WORKBOOKS):
        return Format.EXCEL
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if is_markup(head) and promised is None:
        return Format.EXCEL
    return Format.JSON_LINES if head.lstrip().startswith((b"{", b"[{")) else Format.CSV
