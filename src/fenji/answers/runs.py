"""What do a new workspace, a run and the account of its rows answer?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.answers.arrival import Arrival
from fenji.answers.frames import Answer
from fenji.domain.telling import Named, told
from fenji.domain.words import Spoken
from fenji.errors import Problem


@dataclass(frozen=True)
class InitResult:
    """A workspace was made."""

    workspace: str
    """The folder."""
    template: str
    """The template that it was made from."""
    files: tuple[str, ...]
    """The files written, relative to the workspace."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class StoredRows:
    """One table that a run wrote."""

    table: str
    rows: int


@dataclass(frozen=True)
class Lost:
    """When a customer counts as lost."""

    after_days: int | None
    """Days without an order or event; None: not set."""
    after_intervals: Decimal | None
    """Times the customer's own mean days between orders; None: not set."""
    sentence: Spoken[str]


@dataclass(frozen=True)
class FilesRead:
    """The files of the sources, by what has become of them since the run before."""

    new: tuple[str, ...]
    """That were not there before."""
    changed: tuple[str, ...]
    """With other content than before."""
    unchanged: tuple[str, ...]
    """With the content of before."""
    gone: tuple[str, ...]
    """That were there before."""


@dataclass(frozen=True)
class RunResult:
    """A run was published."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    """Whether the date is yesterday because none was given."""
    policy: str
    version: int
    history_begins_on: date
    """The day from which on reviews are decided, the same in every run."""
    reviews_decided: int
    """From then up to ``as_of``."""
    reviews: tuple[date, ...]
    """The last ones of them, which the run keeps, the earliest first; the last one is ``as_of``."""
    lost: Lost
    files: FilesRead
    tables: tuple[StoredRows, ...]
    seconds: float
    arrival: Arrival
    """What became of the rows, and how their money and days were understood."""
    unchanged_since: str | None = None
    """The run whose clean tables this one shares, as nothing that they are made of has changed since; null where they were made."""
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class FileAccount:
    """What became of the records of one file: rows_in = kept + rejected + across_files + repeats_dropped."""

    source: str
    feed: str
    file: str
    rows_in: int
    kept: int
    rejected: int
    across_files: int
    repeats_within_file: int
    repeats_dropped: int


@dataclass(frozen=True)
class ColumnQuality:
    """How good the cells of one mapped column are."""

    source: str
    feed: str
    field: str
    rows: int
    missing: int
    """Rows without a value."""
    invalid: int
    """Rows whose value cannot be read."""
    out_of_range: int
    """Rows whose value lies outside what is possible."""
    outlying: int
    lower_limit: float | None
    upper_limit: float | None
    lowest: float | None
    highest: float | None


@dataclass(frozen=True)
class Outlier:
    """A column with values outside its robust limits."""

    source: str
    field: str
    outlying: int
    lower_limit: float | None
    upper_limit: float | None
    lowest: float | None
    highest: float | None


@dataclass(frozen=True)
class IdentityConflict:
    """How many identifiers tie customers together in a doubtful way, by kind."""

    kind: str
    """What ties them together doubtfully."""
    identifiers: int
    """Phones, e-mails or union ids of this kind."""
    ids: int
    """Customer ids that they tie together."""
    merged: int
    """Of these identifiers, those whose customers were merged."""


@dataclass(frozen=True)
class Duplicates:
    """Rows that stand somewhere else too."""

    across_files: int
    repeats_within_file: int
    repeats_dropped: int


@dataclass(frozen=True)
class Unattributed:
    """Rows that name no customer."""

    rows: int
    net_revenue: Decimal


@dataclass(frozen=True)
class QualityResult(Answer):
    """Every row that came in, accounted for."""

    run_id: str
    as_of: date
    rows_in: int
    """Records that came in."""
    kept: int
    """Of them, those in the clean base."""
    rejected: Mapping[str, int]
    """Reason: number of rows."""
    duplicates: Duplicates
    unattributed: Unattributed
    customers: int
    """Customers known."""
    currency: str
    files: tuple[FileAccount, ...]
    columns: tuple[ColumnQuality, ...]
    conflicts: Annotated[tuple[IdentityConflict, ...], Named("identity_conflicts")]

    @property
    @told
    def reconciles(self) -> bool:
        """Whether rows in = kept + rejected + duplicate holds for every file."""
        return (
            all(each.rows_in == each.kept + each.rejected + each.across_files + each.repeats_dropped for each in self.files)
            and self.rows_in
            == self.kept + sum(self.rejected.values()) + self.duplicates.across_files + self.duplicates.repeats_dropped
        )

    @property
    @told
    def outliers(self) -> tuple[Outlier, ...]:
        """The columns with values outside their robust limits."""
        names = Outlier.__dataclass_fields__
        return tuple(Outlier(**{name: getattr(each, name) for name in names}) for each in self.columns if each.outlying)

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.files
