"""Which expectation is used, the models' or a simple rule's, why, and how far may it be off?

A model is not used where its parameters stand at the ends of what is looked at, where it takes everybody for a customer still, where
it gives the lowest tier more per head than the highest although the highest has brought more, and where a simple rule was nearer on
past days.

Reads   fitted models, order days of sampled customers
Units   errors are logarithms of actual / expected
Source  decision 0044
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fenji.analyze.value.expecting import Expected, expected_of
from fenji.analyze.value.fitting import ValueModels
from fenji.analyze.value.order_days import OrderDays, number_of
from fenji.analyze.value.rolling import RULES, Outcome, Spread, judged, spreads, tried
from fenji.analyze.value.scoring import Misfit
from fenji.analyze.value.simple_rules import YEAR_DAYS, SimpleRule, expected_by
from fenji.domain.contests import Contest
from fenji.domain.value import REFUSALS, Choice, OrderModel, SpendModel


@dataclass(frozen=True)
class Outlook:
    """What is used, and what is known of its errors."""

    models: ValueModels
    """Without a model of orders where it was refused."""
    rule: SimpleRule | None
    """What stands in for it."""
    contest: Contest | None
    """None: nothing was tried."""
    outcomes: tuple[Outcome, ...]
    expected: Expected | None
    """Of the sampled customers; None where only an average rate is known."""
    orders_spread: Spread | None
    """None: no interval can be given."""
    revenue_spread: Spread | None

    @property
    def misfit(self) -> Misfit | None:
        """What the intervals of single customers are wider by; None where nothing was tried."""
        if self.orders_spread is None or self.revenue_spread is None:
            return None
        return Misfit(self.orders_spread.misfit, self.revenue_spread.misfit)

    @property
    def used(self) -> OrderModel:
        """The model or rule in use."""
        return self.models.orders if self.rule is None else self.rule.kind


def outlook(days: OrderDays, models: ValueModels, *, as_of: date, horizon_days: int = YEAR_DAYS) -> Outlook:
    """The decision on what was fitted.

    Args:
        days: order days of sampled customers; those after ``as_of`` change nothing.
        models: of ``fit_models``.
        as_of: the last day that counts.
        horizon_days: how far ahead is looked.
    """
    kind = None if models.purchase is None else models.purchase.kind
    if kind is None and models.choice not in REFUSALS:
        return Outlook(models, None, None, (), None, None, None)
    outcomes = tried(days, kind, models.spending, as_of=as_of)
    contest = judged(outcomes, kind or models.orders)
    found = Outlook(models, None, contest, outcomes, None, None, None)
    if kind is None or contest.is_lost:
        return refused(found, days, Choice.LOSES if kind else models.choice, as_of=as_of, horizon_days=horizon_days)
    return _used(found, days, as_of=as_of, horizon_days=horizon_days)


def refused(found: Outlook, days: OrderDays, why: Choice, *, as_of: date, horizon_days: int = YEAR_DAYS) -> Outlook:
    """The best simple rule instead of the model; everybody goes on as before where none was tried.

    Args:
        found: what would have been used.
        days: order days of sampled customers.
        why: one of ``REFUSALS``.
        as_of: the last day that counts.
        horizon_days: how far ahead is looked.
    """
    on = number_of(as_of)
    # What goes on is a period of the length that was tried.
    period = found.outcomes[0].days if found.outcomes else YEAR_DAYS
    known = [rule for each in RULES if (rule := each(days, on=on, period_days=period)) is not None]
    best = None if found.contest is None else found.contest.baseline
    rule = next((each for each in known if each.kind == best), known[0] if known else None)
    before = found.models
    models = replace(
        before,
        orders=OrderModel.AVERAGE_RATE if rule is None else rule.kind,
        choice=why,
        purchase=None,
        other=before.purchase or before.other,
    )
    return _used(replace(found, models=models, rule=rule), days, as_of=as_of, horizon_days=horizon_days)


def is_upside_down(tiers: Sequence[str], sums: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the lowest tier is expected to bring more per head than the highest, although the highest has brought more per head.

    Args:
        tiers: lowest first.
        sums: per tier: tier, customers, net_revenue_12m, expected_revenue_12m.
    """
    by_tier = {each["tier"]: each for each in sums}
    lowest, highest = by_tier.get(tiers[0]), by_tier.get(tiers[-1])
    if len(tiers) < 2 or lowest is None or highest is None:  # noqa: PLR2004 - one tier has nothing above it
        return False

    def per_head(of: Mapping[str, Any], name: str) -> float:
        return float(of[name] or 0) / int(of["customers"])

    has_brought_more = per_head(lowest, "net_revenue_12m") > per_head(highest, "net_revenue_12m")
    return not has_brought_more and per_head(lowest, "expected_revenue_12m") > per_head(highest, "expected_revenue_12m")


def _used(found: Outlook, days: OrderDays, *, as_of: date, horizon_days: int) -> Outlook:
    """With what is expected now, and how far it may be off."""
    known, models, spend = days.known_at(number_of(as_of)), found.models, found.models.spend
    if found.rule is not None:
        each = expected_by(found.rule, days, known, on=number_of(as_of), horizon_days=horizon_days)
        expected = Expected(each, None, None)
    elif models.purchase is not None and spend is not None:
        is_own = models.spending is SpendModel.GAMMA_GAMMA
        expected = expected_of(known, models.purchase, spend, horizon_days / 7, share=days.share)
        expected = expected if is_own else replace(expected, revenue_error=None)
    else:
        return found
    orders, revenue = spreads(found.outcomes, found.used, expected, ahead_days=horizon_days)
    return replace(found, expected=expected, orders_spread=orders, revenue_spread=revenue)
