"""What is answered to the question what lies behind the counts of tiers?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.structure.concentration import Concentration
from fenji.analyze.structure.cross_products import CrossCell
from fenji.analyze.structure.cross_tables import Cell
from fenji.analyze.structure.descriptive import Description
from fenji.analyze.structure.habits import HabitCell, Rhythm
from fenji.analyze.structure.independence import Independence
from fenji.domain.telling import AS_IT_IS, COUNT, HIDDEN, WHERE_KNOWN, Named
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem


class Part(StrEnum):
    """What can be asked of the structure of tiers."""

    PROFILE = "profile"
    """Statistics of metrics."""
    COMPOSITION = "composition"
    """Who the customers are."""
    PRODUCTS = "products"
    """What they buy, by which channel."""
    CONCENTRATION = "concentration"
    """On how few the revenue rests."""
    HABITS = "habits"
    """When they order."""


@dataclass(frozen=True)
class TierSize:
    """One tier and how many customers stand in it."""

    tier: str
    name: Words
    customers: Annotated[int, COUNT]


@dataclass(frozen=True)
class TierCell(CrossCell):
    """The customers of one group who stand in one tier."""

    tier: str


@dataclass(frozen=True)
class StructureGroup(CrossCell):
    """One group of customers beside the average: all tiers together, then each of them."""

    group: Annotated[str | int | None, AS_IT_IS]
    """The value of the column, or the number of the band; null: without a value, or all others."""
    is_rest: bool
    """Whether these are the values beyond the largest, together."""
    name: Spoken[str]
    test: Independence | None
    """Whether being in the group depends on the tier; everyone counts once. Null: there is nothing to compare."""
    tiers: tuple[TierCell, ...]
    """Lowest first."""


@dataclass(frozen=True)
class StructureCross:
    """Tiers by one thing, beside the average of all tiers."""

    by: str
    """A column of customers or order lines, or a metric that is cut into bands."""
    name: Spoken[str]
    customers: Annotated[int, COUNT]
    is_overlapping: bool
    """Whether customers stand in several groups: then the test over the whole table is only a guide, those per group hold."""
    test: Independence | None
    """Over the whole table; null where there are fewer than two groups or tiers."""
    groups: tuple[StructureGroup, ...]
    """Bands in ascending order; of columns the largest first, all others and those without a value last."""
    totals: Annotated[tuple[Cell, ...], HIDDEN]
    """Customers and revenue of each tier, everyone once, lowest tier first."""


@dataclass(frozen=True)
class TierHabit(HabitCell):
    """The orders of one tier in one slot of time."""

    tier: str


@dataclass(frozen=True)
class HabitTime(HabitCell):
    """The orders of all tiers in one hour, weekday or month, then those of each of them."""

    slot: int
    """Hour 0 to 23, weekday 1 (Monday) to 7 (Sunday), month 1 to 12, or hour of the week 0 (Monday from 0:00 on) to 167."""
    tiers: tuple[TierHabit, ...]
    """Lowest first."""


@dataclass(frozen=True)
class StructureResult:
    """One part of the structure of the tiers at a date."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: str
    version: Annotated[int, AS_IT_IS]
    part: Annotated[Part, Named("of")]
    """The part that was asked for; the others are left out."""
    currency: str
    customers: Annotated[int, COUNT]
    tiers: tuple[TierSize, ...]
    """Lowest first."""
    registry: Annotated[Registry, HIDDEN]
    """Every metric of the workspace at this run, for names and units."""
    opens_after: Annotated[date | None, WHERE_KNOWN] = None
    """Of products and habits: the twelve months are the days after this one, up to ``as_of``."""
    profile: Annotated[tuple[Description, ...] | None, WHERE_KNOWN] = None
    """Metric by metric: all tiers together first, then the lowest tier first."""
    composition: Annotated[tuple[StructureCross, ...] | None, WHERE_KNOWN] = None
    """Who the customers are: by what was asked for, or by every customer column that has values."""
    products: Annotated[tuple[StructureCross, ...] | None, WHERE_KNOWN] = None
    """What they buy: by category, or by product where no line has a category; and by channel where any line has one."""
    concentration: Annotated[Concentration | None, WHERE_KNOWN] = None
    """On how few customers the revenue of twelve months rests."""
    time_zone: Annotated[str | None, WHERE_KNOWN] = None
    """Of habits: in which hours and days are told."""
    midnight_orders: Annotated[int | None, WHERE_KNOWN] = None
    """Of habits: orders at 0:00:00 sharp, as they are where only days are known."""
    habits: Annotated[Mapping[Rhythm, tuple[HabitTime, ...]] | None, WHERE_KNOWN] = None
    """Orders by hour, weekday and month, all slots, also those in which nobody orders."""
    week: Annotated[tuple[HabitTime, ...] | None, WHERE_KNOWN] = None
    """Orders by weekday and hour together, all 168; left out where the times of day are not known."""
    conditions: tuple[Spoken[str], ...] = ()
    """Only customers who meet all of these are told of; none: all customers."""
    warnings: tuple[Problem, ...] = ()
