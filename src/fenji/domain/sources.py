"""Where does one feed come from, and how are its cells to be read? The records behind sources.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fenji.domain.feeds import Feed


class MoneyUnit(StrEnum):
    """What a number in a money column counts; the value is what sources.yaml writes."""

    YUAN = "yuan"
    WAN_YUAN = "wan_yuan"
    FEN = "fen"


class Repeats(StrEnum):
    """What to do with identical rows inside one file."""

    KEEP = "keep"
    DROP = "drop"


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
