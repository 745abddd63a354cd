"""Has a file been read before, in the same way? A fingerprint covers its content and whatever decides how it is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

from fenji.domain.collected import CollectedFile
from fenji.domain.sources import DatabaseLocation, Source

READING = "2"
"""Goes up when files are read in another way than before, so that every file is read anew."""


def fingerprint(content: str, source: Source, engine: str) -> str:
    """The fingerprint of one file or query result.

    Units, constants, currencies, drop rules and all else that only later stages use do not count: a change of them reads nothing
    anew. The engine counts, since row hashes of two engines do not compare.

    Args:
        content: SHA-256 of the file's bytes or of the query's result.
        source: the source that reads it.
        engine: name of the engine that reads it.
    """
    place = source.location
    how: dict[str, object] = {
        "reading": READING,
        "engine": engine,
        "content": content,
        "feed": source.feed.value,
        "columns": {name: mapping.headers for name, mapping in source.columns.items() if mapping.headers},
    }
    if isinstance(place, DatabaseLocation):
        how |= {"table": place.table, "query": place.query}
    else:
        how |= {"format": place.format, "encoding": place.encoding, "delimiter": place.delimiter}
        how |= {"sheets": place.sheets, "part_column": place.part_column, "shape": asdict(place.shape)}
    return hashlib.sha256(json.dumps(how, sort_keys=True).encode()).hexdigest()


def batch_of(source: str, file: str, print_: str) -> str:
    """The name of one collection of a file or sheet; also its folder."""
    return hashlib.sha256(json.dumps([source, file, print_]).encode()).hexdigest()[:20]


def known_parts(known: Iterable[CollectedFile], source: str, name: str) -> tuple[CollectedFile, ...]:
    """What was collected of a file before: itself, or its sheets."""
    return tuple(each for each in known if each.source == source and (each.file == name or each.file.startswith(f"{name}#")))


def is_unchanged(parts: Sequence[CollectedFile], print_: str, is_whole: Callable[[str], bool]) -> bool:
    """Whether everything that was collected of a file still counts, and still stands in the store as it was written.

    Args:
        parts: what was collected of the file.
        print_: its fingerprint now.
        is_whole: tells of a folder of the store whether it is as it was published.
    """
    folders = [path for each in parts for path in (each.raw_path, each.unreadable_path) if path is not None]
    return bool(parts) and all(each.fingerprint == print_ for each in parts) and all(map(is_whole, folders))
