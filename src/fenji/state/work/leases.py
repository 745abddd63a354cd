"""Which job does the work of this context belong to? Whoever publishes asks here, in the transaction of publishing, whether the job is still theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from fenji.domain.jobs import Lease

_HELD: ContextVar[Lease | None] = ContextVar("held_lease", default=None)


@contextmanager
def holding(lease: Lease) -> Iterator[None]:
    """Within the block, runs start and are published only as long as nobody else has the job and nobody cancelled it."""
    token = _HELD.set(lease)
    try:
        yield
    finally:
        _HELD.reset(token)


def held_lease() -> Lease | None:
    """The lease of the job at work in this context; None where somebody waits for the answer."""
    return _HELD.get()
