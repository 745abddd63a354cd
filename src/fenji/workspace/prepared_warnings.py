"""What must a run say of what it made of the data? Order numbers that were taken apart, statuses and spend that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import ibis.expr.types as ir

from fenji.domain.metrics import REVENUE
from fenji.engines.engine import Engine
from fenji.errors import Problem
from fenji.language import message as _
from fenji.prepare.orders.numbers import FAR_APART, OTHER_RETURNS, SEVERAL_CUSTOMERS
from fenji.tables import clean

WORDS_TOLD = 12
STATUS_TOLD = Decimal("0.01")
"""Share of a source's revenue from which an unexplained status is told; map asks from the same share on."""
UNKNOWN_STATUSES = "unknown_statuses"


@dataclass(frozen=True)
class NumberConflict:
    """Order numbers of one source that several orders share, and what was made of them."""

    source: str
    kind: str
    """One of several_customers, returned_by_another, days_far_apart."""
    numbers: int
    orders: int
    rows: int
    revenue: Decimal
    example: str


def number_conflicts(engine: Engine, tables: Mapping[str, ir.Table]) -> tuple[NumberConflict, ...]:
    """What was taken apart in a run, by source and kind."""
    table = tables[clean.ORDER_NUMBER_CONFLICT.full_name]
    return tuple(NumberConflict(**row) for row in engine.fetch(table.order_by("source", "kind")).to_pylist())


@dataclass(frozen=True)
class UnknownStatus:
    """A word of a status that nothing explains, and what counts as paid because of it."""

    source: str
    status: str
    rows: int
    orders: int
    revenue: Decimal
    example: str
    source_revenue: Decimal


def unknown_statuses(engine: Engine, tables: Mapping[str, ir.Table]) -> tuple[UnknownStatus, ...]:
    """The words of a run that nothing explains, those with the most money first; at most ``WORDS_TOLD`` of a run."""
    table = tables[clean.UNKNOWN_STATUS.full_name]
    largest = table.order_by([table["revenue"].abs().desc(), "source", "status"]).limit(WORDS_TOLD)
    return tuple(UnknownStatus(**row) for row in engine.fetch(largest).to_pylist())


def unknown_spend(engine: Engine, panel: ir.Table) -> int:
    """How many customers have no revenue of twelve months because nobody knows it; they stand in tiers as if they met no rule.

    Args:
        engine: where the panel is.
        panel: insight.customer_metric at one date.
    """
    count: int = engine.fetch(panel.aggregate(unknown=panel[REVENUE].isnull().sum()))["unknown"][0].as_py() or 0
    return count


def conflict_warnings(conflicts: tuple[NumberConflict, ...]) -> tuple[Problem, ...]:
    """One warning for each source and kind."""
    texts = {
        SEVERAL_CUSTOMERS: _(
            "source '{source}': {numbers} order numbers, such as {example}, stand for several customers. They count as {orders} "
            "orders, one for each customer and day; no money moved from one customer to another."
        ),
        OTHER_RETURNS: _(
            "source '{source}': {numbers} order numbers, such as {example}, were bought by one customer and returned by another. "
            "Each keeps what the rows say; they count as {orders} orders."
        ),
        FAR_APART: _(
            "source '{source}': the rows of {numbers} order numbers, such as {example}, lie more than a month apart. They count as "
            "{orders} orders, one for each day."
        ),
    }
    advice = _(
        "If the numbers begin anew, say in sources.yaml what an order number is made of: order_id: {{column: ..., made_of: [...]}}."
    )
    return tuple(
        Problem(
            texts[each.kind],
            {"source": each.source, "numbers": each.numbers, "example": each.example, "orders": each.orders},
            advice=advice,
            code=f"order_numbers_{each.kind}",
        )
        for each in conflicts
    )


def status_warnings(unknown: tuple[UnknownStatus, ...], currency: str) -> tuple[Problem, ...]:
    """One warning for each source of which more than ``STATUS_TOLD`` of the money stands under words that nothing explains."""
    found = []
    for source in dict.fromkeys(each.source for each in unknown):
        own = [each for each in unknown if each.source == source]
        revenue = sum((each.revenue for each in own), Decimal(0))
        if abs(revenue) <= STATUS_TOLD * abs(own[0].source_revenue):
            continue
        text = _(
            "source '{source}': nothing says what the status {words} means. {orders} orders ({revenue} {currency}) count as paid because of it, "
            "such as {example}."
        )
        advice = _(
            "Say it in sources.yaml: statuses: {{paid: [...], unpaid: [...], void: [...], returned: [...]}}, or ask fenji map."
        )
        values = {
            "source": source,
            "words": " / ".join(each.status for each in own),
            "orders": f"{sum(each.orders for each in own):,}",
            "revenue": f"{revenue:,.2f}",
            "currency": currency,
            "example": own[0].example,
        }
        found.append(Problem(text, values, advice=advice, code=UNKNOWN_STATUSES))
    return tuple(found)


def unknown_warnings(customers: int) -> tuple[Problem, ...]:
    """One warning where there is anybody whose spend is unknown."""
    if not customers:
        return ()
    text = _(
        "{customers} {customers:customer is|customers are} known by totals only, whose period does not tell what they spent in the last twelve months. "
        "Their revenue is unknown, not 0; they meet no rule about it and stand in the lowest tier."
    )
    return (Problem(text, {"customers": customers}, code="spend_unknown"),)
