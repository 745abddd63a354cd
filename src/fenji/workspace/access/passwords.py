"""Does a password fit, and which may be chosen? argon2id, with the same work for a name that is not there."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _

SHORTEST, LONGEST = 12, 512
LEAST_DIFFERENT = 6
"""Different characters."""

_HASHER = PasswordHasher()
"""RFC 9106, the choice for little memory: 64 MiB, three passes, four threads; a fifth of a second of processor time."""


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with a salt of its own."""
    return _HASHER.hash(_written(password))


def fits(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one of a hash; without a hash the same work is done in vain."""
    try:
        found = _HASHER.verify(password_hash or _nobody(), _written(password[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return found and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with less work than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def refuse_weak(password: str, names: Iterable[str]) -> None:
    """Refuses a password that is soon guessed.

    Args:
        password: the one that somebody wants.
        names: login and name, which it must not hold.

    Raises:
        InvalidArgument: it is too short, too long, too even, or holds a name; everything at once.
    """
    written = _written(password)
    problems = []
    if len(written) < SHORTEST or len(password) > LONGEST:
        text = _("a password has {shortest} to {longest} characters.")
        problems.append(Problem(text, {"shortest": SHORTEST, "longest": LONGEST}, advice=_("Several words are fine.")))
    if len(set(written)) < LEAST_DIFFERENT:
        problems.append(Problem(_("a password needs {least} different characters."), {"least": LEAST_DIFFERENT}))
    small = written.casefold()
    if any(len(each) > 2 and each.casefold() in small for each in names):  # noqa: PLR2004 - a name of two letters is in many words
        problems.append(Problem(_("a password must not hold the login or the name.")))
    InvalidArgument.raise_if(problems)


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_hex())


def _written(password: str) -> str:
    """The same password, whichever keyboard wrote it."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
