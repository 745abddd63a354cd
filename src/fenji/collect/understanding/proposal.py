"""What does ``fenji map`` propose? Sources with their columns, how sure each is and why, what is missing and what stays unused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fenji.collect.findings import Finding
from fenji.collect.headers import Confidence
from fenji.collect.reading.samples import Sample
from fenji.collect.remarks import Remark
from fenji.domain.feeds import Feed
from fenji.domain.sources import DatabaseLocation, DateOrder, DecimalSign, DropRule, MoneyUnit, Shape, StatusClass, TotalsPeriod


@dataclass(frozen=True)
class ProposedColumn:
    """One field of ours, the column or constant that fills it, and how we know."""

    field: str
    """The name of ours."""
    confidence: Confidence
    """How sure it is."""
    why: Remark
    """How we know."""
    column: str | None = None
    """The header as the file writes it; null where ``constant`` is given."""
    constant: str | None = None
    """The same value for every row; null where a column is given."""
    unit: MoneyUnit = MoneyUnit.YUAN
    """Of amounts of money."""
    decimal: DecimalSign | None = None
    """The sign before decimals; null: a point, or no number."""
    date_order: DateOrder | None = None
    """Whether days or months come first; null: plain, or no date."""
    made_of: tuple[str, ...] = ()
    """Other fields of the row that it is put together from."""
    also: tuple[str, ...] = ()
    """What other files of the source call it."""
    optional: bool = False
    """Whether some files of the source do not have it."""


@dataclass(frozen=True)
class ProposedDrop:
    """A rule that would leave rows out, proposed because the sample shows such rows; the user decides."""

    rule: DropRule
    seen: tuple[str, ...]
    """Values of the sample that it would take, a few."""
    is_applied: bool = False
    """Whether the proposal leaves these rows out; else the rule is written as a comment for people to decide."""


@dataclass(frozen=True)
class FoundTable:
    """One file or sheet that the proposal was made from."""

    file: str
    part: str | None
    format: str
    encoding: str | None
    delimiter: str | None
    header_row: int
    rows: int
    """Rows of the sample, not of the file."""
    sample: Sample = field(repr=False, compare=False)

    @property
    def place(self) -> str:
        """File, or file#sheet."""
        return f"{self.file}#{self.part}" if self.part else self.file


@dataclass(frozen=True)
class ProposedSource:
    """One entry of sources.yaml as we would write it."""

    name: str
    feed: Feed | None
    """None: we could not tell what these rows are."""
    paths: tuple[str, ...]
    """Files; none where it reads a table of a database."""
    tables: tuple[FoundTable, ...]
    columns: tuple[ProposedColumn, ...] = ()
    database: DatabaseLocation | None = None
    """The table of a database that it reads; null: files."""
    sheets: tuple[str, ...] = ()
    part_column: str | None = None
    platform: Remark | None = None
    """The shop platform or data set, where its headers are known."""
    currency: str | None = None
    score_scale: tuple[float, float] | None = None
    default_kind: str | None = None
    return_order_pattern: str | None = None
    shape: Shape = Shape()
    statuses: Mapping[StatusClass, tuple[str, ...]] = field(default_factory=dict)
    needs_paid_at: bool = False
    belongs_to: str | None = None
    """Name of the source that holds the orders of these lines, payments or returns."""
    period: TotalsPeriod | None = None
    drop: tuple[ProposedDrop, ...] = ()
    blocking: tuple[Finding, ...] = ()
    """What keeps the source from being used as it is; not empty means: written as a comment only."""
    warnings: tuple[Finding, ...] = ()
    """What the reader should know before trusting the numbers."""
    notes: tuple[Finding, ...] = ()
    """Decisions taken, with the reason."""
    unused: tuple[str, ...] = ()
    """Headers that fill no field."""

    @property
    def is_usable(self) -> bool:
        """Whether the entry can be read by a run without an edit."""
        return self.feed is not None and not self.blocking
