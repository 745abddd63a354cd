"""Who acts? A person, a token of the API, or the system itself, by name; never a secret."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PrincipalKind(StrEnum):
    """What sort of actor it is."""

    PERSON = "person"
    TOKEN = "token"  # noqa: S105 - the kind of an actor, no secret
    SYSTEM = "system"


@dataclass(frozen=True)
class Principal:
    """The one who acts, as the audit log keeps it."""

    kind: PrincipalKind
    name: str
    """A person's or token's name as the company knows it; the token itself never."""
