"""How is a SQLite file read where nothing may or can be written: on a read-only mount, as another user, on a full disk?

SQLite wants two files beside a database with a write-ahead log, ``-wal`` and ``-shm``, and makes them where they are missing, also for
one who only reads. Where they are there, or can be made, readers are kept apart from writers by them. Where they cannot be made and no
log with anything in it is there, the file itself is the whole truth, and it is read without them; a reader then looks afterwards
whether somebody has changed it meanwhile.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

_NO_SIDE_FILES = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}
"""Failures of one who cannot make the files beside the database; the low byte of SQLite's codes."""


class StillFile(sqlite3.Connection):
    """A connection that takes a file for unchangeable, and can tell whether it was."""

    file: Path
    seen: tuple[int, int, int]
    """The file as it was before it was opened."""

    def has_changed(self) -> bool:
        """Whether the file is another one than when it was opened."""
        return _look_of(self.file) != self.seen


Sort = TypeVar("Sort", bound=sqlite3.Connection)


def connect_unwritten(file: Path, *, wait_seconds: float) -> sqlite3.Connection:
    """A connection to a SQLite file that can change nothing in it.

    Raises:
        sqlite3.OperationalError: the file cannot be read without writing: a log is there that only a writer can bring in.
    """
    try:
        return _connect(file, "mode=ro", sqlite3.Connection, wait_seconds)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _NO_SIDE_FILES or _has_log(file):
            raise
    seen = _look_of(file)
    still = _connect(file, "mode=ro&immutable=1", StillFile, wait_seconds)
    still.file, still.seen = file, seen
    return still


def _connect(file: Path, mode: str, kind: type[Sort], wait_seconds: float) -> Sort:
    place = f"file:{quote(str(file.absolute()))}?{mode}"
    connection = sqlite3.connect(
        place, uri=True, isolation_level=None, timeout=wait_seconds, check_same_thread=False, factory=kind
    )
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opening alone touches nothing
    except BaseException:
        connection.close()
        raise
    return connection


def _has_log(file: Path) -> bool:
    log = file.with_name(f"{file.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _look_of(file: Path) -> tuple[int, int, int]:
    found = file.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
