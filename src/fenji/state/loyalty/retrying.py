"""What becomes of work that met another writer? It is done again from the beginning, a few times."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from fenji.domain.principals import Principal
from fenji.errors import Unavailable
from fenji.state.loyalty.loading import TRIES
from fenji.state.run_life import Access
from fenji.state.transaction import Transaction

Result = TypeVar("Result")

_AGAIN = ("40001", "40P01")
"""PostgreSQL's marks of transactions that met another one: a failed serialization, a deadlock."""


def retried(access: Access, principal: Principal, work: Callable[[Transaction], Result]) -> Result:
    """Does a piece of work in a transaction of its own, again where another writer came in between.

    Args:
        access: to the state database.
        principal: who acts.
        work: done from the beginning each time; it keeps nothing between tries.

    Raises:
        Unavailable: others came in between five times.
    """
    for attempt in range(TRIES):
        try:
            with access.transaction(principal) as t:
                return work(t)
        except (IntegrityError, Unavailable) as error:
            if attempt == TRIES - 1 or not _is_meeting(error):
                raise
    raise AssertionError


def _is_meeting(error: Exception) -> bool:
    """Whether another writer was the cause: the same key written at once, a deadlock, a failed serialization."""
    if isinstance(error, IntegrityError):
        return "UNIQUE" in str(error.orig).upper()
    return getattr(getattr(error.__cause__, "orig", None), "sqlstate", None) in _AGAIN
