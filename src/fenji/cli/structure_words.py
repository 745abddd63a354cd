"""What do all parts of the structure say alike: the names of the tiers, and the first day of the window?"""

from __future__ import annotations

from datetime import timedelta

from fenji.answers.structure import StructureResult
from fenji.cli.output import Output


def tier_names(result: StructureResult, output: Output) -> list[str]:
    """The highest first."""
    return [each.name.in_language(output.language) for each in reversed(result.tiers)]


def first_day(result: StructureResult) -> str:
    """The first day of the twelve months."""
    return "" if result.opens_after is None else str(result.opens_after + timedelta(days=1))
