"""Is a file of the store still what was published? What a file is to the byte, and how it differs from that later."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from pathlib import Path

from fenji.domain.runs import Part, PartFault, StoredTable
from fenji.state.store import Store

ALWAYS_READ = 4_000_000
"""Bytes up to which a checksum is computed whenever a file is first read: some milliseconds."""


class Depth(Enum):
    """How closely files are compared with what was published."""

    GLANCE = auto()
    """There, and as large and as old as then; bytes only of those that were written since."""
    ANSWER = auto()
    """Before something is answered from them: the bytes of small ones too."""
    ALL = auto()
    """Every byte."""


def describe(store: Store, path: str) -> tuple[Part, ...]:
    """What the Parquet files of a folder are now."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

    found = []
    for file in store.files(path):
        stat = file.stat()
        rows = pq.read_metadata(file).num_rows
        found.append(Part(store.relative(file), rows, stat.st_size, stat.st_mtime_ns, _sha256(file)))
    return tuple(found)


class PartCheck:
    """Compares files with what was published, and remembers which were whole: a hundred bytes for each."""

    def __init__(self, store: Store) -> None:
        """The files of a store, of which nothing is known yet."""
        self._store = store
        self._whole: dict[str, tuple[int, int, str]] = {}

    def faults(self, table: StoredTable, *, depth: Depth = Depth.ANSWER) -> Iterator[tuple[str, PartFault]]:
        """The files of a published table that are not as they were, relative to the store, each with how it differs."""
        if table.parts is None:
            yield from self._faults_without_manifest(table)
            return
        if sum(each.rows for each in table.parts) != table.rows:
            yield table.path, PartFault.ROWS
        yield from self.faults_in(table.path, table.parts, depth=depth)

    def faults_in(self, folder: str, parts: Sequence[Part], *, depth: Depth = Depth.ANSWER) -> Iterator[tuple[str, PartFault]]:
        """The same of a folder whose parts are known."""
        yield from ((each.path, fault) for each in parts if (fault := self.fault(each, depth=depth)))
        known = {each.path for each in parts}
        there = map(self._store.relative, self._store.files(folder))
        yield from ((name, PartFault.UNKNOWN) for name in there if name not in known)

    def raw_faults(self, folder: str, parts: Sequence[Part], *, depth: Depth = Depth.ANSWER) -> Iterator[tuple[str, PartFault]]:
        """The same of a folder of raw rows; of one of before manifests, which has no parts, only whether it is there."""
        if parts:
            yield from self.faults_in(folder, parts, depth=depth)
        elif not (self._store.root / folder).is_dir():
            yield folder, PartFault.MISSING

    def fault(self, part: Part, *, depth: Depth = Depth.ANSWER) -> PartFault | None:
        """How a file differs from what was published; None where it does not."""
        file = self._store.root / part.path
        try:
            stat = file.stat()
            if stat.st_size != part.size:
                return PartFault.SIZE
            seen = (stat.st_size, stat.st_mtime_ns, part.sha256)
            is_as_left = stat.st_mtime_ns == part.modified and (part.size > ALWAYS_READ or depth is Depth.GLANCE)
            if depth is not Depth.ALL and (is_as_left or self._whole.get(part.path) == seen):
                return None
            if _sha256(file) != part.sha256:
                return PartFault.CONTENT
        except OSError:
            return PartFault.MISSING
        self._whole[part.path] = seen
        return None

    def _faults_without_manifest(self, table: StoredTable) -> Iterator[tuple[str, PartFault]]:
        """All that can be said of a run that kept no checksums: whether its rows are there."""
        files = self._store.files(table.path)
        if not files:
            yield table.path, PartFault.MISSING
        elif _rows(files) != table.rows:
            yield table.path, PartFault.ROWS


def _rows(files: Sequence[Path]) -> int | None:
    import pyarrow as pa  # noqa: PLC0415 - heavy third-party library
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        counts: list[int] = [pq.read_metadata(file).num_rows for file in files]
    except (OSError, pa.ArrowException):
        return None
    return sum(counts)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
