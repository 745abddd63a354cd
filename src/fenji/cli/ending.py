"""How does a process end that is told to? As after an error: the run is marked as failed, scratch goes, and the exit code names the signal."""

from __future__ import annotations

import signal
from contextvars import ContextVar

SIGNALS = ("SIGTERM", "SIGHUP")
"""Windows has no hang-up."""

BEYOND = 128
"""What shells add to the number of a signal."""


class Terminated(BaseException):
    """The process was told to end; no ``except Exception`` takes it for a failure of one thing among many."""


_TOLD: ContextVar[list[int]] = ContextVar("told")


def end_cleanly() -> None:
    """From now on a signal to end is an exception in the main thread. One that is ignored, as under nohup, stays so."""
    told: list[int] = []
    _TOLD.set(told)

    def end(number: int, _frame: object) -> None:
        told.append(number)
        for each in SIGNALS:
            if hasattr(signal, each):
                signal.signal(getattr(signal, each), signal.SIG_IGN)  # the end itself is not ended
        raise Terminated

    for each in SIGNALS:
        if hasattr(signal, each) and signal.getsignal(getattr(signal, each)) is not signal.SIG_IGN:
            signal.signal(getattr(signal, each), end)


def code_of_signal() -> int | None:
    """The exit code of a process that was told to end; None where nobody did."""
    told = _TOLD.get([])
    return BEYOND + told[0] if told else None
