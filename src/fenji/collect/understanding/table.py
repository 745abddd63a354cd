"""What do the samples of one kind of file show together? Their columns side by side, each looked at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fenji.collect.headers import lookup_key, normalise_header
from fenji.collect.ports import CellReader, CellReading
from fenji.collect.reading.samples import Sample
from fenji.collect.understanding.evidence import Evidence, look_at, plain_cell
from fenji.domain.sources import DateOrder, DecimalSign

MOST_ROWS = 4000
"""Rows that are looked at over all files of a table: a year of daily files is hundreds, and a few rows of each tell enough."""
FEWEST_ROWS = 5


@dataclass
class SampledTable:
    """The rows of all samples that have the same headers; what the cells show is found when first asked for."""

    samples: tuple[Sample, ...]
    headers: tuple[str, ...]
    """Of the first sample, as its file writes them, without surrounding blanks."""
    readings: Mapping[str, CellReading] = field(default_factory=dict)
    """What a run makes of every text of the table."""
    _cells: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
    _seen: dict[str, Evidence] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file, or the first of several, and its sheet."""
        sample = self.samples[0]
        file = sample.file.rsplit("/", 1)[-1]
        return f"{file}#{sample.part}" if sample.part else file

    @property
    def rows(self) -> int:
        """Rows that are looked at."""
        return len(self.cells(self.headers[0])) if self.headers else 0

    def cells(self, header: str) -> tuple[str | None, ...]:
        """The cells under a header, without wrappers."""
        if header not in self._cells:
            self._cells[header] = tuple(plain_cell(cell) for cell in self._raw_cells(header))
        return self._cells[header]

    def evidence(self, header: str) -> Evidence:
        """What the cells under a header look like."""
        if header not in self._seen:
            self._seen[header] = look_at(self.cells(header), self.readings)
        return self._seen[header]

    def settle_date_order(self, header: str, order: DateOrder) -> None:
        """Notes how day and month follow one another in a column whose cells leave it open."""
        self._seen[header] = replace(self.evidence(header), date_order=order)

    def settle_decimal(self, header: str, sign: DecimalSign) -> None:
        """Notes which sign stands before the decimals in a column whose cells leave it open."""
        self._seen[header] = replace(self.evidence(header), decimal_sign=sign)

    def numbers(self, header: str) -> tuple[float | None, ...]:
        """The cells under a header as numbers, None where they are none."""
        return self.evidence(header).numbers

    @property
    def files(self) -> tuple[str, ...]:
        """The file and sheet of every row."""
        return tuple(f"{sample.file}#{sample.part or ''}" for sample in self.samples for _ in self._taken(sample))

    def header_called(self, names: str) -> str | None:
        """The first of the names, separated by spaces, that the table has; None where it has none."""
        by_key = {lookup_key(header): header for header in reversed(self.headers)}
        return next((by_key[key] for key in map(lookup_key, names.split()) if key in by_key), None)

    def _raw_cells(self, header: str) -> Iterator[str | None]:
        wanted = normalise_header(header)
        for sample in self.samples:
            position = next(index for index, name in enumerate(sample.headers) if normalise_header(name) == wanted)
            for row in self._taken(sample):
                yield row[position] if position < len(row) else None

    def _taken(self, sample: Sample) -> Sequence[tuple[str | None, ...]]:
        """Runs of rows from the whole sample, since the rows of one order stand together."""
        share = max(FEWEST_ROWS, MOST_ROWS // len(self.samples))
        if len(sample.rows) <= share:
            return sample.rows
        third = share // 3
        middle = (len(sample.rows) - third) // 2
        return (
            *sample.rows[: share - 2 * third],
            *sample.rows[middle : middle + third],
            *sample.rows[len(sample.rows) - third :],
        )


def sampled_tables(samples: Sequence[Sample], reader: CellReader) -> list[SampledTable]:
    """The tables of samples, those with the same headers in whatever order together, all their cells read in one go."""
    groups: dict[tuple[object, ...], list[Sample]] = {}
    for sample in samples:
        # One source has one shape: a file with a second header row is read in another way than one without.
        headers = frozenset(normalise_header(header) for header in sample.headers)
        groups.setdefault((headers, sample.shape), []).append(sample)
    tables = [
        SampledTable(tuple(group), tuple(header.strip(" \t\r\n\ufeff\u00a0\u3000") for header in group[0].headers))
        for group in groups.values()
    ]
    texts = {cell for table in tables for header in table.headers for cell in table.cells(header) if cell is not None}
    readings = reader.read(texts) if texts else {}
    for table in tables:
        table.readings = readings
    return tables
