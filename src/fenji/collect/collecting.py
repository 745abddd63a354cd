"""What came in since the last run? New and changed files are read into raw tables, unchanged ones carried over, files gone reported.

Reads   the files and queries of every source
Writes  raw.<feed>: one row per record that could be read
Units   text as the source wrote it
Keeps   every record of every file of the sources, exactly once; what could not be read stands in raw.unreadable_row
Source  sources.yaml
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fenji.collect.files import FoundFile, find_files, system_error
from fenji.collect.fingerprints import batch_of, fingerprint, is_unchanged, known_parts
from fenji.collect.matching import choose_parts, wanted_headers
from fenji.collect.ports import RecordReader
from fenji.collect.reading.contents import sha256_of
from fenji.collect.reading.databases import Fetched, missing_columns, open_database
from fenji.collect.reading.samples import PartRead, Target
from fenji.collect.reading.sniffing import open_file
from fenji.collect.reading.unreadable import write_unreadable
from fenji.domain.collected import AbsentColumn, CollectedFile
from fenji.domain.sources import DatabaseLocation, FileLocation, Source
from fenji.errors import FenjiError, InvalidFile, InvalidInput
from fenji.private_files import private_folder
from fenji.tables.raw import RAW, UNREADABLE


class Readable(Protocol):
    """A part of a file, or a query result, that has been looked into."""

    def read(self, target: Target) -> PartRead:
        """Writes every record into the target's folder."""
        ...


Progress = Callable[[str, int, int], None]
"""Told the name of a file when its reading begins, how many are done, and how many there are."""


@dataclass(frozen=True)
class Collected:
    """What a run has to work with, and what became of each file since the run before."""

    files: tuple[CollectedFile, ...]
    """Every file, sheet and query result that counts now, by source and name."""
    new: tuple[CollectedFile, ...]
    changed: tuple[CollectedFile, ...]
    unchanged: tuple[CollectedFile, ...]
    """Carried over: nothing was read."""
    gone: tuple[CollectedFile, ...]
    """No longer there; their rows have left."""
    kept_missing: tuple[CollectedFile, ...]
    """No longer there; their rows stay because the source says so."""
    absent: tuple[AbsentColumn, ...] = ()
    """Optional columns that files which were read now do not have."""


def collect(
    sources: Sequence[Source],
    *,
    root: Path,
    known: Sequence[CollectedFile],
    reader: RecordReader,
    store: Path,
    is_whole: Callable[[str], bool],
    run_id: str,
    scratch: Path | None = None,
    on_progress: Progress | None = None,
) -> Collected:
    """Brings the raw tables of a run up to date with the sources.

    Grain: one CollectedFile per file, sheet or query result. Batch and incremental agree: the result depends on what is there
    now (and, under ``keep_missing``, on what was), not on the way that led to it.

    Args:
        sources: the entries of sources.yaml.
        root: the workspace, to which paths are relative.
        known: the files of the run before; none for the first.
        reader: the engine.
        store: the folder that raw paths are relative to.
        is_whole: tells of a folder of the store whether it is as it was published; a file whose rows are damaged there is read anew.
        run_id: whose folders are written, below ``<shelf>.<table>/run=<run_id>/``.
        scratch: where rewritten files stand for a while; the system's temporary folder where None.
        on_progress: told of each file.

    Raises:
        InvalidInput: with every problem of every file. Nothing has been written, unless a file showed its fault only while read.
        Unavailable: a database or the disk is out of reach.
    """
    if scratch is not None:
        private_folder(scratch)
    with tempfile.TemporaryDirectory(prefix="fenji-collect-", dir=scratch) as folder:
        work = _Work(root, tuple(known), reader, store, is_whole, run_id, Path(folder))
        for source in sources:
            work.look_into(source)
        work.raise_errors()
        collected = work.read(on_progress or (lambda _file, _done, _total: None))
        work.raise_errors()
    return work.result(collected, sources)


@dataclass(frozen=True)
class _ToRead:
    """A part that has passed every check and is to be read."""

    part: Readable
    source: Source
    file: str
    fingerprint: str
    fields: dict[str, int]
    part_column: int | None


@dataclass
class _Work:
    """One collection under way."""

    root: Path
    known: tuple[CollectedFile, ...]
    reader: RecordReader
    store: Path
    is_whole: Callable[[str], bool]
    run_id: str
    scratch: Path
    carried: list[CollectedFile] = field(default_factory=list)
    to_read: list[_ToRead] = field(default_factory=list)
    errors: list[FenjiError] = field(default_factory=list)
    absent: list[AbsentColumn] = field(default_factory=list)

    def look_into(self, source: Source) -> None:
        """Finds what is to be read of a source, and what is wrong with it."""
        try:
            if isinstance(source.location, DatabaseLocation):
                self._look_into_database(source, source.location)
            else:
                self._look_into_files(source, source.location)
        except FenjiError as error:
            self.errors.append(error)

    def read(self, on_progress: Progress) -> list[CollectedFile]:
        """Reads every part; faults are gathered, so that all files show theirs."""
        done: list[CollectedFile] = []
        for position, one in enumerate(self.to_read):
            on_progress(one.file, position, len(self.to_read))
            try:
                done.append(self._read(one))
            except FenjiError as error:
                self.errors.append(error)
                if error.retryable:
                    # A full disk fails every file that follows: once is enough.
                    break
            except OSError as error:
                self.errors.append(system_error(error, one.file))
                break
        return done

    def raise_errors(self) -> None:
        """Raises one error that carries all that were found."""
        if not self.errors:
            return
        kinds = {type(error) for error in self.errors}
        problems = [problem for error in self.errors for problem in error.problems]
        raise (kinds.pop() if len(kinds) == 1 else InvalidInput)(*problems)

    def result(self, collected: list[CollectedFile], sources: Sequence[Source]) -> Collected:
        """The manifest, and what became of each file."""
        present = {(each.source, each.file) for each in (*collected, *self.carried)}
        before = {(each.source, each.file) for each in self.known}
        missing = [each for each in self.known if (each.source, each.file) not in present]
        keeping = {source.name for source in sources if source.keep_missing}
        kept = tuple(each for each in missing if each.source in keeping)
        files = sorted((*collected, *self.carried, *kept), key=lambda each: (each.source, each.file))
        return Collected(
            tuple(files),
            new=tuple(each for each in collected if (each.source, each.file) not in before),
            changed=tuple(each for each in collected if (each.source, each.file) in before),
            unchanged=tuple(self.carried),
            gone=tuple(each for each in missing if each.source not in keeping),
            kept_missing=kept,
            absent=tuple(self.absent),
        )

    def _look_into_files(self, source: Source, location: FileLocation) -> None:
        files, problems = find_files(location.paths, self.root, source.name)
        has_old_rows = source.keep_missing and any(each.source == source.name for each in self.known)
        if problems and not has_old_rows:
            self.errors.append(InvalidFile(*problems))
        for file in files:
            try:
                self._look_into_file(source, location, file)
            except FenjiError as error:
                self.errors.append(error)

    def _look_into_file(self, source: Source, location: FileLocation, file: FoundFile) -> None:
        try:
            content = sha256_of(file.path)
        except OSError as error:
            raise system_error(error, file.name) from error
        mark = fingerprint(content, source, self.reader.name)
        before = known_parts(self.known, source.name, file.name)
        if is_unchanged(before, mark, self.is_whole):
            self.carried.extend(before)
            return
        folder = self.scratch / f"{len(self.to_read)}-{content[:12]}-{source.feed}"
        folder.mkdir(exist_ok=True)
        parts = open_file(file.path, file.name, location, folder, wanted=wanted_headers(source))
        pairs, problems = choose_parts(parts, source)
        InvalidFile.raise_if(problems)
        for part, found in pairs:
            sheet = part.sample.part
            name = file.name if sheet is None else f"{file.name}#{sheet}"
            self.to_read.append(_ToRead(part, source, name, mark, found.fields, found.part))
            self.absent += [AbsentColumn(source.name, name, source.columns[each].headers[0]) for each in found.absent]

    def _look_into_database(self, source: Source, location: DatabaseLocation) -> None:
        database = open_database(source.name, location, self.root)
        # A table of a database has one set of names; alternatives are for files of several years.
        wanted = tuple(dict.fromkeys(names[0] for names in wanted_headers(source)))
        InvalidFile.raise_if(missing_columns(database, wanted))
        fetched: Fetched = database.fetch(wanted, self.scratch)
        mark = fingerprint(fetched.sha256, source, self.reader.name)
        before = known_parts(self.known, source.name, database.name)
        if is_unchanged(before, mark, self.is_whole):
            self.carried.extend(before)
            return
        fields = {name: wanted.index(each.headers[0]) for name, each in source.columns.items() if each.headers}
        self.to_read.append(_ToRead(fetched, source, database.name, mark, fields, None))

    def _read(self, one: _ToRead) -> CollectedFile:
        source = one.source
        batch = batch_of(source.name, one.file, one.fingerprint)
        raw_path = f"{RAW[source.feed].full_name}/run={self.run_id}/batch={batch}"
        target = Target(
            reader=self.reader,
            folder=self.store / raw_path,
            scratch=self.scratch,
            feed=source.feed,
            source=source.name,
            file=one.file,
            batch=batch,
            fields=one.fields,
            part=one.part_column,
        )
        try:
            read = one.part.read(target)
        except (FenjiError, OSError):
            shutil.rmtree(target.folder, ignore_errors=True)
            raise
        unreadable_path = None
        if read.unreadable:
            unreadable_path = f"{UNREADABLE.full_name}/run={self.run_id}/batch={batch}"
            folder = self.store / unreadable_path
            write_unreadable(read.unreadable, folder, source=source.name, file=one.file, batch=batch, feed=source.feed)
        return CollectedFile(
            source=source.name,
            feed=source.feed,
            file=one.file,
            fingerprint=one.fingerprint,
            batch=batch,
            records=read.records,
            unreadable=len(read.unreadable),
            raw_path=raw_path,
            unreadable_path=unreadable_path,
        )
