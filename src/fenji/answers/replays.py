"""What did a replay find that a job has kept? The reviews of both policies, as a file of answers tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fenji.domain.words import Words


@dataclass(frozen=True)
class KeptTier:
    """One tier of one of the policies."""

    tier: str
    name: Words
    """In the language in which the file was read, for both."""
    customers: int
    """At the last review."""


@dataclass(frozen=True)
class KeptReview:
    """One review under one of the policies."""

    as_of: date
    customers: Mapping[str, int]
    """Tier: customers."""


@dataclass(frozen=True)
class KeptSide:
    """What one of the policies decided."""

    policy: str
    version: int
    tiers: tuple[KeptTier, ...]
    """Lowest first."""
    reviews: tuple[KeptReview, ...]
    """The earliest first."""


@dataclass(frozen=True)
class KeptReplay:
    """The last reviews under the policy in force and under a new one, read back from a file."""

    run_id: str
    as_of: date
    sentence: str
    """How many would rise, fall and stay at the last review."""
    current: KeptSide
    """The policy in force."""
    new: KeptSide
    """The policy that is tried."""

    @classmethod
    def of(cls, told: Mapping[str, Any], sentence: str) -> KeptReplay:
        """From one language of a file that a job of the kind replay has written."""
        return cls(told["run_id"], date.fromisoformat(told["as_of"]), sentence, _side(told["current"]), _side(told["new"]))


def _side(told: Mapping[str, Any]) -> KeptSide:
    tiers = tuple(KeptTier(each["tier"], Words(each["name"], each["name"]), each["customers"]) for each in told["tiers"])
    return KeptSide(told["policy"], told["version"], tiers, tuple(_reviews(told["reviews"])))


def _reviews(told: Sequence[Mapping[str, Any]]) -> list[KeptReview]:
    return [KeptReview(date.fromisoformat(each["as_of"]), each["customers"]) for each in told]
