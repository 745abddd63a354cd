"""What is answered about benefits: what each tier gives, and what that costs a year?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.domain.loyalty.benefits import Benefit, CostKind
from fenji.domain.telling import AS_IT_IS, COUNT
from fenji.domain.words import Words
from fenji.errors import Problem


@dataclass(frozen=True)
class BenefitRow:
    """One thing that some tiers give."""

    benefit: Annotated[str, AS_IT_IS]
    """Its name for scripts."""
    name: Words
    tiers: tuple[str, ...]
    """That have it."""
    costs_by: CostKind
    """How its cost is counted."""
    capacity: int | None
    """How many customers it can serve; null: no limit."""

    @classmethod
    def of(cls, benefit: Benefit) -> BenefitRow:
        """A benefit."""
        return cls(benefit.slug, benefit.name, benefit.tiers, benefit.cost.kind, benefit.capacity)


@dataclass(frozen=True)
class BenefitsResult:
    """A version of benefits.yaml that was read, published or asked for."""

    benefits: Annotated[str, AS_IT_IS]
    """The name of the document."""
    version: int
    effective_on: date
    """The first day on which it counts."""
    is_published: bool
    """Whether nobody can change it any more."""
    policy: str
    """Whose tiers they are."""
    list: tuple[BenefitRow, ...]
    warnings: tuple[Problem, ...] = ()
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class BenefitCostRow:
    """What one benefit costs in one tier."""

    tier: str
    benefit: Annotated[str, AS_IT_IS]
    """Its name for scripts."""
    customers: Annotated[int, COUNT]
    cost: Decimal | None
    """A year; null: it cannot be counted from what is known."""


@dataclass(frozen=True)
class BenefitsCostResult:
    """What the benefits of all tiers cost a year, for the customers of a review."""

    run_id: str
    as_of: date
    policy: str
    version: int
    benefits_version: int
    """Of benefits.yaml."""
    currency: str
    costs: tuple[BenefitCostRow, ...]
    """Tiers from the lowest up."""
    total: Decimal
    """Of what can be counted."""
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class BenefitCostChange:
    """What the benefits of the tiers cost a year under both policies; what cannot be counted is left out of both and named."""

    benefits_version: int
    """Of benefits.yaml."""
    current: Decimal
    """Under the policy in force."""
    new: Decimal
    """Under the other one."""
    change: Decimal
    """How much more the other one costs."""
    not_counted: Annotated[tuple[str, ...], AS_IT_IS]
    """Benefits whose uses are not known here."""
