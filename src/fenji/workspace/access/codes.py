"""Is this the code of the second factor? Six digits of half a minute each (RFC 6238), the one before and after too."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
STEPS_AROUND = 1
"""Clocks of phones differ by as much."""
ISSUER = "fenji"


def new_secret_of_codes() -> str:
    """A new secret, 160 bits in base 32."""
    return pyotp.random_base32()


def address_of(secret: str, login: str) -> str:
    """What an app for codes reads, also as a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """The half minute since 1970 whose code this is; None where it is none of those around the moment."""
    written = "".join(code.split())
    now = int(moment.timestamp()) // STEP_SECONDS
    codes = pyotp.TOTP(secret)
    found = None
    for step in range(now - STEPS_AROUND, now + STEPS_AROUND + 1):
        if hmac.compare_digest(codes.at(step * STEP_SECONDS).encode(), written.encode("utf-8", "replace")):
            found = step
    return found
