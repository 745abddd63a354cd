"""What stands on the insight shelf? The panel of metrics, the tiers, and what is counted from them."""

from __future__ import annotations

from collections.abc import Sequence

from fenji.domain.metrics import Aggregate, Metric, Unit
from fenji.tables.contract import Column, Contract, Shelf

MONEY = "decimal(18, 2)"


def metric_type(metric: Metric) -> str:
    """The stored type of a metric: money is exact, whole things are whole, everything else is a double."""
    if metric.per is not None:
        return "int64"
    if metric.unit is Unit.MONEY:
        return MONEY
    if metric.aggregate in (Aggregate.COUNT, Aggregate.COUNT_DISTINCT, Aggregate.DAYS_SINCE_FIRST, Aggregate.DAYS_SINCE_LAST):
        return "int64"
    return "decimal(18, 3)" if metric.column == "quantity" and metric.aggregate is Aggregate.SUM else "float64"


def customer_metric(metrics: Sequence[Metric]) -> Contract:
    """The panel's contract for a registry: one column per metric."""
    return Contract(
        Shelf.INSIGHT,
        "customer_metric",
        "one row per customer known at the as-of date",
        ("customer_key", "as_of"),
        (
            Column("customer_key", "int64", "customer"),
            Column("as_of", "date", "last day that counts"),
            *(Column(each.slug, metric_type(each), each.sentence.en, nullable=each.is_null_when_empty) for each in metrics),
        ),
        "analyze/panel.py",
    )


TIER_ASSIGNMENT = Contract(
    Shelf.INSIGHT,
    "tier_assignment",
    "one row per customer known at the as-of date",
    ("customer_key", "as_of"),
    (
        Column("customer_key", "int64", "customer"),
        Column("as_of", "date", "review date"),
        Column("qualified_tier", "string", "highest tier whose qualify rule holds"),
        Column("tier", "string", "official tier: after keep rules, grace, hold, caps and overrides"),
        Column("since_on", "date", "review at which the present stay in the tier began"),
        Column("policy", "string", "policy slug"),
        Column("version", "int64", "policy version"),
        Column("cause", "string", "one of domain.policies.Cause"),
    ),
    "analyze/tiers.py",
)

TIER_THRESHOLD = Contract(
    Shelf.INSIGHT,
    "tier_threshold",
    "one row per computed threshold (top n%) of a review",
    ("as_of", "condition"),
    (
        Column("as_of", "date", "review date"),
        Column("policy", "string", "policy slug"),
        Column("version", "int64", "policy version"),
        Column("condition", "string", "the condition as written"),
        Column("threshold", "float64", "smallest value that meets it; null where no customer has a value", nullable=True),
    ),
    "analyze/tiers.py",
)

TIER_COUNT = Contract(
    Shelf.INSIGHT,
    "tier_count",
    "one row per tier of the policy, also where nobody stands in it",
    ("as_of", "tier"),
    (
        Column("as_of", "date", "review date"),
        Column("policy", "string", "policy slug"),
        Column("version", "int64", "policy version"),
        Column("tier", "string", "tier"),
        Column("rank", "int64", "0 = lowest"),
        Column("customers", "int64", "customers in the tier"),
        Column("share", "float64", "of all customers, 0..1"),
        Column("net_revenue_12m", MONEY, "their revenue of twelve months"),
        Column("revenue_share", "float64", "of all customers' revenue; null where that is not positive", nullable=True),
    ),
    "analyze/tier_counts.py",
)

TIER_PROFILE = Contract(
    Shelf.INSIGHT,
    "tier_profile",
    "one row per tier of the policy and metric",
    ("as_of", "tier", "metric"),
    (
        Column("as_of", "date", "review date"),
        Column("policy", "string", "policy slug"),
        Column("version", "int64", "policy version"),
        Column("tier", "string", "tier"),
        Column("rank", "int64", "0 = lowest"),
        Column("metric", "string", "metric slug"),
        Column("customers", "int64", "customers of the tier who have a value"),
        Column("average", "float64", "their average; null where there are none", nullable=True),
        Column("median", "float64", "the exact median; null where there are none", nullable=True),
    ),
    "analyze/tier_counts.py",
)
