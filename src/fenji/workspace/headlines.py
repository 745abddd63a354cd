"""What must be known before any figure of the tiers is read: that nobody is in them, that no money was read, that orders are old?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.domain.metrics import Fact, Unit
from fenji.domain.periods import Window
from fenji.domain.policies import SCORE, Policy
from fenji.domain.runs import Run
from fenji.errors import Problem
from fenji.language import message as _
from fenji.workspace.clean_base import FACTS, CleanBase, is_money_read
from fenji.workspace.session import Session

YEAR = Window.parse("12m")
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
    """The newest order up to the date, and the revenue of twelve months that no customer is known for; asked once of a run."""
    return session.memory.recall(("order facts", run.run_id, as_of), lambda: _order_facts(session, base, as_of=as_of))


def _order_facts(session: Session, base: CleanBase, *, as_of: date) -> OrderFacts:
    orders = base.facts.get(Fact.ORDER_LINE)
    if orders is None:
        return OrderFacts(None, Decimal(0))
    seen = orders.filter(orders.ordered_on <= ibis.literal(as_of, type="date"))
    opens_after = YEAR.opens_after(as_of)
    unknown: ir.BooleanValue = seen.customer_key.isnull() & (seen.ordered_on > ibis.literal(opens_after, type="date"))
    counted = seen.aggregate(newest=seen.ordered_on.max(), revenue=seen.net_revenue.sum(where=unknown))
    found = session.engine.fetch(counted).to_pylist()[0]
    return OrderFacts(found["newest"], Decimal(found["revenue"] or 0))


def headlines(session: Session, base: CleanBase, customers: int, *, needs_money: bool) -> tuple[Problem, ...]:
    """What is said before any figure: that nobody is in the tiers, or that no money was read although the policy asks for it."""
    if not customers:
        return (no_customers(),)
    facts = {FACTS[fact].full_name: table for fact, table in base.facts.items()}
    return (no_money(customers),) if needs_money and not is_money_read(session, facts) else ()


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
