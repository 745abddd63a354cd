"""Has anything been written to a state database since it was last read? The database itself says so, in a hundredth of the time of a question."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Hashable
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from fenji.state.unwritten import StillFile, connect_unwritten


class Changes(Protocol):
    """Of one database."""

    def mark(self) -> Hashable | None:
        """Something that is another one after every commit, whoever commits; None where that cannot be known."""
        ...

    def close(self) -> None:
        """Gives back the connection."""
        ...


class ChangesOfFile:
    """Those of a SQLite file, which counts the commits of other connections: this one never writes, so it sees them all."""

    def __init__(self, file: Path, *, wait_seconds: float) -> None:
        """Opens nothing yet; the connection stays open from the first question on."""
        self._file = file
        self._wait_seconds = wait_seconds
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def mark(self) -> Hashable | None:
        """See Changes.mark; None where the file can only be read without locks, or not at all."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = connect_unwritten(self._file, wait_seconds=self._wait_seconds)
                if isinstance(self._connection, StillFile):
                    return None
                (found,) = self._connection.execute("PRAGMA data_version").fetchone()
            except (sqlite3.Error, OSError):  # whoever reads next is told what is wrong
                return None
            return int(found)

    def close(self) -> None:
        """See Changes.close."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


class ChangesOfServer:
    """Those of a PostgreSQL server: a snapshot names every transaction that could not be seen yet, so equal ones see the same."""

    def __init__(self, engine: Engine) -> None:
        """Of the database of an engine."""
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def mark(self) -> Hashable | None:
        """See Changes.mark."""
        with self._engine.connect() as connection:
            return str(connection.exec_driver_sql("SELECT txid_current_snapshot()").scalar())

    def close(self) -> None:
        """See Changes.close."""
        self._engine.dispose()
