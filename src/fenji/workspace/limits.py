"""Whose rows may the one who asks see? The limits of a question, the customers within them, and the refusal of everything else.

Deny by default, twice: a workspace is not opened for a limited question unless its use-case says that it answers customer by customer,
and a limited session reads only tables that say of each row whose it is, and of those only the rows of customers within the limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

import ibis
import ibis.expr.types as ir

from fenji.domain.access import LimitColumn, RowLimit
from fenji.domain.words import Spoken
from fenji.errors import Forbidden
from fenji.language import message as _
from fenji.tables import clean
from fenji.tables.contract import Contract
from fenji.wording.limits import limits_told

_KEY = "customer_key"

OF_NOBODY: frozenset[str] = frozenset({clean.PRODUCT.full_name})
"""Tables without customers that tell nothing of any: what products are called."""

_WHERE: dict[LimitColumn, tuple[Contract, str]] = {
    LimitColumn.REGION: (clean.CUSTOMER, "region"),
    LimitColumn.SHOP: (clean.ORDER_LINE, "channel"),
    LimitColumn.SOURCE: (clean.IDENTITY, "source"),
}
"""The table and the column that say who is within a limit."""

_LIMITS: ContextVar[tuple[RowLimit, ...]] = ContextVar("limits", default=())


@contextmanager
def limited_to(limits: Sequence[RowLimit]) -> Iterator[None]:
    """Within the block, questions are answered of customers within all limits only; inner blocks add limits and never lift any.

    Args:
        limits: none: all customers, unless an outer block limits them.
    """
    token = _LIMITS.set(tuple(sorted({*_LIMITS.get(), *limits})))
    try:
        yield
    finally:
        _LIMITS.reset(token)


def limits_now() -> tuple[RowLimit, ...]:
    """The limits of whoever asks now, sorted; none: all customers."""
    return _LIMITS.get()


def forbidden(limits: Sequence[RowLimit]) -> Forbidden:
    """What is raised where an answer is of more customers than those within the limits."""
    return Forbidden.of(
        _("this answer is of the whole company, and you see only the customers of: {limits}."),
        advice=_("Ask for a list of customers, for one customer, or for the tiers and movements of these customers."),
        limits=Spoken(partial(limits_told, tuple(limits))),
    )


def refuse_limited() -> None:
    """Refuses what is of the whole company to whoever sees only some customers.

    Raises:
        Forbidden: the question is limited.
    """
    if limits := limits_now():
        raise forbidden(limits)


def is_of_customers(contract: Contract) -> bool:
    """Whether every row of a table says which customer it belongs to."""
    return any(each.name == _KEY for each in contract.columns)


def places_among(limits: Sequence[RowLimit], table: ir.Table, column: str) -> ir.Table:
    """A ranking with places among those whom the one who asks sees: a place among all would tell how many others there are.

    Args:
        limits: none: the ranking as it is.
        table: with the rows of customers within the limits.
        column: their places, from 1; each another one.

    Grain: as ``table``.
    """
    return table.mutate(**{column: (ibis.row_number().over(order_by=column) + 1).cast("int64")}) if limits else table


def customers_within(limits: Sequence[RowLimit], read: Callable[[Contract], ir.Table]) -> ir.Table:
    """The customers within all limits.

    Args:
        limits: at least one.
        read: opens a clean table of the run, with the rows of all customers.

    Grain: one row per customer: customer_key.
    """
    found: ir.Table | None = None
    for each in limits:
        contract, column = _WHERE[each.column]
        table = read(contract)
        own = table.filter(table[column].isin(list(each.values)), table[_KEY].notnull()).select(_KEY).distinct()
        found = own if found is None else found.semi_join(own, _KEY)
    if found is None:
        message = "without limits everybody is within them"
        raise AssertionError(message)
    return found
