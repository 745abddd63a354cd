"""How does a long list go on from page to page? After the last row that was seen, by its value and its customer, never by counting rows."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from fenji.errors import InvalidArgument
from fenji.language import message as _

SORTED_BY = "sorted_by"
"""The column that a paged table is sorted by."""
_KEY = "customer_key"
_QUESTION_LENGTH = 12


@dataclass(frozen=True)
class Sort:
    """The order of a list: by one column, rows without a value last, equal ones by customer_key."""

    slug: str
    is_descending: bool

    @classmethod
    def of(cls, text: str) -> Sort:
        """What a person writes: a column, with a minus before it where the largest come first.

        >>> Sort.of("-net_revenue_12m")
        Sort(slug='net_revenue_12m', is_descending=True)
        """
        return cls(text.lstrip("+-").strip(), is_descending=text.startswith("-"))

    def __str__(self) -> str:
        return f"-{self.slug}" if self.is_descending else self.slug

    def order(self, table: ir.Table) -> list[ir.Value]:
        """The keys by which a table with ``SORTED_BY`` is ordered; the last one is unique."""
        column = table[SORTED_BY]
        first = column.desc(nulls_first=False) if self.is_descending else column.asc(nulls_first=False)
        return [first, table[_KEY].asc()]


@dataclass(frozen=True)
class Cursor:
    """The last row of a page."""

    question: str
    """A fingerprint of what was asked; the cursor of another question is refused."""
    value: Any
    customer_key: int

    def __str__(self) -> str:
        """An opaque text."""
        body = json.dumps([self.question, None if self.value is None else str(self.value), self.customer_key])
        return urlsafe_b64encode(body.encode()).decode().rstrip("=")

    @classmethod
    def of(cls, text: str, question: str) -> Cursor:
        """The cursor of a text.

        Raises:
            InvalidArgument: no cursor, or that of another question.
        """
        try:
            asked, value, key = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            found = cls(str(asked), value, int(key))
        except (ValueError, TypeError) as error:
            raise _not_ours() from error
        if found.question != question:
            raise _not_ours()
        return found


def fingerprint(*asked: object) -> str:
    """A short text that is equal for equal questions."""
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:_QUESTION_LENGTH]


def rows_after(table: ir.Table, sort: Sort, cursor: Cursor) -> ir.Table:
    """The rows that come after those of the page before.

    Grain: as ``table``, which has ``SORTED_BY`` and customer_key.
    """
    column, key = table[SORTED_BY], table[_KEY]
    is_later = key > ibis.literal(cursor.customer_key, type="int64")
    if cursor.value is None:
        return table.filter(column.isnull() & is_later)
    try:
        value = _literal(cursor.value, column.type())
    except ValueError as error:
        raise _not_ours() from error
    beyond = column < value if sort.is_descending else column > value
    return table.filter(column.isnull() | beyond | ((column == value) & is_later))


def _literal(text: str, type_: dt.DataType) -> Any:  # noqa: ANN401 - Ibis has no one type of scalars
    if type_.is_date():
        return ibis.literal(date.fromisoformat(text), type="date")
    if type_.is_decimal():
        return ibis.literal(Decimal(text), type=type_)
    if type_.is_integer():
        return ibis.literal(int(text), type=type_)
    if type_.is_floating():
        return ibis.literal(float(text), type=type_)
    if type_.is_boolean():
        return ibis.literal(text == "True", type=type_)
    return ibis.literal(text, type=type_)


def _not_ours() -> InvalidArgument:
    return InvalidArgument.of(
        _("this is not where a page of this list ended."),
        advice=_("Take it from the answer to the same question; after a new run begin again with the first page."),
    )
