"""How does a process reach the state of a workspace? Read without writing anything; opened for writing only when something is written.

A process that serves asks the same of it with every request: who is this, which run is the last one? It remembers the answers, and asks
the database before each use whether anything has been written since. So whoever is disabled is out with the next request, and a
published run is seen by it.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from fenji.domain.principals import Principal
from fenji.errors import Conflict, NotFound
from fenji.settings import Settings
from fenji.state.database import Database, open_database, sqlite_file
from fenji.state.transaction import Transaction

MOST_KEPT = 8
"""State databases that a process keeps open."""

MOST_REMEMBERED = 1_000
"""Answers of one of them that a server remembers until the next commit; then all are forgotten."""

Value = TypeVar("Value")

ONLY_READING: ContextVar[bool] = ContextVar("only_reading", default=False)
"""Whether whoever asks may write nothing at all; see ``opening.reading_only``."""


def _now() -> datetime:
    return datetime.now(UTC)


class State:
    """One state database, opened when it is first asked."""

    def __init__(self, url: str) -> None:
        """Opens nothing yet."""
        self._url = url
        self.clock: Callable[[], datetime] = _now
        self._reader: Database | None = None
        self._writer: Database | None = None
        self._lock = threading.Lock()
        self._mark: Hashable | None = None
        self._remembered: dict[Hashable, Any] = {}

    def now(self) -> datetime:
        """The time that is written down, and by which logins and tokens end."""
        return self.clock()

    @property
    def is_there(self) -> bool:
        """Whether anything has been written yet; a server is asked."""
        if sqlite_file(self._url) is not None:
            return file_identity(self._url) is not None
        try:
            self._opened()
        except NotFound:
            return False
        return True

    def prepare(self) -> Database:
        """The database for writing, made or brought up to date."""
        self._writer = self._writer or open_database(self._url, clock=self.now)
        return self._writer

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """See Database.reading; a database of an older version is brought up to date where this may write.

        Raises:
            NotFound: there is no database yet.
            Conflict: it is of an older version and cannot be written here.
        """
        with self._opened().reading() as transaction:
            yield transaction

    def recall(self, name: Hashable, ask: Callable[[Transaction], Value]) -> Value:
        """What was read under a name, in a process that serves the workspace: as long as nobody has written anything since.

        Args:
            name: of what is asked; the same question always has the same.
            ask: reads it in a transaction of ``reading``, whose errors come through; what it gives must not be changed by anybody.
        """
        mark = self._opened().mark() if self._url in _WATCHED else None
        if mark is None:
            return self._opened().recall(name, ask)
        with self._lock:
            if mark != self._mark:
                self._mark, self._remembered = mark, {}
            if name in self._remembered:
                known: Value = self._remembered[name]
                return known
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered = {}
            remembered = self._remembered
        found = self._opened().recall(name, ask)  # after the mark: it may be newer than that, and never older
        with self._lock:
            remembered[name] = found
        return found

    @contextmanager
    def transaction(self, principal: Principal) -> Iterator[Transaction]:
        """See Database.transaction."""
        with self.prepare().transaction(principal) as transaction:
            yield transaction

    def close(self) -> None:
        """Gives back all connections."""
        for each in (self._reader, self._writer):
            if each is not None:
                each.close()
        self._reader = self._writer = None

    def _opened(self) -> Database:
        if self._reader is None:
            self._reader = self._open()
        return self._reader

    def _open(self) -> Database:
        try:
            return open_database(self._url, read_only=True, clock=self.now)
        except Conflict:
            if ONLY_READING.get():
                raise
            # Of an older version: opening it for writing brings it up to date, or says why that cannot be.
            self.prepare()
            return open_database(self._url, read_only=True, clock=self.now)


_WATCHED: set[str] = set()
"""URLs of the databases of which answers are remembered."""


def watch(root: Path, settings: Settings) -> None:
    """From now on this process remembers what it reads of the state of a workspace until anybody writes to it, and keeps its file open."""
    _WATCHED.add(settings.database_in(root))


_KEPT: OrderedDict[tuple[int, str, Hashable], State] = OrderedDict()
_LOCK = threading.Lock()


def state_of(root: Path, settings: Settings) -> State:
    """The state of the workspace in a folder, kept open between questions; safe for use by several threads."""
    url = settings.database_in(root)
    key = (os.getpid(), url, file_identity(url))
    with _LOCK:
        state = _KEPT.setdefault(key, State(url))
        _KEPT.move_to_end(key)
        if len(_KEPT) > MOST_KEPT:
            (process, _url, _file), oldest = _KEPT.popitem(last=False)
            if process == os.getpid():  # what a fork inherits belongs to its parent
                oldest.close()
    return state


def file_identity(url: str) -> Hashable:
    """Which file a SQLite URL means now; None for a server, and where there is no file yet."""
    file = sqlite_file(url)
    if file is None or not file.is_file():
        return None
    found = file.stat()
    return found.st_dev, found.st_ino
