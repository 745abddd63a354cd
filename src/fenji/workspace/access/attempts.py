"""Who has to wait before trying again? Attempts are counted before anything is compared, so that a thousand at once are counted too."""

from __future__ import annotations

from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.logins import TRIES_OF_ADDRESS, TRIES_OF_NAME
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Problem, TooManyAttempts
from fenji.language import message as _
from fenji.workspace.access.key import keyed_hash
from fenji.workspace.folder import Workspace

AT_THE_DOOR = Principal(PrincipalKind.SYSTEM, "login")
"""Who acts before anybody is known."""

NOBODY = "?"
"""In place of a name that nobody has: people type passwords as names."""


def count_attempt(workspace: Workspace, login: str, address: str) -> None:
    """Counts an attempt at a name from an address.

    Raises:
        TooManyAttempts: one of them has to wait; nothing may be compared.
    """
    of_name, of_address = _keys(workspace, login, address)
    with workspace.state.transaction(AT_THE_DOOR) as t:
        failures = t.access.failures
        wait = failures.attempt(of_address, most=TRIES_OF_ADDRESS) or failures.attempt(of_name, most=TRIES_OF_NAME)
    if wait:
        seconds = max(int(wait.total_seconds()), 1)
        text = _("too many attempts to log in; wait {seconds} {seconds:second|seconds}.")
        raise TooManyAttempts(Problem(text, {"seconds": seconds}), wait_seconds=seconds)


def forgive(workspace: Workspace, login: str, address: str) -> None:
    """Forgets the attempts at a name that has come in, and takes back the one from its address."""
    of_name, of_address = _keys(workspace, login, address)
    with workspace.state.transaction(AT_THE_DOOR) as t:
        t.access.failures.forgive(of_name)
        t.access.failures.give_back(of_address)


def note_failure(workspace: Workspace, login: str, address: str) -> None:
    """Writes into the audit log that a name has to wait from now on; of a name that nobody has as much, without the name."""
    of_name, _of_address = _keys(workspace, login, address)
    with workspace.state.transaction(AT_THE_DOOR) as t:
        user = t.access.people.find(login)
        if t.access.failures.waits_of(of_name) == 1:
            t.audit.add(Action.USER_LOCKED_OUT, Subject(SubjectKind.USER, NOBODY if user is None else login))


def _keys(workspace: Workspace, login: str, address: str) -> tuple[str, str]:
    return keyed_hash(workspace, f"login:{login}"), keyed_hash(workspace, f"address:{address}")
