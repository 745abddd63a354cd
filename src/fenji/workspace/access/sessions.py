"""How does a login begin, and whose is it? Its id is new whenever what it may do changes, so that nobody plants one beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.logins import SEEN_EVERY, SESSION_LASTS, WAITING_LASTS, Awaited, LoginSession
from fenji.domain.people import User
from fenji.state.transaction import Transaction
from fenji.workspace.access.asking import unknown_caller
from fenji.workspace.access.secrets import SESSION, hash_of, is_secret, new_secret
from fenji.workspace.folder import Workspace


@dataclass(frozen=True)
class Opened:
    """A login that has just begun."""

    secret: str
    """Its id, for the cookie of one browser; it stands nowhere else."""
    session: LoginSession


def begin_session(t: Transaction, user: User, *, awaits: Awaited | None = None) -> Opened:
    """Begins a login of somebody under a new id; one that waits for a second factor lets nobody in yet, and ends soon."""
    secret, lasts = new_secret(SESSION), SESSION_LASTS if awaits is None else WAITING_LASTS
    session = t.access.sessions.begin(hash_of(secret), user.login, ends_at=t.clock() + lasts, awaits=awaits)
    if awaits is None:
        t.access.people.note_login(user.login)
        t.audit.add(Action.USER_LOGGED_IN, Subject(SubjectKind.USER, user.login))
    return Opened(secret, session)


def session_in_force(workspace: Workspace, secret: str) -> tuple[LoginSession, User]:
    """The login of an id, and whose it is; also one that waits for a second factor.

    Raises:
        NotAuthenticated: there is none, it is over, or its person is disabled.
    """
    if not is_secret(secret, SESSION) or not workspace.state.is_there:
        raise unknown_caller()
    session_hash, now = hash_of(secret), workspace.state.now()
    session, user = workspace.state.recall(("session", session_hash), lambda t: _session_and_user(t, session_hash))
    if session is None or user is None or user.is_disabled or session.is_over_at(now, idles=user.needs_totp):
        raise unknown_caller()
    if now - session.seen_at >= SEEN_EVERY:
        with workspace.state.transaction(user.principal) as t:
            t.access.sessions.note_use(session_hash)
    return session, user


def _session_and_user(t: Transaction, session_hash: str) -> tuple[LoginSession | None, User | None]:
    session = t.access.sessions.find(session_hash)
    return session, None if session is None else t.access.people.find(session.login)
