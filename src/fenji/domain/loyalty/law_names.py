"""Which laws does the ledger keep? Each by its name, with what it says; broken ones are listed by ``fenji points check``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fenji.domain.telling import AS_IT_IS


class Law(StrEnum):
    """A law of the ledger; see decision 0062."""

    Z1 = "Z1"
    B1 = "B1"
    B2 = "B2"
    E1 = "E1"
    R1 = "R1"
    R2 = "R2"
    R3 = "R3"
    I1 = "I1"
    C1 = "C1"
    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    T1 = "T1"
    T2 = "T2"
    Q1 = "Q1"
    F1 = "F1"
    P1 = "P1"


@dataclass(frozen=True)
class LawBroken:
    """Rows that break a law."""

    law: Law
    """Which one."""
    what: Annotated[str, AS_IT_IS]
    """The check that found them."""
    rows: int
    example: Annotated[str, AS_IT_IS]
    """The key of one of them."""
