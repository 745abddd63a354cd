"""What does one server process serve, and how does it know who asks?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from fenji.domain.access import Caller
from fenji.http.conditional import Kept
from fenji.http.rates import Rates
from fenji.language import Language
from fenji.workspace.folder import Workspace


@dataclass(frozen=True)
class Serving:
    """What one server process serves, and how it knows who asks."""

    workspace: Workspace
    authenticate: Callable[[Request], Caller]
    rates: Rates
    kept: Kept
    unmasked: Callable[[Caller, str, Sequence[str]], None]
    """Writes down who sees personal fields as they are: caller, reason, ids of the customers."""

    @property
    def root(self) -> Path:
        """The folder of the workspace."""
        return self.workspace.root

    @property
    def language(self) -> Language:
        """Of those who name none."""
        return self.workspace.settings.language
