"""What is answered while somebody moves the thresholds of a policy, and who stands behind the numbers?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from fenji.analyze.whatif.cells import NotByCells
from fenji.analyze.whatif.comparing import Direction, Move, PolicyComparison
from fenji.analyze.whatif.replaying import RulePart
from fenji.answers.frames import Answer
from fenji.answers.loyalty.benefits import BenefitCostChange
from fenji.answers.whatif import ComparedPolicy, Moved
from fenji.domain.metrics import Unit
from fenji.domain.telling import AS_IT_IS, HIDDEN, PERSONAL, told
from fenji.domain.words import Spoken, Words


class CountedOn(StrEnum):
    """On what a trial was counted; both are exact."""

    CELLS = "cells"
    """On customers counted beforehand between the steps of all thresholds."""
    PANEL = "panel"
    """On the metrics of every customer."""


@dataclass(frozen=True)
class TriedThreshold:
    """One number of the policy that can be moved."""

    key: Annotated[str, AS_IT_IS]
    """By which it is moved: ``vip.0`` is the first line of what gains the tier vip, ``caps.1.0`` the first line of the second cap."""
    part: RulePart
    """Whether it gains a tier or caps it."""
    tier: str
    """The tier that it gains; of a cap, the highest one that it allows."""
    metric: str
    operator: Annotated[str, AS_IT_IS]
    """How the metric is compared: >=, >, <=, <, = or !=."""
    number: Decimal
    """As it is tried."""
    current: Decimal | None
    """In the policy in force; null where that has no such line."""
    sentence: Spoken[str]


@dataclass(frozen=True)
class MetricSteps:
    """Where the thresholds of one metric may stand so that the answer comes from cells."""

    metric: str
    name: Words
    unit: Unit
    """What its number counts."""
    is_logarithmic: bool
    """Whether an axis should show equal ratios by equal distances."""
    steps: tuple[Decimal, ...]
    """Ascending; the thresholds of the policy in force are among them."""


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram."""

    low: Decimal | None
    """Where it begins; null: without a lower end."""
    high: Decimal | None
    """Where it ends; null: without an upper end."""
    customers: int
    by_tier: Annotated[Mapping[str, int], AS_IT_IS]
    """Tier under the tried policy: customers of the bar; tiers without any are left out."""


@dataclass(frozen=True)
class Histogram:
    """The customers by one metric, and the tier in which each would stand."""

    metric: str
    includes_low: bool
    """Whether the value at which a bar begins belongs to it; else the one at which it ends."""
    bars: tuple[Bar, ...]
    """Ascending, those without customers included."""
    without_value: Bar
    """Customers of whom the value is not known."""


@dataclass(frozen=True, kw_only=True)
class TryResult(Answer):
    """A policy with other thresholds beside the one in force, on the same customers."""

    run_id: str
    as_of: date
    currency: str
    comparison: Annotated[PolicyComparison, HIDDEN]
    counted_on: CountedOn
    """On what it was counted; exact either way."""
    because: NotByCells | None
    """Why not on cells; null: it was."""
    sentence: Spoken[str]
    current: ComparedPolicy
    """The policy in force."""
    new: ComparedPolicy
    """The policy that is tried."""
    thresholds: tuple[TriedThreshold, ...]
    """Tiers from the lowest up, then caps."""
    metrics: tuple[MetricSteps, ...]
    """Those that the thresholds compare; empty where the steps were not asked for."""
    histogram: Histogram | None
    """Null where the rules compare no metric of the customers."""
    decided_as: Literal["first_review"] = "first_review"
    """Keep rules, hold, grace and overrides play no part; lost customers are left out."""
    benefit_cost: BenefitCostChange | None = None
    """What the benefits of the tiers would cost a year; null: no benefits are in force for these tiers."""

    @property
    @told
    def policy(self) -> str:
        """The one in force; the tried one stands under ``new``."""
        return self.current.policy

    @property
    @told
    def version(self) -> int:
        """Its version."""
        return self.current.version

    @property
    @told
    def customers(self) -> int:
        """Everybody who stands in a tier."""
        return self.comparison.customers

    @property
    @told
    def net_revenue_12m(self) -> Decimal:
        """Theirs."""
        return self.comparison.net_revenue_12m

    @property
    @told
    def moves(self) -> tuple[Move, ...]:
        """Every pair of tiers that occurs: current tiers from the lowest up, within them new ones."""
        return self.comparison.moves

    @property
    @told
    def up(self) -> Moved:
        """Everybody who would stand higher."""
        return Moved(*self.comparison.moved(Direction.UP))

    @property
    @told
    def down(self) -> Moved:
        """Everybody who would stand lower."""
        return Moved(*self.comparison.moved(Direction.DOWN))

    @property
    @told
    def stay(self) -> Moved:
        """Everybody who would stand where they stand."""
        return Moved(*self.comparison.moved(Direction.STAY))

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.moves


@dataclass(frozen=True)
class TriedCustomer:
    """One customer under both policies."""

    customer_key: int
    customer_id: Annotated[str | None, PERSONAL]
    from_tier: str
    """Under the policy in force, as at a first review."""
    to_tier: str
    """Under the tried one."""
    net_revenue_12m: Decimal
    values: Mapping[str, int | float | Decimal | None]
    """Metric that one of the policies names: the customer's value."""


@dataclass(frozen=True)
class TriedList(Answer):
    """The customers behind a number of a trial, the largest revenue first."""

    run_id: str
    as_of: date
    policy: str
    """The one in force."""
    version: int
    currency: str
    from_tier: str | None
    """The tier under the policy in force that was asked for; null: any."""
    to_tier: str | None
    """The tier under the tried one that was asked for; null: any."""
    direction: Direction | None
    """The way that was asked for; null: any."""
    count: int
    """All of them, on this page or not."""
    net_revenue_12m: Decimal
    """Theirs."""
    rows: tuple[TriedCustomer, ...]
    after: Annotated[str | None, AS_IT_IS]
    """Where the page ended, to ask for the next one; null: it is the last."""

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.rows
