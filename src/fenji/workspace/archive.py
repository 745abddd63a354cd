"""What is a backup? One tar file: what it is, the documents, every published file, the state as rows, and the checksum of each."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Self

from fenji.errors import InvalidFile, Place, Problem
from fenji.language import message as _

FORMAT = 1
FIRST, STATE, LAST = "fenji-backup.json", "state.jsonl", "checksums.json"
DOCUMENTS, STORE = "workspace", "store"

CHUNK = 1 << 20
"""Bytes that are held in memory at once."""

_MODIFIED = "FENJI.modified"
"""Nanoseconds since 1970; tar itself keeps them as a rounded number."""


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself, in its first lines."""

    format: int
    package_version: str
    state_version: str
    run_id: str
    """The current run."""
    audit_number: int
    audit_hash: str
    runs: int
    files: int
    bytes: int
    """Of the published files."""


class _Hashing(io.RawIOBase):
    """A stream that is hashed while it is read."""

    def __init__(self, stream: IO[bytes], archive: Path) -> None:
        self._stream, self._archive, self._hash = stream, archive, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._stream.read(size)
        except tarfile.TarError as error:
            raise _broken(self._archive) from error
        self._hash.update(data)
        return data

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@dataclass
class ArchiveWriter:
    """A backup while it is written; it bears its name only when it is whole."""

    target: Path
    sums: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Opens the file under another name."""
        self._beside = self.target.with_name(f".{self.target.name}.part")
        self._beside.touch(mode=0o600)  # it holds what is known of everybody
        self._tar = tarfile.open(self._beside, "w", format=tarfile.PAX_FORMAT)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Ends it with all checksums and gives it its name; what could not be finished goes."""
        if kind is not None:
            self._tar.close()
            self._beside.unlink(missing_ok=True)
            return
        self.add_text(LAST, json.dumps(self.sums))
        self._tar.close()
        with self._beside.open("rb") as written:
            os.fsync(written.fileno())
        self._beside.replace(self.target)

    def add_text(self, name: str, text: str, *, modified: int = 0) -> None:
        """Adds a small document."""
        data = text.encode()
        self._add(name, io.BytesIO(data), len(data), modified)

    def add_file(self, name: str, file: Path) -> str:
        """Adds a file and returns its SHA-256.

        Raises:
            OSError: it is not there, or has become shorter meanwhile.
        """
        with file.open("rb") as stream:
            found = os.fstat(stream.fileno())
            return self._add(name, stream, found.st_size, found.st_mtime_ns)

    def _add(self, name: str, stream: IO[bytes], size: int, modified: int) -> str:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = size, modified // 10**9, 0o600
        entry.pax_headers = {_MODIFIED: str(modified)}
        hashing = _Hashing(stream, self.target)
        self._tar.addfile(entry, hashing)
        self.sums[name] = hashing.sha256
        return hashing.sha256


@dataclass(frozen=True)
class Member:
    """One file of a backup."""

    name: PurePosixPath
    size: int
    modified: int
    """Nanoseconds since 1970."""
    stream: IO[bytes]

    def write(self, file: Path) -> None:
        """Writes it with the time that it had."""
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as out:
            while data := self.stream.read(CHUNK):
                out.write(data)
        os.utime(file, ns=(self.modified, self.modified))


def contents_of(archive: Path) -> Contents:
    """What a backup says of itself.

    Raises:
        InvalidFile: it is none, or of another kind than this version knows.
    """
    try:
        with tarfile.open(archive, "r:") as tar:
            first = tar.next()
            stream = None if first is None or first.name != FIRST else tar.extractfile(first)
            found = Contents(**(json.loads(stream.read()) if stream is not None else {}))
    except (OSError, tarfile.TarError, ValueError, TypeError) as error:
        raise _no_backup(archive) from error
    if found.format != FORMAT:
        raise _no_backup(archive)
    return found


def first_lines(contents: Contents) -> str:
    """What stands first in a backup."""
    return json.dumps(asdict(contents), indent=1)


def members(archive: Path) -> Iterator[Member]:
    """The files of a backup after its first lines, each to be read before the next one is asked for.

    Raises:
        InvalidFile: it is damaged or cut off; after the last member at the latest.
    """
    sums: dict[str, str] = {}
    told: dict[str, str] | None = None
    try:
        with tarfile.open(archive, "r:") as tar:
            for entry in tar:
                stream = tar.extractfile(entry)
                name = PurePosixPath(entry.name)
                if stream is None or name.is_absolute() or ".." in name.parts:
                    raise _broken(archive)
                hashing = _Hashing(stream, archive)
                if entry.name == LAST:
                    told = json.loads(hashing.read())
                    break
                if entry.name != FIRST:
                    yield Member(name, entry.size, int(entry.pax_headers.get(_MODIFIED, "0")), hashing)  # type: ignore[arg-type]
                while hashing.read(CHUNK):
                    pass
                sums[entry.name] = hashing.sha256
    except (tarfile.TarError, ValueError, EOFError) as error:
        raise _broken(archive) from error
    if told != sums:
        raise _broken(archive)


def _no_backup(archive: Path) -> InvalidFile:
    return InvalidFile(Problem(_("this is no backup that this version of fenji can read."), place=Place(str(archive))))


def _broken(archive: Path) -> InvalidFile:
    text, advice = _("the backup is damaged or cut off."), _("Take another copy of it; nothing was restored.")
    return InvalidFile(Problem(text, place=Place(str(archive)), advice=advice))
