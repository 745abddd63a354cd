"""What is answered to the question how many customers stand in each tier?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.analyze.metrics.registry import Registry
from fenji.answers.frames import Answer
from fenji.domain.telling import AS_IT_IS, COUNT, HIDDEN, WHERE_KNOWN
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem


@dataclass(frozen=True)
class TierRow:
    """One tier at a date."""

    tier: str
    name: Words
    customers: Annotated[int, COUNT]
    share: float
    net_revenue_12m: Decimal
    revenue_share: float | None
    averages: Mapping[str, float | None]
    """Main metric: average over the tier's customers that have a value."""
    medians: Mapping[str, float | None]
    """Main metric: median over the tier's customers that have a value."""


@dataclass(frozen=True)
class GroupTier:
    """The customers of one group in one tier."""

    tier: str
    customers: Annotated[int, COUNT]
    net_revenue_12m: Decimal


@dataclass(frozen=True)
class TierGroup:
    """One group of customers, spread over the tiers."""

    group: Annotated[str | int | None, AS_IT_IS]
    """The value of the column, or the number of the band; null: customers without a value."""
    name: Spoken[str]
    customers: Annotated[int, COUNT]
    net_revenue_12m: Decimal
    tiers: tuple[GroupTier, ...]
    """One per tier of the policy, lowest first."""


@dataclass(frozen=True)
class TiersResult(Answer):
    """How many customers stand in each tier, and what they bring."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: str
    version: Annotated[int, AS_IT_IS]
    customers: Annotated[int, COUNT]
    net_revenue_12m: Decimal
    """Of all customers together."""
    unattributed_net_revenue_12m: Decimal
    """Of the same twelve months, of rows that name no customer; in no tier. 0 where only some customers are asked about."""
    currency: str
    tiers: tuple[TierRow, ...]
    """Lowest first."""
    main_metrics: Annotated[Mapping[str, Words], HIDDEN]
    """The metrics of averages and medians, with their names."""
    registry: Annotated[Registry, HIDDEN]
    """Every metric of the workspace at this run, for names and units."""
    warnings: tuple[Problem, ...] = ()
    conditions: tuple[Spoken[str], ...] = ()
    """Only customers who meet all of these are counted; none: all customers."""
    by: Annotated[Spoken[str] | None, WHERE_KNOWN] = None
    """What the groups are groups of; only where groups were asked for."""
    groups: Annotated[tuple[TierGroup, ...] | None, WHERE_KNOWN] = None
    """Bands in ascending order; values by number of customers, largest first; customers without a value last."""

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.tiers
