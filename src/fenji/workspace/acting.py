"""Who acts where nobody is named? The one in whose name a worker works, else the user of the operating system, as a person."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from fenji.domain.principals import Principal, PrincipalKind

UNKNOWN = "unknown"
"""The name where the system knows none, as in a container under a number that no user has."""


_ACTING: ContextVar[Principal | None] = ContextVar("acting", default=None)


@contextmanager
def acting_as(principal: Principal) -> Iterator[None]:
    """Within the block, whoever is not named is this principal: a worker does a job in the name of the one who asked for it."""
    token = _ACTING.set(principal)
    try:
        yield
    finally:
        _ACTING.reset(token)


def acting_person(name: str | None = None) -> Principal:
    """The person of this name; None or blank: the one of ``acting_as``, else the one whose user runs this process."""
    said = (name or "").strip()
    return Principal(PrincipalKind.PERSON, said) if said else _ACTING.get() or Principal(PrincipalKind.PERSON, _user())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # what Python raises for a user without a name has changed over its versions
        return UNKNOWN
