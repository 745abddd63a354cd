"""What does one server process serve, and how does it know who asks?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from fastapi import Request

from fenji.domain.access import Caller
from fenji.http.conditional import Kept
from fenji.http.rates import Rates
from fenji.language import Language
from fenji.workspace.folder import Workspace
from fenji.workspace.limits import limited_to
from fenji.workspace.opening import reading_only
from fenji.workspace.version import version_of

AT_ONCE = 2
"""Answers that one process makes at the same time. Each needs a session with an engine and what it remembers: more of them than cores
make every answer slower, and none of those that are begun beyond the kept ones begins warm."""

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Serving:
    """What one server process serves, and how it knows who asks."""

    workspace: Workspace
    authenticate: Callable[[Request], Caller]
    rates: Rates
    kept: Kept
    unmasked: Callable[[Caller, str, Sequence[str]], None]
    """Writes down who sees personal fields as they are: caller, reason, ids of the customers."""
    turns: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))
    """Whoever asks beyond ``AT_ONCE`` waits here."""

    @property
    def root(self) -> Path:
        """The folder of the workspace."""
        return self.workspace.root

    @property
    def language(self) -> Language:
        """Of those who name none."""
        return self.workspace.settings.language

    def version(self) -> str:
        """See ``version_of``; answers of another version are kept no longer."""
        found = version_of(self.workspace)
        self.kept.only_of(found)
        return found

    def read(self, make: Callable[[Path], Answer], caller: Caller) -> Answer:
        """What a use-case answers that may compute and write nothing, of the customers whom the caller may see."""
        with self.turns, reading_only(), limited_to(caller.limits):
            return make(self.root)
