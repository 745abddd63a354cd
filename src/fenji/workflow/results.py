"""What does a use-case answer with? Frozen records that the command line prints, the API serialises and pages render alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.movements.retention import TierRates
from fenji.analyze.structure.cross_tables import CrossTable
from fenji.domain.policies import Cause
from fenji.domain.reviews import LostRule
from fenji.domain.words import Words
from fenji.errors import Problem
from fenji.workflow.arrival import Arrival


@dataclass(frozen=True)
class InitResult:
    """A workspace was made."""

    workspace: str
    template: str
    files: tuple[str, ...]
    """The files written, relative to the workspace."""


@dataclass(frozen=True)
class StoredRows:
    """One table that a run wrote."""

    table: str
    rows: int


@dataclass(frozen=True)
class RunResult:
    """A run was published."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    """Whether the date is yesterday because none was given."""
    policy: str
    version: int
    reviews: tuple[date, ...]
    """Every review that was decided, the earliest first; the last one is ``as_of``."""
    lost: LostRule
    """When a customer counts as lost."""
    files_new: tuple[str, ...]
    files_changed: tuple[str, ...]
    files_unchanged: tuple[str, ...]
    files_gone: tuple[str, ...]
    tables: tuple[StoredRows, ...]
    seconds: float
    arrival: Arrival
    """What became of the rows, and how their money and days were understood."""
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
    invalid: int
    out_of_range: int
    outlying: int
    lower_limit: float | None
    upper_limit: float | None
    lowest: float | None
    highest: float | None


@dataclass(frozen=True)
class IdentityConflict:
    """How many identifiers tie customers together in a doubtful way, by kind."""

    kind: str
    identifiers: int
    ids: int
    merged: int


@dataclass(frozen=True)
class QualityResult:
    """Every row that came in, accounted for."""

    run_id: str
    as_of: date
    rows_in: int
    kept: int
    rejected: Mapping[str, int]
    """Reason -> rows."""
    across_files: int
    repeats_within_file: int
    repeats_dropped: int
    unattributed_rows: int
    unattributed_net_revenue: Decimal
    customers: int
    files: tuple[FileAccount, ...]
    columns: tuple[ColumnQuality, ...]
    conflicts: tuple[IdentityConflict, ...]
    currency: str

    @property
    def reconciles(self) -> bool:
        """Whether rows in = kept + rejected + duplicate holds for every file."""
        return (
            all(each.rows_in == each.kept + each.rejected + each.across_files + each.repeats_dropped for each in self.files)
            and self.rows_in == self.kept + sum(self.rejected.values()) + self.across_files + self.repeats_dropped
        )

    @property
    def outliers(self) -> tuple[ColumnQuality, ...]:
        """The columns with values outside their robust limits."""
        return tuple(each for each in self.columns if each.outlying)


@dataclass(frozen=True)
class TierRow:
    """One tier at a date."""

    tier: str
    name: Words
    customers: int
    share: float
    net_revenue_12m: Decimal
    revenue_share: float | None
    averages: Mapping[str, float | None]
    """Main metric -> average over the tier's customers that have a value."""
    medians: Mapping[str, float | None]
    """Main metric -> median over the tier's customers that have a value."""


@dataclass(frozen=True)
class TiersResult:
    """How many customers stand in each tier, and what they bring."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: str
    version: int
    customers: int
    net_revenue_12m: Decimal
    unattributed_net_revenue_12m: Decimal
    """Revenue of the same twelve months that no customer is known for; in no tier."""
    currency: str
    tiers: tuple[TierRow, ...]
    """Lowest first."""
    main_metrics: Mapping[str, Words]
    """The metrics of averages and medians, with their names."""
    registry: Registry
    """Every metric of the workspace at this run, for names and units."""
    cross: CrossTable | None = None
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class MovementCell:
    """The customers who went one way between two reviews."""

    from_tier: str | None
    """None: they stood in no tier before."""
    to_tier: str | None
    """None: they were lost."""
    cause: Cause | None
    """New, returned or lost; None between tiers and where the tier stays."""
    customers: int
    share: float | None
    """Of the customers of ``from_tier`` before; None for new and returned ones."""
    net_revenue_12m: Decimal
    """Theirs, at the later review."""


@dataclass(frozen=True)
class TierFlow:
    """A tier's way from opening to closing; over several reviews, who goes up and down again counts in both."""

    tier: str
    opening: int
    new: int
    returned: int
    upgraded_in: int
    downgraded_in: int
    upgraded_out: int
    downgraded_out: int
    lost: int
    closing: int


@dataclass(frozen=True)
class ReviewFlow:
    """All tiers together, from one review to the next."""

    as_of: date
    policy: str
    version: int
    opening: int
    new: int
    returned: int
    upgraded: int
    downgraded: int
    lost: int
    closing: int

    @property
    def churn_rate(self) -> float | None:
        """Of the opening customers, those who were lost; None where there were none."""
        return self.lost / self.opening if self.opening else None


@dataclass(frozen=True)
class EndedStays:
    """How long those had stood in a tier who left it."""

    tier: str
    leavers: int
    mean_reviews: float
    mean_days: float


@dataclass(frozen=True)
class CohortAt:
    """The customers who arrived in one month, at one review."""

    cohort: date | None
    """First day of the month; None where no arrival is known."""
    as_of: date
    customers: int
    standing: int
    """Of them, those who are not lost."""


@dataclass(frozen=True)
class MovesResult:
    """Who moved between two reviews, and how each tier got from opening to closing."""

    run_id: str
    earlier_on: date
    as_of: date
    policy: str
    version: int
    """In force at the later review."""
    reviews: tuple[date, ...]
    """Every review of the run's history."""
    currency: str
    lost_rule: LostRule
    """When a customer counted as lost in this run."""
    names: Mapping[str, Words]
    """The tiers that occur, lowest first, with their names."""
    movements: tuple[MovementCell, ...]
    flows: tuple[TierFlow, ...]
    """Lowest tier first."""
    periods: tuple[ReviewFlow, ...]
    """Each review after the earlier one, in order."""
    causes: Mapping[Cause, int]
    """Decisions of these reviews by cause; a customer counts once for every review."""
    rates: tuple[TierRates, ...]
    stays: tuple[EndedStays, ...]
    cohorts: tuple[CohortAt, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def opening(self) -> int:
        """Customers who stood in a tier at the earlier review."""
        return sum(each.opening for each in self.flows)

    @property
    def closing(self) -> int:
        """Customers who stand in a tier at the later review."""
        return sum(each.closing for each in self.flows)
