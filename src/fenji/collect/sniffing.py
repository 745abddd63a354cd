"""What does a data file look like? Its format, encoding, delimiter, header row and first rows, found without being told."""

from __future__ import annotations

from dataclasses import dataclass

from fenji.domain.sources import Format


@dataclass(frozen=True)
class Sample:
    """The head of one file, or of one sheet of a workbook."""

    file: str
    part: str | None
    """Sheet name of a workbook; None elsewhere."""
    format: Format
    encoding: str | None
    """Python's name of the encoding of a text file; None elsewhere."""
    delimiter: str | None
    header_row: int
    """The line or sheet row of the header, the first being 1; 0 where the format carries the names itself (Parquet, JSON lines)."""
    headers: tuple[str, ...]
    """As the file writes them; a second 金额 is 金额_2, an empty header is column_<position>."""
    rows: tuple[tuple[str | None, ...], ...]
    """Up to SAMPLE_ROWS rows as text, each as long as the headers."""
