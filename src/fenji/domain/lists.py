"""What is a list of customers? Named columns with their units, the conditions that chose its rows, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from fenji.domain.conditions import Condition
from fenji.domain.metrics import Unit
from fenji.domain.telling import HIDDEN, Mark
from fenji.domain.words import Words


class ColumnUnit(StrEnum):
    """What the cells of a list's column hold."""

    TEXT = "text"
    DATE = "date"
    MONEY = "money"
    """In the currency of the run, to the cent."""
    COUNT = "count"
    DAYS = "days"
    HOURS = "hours"
    SHARE = "share"
    """0 to 1."""
    NUMBER = "number"
    YES_NO = "yes_no"


UNIT_OF: Mapping[Unit, ColumnUnit] = {
    Unit.MONEY: ColumnUnit.MONEY,
    Unit.COUNT: ColumnUnit.COUNT,
    Unit.DAYS: ColumnUnit.DAYS,
    Unit.HOURS: ColumnUnit.HOURS,
    Unit.SHARE: ColumnUnit.SHARE,
    Unit.SCORE: ColumnUnit.NUMBER,
    Unit.RATIO: ColumnUnit.NUMBER,
}
"""The unit of a metric's column."""


@dataclass(frozen=True)
class ListColumn:
    """One column of a list."""

    slug: str
    """Its name for scripts."""
    name: Words
    unit: ColumnUnit
    """What its cells hold."""
    veil: Annotated[Mark | None, HIDDEN] = None
    """How its cells are masked for whoever may not see personal values; None: as every text."""


class Move(StrEnum):
    """Which way a customer went between two reviews."""

    UP = "up"
    DOWN = "down"
    LOST = "lost"
    NEW = "new"
    RETURNED = "returned"


class Standing(StrEnum):
    """Whether a customer stands in a tier at all."""

    IN_TIER = "in_tier"
    LOST = "lost"
    """Known, and lost by the rule of the tiers."""


class CustomerGroup(StrEnum):
    """The lists that ``priority`` keeps."""

    UPGRADES = "upgrades"
    WATCH = "watch"
    FREQUENT = "frequent"


class Figure(StrEnum):
    """Which figure of an answer counts the customers of a list."""

    PLACED = "placed"
    """Those in a tier (``yes``), or in none (``no``)."""
    VALUE = "value"
    """A cell of current and potential value, such as ``high.low``; ``unknown`` and ``any`` stand for no class and every class."""
    STATE = "state"
    """Active customers, those who have left, and those who never bought."""
    REASON = "reason"
    """Customers for whom a driver is one of the three reasons to leave."""
    PERSON = "person"
    """A value of a customer column, such as ``region.east``; nothing after the point: without a value."""
    BAND = "band"
    """A band of a metric as the composition of tiers cuts it, such as ``orders_12m:1,5.2``; nothing after the point: without a value."""
    BOUGHT = "bought"
    """Buyers of twelve months by a column of order lines, such as ``category.tea``; nothing after the point: without a value."""
    BEST = "best"
    """The best percent of the customers in tiers with revenue of twelve months, such as ``20``."""
    LISTED = "listed"
    """A part of a list that priority keeps, such as ``watch.unless``."""
    ELSEWHERE = "elsewhere"
    """Customers by their tier here and in another run, such as ``RUN_ID.vip.high``; nothing after a point: in no tier."""


class Choice(StrEnum):
    """By what the customers of a list were chosen."""

    TIER = "tier"
    STANDING = "standing"
    MOVED_FROM = "moved_from"
    MOVED_TO = "moved_to"
    MOVED = "moved"
    SEGMENT = "segment"
    RISK = "risk"
    RISK_FROM = "risk_from"
    MARK = "mark"
    GROUP = "group"
    UPLOADED = "uploaded"
    WHERE = "where"
    COUNTED = "counted"


@dataclass(frozen=True)
class Chosen:
    """One condition that every customer of the list meets."""

    by: Choice
    values: Mapping[str, object] = field(default_factory=dict)
    condition: Condition | None = None
    """For ``where`` only."""


@dataclass(frozen=True)
class NamedList:
    """Conditions that somebody has kept under a name. Not: who meets them, which is asked anew every time."""

    list_id: str
    name: str
    conditions: Mapping[str, object]
    """As the parameters of the API's customers; nothing personal."""
    saved_by: str
    saved_at: datetime
    """UTC."""


@dataclass(frozen=True)
class ListSource:
    """Where a list comes from: enough to make it again."""

    title: str
    """The command that makes it, such as ``customers``."""
    run_id: str
    as_of: date
    policy: str | None
    version: int | None
    currency: str
    rows: int
    made_at: datetime
    """UTC."""
    conditions: tuple[Chosen, ...] = ()
    sort: str | None = None
    columns_of: str | None = None
    """The stored table that it is a copy of, where it is one."""
    earlier_on: date | None = None
    """The earlier review of a list of movements."""
