"""How does a long list go on from page to page? After the last row that was seen, by its value and its customer, never by counting rows."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
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

    def ordered(self, values: Mapping[int, Any]) -> list[int]:
        """The customers of values in the same order.

        Args:
            values: customer_key: what is sorted by; None where there is no value.

        >>> Sort.of("-orders_12m").ordered({1: None, 2: 5, 3: 7, 4: 5})
        [3, 2, 4, 1]
        """
        known = sorted(key for key, value in values.items() if value is not None)
        found = sorted(known, key=lambda key: values[key], reverse=self.is_descending)
        return [*found, *sorted(key for key, value in values.items() if value is None)]

    def order(self, table: ir.Table) -> list[ir.Value]:
        """The keys by which a table with ``SORTED_BY`` is ordered; the last one is unique."""
        column = table[SORTED_BY]
        first = column.desc(nulls_first=False) if self.is_descending else column.asc(nulls_first=False)
        return [first, table[_KEY].asc()]


@dataclass(frozen=True)
class Cursor:
    """The last row of a page. It names the customer by our key alone: a cursor stands in addresses and logs, where nobody's phone belongs."""

    question: str
    """A fingerprint of what was asked; the cursor of another question is refused."""
    customer_key: int

    def __str__(self) -> str:
        """An opaque text."""
        return urlsafe_b64encode(f"{self.question}.{self.customer_key}".encode()).decode().rstrip("=")

    @classmethod
    def of(cls, text: str, question: str) -> Cursor:
        """The cursor of a text.

        Raises:
            InvalidArgument: no cursor, or that of another question.
        """
        try:
            asked, _dot, key = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(".")
            found = cls(asked, int(key))
        except ValueError as error:
            raise not_ours() from error
        if found.question != question:
            raise not_ours()
        return found


def fingerprint(*asked: object) -> str:
    """A short text that is equal for equal questions."""
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:_QUESTION_LENGTH]


def rows_after(table: ir.Table, sort: Sort, last: Mapping[str, Any]) -> ir.Table:
    """The rows that come after the last one of the page before.

    Grain: as ``table``, which has ``SORTED_BY`` and customer_key; ``last`` is a row of it.
    """
    column, key = table[SORTED_BY], table[_KEY]
    is_later = key > ibis.literal(last[_KEY], type="int64")
    if last[SORTED_BY] is None:
        return table.filter(column.isnull() & is_later)
    value = ibis.literal(last[SORTED_BY], type=column.type())
    beyond = column < value if sort.is_descending else column > value
    return table.filter(column.isnull() | beyond | ((column == value) & is_later))


def not_ours() -> InvalidArgument:
    """The error of a text that is no cursor of the list that is asked for."""
    return InvalidArgument.of(
        _("this is not where a page of this list ended."),
        advice=_("Take it from the answer to the same question; after a new run begin again with the first page."),
    )
