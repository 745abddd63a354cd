"""What may a step ask of an engine for which Ibis has no word? Functions under our own names; each engine writes its own for them.

An expression that holds one cannot run before an engine has put its own function in its place (``engines/functions.py``).
"""

from __future__ import annotations

import ibis


@ibis.udf.agg.builtin(signature=(("int64",), "int64"))  # type: ignore[untyped-decorator]  # Ibis is untyped
def union_of_bits(mask: object) -> object:
    """The bits that are set in any mask of a group; null for a group without masks."""


@ibis.udf.scalar.builtin(signature=(("int64",), "int64"))  # type: ignore[untyped-decorator]
def number_of_bits(mask: object) -> object:
    """How many bits of a mask are set; null of null."""
