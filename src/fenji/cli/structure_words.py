"""What do all parts of the structure say alike: the names of the tiers, the first day of the window, and metrics in words."""

from __future__ import annotations

from datetime import timedelta

from fenji.cli.output import Output
from fenji.wording.rules import Wording
from fenji.workflow.structure import StructureResult


def tier_names(result: StructureResult, output: Output) -> list[str]:
    """The highest first."""
    return [each.name.in_language(output.language) for each in reversed(result.tiers.tiers)]


def first_day(result: StructureResult) -> str:
    """The first day of the twelve months."""
    return str(result.opens_after + timedelta(days=1))


def wording_of(result: StructureResult, output: Output) -> Wording:
    """In which words the result's metrics and amounts are shown."""
    return Wording({each.slug: each for each in result.tiers.registry}, output.language, result.tiers.currency)
