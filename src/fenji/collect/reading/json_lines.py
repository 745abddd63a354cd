"""How do JSON lines come in? One object per line; its keys are the columns, nested values stay JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fenji.collect.reading.contents import BLOCK, PlainText, plain_text
from fenji.collect.reading.samples import SAMPLE_ROWS, PartRead, Sample, Target, Unreadable
from fenji.domain.reasons import Reason
from fenji.domain.sources import FileLocation, Format
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

LOOKED_AT = 5_000
"""Objects whose keys are collected: a key that few objects have must still be found."""

_NUMBERS = "n"
_SCHEMA = pa.schema([(_NUMBERS, pa.int64()), ("record", pa.string())])


@dataclass(frozen=True)
class JsonPart:
    """A file of JSON lines whose keys are known."""

    sample: Sample
    text: PlainText

    def read(self, target: Target) -> PartRead:
        """See Part.read."""
        records = target.scratch / f"{target.batch}.records"
        try:
            with pq.ParquetWriter(records, _SCHEMA, compression="zstd") as writer:
                for batch in _batches(self.text.path):
                    writer.write_batch(batch)
            layout = target.layout(self.sample.headers, self.sample.headers)
            whole = replace(layout, columns=(_NUMBERS, "record"), hashed=("record",), numbers=_NUMBERS)
            outcome = target.reader.collect_json(records, whole, target.folder)
        finally:
            records.unlink(missing_ok=True)
        refused = (text.split("\t", maxsplit=1) for text in outcome.refused)
        return PartRead(outcome.records, tuple(Unreadable(int(row), Reason.INVALID_RECORD, came) for row, came in refused))


def open_json_lines(path: Path, name: str, location: FileLocation, scratch: Path) -> JsonPart:
    """Looks into a file of JSON lines.

    Raises:
        InvalidFile: empty, no text, a JSON array, or no object in the first lines.
    """
    text = plain_text(path, name, scratch, encoding=location.encoding)
    if text.head.lstrip().startswith("["):
        raise InvalidFile.of(_("this is a JSON array; one object per line is needed."), place=Place(name))
    objects = list(_objects(text.path))
    headers = tuple(dict.fromkeys(key for one in objects for key in one))
    if not headers:
        raise InvalidFile.of(_("there is no JSON object in the first {lines} lines."), place=Place(name), lines=LOOKED_AT)
    rows = tuple(tuple(_text(one.get(key)) for key in headers) for one in objects[:SAMPLE_ROWS])
    return JsonPart(Sample(name, None, Format.JSON_LINES, text.encoding, None, 0, headers, rows), text)


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig") as handle:
        for line, _number in zip(handle, range(LOOKED_AT), strict=False):
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                yield value


def _batches(path: Path) -> Iterator[Any]:
    """The lines that hold anything, with their numbers."""
    number = 0
    with path.open(encoding="utf-8-sig", newline="\n") as handle:
        while lines := handle.readlines(BLOCK):
            given = [(position, line) for position, line in enumerate(lines, start=number + 1) if line.strip()]
            number += len(lines)
            yield pa.record_batch([[each[0] for each in given], [each[1].rstrip("\r\n") for each in given]], schema=_SCHEMA)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    return json.dumps(value, ensure_ascii=False)
