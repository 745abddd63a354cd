"""What stands on the insight shelf? The panel of metrics, the tiers, and what is counted from them."""

from __future__ import annotations

from collections.abc import Sequence

from fenji.domain.metrics import Aggregate, Fact, Metric, Unit
from fenji.tables.contract import Column, Contract, Shelf

MONEY = "decimal(18, 2)"


def metric_type(metric: Metric) -> str:
    """The stored type of a metric: money is exact, whole things are whole, everything else is a double."""
    if metric.per is not None:
        return "int64"
    if metric.unit is Unit.MONEY:
        return MONEY
    if metric.fact is Fact.POINTS_ENTRY and metric.aggregate is Aggregate.SUM:
        return "int64"
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
            *(Column(each.slug, metric_type(each), each.sentence.en, nullable=_may_be_null(each)) for each in metrics),
        ),
        "analyze/metrics/panel.py",
    )


def _may_be_null(metric: Metric) -> bool:
    """Nothing, or nobody knows: what a customer bought is unknown where a company knows only totals."""
    return metric.is_null_when_empty or metric.fact is Fact.ORDER_LINE


TIER_ASSIGNMENT = Contract(
    Shelf.INSIGHT,
    "tier_assignment",
    "one row per customer known at the review, lost ones included",
    ("customer_key", "as_of"),
    (
        Column("customer_key", "int64", "customer"),
        Column("as_of", "date", "review date"),
        Column("qualified_tier", "string", "highest tier whose qualify rule holds; null where lost", nullable=True),
        Column("kept_tier", "string", "highest tier whose keep rule holds; null where lost", nullable=True),
        Column(
            "tier",
            "string",
            "official tier: after keep rules, grace, hold, caps and overrides; null where lost",
            nullable=True,
        ),
        Column("since_on", "date", "review at which the present stay in the tier, or the loss, began"),
        Column("policy", "string", "policy slug"),
        Column("version", "int64", "policy version"),
        Column("cause", "string", "one of domain.policies.Cause"),
        Column("grace_left", "int64", "reviews for which the tier still stays when nothing keeps it"),
        Column("hold_left", "int64", "reviews for which the tier is still safe whatever happens"),
        Column("net_revenue_12m", MONEY, "the customer's revenue of twelve months at the review"),
    ),
    "analyze/reviews/tiers.py",
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
    "analyze/reviews/tiers.py",
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
    "analyze/reviews/tier_counts.py",
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
    "analyze/reviews/tier_counts.py",
)

ORDER_SUMMARY = Contract(
    Shelf.INSIGHT,
    "order_summary",
    "one row per review date; none where no orders are known",
    ("as_of",),
    (
        Column("as_of", "date", "review date"),
        Column("newest_on", "date", "day of the newest order up to the date; null = there is none", nullable=True),
        Column("unattributed_net_revenue_12m", "decimal(18, 2)", "revenue of twelve months that no customer is known for"),
    ),
    "analyze/reviews/order_summary.py",
)

TIER_SALES = Contract(
    Shelf.INSIGHT,
    "tier_sales",
    "one row per column of the order lines, value and tier; none where lines are few, which are counted when they are asked for",
    ("as_of", "by", "value", "is_rest", "tier"),
    (
        Column("as_of", "date", "review date"),
        Column("by", "string", "category, product_id or channel; null: all lines, everyone once", nullable=True),
        Column("value", "string", "value of the column; null: none, or one beyond the largest", nullable=True),
        Column("is_rest", "boolean", "whether it stands for all values beyond the largest"),
        Column("tier", "string", "tier"),
        Column("customers", "int64", "customers of the tier with a sale in the twelve months"),
        Column("net_revenue_12m", MONEY, "of all their lines in the twelve months"),
    ),
    "analyze/structure/cross_products.py",
)

TIER_MOVEMENT = Contract(
    Shelf.INSIGHT,
    "tier_movement",
    "one row per pair of tiers and cause that occurs between a review and the one before it, also where the tier stays",
    ("as_of", "from_tier", "to_tier", "cause"),
    (
        Column("as_of", "date", "the later review date"),
        Column("from_tier", "string", "tier at the review before; null: new or returned", nullable=True),
        Column("to_tier", "string", "tier at this review; null: lost", nullable=True),
        Column("cause", "string", "one of domain.policies.Cause; of arrivals new or returned, whatever put them into the tier"),
        Column("customers", "int64", "customers who moved so"),
        Column("net_revenue_12m", MONEY, "their revenue of twelve months at the later review"),
    ),
    "analyze/movements/movements.py",
)

TIER_FLOW = Contract(
    Shelf.INSIGHT,
    "tier_flow",
    "one row per tier of the policy of the review or of the one before it; opening plus all that came minus all that went is closing",
    ("as_of", "tier"),
    (
        Column("as_of", "date", "the later review date"),
        Column("policy", "string", "policy slug"),
        Column("version", "int64", "policy version"),
        Column("tier", "string", "tier"),
        Column("rank", "int64", "0 = lowest"),
        Column("opening", "int64", "customers at the review before"),
        Column("new", "int64", "first seen since then"),
        Column("returned", "int64", "lost at the review before, active again"),
        Column("upgraded_in", "int64", "came from a lower tier"),
        Column("downgraded_in", "int64", "came from a higher tier"),
        Column("upgraded_out", "int64", "went to a higher tier"),
        Column("downgraded_out", "int64", "went to a lower tier"),
        Column("lost", "int64", "lost since the review before"),
        Column("closing", "int64", "customers at this review"),
    ),
    "analyze/movements/flows.py",
)
