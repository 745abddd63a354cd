"""What is answered to the question what waits for somebody?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WaitingResult:
    """What waits for one person."""

    drafts: int
    """Drafts of policies that others submitted and the person may approve."""
    overrides: int
    """Overrides that others proposed and the person may approve."""
    alerts: int
    """Alerts that nobody has acknowledged."""
    run_id: None = None
    as_of: None = None
