"""What must be known before any figure of the tiers is read: that nobody is in them, that no money was read, that orders are old?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.reviews.order_summary import order_summary
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.domain.metrics import Fact, Unit
from fenji.domain.policies import SCORE, Policy
from fenji.domain.runs import Run
from fenji.errors import Problem
from fenji.language import message as _
from fenji.tables.insight import ORDER_SUMMARY
from fenji.workspace.clean_base import FACTS, CleanBase, is_money_read
from fenji.workspace.session import Session

NO_CUSTOMERS = "no_customers"
NO_MONEY = "no_money"
_HEADLINES = (NO_MONEY, NO_CUSTOMERS)
"""Without money or customers every figure of a screen misleads: these are said before anything else."""


@dataclass(frozen=True)
class OrderFacts:
    """What the orders say of a date, whoever placed them."""

    newest_on: date | None
    """Day of the newest order up to the date; None: there is none."""
    unattributed_net_revenue_12m: Decimal
    """Revenue of twelve months that no customer is known for."""


def order_facts(session: Session, run: Run, base: CleanBase, *, as_of: date) -> OrderFacts:
    """The newest order up to the date, and the revenue of twelve months that no customer is known for.

    A run keeps them of its own date; of earlier reviews, and of customers within limits, they are found in its orders, once in a
    session. Orders of nobody are of no customer within limits.
    """
    stored = [] if session.limits else session.rows(run.run_id, ORDER_SUMMARY, as_of=as_of)
    found = stored or session.memory.recall(("order facts", run.run_id, as_of), lambda: _order_rows(session, base, as_of=as_of))
    return OrderFacts(found[0]["newest_on"], found[0]["unattributed_net_revenue_12m"]) if found else OrderFacts(None, Decimal(0))


def _order_rows(session: Session, base: CleanBase, *, as_of: date) -> list[dict[str, Any]]:
    orders = base.facts.get(Fact.ORDER_LINE)
    rows: list[dict[str, Any]] = [] if orders is None else session.engine.fetch(order_summary(orders, as_of=as_of)).to_pylist()
    return rows


def headlines(session: Session, base: CleanBase, customers: int, revenue: Decimal, *, needs_money: bool) -> tuple[Problem, ...]:
    """What is said before any figure: that nobody is in the tiers, or that no money was read although the policy asks for it.

    Args:
        session: of the run.
        base: its clean tables.
        customers: in all tiers together.
        revenue: of theirs in twelve months; where it is not 0, money was read, and no table need be asked.
        needs_money: whether the policy asks for money.
    """
    if not customers:
        return () if session.limits else (no_customers(),)
    if revenue or not needs_money:
        return ()
    facts = {FACTS[fact].full_name: table for fact, table in base.facts.items()}
    return () if is_money_read(session, facts) else (no_money(customers),)


def asks_for_money(policy: Policy, registry: Registry) -> bool:
    """Whether the policy has a rule, a cap or a part of its score on an amount of money."""
    asked = {*metrics_in(conditions_of(policy)), *(part.metric for part in policy.score)} - {SCORE}
    return any(each in registry and registry.named(each).unit is Unit.MONEY for each in asked)


def no_money(customers: int) -> Problem:
    """No amount was read, so whoever is ranked by money stands in the lowest tier."""
    text = _(
        "no money was read: every amount is missing or 0, so the {customers} {customers:customer|customers} cannot be told apart by revenue."
    )
    advice = _("See with fenji map which column holds the amounts, and name it in sources.yaml.")
    return Problem(text, {"customers": f"{customers:,}"}, advice=advice, code=NO_MONEY)


def no_customers() -> Problem:
    """Nobody is known, so there is nobody to rank."""
    text = _("no customers are known: no row that was read says whose it is.")
    advice = _("See with fenji map which column holds the customer's number, phone or e-mail, and name it in sources.yaml.")
    return Problem(text, advice=advice, code=NO_CUSTOMERS)


def is_headline(problem: Problem) -> bool:
    """Whether a warning is said before anything else."""
    return problem.code in _HEADLINES
