"""What does somebody come in with? Random ids of 256 bits, of which only the hash is kept: nothing in the state lets anybody in."""

from __future__ import annotations

import hashlib
import re
import secrets

TOKEN, LINK, SESSION = "fj_", "fl_", "fs_"
"""How the text of a token, a link and a login begins, so that each is known where it is found lying about."""

BYTES = 32
_WRITTEN = re.compile(r"f[jls]_[A-Za-z0-9_-]{43}")


def new_secret(prefix: str) -> str:
    """A new random id: 256 bits as 43 letters behind a prefix."""
    return prefix + secrets.token_urlsafe(BYTES)


def hash_of(secret: str) -> str:
    """SHA-256 as hex digits: what is kept, and by what it is found. Of 256 random bits nobody guesses a hash, so no time tells anything."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_secret(text: str, prefix: str) -> bool:
    """Whether a text is of the form of a secret of this kind."""
    return text.startswith(prefix) and _WRITTEN.fullmatch(text) is not None
