"""What is answered about offers and benefits in words: for whom, when and how often, and from what their cost is counted?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fenji.domain.telling import AS_IT_IS
from fenji.domain.words import Spoken, Words


@dataclass(frozen=True)
class OfferInWords:
    """One offer."""

    offer: Annotated[str, AS_IT_IS]
    """Its name for scripts."""
    gives: Spoken[str]
    """What a voucher of it gives."""
    lines: Spoken[tuple[str, ...]]
    """For whom it is, and when and how often its codes can be used."""
    is_personal: bool
    """Whether a code must belong to a customer whom it is for."""


@dataclass(frozen=True)
class OffersInWords:
    """The offers that are in force."""

    version: int
    list: tuple[OfferInWords, ...]
    currency: Annotated[str, AS_IT_IS]
    as_of: date
    """The day on which they are in force."""
    run_id: None = None


@dataclass(frozen=True)
class BenefitInWords:
    """One benefit."""

    benefit: Annotated[str, AS_IT_IS]
    """Its name for scripts."""
    cost: Spoken[str]
    """From what its cost is counted."""


@dataclass(frozen=True)
class TierNamed:
    """A tier of the policy whose tiers have benefits."""

    tier: str
    name: Words


@dataclass(frozen=True)
class BenefitsInWords:
    """The benefits that are in force."""

    version: int
    policy: str
    """Whose tiers they are."""
    tiers: tuple[TierNamed, ...]
    """The lowest first."""
    list: tuple[BenefitInWords, ...]
    as_of: date
    """The day on which they are in force."""
    run_id: None = None
