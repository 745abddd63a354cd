"""What is answered when a server begins?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServeResult:
    """Where a server can be asked from now on."""

    url: str
    """Of the server."""
    api: str
    """Of its API."""
    link: str | None
    """Lets the first administrator in, once; null where somebody may come in already, or none was asked for."""
    run_id: None = None
    as_of: None = None
