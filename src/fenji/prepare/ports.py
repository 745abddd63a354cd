"""What does preparation need from outside? A calendar that knows time zones."""

from __future__ import annotations

from typing import Protocol

import ibis.expr.types as ir


class Calendar(Protocol):
    """Wall-clock times of IANA zones and UTC moments."""

    def to_utc(self, local: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """The UTC moment of a wall-clock time in a zone; typed timestamp('UTC')."""
        ...

    def to_local(self, moment: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """The wall-clock time (no zone) of a UTC moment in a zone."""
        ...
