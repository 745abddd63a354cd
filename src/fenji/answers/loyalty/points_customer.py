"""What is answered about the points of one customer, and about the terms of a program: accounts, factor, what expires next?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.answers.loyalty.points import BalanceResult, StatementResult
from fenji.domain.telling import AS_IT_IS
from fenji.domain.words import Spoken


@dataclass(frozen=True)
class TermsResult:
    """The version of a program that is in force today, or the first that will be."""

    program: Annotated[str, AS_IT_IS]
    version: int
    effective_on: date
    """The first day on which it counts."""
    as_of: date
    """Today, where the company is."""
    sentences: Spoken[tuple[str, ...]]
    """How points are earned, kept, spent and lost, in words."""
    factors: dict[str, Decimal]
    """By which the points of each tier are multiplied; empty: every tier earns alike."""
    adjust_reasons: Annotated[tuple[str, ...], AS_IT_IS]
    """For which points may be given or taken by hand."""
    adjust_above: int | None
    """More points than that at once need somebody who approves; null: none do."""
    worth: Decimal
    """Of one point, when it is spent."""
    currency: Annotated[str, AS_IT_IS]
    has_referrals: bool
    """Whether friends who bring friends are rewarded."""
    run_id: None = None


@dataclass(frozen=True)
class CustomerAccount:
    """One account of a customer: mostly the only one."""

    balance: BalanceResult
    statement: StatementResult
    """The last entries."""
    expiring: int
    """Points that can be spent until the next day on which any expire; 0: none expire."""
    expires_on: date | None
    """That day; null: none expire."""
    worth: Decimal
    """Of what can be spent today."""


@dataclass(frozen=True)
class CustomerPointsResult:
    """The points of one customer of a run."""

    terms: TermsResult
    factor: Decimal | None
    """By which the points of the customer's tier are multiplied; null: every tier earns alike."""
    accounts: tuple[CustomerAccount, ...]
    """None: the customer has no account yet; several: nobody has approved that they are one person."""
    as_of: date
    """Today, where the company is."""
    run_id: None = None
