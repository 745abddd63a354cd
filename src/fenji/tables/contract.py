"""What does a stored table promise? Columns, types, units, key and grain; checked whenever it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import ibis
import ibis.expr.schema as sch

from fenji.domain.telling import Mark


class Shelf(StrEnum):
    """The five shelves of the store, one per stage."""

    RAW = "raw"
    CLEAN = "clean"
    INSIGHT = "insight"
    ACTION = "action"
    OUTCOME = "outcome"


@dataclass(frozen=True)
class Column:
    """One column of a stored table."""

    name: str
    type: str
    """An Ibis type, such as int64, string, decimal(18, 2), date, timestamp('UTC')."""
    meaning: str
    nullable: bool = False
    veil: Mark | None = None
    """How its values are masked for whoever may not see personal ones; None: they are of no person, or tell nobody who it is."""


@dataclass(frozen=True)
class Contract:
    """The promise of one stored table."""

    shelf: Shelf
    name: str
    grain: str
    """One row per what."""
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    writer: str
    """The stage file that writes it."""
    is_by_customer: bool = False
    """Whether its rows stand in the order of their customers although its key is another one."""

    @property
    def full_name(self) -> str:
        """Such as ``clean.order_line``; also the folder in the store."""
        return f"{self.shelf}.{self.name}"

    @property
    def in_order_of(self) -> str | None:
        """The column in whose order rows are stored, so that a question about one customer reads a small part; None: any order."""
        return "customer_key" if self.is_by_customer or self.key[0] == "customer_key" else None

    @cached_property
    def schema(self) -> sch.Schema:
        """The exact columns and types, in order."""
        return ibis.schema({column.name: column.type for column in self.columns})

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that may not be null."""
        return tuple(column.name for column in self.columns if not column.nullable)
