"""What stands on the insight shelf about attention? Who comes first and why, whom most revenue rests on, who may rise, fall or become frequent."""

from __future__ import annotations

from fenji.domain.priority import Part
from fenji.tables.contract import Column, Contract, Shelf
from fenji.tables.insight import MONEY

POINTS = "decimal(9, 6)"
AMOUNT = "decimal(24, 6)"

_KEY = Column("customer_key", "int64", "customer")
_AS_OF = Column("as_of", "date", "last day that counts")
_PLACE = Column("place", "int64", "1.. in the list, the most urgent first; equal ones by customer_key")
_TIER = Column("tier", "string", "official tier")


def _optional(name: str, type_: str, meaning: str) -> Column:
    return Column(name, type_, meaning, nullable=True)


_LINE = (
    Column(
        "condition", "string", "the line of the rule that decides, as written: the one that asks for most, or is met by least"
    ),
    _optional("metric_value", "float64", "the customer's value in it; null where there is none"),
    _optional("threshold", "float64", "what it is compared with, after variants; null for a null test"),
)

PRIORITY = Contract(
    Shelf.INSIGHT,
    "priority",
    "one row per customer known at the as-of date",
    ("customer_key", "as_of"),
    (
        _KEY,
        _AS_OF,
        Column("position", "int64", "1 = first; by score, equal scores by customer_key, customers without a score last"),
        _optional("score", POINTS, "0..100: exactly the sum of the points; null where no part has a value"),
        *(
            _optional(f"points_{part}", POINTS, f"points that {part} brings to the score; null where it does not count")
            for part in Part
        ),
        _optional("value", "float64", "the customer's value of the measure of the part value"),
        _optional("potential", "float64", "of the part potential"),
        _optional("tier", "string", "official tier; null: lost"),
        _optional("churn_risk", "float64", "of the part churn_risk"),
        _optional("satisfaction", "float64", "of the part satisfaction"),
        _optional("pareto_value", AMOUNT, "the customer's value of the measure that the marks go by"),
        Column("mark", "string", "one of domain.priority.Mark"),
        _optional("is_within_capacity", "boolean", "whether the customer can be served; null where nobody has said how many can"),
    ),
    "analyze/priority/points.py",
)

PRIORITY_PART = Contract(
    Shelf.INSIGHT,
    "priority_part",
    "one row per part that counts",
    ("as_of", "part"),
    (
        _AS_OF,
        Column("part", "string", "one of domain.priority.Part"),
        Column("measure", "string", "what it is measured by"),
        Column("weight_share", "float64", "its share of all weights, 0..1"),
        Column("first", "string", "one of domain.priority.First: who comes first"),
        _optional("scale_low", "float64", "value of 0 points; null: percentile"),
        _optional("scale_high", "float64", "value of 100 points; null: percentile"),
        _optional("missing_points", "float64", "points without a value; null: left out, the other weights grow"),
        Column("customers_with_value", "int64", "customers who have a value of the measure"),
        _optional(
            "mean_points", "float64", "mean of the points that it brings, over those whom it brings any or none; null: nobody"
        ),
    ),
    "analyze/priority/summary.py",
)

PRIORITY_MARK = Contract(
    Shelf.INSIGHT,
    "priority_mark",
    "one row per Pareto mark that occurs",
    ("as_of", "mark"),
    (
        _AS_OF,
        Column("mark", "string", "one of domain.priority.Mark"),
        Column("measure", "string", "what is shared out"),
        Column("customers", "int64", "customers"),
        Column("customer_share", "float64", "of all customers, 0..1"),
        Column("amount", AMOUNT, "their sum of the measure"),
        _optional("amount_share", "float64", "of the sum of all customers above 0; null where there is none"),
        Column("within_capacity", "int64", "of them, those who can be served; 0 where nobody has said how many can"),
    ),
    "analyze/priority/summary.py",
)

UPGRADE_CANDIDATE = Contract(
    Shelf.INSIGHT,
    "upgrade_candidate",
    "one row per customer close to the next tier",
    ("customer_key", "as_of"),
    (
        _KEY,
        _AS_OF,
        _PLACE,
        _TIER,
        Column("next_tier", "string", "the tier above"),
        Column(
            "gap", "float64", "what is missing: the sum of the missing parts of the thresholds of the cheapest way to its rule"
        ),
        _optional(
            "expected_gap",
            "float64",
            "the same in twelve months, on what is expected of the customer; 0: the rule will be met; null: nothing is expected of its metrics",
        ),
        *_LINE,
        Column("net_revenue_12m", MONEY, "revenue of twelve months"),
        _optional("expected_revenue_12m", MONEY, "revenue expected in the next twelve months"),
        _optional("expected_orders_12m", "float64", "order days expected in the next twelve months"),
    ),
    "analyze/priority/upgrades.py",
)

DOWNGRADE_WATCH = Contract(
    Shelf.INSIGHT,
    "downgrade_watch",
    "one row per customer who may lose the tier",
    ("customer_key", "as_of"),
    (
        _KEY,
        _AS_OF,
        _PLACE,
        _TIER,
        Column("falls_to", "string", "where the customer would stand, everything else being as it is"),
        Column("watch", "string", "one of domain.priority.Watch"),
        Column(
            "margin",
            "float64",
            "-1..1: by what part of its threshold the rule that keeps the tier is met; below 0: what is missing",
        ),
        _optional(
            "expected_margin",
            "float64",
            "the same in twelve months, on what is expected; null: nothing is expected of its metrics",
        ),
        _optional(
            "margin_at_review",
            "float64",
            "the same at the next review, if the customer does nothing until then; null where every customer has a review day of its own",
        ),
        Column(
            "condition",
            "string",
            "the line of the rule that decides, as written: met by least; for unless with the value at the next review, for expected with the one that is expected",
        ),
        *_LINE[1:],
        Column("reviews_left", "int64", "reviews that hold and grace still cover"),
        _optional(
            "falls_on", "date", "the first review at which it can happen; null where every customer has a review day of its own"
        ),
        Column("net_revenue_12m", MONEY, "revenue of twelve months"),
        _optional("expected_revenue_12m", MONEY, "revenue expected in the next twelve months"),
    ),
    "analyze/priority/downgrades.py",
)

FREQUENT_CANDIDATE = Contract(
    Shelf.INSIGHT,
    "frequent_candidate",
    "one row per new or infrequent customer of whom many orders are expected",
    ("customer_key", "as_of"),
    (
        _KEY,
        _AS_OF,
        _PLACE,
        _optional("tier", "string", "official tier; null: lost"),
        Column("kind", "string", "one of domain.priority.Frequent; who is both is new"),
        Column("orders_12m", "int64", "orders of twelve months"),
        Column("days_since_first_order", "int64", "days since the first order"),
        Column("expected_orders_12m", "float64", "order days expected in the next twelve months"),
        Column("least_expected_orders", "float64", "from how many on somebody stands in the top share"),
        _optional("expected_revenue_12m", MONEY, "revenue expected in the next twelve months"),
        Column("net_revenue_12m", MONEY, "revenue of twelve months"),
    ),
    "analyze/priority/frequent.py",
)
