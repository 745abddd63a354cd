"""Is 1.234 a thousand or one and a bit? The other columns of a company's files tell, and what separates their cells."""

from __future__ import annotations

from collections.abc import Sequence

from fenji.collect.understanding.evidence import MOST, Evidence
from fenji.collect.understanding.table import SampledTable
from fenji.domain.sources import DecimalSign

_FEWEST = 3
"""Cells in which a sign stands before three digits, below which a column is like any other."""


def settle_decimals(tables: Sequence[SampledTable]) -> list[SampledTable]:
    """The same tables, columns with signs before three digits told what these mean where anything tells it."""
    signs = {sign for table in tables for sign in _certain(table)}
    for table in tables:
        own = set(_certain(table)) or signs
        semicolons = any(sample.delimiter == ";" for sample in table.samples)
        for header in _open(table):
            if own == {DecimalSign.COMMA} or (not own and semicolons):
                table.settle_decimal(header, DecimalSign.COMMA)
            elif own == {DecimalSign.POINT} or "," in _signed(table.evidence(header))[0]:
                # A comma before three digits groups thousands wherever nothing speaks for a decimal comma.
                table.settle_decimal(header, DecimalSign.POINT)
    return list(tables)


def is_open_decimal(table: SampledTable, header: str) -> bool:
    """Whether nothing has settled what the sign of a column means."""
    return header in _open(table) and table.evidence(header).decimal_sign is None


def _certain(table: SampledTable) -> list[DecimalSign]:
    """The signs of columns of numbers whose cells leave no choice."""
    found = []
    for header in table.headers:
        seen = table.evidence(header)
        if seen.number < MOST or seen.is_grouped_or_decimal or seen.moment + seen.numeric_moment >= MOST or not _signed(seen):
            continue
        found.append(seen.decimal or DecimalSign.POINT)
    return found


def _open(table: SampledTable) -> list[str]:
    return [
        header
        for header in table.headers
        if (seen := table.evidence(header)).is_grouped_or_decimal and len(_signed(seen)) >= _FEWEST and seen.number >= MOST
    ]


def _signed(seen: Evidence) -> list[str]:
    return [value for value in seen.counts if "." in value or "," in value]
