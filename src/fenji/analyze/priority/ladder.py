"""Where does every customer stand on the ladder, beside everything that the rules see and what is expected?

Reads   insight.customer_metric, clean.customer, insight.tier_assignment, insight.customer_value
Writes  nothing stored: the rule basis with the decision, the revenue of today and the expectations beside it
Units   those of its parts; position is that of the tier on the ladder, 0 being the lowest
Keeps   every customer of the panel who stands in a tier; lost ones are left out
Source  ``tiers.rule_basis``
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.priority.measures import EXPECTATIONS
from fenji.analyze.reviews.tiers import rule_basis
from fenji.analyze.rules.holds import RuleBasis, conditions_of, metrics_in
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import SCORE, Policy

TODAY = "revenue_today"
"""net_revenue_12m under a name that no expectation replaces."""


def ladder_of(
    panel: ir.Table, customer: ir.Table, assignment: ir.Table, value: ir.Table, *, policy: Policy, as_of: date
) -> RuleBasis:
    """The rule basis of everybody who stands in a tier.

    Args:
        panel: insight.customer_metric at the date.
        customer: clean.customer.
        assignment: insight.tier_assignment at the date.
        value: insight.customer_value at the date.
        policy: the rules.
        as_of: the review.

    Returns:
        The basis; beside its own columns tier, position, kept_position, cause, grace_left, hold_left, revenue_today and EXPECTATIONS.
    """
    asked = {*metrics_in(conditions_of(policy)), *(part.metric for part in policy.score), REVENUE} - {SCORE}
    narrow = panel.select("customer_key", "as_of", *(name for name in panel.columns if name in asked))
    basis = rule_basis(narrow, customer, policy=policy, as_of=as_of)
    table = basis.table.mutate(basis.table[REVENUE].name(TODAY))
    decided = assignment.filter(assignment.tier.notnull())
    positions = decided.select(
        "tier",
        "cause",
        "grace_left",
        "hold_left",
        decided_key="customer_key",
        position=_position(decided.tier, policy),
        kept_position=ibis.greatest(_position(decided.qualified_tier, policy), _position(decided.kept_tier, policy)),
    )
    table = table.join(positions, table.customer_key == positions.decided_key).drop("decided_key")
    expected = value.select(*EXPECTATIONS, value_key="customer_key")
    table = table.left_join(expected, table.customer_key == expected.value_key).drop("value_key")
    return RuleBasis(table, basis.variants, basis.top_columns)


def with_metrics(ladder: RuleBasis, table: ir.Table, panel: ir.Table) -> RuleBasis:
    """A ladder's basis over rows of it, the metrics those of another panel; computed thresholds stay those of today.

    Args:
        ladder: the basis.
        table: some of its rows.
        panel: the metrics of another date; a customer that it lacks has none.
    """
    names = [name for name in panel.columns if name in table.columns and name not in ("customer_key", "as_of")]
    other = panel.select(other_key="customer_key", **{f"other_{name}": panel[name] for name in names})
    joined = table.left_join(other, table.customer_key == other.other_key)
    changed = joined.mutate(**{name: joined[f"other_{name}"] for name in names})
    return RuleBasis(changed.select(table.columns), ladder.variants, ladder.top_columns)


def _position(tier: ir.StringValue, policy: Policy) -> ir.IntegerValue:
    places = [(tier == each.slug, ibis.literal(number, "int64")) for number, each in enumerate(policy.tiers)]
    return ibis.cases(*places, else_=ibis.literal(0, "int64"))
