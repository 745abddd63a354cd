"""Where does one feed come from, and how are its cells to be read? The records behind sources.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fenji.domain.feeds import Feed


class MoneyUnit(StrEnum):
    """What a number in a money column counts; the value is what sources.yaml writes."""

    YUAN = "yuan"
    FEN = "fen"
    THOUSAND = "thousand"
    WAN_YUAN = "wan_yuan"
    MILLION = "million"
    HUNDRED_MILLION = "hundred_million"

    @property
    def factor(self) -> Decimal:
        """How many whole units of its currency one of it is."""
        return _FACTORS[self]


_FACTORS = {
    MoneyUnit.YUAN: Decimal(1),
    MoneyUnit.FEN: Decimal("0.01"),
    MoneyUnit.THOUSAND: Decimal(1_000),
    MoneyUnit.WAN_YUAN: Decimal(10_000),
    MoneyUnit.MILLION: Decimal(1_000_000),
    MoneyUnit.HUNDRED_MILLION: Decimal(100_000_000),
}


class Repeats(StrEnum):
    """What to do with identical rows inside one file."""

    KEEP = "keep"
    DROP = "drop"


class DateOrder(StrEnum):
    """How a column writes dates such as 05/06/2025, whose day and month could be either way round."""

    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


class DecimalSign(StrEnum):
    """What stands before the cents in a column of amounts or numbers; the other sign groups the thousands."""

    POINT = "point"
    COMMA = "comma"


class StatusClass(StrEnum):
    """What a status of an order means for money."""

    PAID = "paid"
    UNPAID = "unpaid"
    VOID = "void"
    RETURNED = "returned"


class TotalsPeriod(StrEnum):
    """Which time the totals of a ``balance`` source cover."""

    LAST_12_MONTHS = "last_12_months"
    LIFETIME = "lifetime"


class Format(StrEnum):
    """The file formats that are read."""

    CSV = "csv"
    EXCEL = "excel"
    PARQUET = "parquet"
    JSON_LINES = "json_lines"


@dataclass(frozen=True)
class ColumnMapping:
    """Which column of the source fills a field, or which constant does."""

    column: str | None = None
    """The header as the file writes it (compared after normalisation); None where ``constant`` is given."""
    unit: MoneyUnit = MoneyUnit.YUAN
    """Only for money. A unit in the header (万元, 分) is written here by ``fenji map``."""
    constant: str | None = None
    """The same text for every row, for instance a channel."""
    decimal: DecimalSign | None = None
    """Only for money and numbers. None: a point, and a comma only where it groups thousands."""
    date_order: DateOrder | None = None
    """Only for days and moments. None: the year first, or a form that has one reading only."""
    made_of: tuple[str, ...] = ()
    """Only for order_id: the values of which the number is made where the file has none, or which it needs beside its column
    to tell two orders apart: fields of the feed, ``<stem>_on`` for the day and ``<stem>_month`` for the month of a moment,
    ``file`` for the file or sheet, ``person`` for whichever of customer_id, phone, email and union_id a row has first. Two
    strangers are not one buyer: where the number is made of any of these five, a row of nobody is an order of its own,
    or, where it has a number beside them, one with the rows of nobody that have the same number on the same day."""
    also: tuple[str, ...] = ()
    """Other headers that mean the same, such as those of last year's files; of several in one file the first wins."""
    optional: bool = False
    """Only for files: one without the column is read all the same, and nothing is known of the field there. Else it is refused."""

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that may stand for the field, best first."""
        return self.also if self.column is None else (self.column, *self.also)


@dataclass(frozen=True)
class DropRule:
    """Rows to leave out, with the reason that the user gives."""

    column: str
    """One of our field names."""
    reason: str
    """A slug such as postage; appears in quality reports."""
    values: tuple[str, ...] = ()
    """Exact texts, compared without case."""
    pattern: str | None = None
    """A regular expression that the whole cell must match (RE2 and Java agree on the subset we allow)."""
    keep_matching: bool = False
    """Turned round: rows that do NOT match are left out."""


@dataclass(frozen=True)
class Unpivot:
    """Columns that stand for values, such as one column for each month: each filled cell of them becomes a row."""

    columns: tuple[str, ...]
    """The headers that are turned into rows."""
    name: str
    """The new column that holds the header; where it names a month, quarter or year, the first day of it as YYYY-MM-DD."""
    value: str
    """The new column that holds the cell."""
    year: int | None = None
    """Of headers that name a month or quarter without a year."""


@dataclass(frozen=True)
class Shape:
    """Repairs that make a table of a file that is laid out for readers; steps in the order in which they are taken."""

    header_rows: tuple[int, ...] = ()
    """Lines or sheet rows whose cells together are the header, the first being 1; empty: find it."""
    no_header: bool = False
    """The file begins with data; its columns are called column_1, column_2 and so on."""
    skip_after_header: int = 0
    """Rows under the header that describe the columns."""
    sections: str | None = None
    """The new column that takes the text of lines that stand alone above the rows they are about, such as a customer's name."""
    fill_down: tuple[str, ...] = ()
    """Columns whose empty cells take what stands above: merged cells, and heads that stand on the first row of an order only.

    A row takes only the cells of this list that are empty before the first filled one: where the order number is new, an empty
    customer is a guest and not the customer of the order above."""
    unpivot: Unpivot | None = None
    drop_totals: bool = False
    """Leave out rows that are sums of other rows; they are told before cells are filled down or turned."""

    @property
    def is_plain(self) -> bool:
        """Whether the file is read as it stands."""
        return self == Shape()


@dataclass(frozen=True)
class FileLocation:
    """Files, folders or globs, relative to the workspace, and how to open them; None means: find out per file."""

    paths: tuple[str, ...]
    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheets: tuple[str, ...] = ()
    """Sheet names of a workbook; empty means every sheet that has the mapped columns."""
    part_column: str | None = None
    """A column that says which file or sheet a row first came from, where several were put together into one file."""
    shape: Shape = Shape()


@dataclass(frozen=True)
class DatabaseLocation:
    """A table or query of a SQL database. The URL may name environment variables as ${NAME}; it is never printed with its password."""

    url: str
    table: str | None = None
    query: str | None = None


@dataclass(frozen=True)
class Source:
    """One entry of sources.yaml: a feed, where it is, and what its columns mean."""

    name: str
    feed: Feed
    location: FileLocation | DatabaseLocation
    columns: Mapping[str, ColumnMapping]
    currency: str | None = None
    """ISO 4217 code of its money; None means the workspace's currency."""
    time_zone: str | None = None
    """IANA name of naive times; None means the workspace's."""
    paid_statuses: tuple[str, ...] = ()
    """Where given, only these statuses count as paid; otherwise the known words for unpaid and cancelled are left out."""
    score_scale: tuple[float, float] = (0.0, 100.0)
    """Lowest and highest score of a feedback source."""
    default_kind: str | None = None
    """The kind of every event or feedback of this source, where no column says it."""
    drop: tuple[DropRule, ...] = ()
    repeats: Repeats = Repeats.KEEP
    keep_missing: bool = False
    """Keep the rows of a file that is no longer there; by default they leave with the file."""
    shares_ids_with: str | None = None
    """The id space of customer_id: sources that share a name here mean the same customer by the same id. None: the workspace's one space."""
    return_order_pattern: str | None = None
    """Order ids that match are returns, for instance ^C."""
    statuses: Mapping[StatusClass, tuple[str, ...]] = field(default_factory=dict)
    """What the source's own words or codes mean, before the known words are asked."""
    needs_paid_at: bool = False
    """Orders without a time of payment are unpaid: the shop writes one on every order that was paid."""
    belongs_to: str | None = None
    """The source that holds the orders which these lines, payments or returns are about; they meet by order_id."""
    needs_payment: bool = False
    """Only for payments: an order that no payment names was not paid."""
    period: TotalsPeriod | None = None
    """Only for a balance: which time its totals cover; None: nobody knows, and they answer nothing."""
    as_of: date | None = None
    """Only for a balance: the day on which its totals were taken; None: the day of the run."""
