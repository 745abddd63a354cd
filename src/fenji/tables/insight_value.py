"""What stands on the insight shelf about value? What customers brought and are expected to bring, the models behind it, and how they did."""

from __future__ import annotations

from fenji.tables.contract import Column, Contract, Shelf
from fenji.tables.insight import MONEY


def _optional(name: str, type_: str, meaning: str) -> Column:
    return Column(name, type_, meaning, nullable=True)


_AS_OF = Column("as_of", "date", "last day that counts")

CUSTOMER_VALUE = Contract(
    Shelf.INSIGHT,
    "customer_value",
    "one row per customer known at the as-of date; who has never ordered has no expectations",
    ("customer_key", "as_of"),
    (
        Column("customer_key", "int64", "customer"),
        _AS_OF,
        Column("order_days", "int64", "days with at least one order, ever"),
        Column("orders_12m", "int64", "orders of twelve months"),
        Column("categories_12m", "int64", "different categories bought in twelve months"),
        Column("net_revenue_12m", MONEY, "revenue of twelve months"),
        Column("net_revenue_total", MONEY, "revenue ever"),
        _optional(
            "margin_12m",
            MONEY,
            "revenue less cost of the lines of twelve months whose product's cost is known; null where none is",
        ),
        _optional(
            "known_cost_share_12m", "float64", "share of the sales of twelve months whose cost is known, 0..1; null without sales"
        ),
        _optional("p_alive", "float64", "probability that the customer still is one, 0..1; null without a model"),
        _optional("p_alive_12m", "float64", "probability that it still is one twelve months later, 0..1"),
        _optional("order_probability_12m", "float64", "probability of at least one order in the next twelve months, 0..1"),
        _optional("expected_orders_12m", "float64", "order days expected in the next twelve months"),
        _optional(
            "expected_orders_12m_lower",
            "float64",
            "lower end of the 95 % interval of that expectation: how unsure the model's parameters are, not how much one customer scatters",
        ),
        _optional("expected_orders_12m_upper", "float64", "its upper end"),
        _optional("expected_order_value", MONEY, "revenue expected of an order day"),
        _optional("expected_revenue_12m", MONEY, "revenue expected in the next twelve months"),
        _optional("expected_revenue_12m_lower", MONEY, "lower end of the 95 % interval of that expectation"),
        _optional("expected_revenue_12m_upper", MONEY, "its upper end"),
        _optional(
            "clv",
            MONEY,
            "expected revenue of the coming months of analyses/value.yaml (clv_months), each discounted to the as-of date",
        ),
        _optional("current_class", "string", "high, middle or low by current value; null where its measure is not known"),
        _optional("potential_class", "string", "high, middle or low by potential value; null where its measure is not known"),
    ),
    "analyze/value/classes.py",
)

VALUE_MODEL = Contract(
    Shelf.INSIGHT,
    "value_model",
    "one row per quantity of a model or check: parameters, likelihoods, counts and verdicts",
    ("as_of", "model", "quantity"),
    (
        _AS_OF,
        Column(
            "model",
            "string",
            "bg_nbd, mbg_nbd, average_rate, gamma_gamma, average_spend, rhythm, total, holdout, beginning, cost, current, potential, contracts, or sbg: and a plan",
        ),
        Column("quantity", "string", "such as r, alpha, log_likelihood, correlation, high"),
        _optional("value", "float64", "its value; null where it is not known"),
        _optional("lower", "float64", "lower end of its 95 % interval; null where the data do not tell"),
        _optional("upper", "float64", "upper end of it"),
        Column("is_chosen", "boolean", "whether the model is the one in use"),
        _optional(
            "verdict",
            "string",
            "why a model was chosen or not, or what a check found; one of domain.value.Choice, Rhythm or OrderModel",
        ),
    ),
    "analyze/value/model_rows.py",
)

VALUE_TRACKING = Contract(
    Shelf.INSIGHT,
    "value_tracking",
    "one row per week from the first order on: repeat orders of the customers who had come by the split, beside those expected by a model that knew nothing later",
    ("as_of", "week"),
    (
        _AS_OF,
        Column("week", "int64", "0 = the first week after the split; earlier weeks are negative"),
        Column("starts_on", "date", "first day of the week"),
        Column("is_holdout", "boolean", "whether the week lies after the split"),
        Column("actual", "int64", "repeat orders in the week"),
        Column("expected", "float64", "expected in the week"),
        Column("actual_cumulative", "int64", "repeat orders up to the end of the week"),
        Column("expected_cumulative", "float64", "expected up to the end of the week"),
    ),
    "analyze/value/tracking.py",
)

VALUE_HOLDOUT = Contract(
    Shelf.INSIGHT,
    "value_holdout",
    "one row per number of repeat orders before the split: what customers like these ordered after it, beside what was expected of them",
    ("as_of", "repeats"),
    (
        _AS_OF,
        Column("repeats", "int64", "orders after the first up to the split; 10 stands for ten and more"),
        Column("customers", "int64", "customers"),
        Column("actual", "int64", "their orders after the split"),
        Column("expected", "float64", "those expected at the split"),
        Column("before", "int64", "their repeat orders in as many weeks before the split"),
    ),
    "analyze/value/tracking.py",
)

VALUE_GRID = Contract(
    Shelf.INSIGHT,
    "value_grid",
    "one row per combination of tier, class of current value and class of potential value that occurs",
    ("as_of", "tier", "current_class", "potential_class"),
    (
        _AS_OF,
        _optional("tier", "string", "official tier; null: lost"),
        _optional("current_class", "string", "high, middle or low; null: not known"),
        _optional("potential_class", "string", "high, middle or low; null: not known"),
        Column("customers", "int64", "customers"),
        Column("buyers", "int64", "of them, those who have ever ordered"),
        Column("net_revenue_12m", MONEY, "their revenue of twelve months"),
        _optional("margin_12m", MONEY, "their margin where cost is known"),
        _optional("alive", "float64", "how many of them are expected to be customers still: the sum of p_alive"),
        _optional("expected_orders_12m", "float64", "order days expected in the next twelve months"),
        _optional("expected_revenue_12m", MONEY, "revenue expected in the next twelve months"),
        _optional("clv", MONEY, "their discounted lifetime value"),
    ),
    "analyze/value/grid.py",
)

CONTRACT_VALUE = Contract(
    Shelf.INSIGHT,
    "contract_value",
    "one row per customer with a contract in force at the as-of date",
    ("customer_key", "as_of"),
    (
        Column("customer_key", "int64", "customer"),
        _AS_OF,
        Column("contracts", "int64", "contracts in force"),
        _optional("monthly_fee", MONEY, "their fees of one month; null where none is known"),
        _optional(
            "contracts_12m",
            "float64",
            "how many of them are expected to be in force twelve months later; null without a fitted curve",
        ),
        _optional(
            "expected_fees_12m",
            MONEY,
            "fees expected of the next twelve months, if they stay as they are; not added to expected_revenue_12m, as fees may stand among the orders",
        ),
        _optional(
            "fee_clv",
            MONEY,
            "fees expected of the coming months of analyses/value.yaml (clv_months), each discounted to the as-of date",
        ),
    ),
    "analyze/value/contract_values.py",
)

VALUE_SURVIVAL = Contract(
    Shelf.INSIGHT,
    "value_survival",
    "one row per contract period after which somebody was at risk, beside the fitted curve",
    ("as_of", "plan", "period"),
    (
        _AS_OF,
        Column("plan", "string", "plan of the contract; all: every contract together"),
        Column("period", "int64", "whole months since the contract's start"),
        Column("at_risk", "int64", "contracts that were still running at the beginning of the period and seen in it"),
        Column("ended", "int64", "contracts that ended in it"),
        Column("survival", "float64", "share that is still running after it (Kaplan-Meier), 0..1"),
        _optional("lower", "float64", "lower end of the 95 % interval (Greenwood, log-log)"),
        _optional("upper", "float64", "upper end of it"),
        _optional(
            "expected", "float64", "share by the fitted shifted-beta-geometric curve, 0..1; null where none could be fitted"
        ),
    ),
    "analyze/value/survival.py",
)
