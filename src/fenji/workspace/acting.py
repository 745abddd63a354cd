"""Who acts where nobody is named? The user of the operating system, as a person."""

from __future__ import annotations

import getpass

from fenji.domain.principals import Principal, PrincipalKind

UNKNOWN = "unknown"
"""The name where the system knows none, as in a container under a number that no user has."""


def acting_person(name: str | None = None) -> Principal:
    """The person of this name; None or blank: the one whose user runs this process."""
    return Principal(PrincipalKind.PERSON, (name or "").strip() or _user())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # what Python raises for a user without a name has changed over its versions
        return UNKNOWN
