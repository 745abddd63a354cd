"""What does preparation need from outside? A calendar that knows time zones, and a bench on which intermediate tables are laid down."""

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


class Bench(Protocol):
    """Where a table that is read more than once is computed once."""

    def stage(self, table: ir.Table) -> ir.Table:
        """The same table, computed now and kept until the run ends."""
        ...
