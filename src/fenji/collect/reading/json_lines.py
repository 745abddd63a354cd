"""How do JSON files come in? Keys are the columns, those of an object inside a record too (buyer.id); other nested values stay JSON."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fenji.collect.reading.contents import BLOCK, PlainText, plain_text
from fenji.collect.reading.json_values import (
    MOST_DEPTH,
    array_records,
    depth_of,
    dumped,
    flattened,
    has_halves,
    is_lines,
    loaded,
)
from fenji.collect.reading.limits import MOST_JSON_LOOKED_AT, MOST_JSON_RECORD, bounded_lines, check_width
from fenji.collect.reading.samples import PartRead, Sample, Target, Unreadable
from fenji.domain.reasons import Reason
from fenji.domain.sources import FileLocation, Format
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

LOOKED_AT = 5_000
"""Objects whose keys are collected: a key that few objects have must still be found."""

_NUMBERS = "n"
_SCHEMA = pa.schema([(_NUMBERS, pa.int64()), ("record", pa.string())])
_HELD = 10_000
_SHOWN = 200
_PIECE = 1 << 20

Record = tuple[int, str]
"""The number of a record and its JSON text."""


@dataclass(frozen=True)
class JsonPart:
    """A JSON file whose keys are known."""

    sample: Sample
    text: PlainText
    is_lines: bool
    is_nested: bool
    """Records hold objects, whose keys are columns."""

    def read(self, target: Target) -> PartRead:
        """See Part.read."""
        records = target.scratch / f"{target.batch}.records"
        others: list[Unreadable] = []
        try:
            with pq.ParquetWriter(records, _SCHEMA, compression="zstd") as writer:
                for batch in _batches(self._records(others), others):
                    writer.write_batch(batch)
            layout = target.layout(self.sample.headers, self.sample.headers)
            whole = replace(layout, columns=(_NUMBERS, "record"), hashed=("record",), numbers=_NUMBERS)
            outcome = target.reader.collect_json(records, whole, target.folder)
        finally:
            records.unlink(missing_ok=True)
        refused = (text.split("\t", maxsplit=1) for text in outcome.refused)
        invalid = [Unreadable(int(row), Reason.INVALID_RECORD, came) for row, came in refused]
        return PartRead(outcome.records, tuple(sorted([*invalid, *others], key=lambda each: each.row)))

    def _records(self, refused: list[Unreadable]) -> Iterator[Record]:
        if not self.is_lines:
            for number, (value, text) in enumerate(array_records(self.text.path, self.sample.file), start=1):
                # Halves of letters stay escaped, so that the engine refuses the record.
                record = flattened(value) if isinstance(value, dict) else value
                yield number, json.dumps(record) if has_halves(record, text) else dumped(record)
            return
        for number, line, is_cut in _lines(self.text):
            if is_cut:
                refused.append(Unreadable(number, Reason.TOO_LONG, _printable(line)))
                continue
            if not (line.isascii() or self.text.is_clean) and has_halves(line, line):
                refused.append(Unreadable(number, Reason.UNDECODABLE, _printable(line)))
                continue
            value = loaded(line) if self.is_nested else None
            yield number, dumped(flattened(value)) if isinstance(value, dict) else line


def open_json_lines(path: Path, name: str, location: FileLocation, scratch: Path) -> JsonPart:
    """Looks into a JSON file.

    Raises:
        InvalidFile: empty, no text, damaged, or without an object among the first records.
    """
    text, lines = _opened(path, name, scratch, location.encoding)
    objects = list(islice(_objects(text, name, are_lines=lines), LOOKED_AT))
    headers = _headers(objects, name)
    sample = Sample(name, None, Format.JSON_LINES, text.encoding, None, 0, headers, (), is_whole=False)
    return JsonPart(_with_headers(sample), text, lines, any(_is_nested(each) for each in objects))


def sample_json(path: Path, name: str, scratch: Path, *, most: int) -> Sample:
    """The sample of a JSON file; an object inside a record gives its keys as columns and is none itself.

    Raises:
        InvalidFile: as for ``open_json_lines``.
    """
    text, lines = _opened(path, name, scratch, None)
    objects = list(islice(_objects(text, name, are_lines=lines), most + 1))
    is_whole = len(objects) <= most
    if lines and not is_whole:
        objects = [*objects[: most - most // 4], *_last(text, most // 4)]
    objects = objects[:most]
    flat = [flattened(each) for each in objects]
    parents = {key for each in objects for key, value in each.items() if isinstance(value, dict) and value}
    headers = tuple(key for key in _headers(objects, name) if key not in parents)
    rows = tuple(tuple(_text(one.get(key)) for key in headers) for one in flat)
    sample = Sample(name, None, Format.JSON_LINES, text.encoding, None, 0, headers, rows, is_whole=is_whole)
    return _with_headers(sample)


def _opened(path: Path, name: str, scratch: Path, encoding: str | None) -> tuple[PlainText, bool]:
    text = plain_text(path, name, scratch, encoding=encoding)
    return text, is_lines(text.path)


def _with_headers(sample: Sample) -> Sample:
    if not sample.headers:
        raise InvalidFile.of(_("there is no JSON object in the first {lines} lines."), place=Place(sample.file), lines=LOOKED_AT)
    return sample


def _headers(objects: Iterable[dict[str, Any]], name: str) -> tuple[str, ...]:
    headers = tuple(dict.fromkeys(key for one in objects for key in flattened(one)))
    check_width(len(headers), name)
    return headers


def _is_nested(record: dict[str, Any]) -> bool:
    return any(isinstance(value, dict) for value in record.values())


def _objects(text: PlainText, name: str, *, are_lines: bool) -> Iterator[dict[str, Any]]:
    """Objects from the start of a file, until enough letters have been looked at."""
    lines = ((loaded(line), line) for _number, line, is_cut in _lines(text) if not is_cut)
    looked_at = 0
    for value, given in lines if are_lines else array_records(text.path, name):
        if isinstance(value, dict) and not has_halves(value, given):
            yield value
        looked_at += len(given)
        if looked_at > MOST_JSON_LOOKED_AT:
            return


def _lines(text: PlainText) -> Iterator[tuple[int, str, bool]]:
    """The lines that hold anything, with their numbers and whether they are the beginning of one with too many bytes."""
    with text.path.open("rb") as handle:
        for number, line in enumerate(bounded_lines(handle, MOST_JSON_RECORD), start=1):
            if line.strip():
                bare = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
                yield number, bare.decode("utf-8", errors="surrogateescape").rstrip("\r\n"), len(line) > MOST_JSON_RECORD


def _last(text: PlainText, most: int) -> list[dict[str, Any]]:
    """Objects of the last lines."""
    with text.path.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - _PIECE))
        lines = handle.read().decode("utf-8", errors="replace").splitlines()[1:]
    values = [loaded(line) for line in lines[-most:]] if most else []
    return [value for value in values if isinstance(value, dict)]


def _batches(records: Iterable[Record], refused: list[Unreadable]) -> Iterator[Any]:
    held: list[Record] = []
    size = 0
    for number, text in records:
        if depth_of(text) > MOST_DEPTH:
            refused.append(Unreadable(number, Reason.INVALID_RECORD, _printable(text)))
            continue
        held.append((number, text))
        size += len(text)
        if len(held) >= _HELD or size >= BLOCK:
            yield pa.record_batch([[each[0] for each in held], [each[1] for each in held]], schema=_SCHEMA)
            held, size = [], 0
    if held:
        yield pa.record_batch([[each[0] for each in held], [each[1] for each in held]], schema=_SCHEMA)


def _printable(text: str) -> str:
    return text[:_SHOWN].encode(errors="replace").decode()


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    return json.dumps(value, ensure_ascii=False)
