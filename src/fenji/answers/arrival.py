"""What came in with a run, and how was it understood? The records that the screens, --json and the API show alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.domain.telling import AS_IT_IS, PERSONAL, WITHHELD, Named, told


@dataclass(frozen=True)
class LeftOut:
    """Rows of a source that are left out for one reason, with one of them as an example."""

    reason: str
    """One of domain.reasons, or the words of a drop rule."""
    is_fault: bool
    """Whether the rows should have been read; False for unpaid orders and their like."""
    rows: int
    share: float
    """Of the source's rows in."""
    field: str | None
    """The field at fault, under our name."""
    column: str | None
    """The file's own name of it."""
    came: Annotated[str | None, WITHHELD]
    """What stands in the cell of the example; None where nothing does, or a person's name, phone or id."""
    file: str
    row_number: int


@dataclass(frozen=True)
class FileArrival:
    """What became of the rows of one file: rows_in = kept + left_out + copies."""

    file: str
    rows_in: int
    kept: int
    left_out: int
    copies: int
    faults: int
    """Of the rows left out, those that should have been read."""


@dataclass(frozen=True)
class SourceArrival:
    """What became of the rows of one source: rows_in = kept + left_out + copies."""

    source: str
    feed: str
    rows_in: int
    kept: int
    left_out: int
    copies: int
    """Rows that stand in another file or row too and count once."""
    reasons: tuple[LeftOut, ...]
    """The most frequent first."""
    files: tuple[FileArrival, ...]

    @property
    @told
    def faults(self) -> int:
        """Of the rows left out, those that should have been read."""
        return sum(each.faults for each in self.files)


@dataclass(frozen=True)
class PeriodRevenue:
    """What was ordered in a month, or in the months of an earlier year."""

    begins_on: date
    ends_on: date
    orders: int
    net_revenue: Decimal
    first_on: date | None
    """The first day with an order or a return; None where there is none."""
    last_on: date | None


@dataclass(frozen=True)
class LargeOrder:
    """One of the orders that brought most."""

    source: str
    order_id: Annotated[str, AS_IT_IS]
    """As the company numbers it."""
    ordered_on: date
    """In local time."""
    customer_id: Annotated[str | None, PERSONAL]
    """Phones and e-mails masked; None: nobody's."""
    net_revenue: Decimal


@dataclass(frozen=True)
class LaterOrders:
    """Orders after the as-of day, which change nothing."""

    orders: int
    first_on: date
    last_on: date
    in_the_future: int
    """Of them, those that are dated after today."""
    last_order_id: Annotated[str, AS_IT_IS]
    """The one that is dated last."""


@dataclass(frozen=True)
class Arrival:
    """What came in with a run, and how it was understood. Orders, revenue and days are those up to the as-of day."""

    sources: tuple[SourceArrival, ...]
    unread_files: tuple[str, ...]
    """Data files beside those of the sources that no source reads."""
    unread_sheets: tuple[str, ...]
    """Sheets with tables in workbooks of which other sheets are read, as ``file#sheet``."""
    customers: int
    orders: int
    net_revenue: Decimal
    currency: str
    is_money_read: bool
    """Whether any amount other than 0 was read, on whatever day."""
    unattributed_net_revenue: Decimal
    """Revenue of sales without a known customer, before returns."""
    unattributed_share: float | None
    """Its share of all revenue before returns; None where there is none."""
    first_on: date | None
    last_on: date | None
    periods: tuple[PeriodRevenue, ...]
    """The earliest first: years, then the last thirteen months."""
    largest_orders: tuple[LargeOrder, ...]
    later: Annotated[LaterOrders | None, Named("later_orders")]
