"""Who uses a workspace now? Questions borrow a session that is kept between them; a run has one of its own."""

from __future__ import annotations

import atexit
import os
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from fenji.choices import EngineName
from fenji.domain.access import RowLimit
from fenji.domain.principals import Principal
from fenji.errors import FenjiError
from fenji.private_files import private_folder
from fenji.scratch import remove_dead
from fenji.settings import Settings
from fenji.state.store import Store
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import Workspace
from fenji.workspace.limits import limits_now, refuse_limited
from fenji.workspace.session import Session
from fenji.workspace.state import ONLY_READING, State, file_identity

MOST_KEPT = 8
"""Sessions that wait for the next question; each holds an engine with its threads and what it remembers."""


@contextmanager
def reading_only() -> Iterator[None]:
    """Within the block, questions are answered from what is published, and NotStored says what would have to be computed."""
    token = ONLY_READING.set(True)
    try:
        yield
    finally:
        ONLY_READING.reset(token)


class _Kept:
    """The sessions that nobody uses now. One process only: what a fork inherits belongs to its parent."""

    def __init__(self) -> None:
        self._is_registered = False
        self._lock = threading.Lock()
        self._sessions: OrderedDict[Hashable, list[Session]] = OrderedDict()
        self._process = os.getpid()

    def take(self, key: Hashable) -> Session | None:
        with self._lock:
            if self._process != os.getpid():
                # The parent's connections must not be used, nor closed, here.
                self._sessions, self._process = OrderedDict(), os.getpid()
            waiting = self._sessions.get(key)
            return waiting.pop() if waiting else None

    def put(self, key: Hashable, session: Session) -> None:
        with self._lock:
            if not self._is_registered:
                atexit.register(self._close_all)
                self._is_registered = True
            self._sessions.setdefault(key, []).append(session)
            self._sessions.move_to_end(key)
            surplus = sum(map(len, self._sessions.values())) - MOST_KEPT
            oldest = next(iter(self._sessions)) if surplus > 0 else None
            gone = self._sessions.pop(oldest) if oldest is not None else []
        for each in gone:
            each.close()

    def _close_all(self) -> None:
        """Scratch files go with the process."""
        if self._process == os.getpid():
            for waiting in self._sessions.values():
                for each in waiting:
                    each.close()


_KEPT = _Kept()


@contextmanager
def open_question(
    workspace: Workspace, *, engine: EngineName | None = None, principal: Principal | None = None
) -> Iterator[Session]:
    """A session for one question, borrowed from those that are kept; nobody else uses it meanwhile.

    Nothing is written unless something has to be computed, and within ``reading_only`` not even then. Within ``limited_to`` it
    reads only the rows of customers within the limits, and computes nothing: what it would publish were of some customers only.

    Args:
        workspace: where to work.
        engine: what reads and computes; None: the engine of the settings computes, and reading needs no cluster.
        principal: who starts runs in it; None: the user of the operating system.
    """
    limits, acting = limits_now(), principal or acting_person()
    may_compute = not (ONLY_READING.get() or limits)
    key = (_identity(workspace), engine, acting, may_compute, limits)
    computing_on = engine or workspace.settings.engine
    reading = engine or EngineName.DUCKDB
    session = _KEPT.take(key) or _new_session(workspace, reading, computing_on, acting, may_compute=may_compute, limits=limits)
    try:
        yield session
    except FenjiError:
        _give_back(key, session)
        raise
    except BaseException:
        session.close()
        raise
    _give_back(key, session)


@contextmanager
def open_session(
    workspace: Workspace, *, engine: EngineName | None = None, principal: Principal | None = None
) -> Iterator[Session]:
    """A session for a run, which is closed at the end; scratch files go.

    Args:
        workspace: where to work.
        engine: another engine than the settings name.
        principal: who starts runs in it; None: the user of the operating system.

    Raises:
        Forbidden: the question is limited to some customers; a run is of all.
    """
    refuse_limited()
    private_folder(workspace.store)
    workspace.state.prepare()
    chosen = engine or workspace.settings.engine
    session = _new_session(workspace, chosen, chosen, principal or acting_person(), may_compute=True)
    try:
        yield session
    finally:
        session.close()


def _give_back(key: Hashable, session: Session) -> None:
    if session.clear():
        _KEPT.put(key, session)
    else:
        session.close()


def _new_session(
    workspace: Workspace,
    engine: EngineName,
    computing_on: EngineName,
    principal: Principal,
    *,
    may_compute: bool,
    limits: tuple[RowLimit, ...] = (),
) -> Session:
    settings = workspace.settings
    if not ONLY_READING.get():
        remove_dead(settings.scratch_folder(workspace.root))
    return Session(workspace, Store(workspace.store), workspace.state, principal, engine, computing_on, may_compute, limits)


def _identity(workspace: Workspace) -> Hashable:
    """What makes a kept session the right one: the folder, the settings, the very file of the state, and that no run in it was changed."""
    settings: Settings = workspace.settings
    file = file_identity(settings.database_in(workspace.root))
    return str(workspace.root), settings.model_dump_json(), file, _editions(workspace.state)


def _editions(state: State) -> int:
    """See ManifestRepository.editions; 0 where nothing has been written yet."""
    if not state.is_there:
        return 0
    return state.recall("editions", lambda t: t.manifests.editions())
