"""Who asks, and what may they do? Looked up at every question, so that whoever is revoked, disabled or moved is out at once; see ``State.recall``."""

from __future__ import annotations

from fenji.domain.access import Caller
from fenji.domain.logins import SEEN_EVERY, LoginSession
from fenji.domain.people import TokenRecord, TokenState, User, token_limits
from fenji.state.transaction import Transaction
from fenji.workspace.access.asking import unknown_caller
from fenji.workspace.access.secrets import TOKEN, hash_of, is_secret
from fenji.workspace.access.sessions import session_in_force
from fenji.workspace.folder import Workspace


def caller_of_token(workspace: Workspace, token: str) -> Caller:
    """Who asks with a token: its rights are those of its scopes that its person still has.

    Raises:
        NotAuthenticated: no such token, it is over or revoked, or its person is disabled; the answer does not tell which.
    """
    if not is_secret(token, TOKEN) or not workspace.state.is_there:
        raise unknown_caller()
    token_hash, now = hash_of(token), workspace.state.now()
    found, user = workspace.state.recall(("token", token_hash), lambda t: _token_and_user(t, token_hash))
    if found is None or user is None or user.is_disabled or found.state_at(now) is not TokenState.IN_FORCE:
        raise unknown_caller()
    if found.used_at is None or abs(now - found.used_at) >= SEEN_EVERY:
        with workspace.state.transaction(found.principal) as t:
            t.access.tokens.note_use(token_hash)
    return Caller(found.principal, found.rights & user.rights, token_limits(user.limits, found.source))


def _token_and_user(t: Transaction, token_hash: str) -> tuple[TokenRecord | None, User | None]:
    found = t.access.tokens.find(token_hash)
    return found, None if found is None else t.access.people.find(found.login)


def caller_of_session(workspace: Workspace, session: str) -> Caller:
    """Who asks in a browser, by the id of the login.

    Raises:
        NotAuthenticated: no such login, it is over, or it still waits for a second factor.
    """
    found, user = session_in_force(workspace, session)
    if found.awaits is not None:
        raise unknown_caller()
    return Caller(user.principal, user.rights, user.limits)


def login_of_session(workspace: Workspace, session: str) -> tuple[LoginSession, User]:
    """The login of an id and its person, also while it waits for a second factor: for the pages that ask for that.

    Raises:
        NotAuthenticated: no such login, or it is over.
    """
    return session_in_force(workspace, session)
