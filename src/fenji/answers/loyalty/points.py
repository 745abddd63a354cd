"""What is answered about points: programs, what was posted, balances, statements, liability, roll-forward and laws?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.loyalty.cohorts import FlowMonth
from fenji.domain.loyalty.kinds import LotBucket, MemberStatus, PointsAccount, PointsKind, RequestStatus
from fenji.domain.loyalty.law_names import Law, LawBroken
from fenji.domain.telling import AS_IT_IS, PERSONAL, WITHHELD, told
from fenji.errors import Problem


@dataclass(frozen=True)
class ProgramResult:
    """A loyalty program that was read, or published."""

    program: Annotated[str, AS_IT_IS]
    version: int
    effective_on: date
    """The first day on which it counts."""
    is_published: bool
    """Whether nobody can change it any more."""
    warnings: tuple[Problem, ...] = ()
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class PostResult:
    """What became of the orders of a run."""

    run_id: str
    as_of: date
    program: Annotated[str, AS_IT_IS]
    version: int
    """In force on that day."""
    orders_new: int
    """Orders that were posted for the first time."""
    orders_changed: int
    """Orders of which more or less is left than was posted, or that belong to another member."""
    orders_unchanged: int
    """Orders that were posted before and are as they were."""
    orders_vanished: int
    """Orders that were posted and no longer stand in the data, such as cancelled ones: their points were taken back."""
    members_opened: int
    """Members that were made for customers without one."""
    merges_proposed: int
    """Pairs of members whose ids belong to one customer."""
    members_settled: int
    """Members with points that became available or expired."""
    events_rewarded: int
    """Events that earned points of their own."""
    vouchers_returned: int
    """Uses of vouchers that were given back, because nothing is left of their orders."""
    points_outstanding: int
    """Available, pending and held points of all members afterwards, without what they owe."""
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class LotRow:
    """Points of one lot that are left."""

    points: int
    """What can be spent of it, now or later."""
    held: int
    """Reserved for a cart."""
    bucket: LotBucket
    """Whether they can be spent."""
    earned_on: date
    """When they were earned."""
    available_on: date
    """From when on they can be spent."""
    expires_on: date | None
    """The last day on which they can be spent; null: no such day."""


@dataclass(frozen=True)
class BalanceResult(Answer):
    """One member's points."""

    program: Annotated[str, AS_IT_IS]
    as_of: date
    """The day of the answer."""
    member_id: int
    """Who holds the points."""
    status: MemberStatus
    """What has become of the member."""
    ids: Annotated[tuple[str, ...], PERSONAL]
    """The ids of the company that earn for it, as SOURCE:ID."""
    spendable: int
    """What can be spent on that day."""
    available: int
    """With points whose last day is over and that are not yet written off."""
    pending: int
    """Earned, and can be spent later."""
    held: int
    """Reserved for carts."""
    owed: int
    """Taken back after it was spent; the next points pay for it."""
    qualifying_total: int
    """Qualifying points earned and not refunded, ever."""
    lots: tuple[LotRow, ...]
    """In the order in which they are spent."""
    run_id: None = None

    @property
    @told
    def next_expiry_on(self) -> date | None:
        """The last day of the points that expire next; null: none do."""
        days = (each.expires_on for each in self.lots if each.points and each.expires_on is not None)
        return min((each for each in days if each >= self.as_of), default=None)

    @property
    @told
    def next_expiry_points(self) -> int:
        """How many of them are left now."""
        day = self.next_expiry_on
        return sum(each.points for each in self.lots if day is not None and each.expires_on == day)

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.lots


@dataclass(frozen=True)
class StatementRow:
    """One thing that happened to a member's points."""

    transaction_id: Annotated[str, AS_IT_IS]
    """By which it can be named."""
    occurred_on: date
    """The day on which it counts."""
    recorded_at: datetime
    """When it was written down."""
    kind: PointsKind
    """What it does."""
    points: int
    """By how much the member's points changed, what it owes taken off; 0 where points only became available or were held."""
    source: Annotated[str | None, AS_IT_IS]
    """Of its order; null: it has none."""
    order_id: Annotated[str | None, AS_IT_IS]
    """Its order; null: it has none."""
    reason: Annotated[str | None, WITHHELD]
    """As a person wrote it; null: nobody did."""
    actor: Annotated[str, AS_IT_IS]
    """Who did it."""


@dataclass(frozen=True)
class StatementResult(Answer):
    """What happened to a member's points, the newest first."""

    program: Annotated[str, AS_IT_IS]
    as_of: date
    """The day of the answer."""
    member_id: int
    """Who holds the points."""
    rows: tuple[StatementRow, ...]
    is_whole: bool
    """Whether there is nothing older."""
    after: Annotated[str | None, AS_IT_IS]
    """The transaction after which the next page begins; null: there is nothing older."""
    run_id: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.rows


@dataclass(frozen=True)
class OperationResult:
    """What an operation on points came to."""

    program: Annotated[str, AS_IT_IS]
    as_of: date
    """The day of the operation."""
    member_id: int
    """Whose points they are."""
    transaction_id: Annotated[str | None, AS_IT_IS]
    """By which it can be named later; null: it waits for an approver."""
    kind: PointsKind
    """What it does."""
    points: int
    """How many moved, or are to."""
    is_existing: bool
    """Whether it had been done before under the same key; this is the first result."""
    waits_for: int | None
    """Number of the adjustment that somebody else must approve; null: it is done."""
    available: int
    """Of the member, afterwards."""
    owed: int
    """Of the member, afterwards."""
    run_id: None = None


@dataclass(frozen=True)
class AdjustmentRow:
    """Points that somebody would give or take by hand."""

    number: int
    """By which it is approved or refused."""
    member_id: int
    """Whose points."""
    points: int
    """Above 0 they are given, below 0 taken."""
    reason: Annotated[str, AS_IT_IS]
    """One of the program's reasons."""
    note: Annotated[str, WITHHELD]
    """What was written beside it."""
    proposed_by: Annotated[str, AS_IT_IS]
    """Who proposed it."""
    status: RequestStatus
    """What has become of it."""
    decided_by: Annotated[str | None, AS_IT_IS]
    """Who decided; null: nobody yet."""


@dataclass(frozen=True)
class AdjustmentsResult(Answer):
    """Adjustments that needed an approver."""

    program: Annotated[str, AS_IT_IS]
    adjustments: tuple[AdjustmentRow, ...]
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.adjustments


@dataclass(frozen=True)
class PointsImported:
    """Balances that came from an older system."""

    program: Annotated[str, AS_IT_IS]
    as_of: date
    """From when on they count here."""
    rows: int
    """Lots in the file."""
    lots: int
    """Lots that were posted now; the others had been before."""
    points: int
    """Of the lots that were posted now."""
    members_opened: int
    """Members that were made for ids without one."""
    run_id: None = None


@dataclass(frozen=True)
class LiabilityRow:
    """Outstanding points of one month of earning."""

    month_on: date
    """The first day of the month in which they were earned."""
    granted: int
    """Without what was refunded since."""
    redeemed: int
    """So far, without what came back."""
    outstanding: int
    """What is left."""
    expected_share: Decimal
    """Of what is left, the share that will be redeemed."""
    is_declared: bool
    """Whether that follows the rate that loyalty.yaml declares; else the company's own months."""
    cost: Decimal
    """Of what will be redeemed."""
    revenue: Decimal
    """What is left of the month's orders that earn points."""
    deferred: Decimal
    """Of that revenue, what was allocated to the points when they were granted (IFRS 15)."""
    recognized: Decimal
    """Of what was deferred, so far: by points redeemed over points expected to be redeemed."""


@dataclass(frozen=True)
class LiabilityResult(Answer):
    """What outstanding points will cost."""

    program: Annotated[str, AS_IT_IS]
    as_of: date
    currency: Annotated[str, AS_IT_IS]
    cost_per_point: Decimal
    """As the program declares it."""
    outstanding: int
    """Points of all members that are left."""
    owed: int
    """What members owe: the next points pay for it."""
    cost: Decimal
    """Of all points that will be redeemed."""
    deferred: Decimal
    """Revenue that waits for points that are left: deferred and not recognized yet (IFRS 15)."""
    months: tuple[LiabilityRow, ...]
    """By month of earning, the earliest first."""
    warnings: tuple[Problem, ...] = ()
    run_id: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.months


@dataclass(frozen=True)
class FlowResult(Answer):
    """The roll-forward of a program's points, month by month."""

    program: Annotated[str, AS_IT_IS]
    as_of: date
    months: tuple[FlowMonth, ...]
    """The earliest first."""
    run_id: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.months


@dataclass(frozen=True)
class SheetResult:
    """The balance sheet of a program."""

    program: Annotated[str, AS_IT_IS]
    as_of: date
    """The day of the answer."""
    members: int
    """How many there are."""
    outstanding: int
    """Available, pending and held points of all members, without what they owe."""
    balance_sheet: dict[PointsAccount, int]
    """What stands on each account of the program and, summed up, of all members; all of them sum to 0."""
    run_id: None = None


@dataclass(frozen=True)
class LawsResult:
    """Whether all rows of the ledger keep its laws."""

    program: Annotated[str, AS_IT_IS]
    as_of: date
    """The day of the answer."""
    laws: tuple[Law, ...]
    """Those that rows can break, and were checked."""
    members: int
    """How many there are."""
    outstanding: int
    """Available, pending and held points of all members, without what they owe."""
    balance_sheet: dict[PointsAccount, int]
    """What stands on each account of the program and, summed up, of all members; all of them sum to 0."""
    broken: tuple[LawBroken, ...]
    """Laws that rows break; none where all is well."""
    run_id: None = None
