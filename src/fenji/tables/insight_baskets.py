"""What do tables say about what is bought together, and what is recommended to whom?"""

from __future__ import annotations

from fenji.tables.contract import Column, Contract, Shelf

_ITEM_KIND = Column("item_kind", "string", "one of domain.basket_rules.ItemKind: product, category or mixed")
_SCOPE = Column(
    "tier", "string", "the orders that customers of this tier placed (their present tier); null: all orders", nullable=True
)

BASKET_RULE = Contract(
    Shelf.INSIGHT,
    "basket_rule",
    "one row per rule and scope (all orders, or those of one tier); a rule that is found in any scope is counted in every scope",
    ("as_of", "item_kind", "rule", "tier"),
    (
        Column("as_of", "date", "last day that counts"),
        _ITEM_KIND,
        Column("rule", "int64", "1.. within the kind of items, the surest among all orders first"),
        _SCOPE,
        Column("antecedent", "string", "left side: a JSON list of items, each product:<product_id> or category:<category>"),
        Column("consequent", "string", "right side: one item"),
        Column("orders", "int64", "orders of the scope that hold any item of the kind"),
        Column("antecedent_orders", "int64", "of them, those that hold the left side"),
        Column("consequent_orders", "int64", "of them, those that hold the right side"),
        Column("both_orders", "int64", "of them, those that hold both"),
        Column(
            "both_customers",
            "int64",
            "different customers behind both_orders, an order without a customer counted as one more; null where not known",
            nullable=True,
        ),
        Column("support", "float64", "both_orders / orders; null without orders", nullable=True),
        Column("confidence", "float64", "both_orders / antecedent_orders; null where the left side never occurs", nullable=True),
        Column(
            "lift", "float64", "confidence / share of orders with the right side; null where a side never occurs", nullable=True
        ),
        Column("leverage", "float64", "support less what chance would give; null without orders", nullable=True),
        Column(
            "conviction",
            "float64",
            "(1 - share with the right side) / (1 - confidence); null: infinite where confidence is 1, unknown where that is null",
            nullable=True,
        ),
        Column("lift_lower", "float64", "lower end of the lift's interval of 95 %; null where both never occur", nullable=True),
        Column("lift_upper", "float64", "upper end", nullable=True),
        Column("is_found", "boolean", "whether the rule meets the thresholds of this scope and is not redundant there"),
        Column("lift_elsewhere", "float64", "lift among the orders of all other tiers; null for all orders", nullable=True),
        Column("lift_difference", "float64", "lift - lift_elsewhere", nullable=True),
        Column(
            "difference_z",
            "float64",
            "difference of the logarithms of both lifts in its standard errors; null where it cannot be said",
            nullable=True,
        ),
        Column(
            "is_difference_clear",
            "boolean",
            "whether chance gives such a difference less than once in a thousand rules; null where it cannot be said",
            nullable=True,
        ),
    ),
    "analyze/baskets/tier_rules.py",
)

BASKET_SUMMARY = Contract(
    Shelf.INSIGHT,
    "basket_summary",
    "one row per kind of items and scope: what was counted, and what it took for a rule to be kept",
    ("as_of", "item_kind", "tier"),
    (
        Column("as_of", "date", "last day that counts"),
        _ITEM_KIND,
        _SCOPE,
        Column("opens_after", "date", "last day before the window; null: no beginning", nullable=True),
        Column("orders", "int64", "orders that hold any item of the kind"),
        Column("multi_orders", "int64", "of them, those with two different items or more"),
        Column("cut_orders", "int64", "of them, those with more than most_items items, of which the most frequent count"),
        Column("cut_items", "int64", "items that were cut off these"),
        Column("most_items", "int64", "different items of an order that count"),
        Column("items", "int64", "items that are frequent enough in any scope to be looked at"),
        Column("frequent_items", "int64", "items that stand in min_count orders of this scope"),
        Column("min_count", "int64", "least number of orders that hold all items of a rule"),
        Column("min_support", "float64", "the same as a share of orders; null without orders", nullable=True),
        Column(
            "is_support_declared", "boolean", "whether the company declared it; else as low as leaves a readable number of sets"
        ),
        Column("min_confidence", "float64", "least confidence"),
        Column("min_lift", "float64", "least lift"),
        Column("max_antecedents", "int64", "most items on the left side"),
        Column("sets", "int64", "frequent sets of two and more items"),
        Column("strong_rules", "int64", "rules with that confidence and lift"),
        Column("redundant_rules", "int64", "of them, those that say no more than a more general one; left out"),
        Column("narrow_rules", "int64", "of the surest others, those behind which too few customers stand; left out"),
        Column("least_customers", "int64", "different customers that must stand behind a rule"),
        Column("rules", "int64", "rules that are kept: the surest of the others, up to a declared number"),
    ),
    "analyze/baskets/tier_rules.py",
)

RECOMMENDATION = Contract(
    Shelf.INSIGHT,
    "recommendation",
    "one row per customer and position; customers for whom nothing is allowed or known have none",
    ("customer_key", "as_of", "position"),
    (
        Column("customer_key", "int64", "customer"),
        Column("as_of", "date", "last day that counts"),
        Column("position", "int64", "1 = first"),
        Column("product_id", "string", "the product"),
        Column("score", "float64", "of its method; says the order within one customer, nothing else"),
        Column("reason", "string", "one of domain.recommendations.Reason"),
        Column("because_product_id", "string", "the product that speaks most for it; null where popularity does", nullable=True),
    ),
    "analyze/recommend/scoring.py",
)

RECOMMENDATION_QUALITY = Contract(
    Shelf.INSIGHT,
    "recommendation_quality",
    "one row per method: how well it would have done before",
    ("as_of", "method"),
    (
        Column("as_of", "date", "last day that counts"),
        Column("method", "string", "one of domain.recommendations.Method"),
        Column("is_chosen", "boolean", "whether the recommendations come from this method"),
        Column("is_declared", "boolean", "whether the company declared the chosen method; else the back-test chose it"),
        Column(
            "trained_until", "date", "last day that the methods knew in the back-test; null where there was none", nullable=True
        ),
        Column("horizon_days", "int64", "days after it whose purchases count"),
        Column("positions", "int64", "recommendations per customer that count"),
        Column("customers", "int64", "customers with a purchase before and a relevant one after"),
        Column("relevant", "int64", "their relevant purchases: different products that the rules would have allowed"),
        Column("hits", "int64", "of them, those recommended"),
        Column("recall", "float64", "mean over customers of hits / relevant; null where nobody could be tried", nullable=True),
        Column("precision", "float64", "mean over customers of hits / positions", nullable=True),
        Column("ndcg", "float64", "mean over customers of the discounted gain over the best possible one", nullable=True),
        Column("coverage", "float64", "different products recommended / products that may be recommended", nullable=True),
        Column("recall_error", "float64", "standard error of the recall", nullable=True),
        Column("recall_new", "float64", "recall among products that the customer had never bought", nullable=True),
    ),
    "analyze/recommend/backtest.py",
)
