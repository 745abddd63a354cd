"""What do the samples of one kind of file show together? Their columns side by side, each looked at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fenji.collect.headers import lookup_key, normalise_header
from fenji.collect.reading.samples import Sample
from fenji.collect.understanding.evidence import Evidence, look_at, number_in

MOST_ROWS = 4000
"""Rows that are looked at over all files of a table: a year of daily files is hundreds, and a few rows of each tell enough."""
FEWEST_ROWS = 5


@dataclass
class SampledTable:
    """The rows of all samples that have the same headers; what the cells show is found when first asked for."""

    samples: tuple[Sample, ...]
    headers: tuple[str, ...]
    """Of the first sample, as its file writes them, without surrounding blanks."""
    _seen: dict[str, Evidence] = field(default_factory=dict)

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> SampledTable:
        """The table of samples whose headers are the same, in whatever order."""
        return cls(tuple(samples), tuple(plain_header(header) for header in samples[0].headers))

    def evidence(self, header: str) -> Evidence:
        """What the cells under a header look like."""
        if header not in self._seen:
            self._seen[header] = look_at(self._cells(header))
        return self._seen[header]

    def numbers(self, header: str) -> tuple[float | None, ...]:
        """The cells under a header as numbers, None where they are none."""
        return tuple(None if value is None else number_in(value) for value in self.evidence(header).values)

    def header_called(self, names: str) -> str | None:
        """The first of the names, separated by spaces, that the table has; None where it has none."""
        by_key = {lookup_key(header): header for header in reversed(self.headers)}
        return next((by_key[key] for key in map(lookup_key, names.split()) if key in by_key), None)

    def _cells(self, header: str) -> list[str | None]:
        wanted = normalise_header(header)
        share = max(FEWEST_ROWS, MOST_ROWS // len(self.samples))
        cells: list[str | None] = []
        for sample in self.samples:
            position = next(index for index, name in enumerate(sample.headers) if normalise_header(name) == wanted)
            cells.extend(row[position] if position < len(row) else None for row in sample.rows[:share])
        return cells


def plain_header(header: str) -> str:
    """The header without the blanks, tabs and BOM around it."""
    return header.strip(" \t\r\n\ufeff\u00a0\u3000\u200b")
