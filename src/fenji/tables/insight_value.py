"""What stands on the insight shelf about value? What customers brought and are expected to bring, the models behind it, and how they did."""

from __future__ import annotations

from fenji.tables.contract import Column, Contract, Shelf
from fenji.tables.insight import MONEY


def _optional(name: str, type_: str, meaning: str) -> Column:
    return Column(name, type_, meaning, nullable=True)


def _estimated(name: str, meaning: str, type_: str = "float64") -> tuple[Column, Column, Column]:
    """An estimate and the ends of its 95 % interval, which are null where the data do not tell."""
    return (
        _optional(name, type_, meaning),
        _optional(f"{name}_lower", type_, f"lower end of the 95 % interval of {name}; null where the data do not tell"),
        _optional(f"{name}_upper", type_, "its upper end"),
    )


_AS_OF = Column("as_of", "date", "last day that counts")
_LINE = "decimal(24, 6)"

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
        _optional(
            "order_probability_in_limit",
            "float64",
            "probability of at least one order within the days after which a customer has left (analyses/churn.yaml), 0..1; null where churn does not go by days, or without a model",
        ),
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

VALUE_ORDER_MODEL = Contract(
    Shelf.INSIGHT,
    "value_order_model",
    "one row per model of orders that was fitted, chosen or not, and one for the average rate of all",
    ("as_of", "model"),
    (
        _AS_OF,
        Column("model", "string", "one of domain.value.OrderModel"),
        Column("is_chosen", "boolean", "whether it is the one in use"),
        Column("choice", "string", "one of domain.value.Choice: why it is in use or not"),
        Column("customers", "int64", "customers with an order, whom it was fitted on"),
        *_estimated("r", "shape of the order rates of customers; null for the average rate"),
        *_estimated("alpha", "scale of the order rates of customers, weeks"),
        *_estimated("a", "first shape of the probabilities to leave after an order"),
        *_estimated("b", "second shape of these probabilities"),
        *_estimated(
            "orders_per_week", "repeat orders of a customer in a week; null for the other models, and where no time has passed"
        ),
        _optional("log_likelihood", "float64", "of the data under the model; null for the average rate"),
    ),
    "analyze/value/model_rows.py",
)

VALUE_SPEND_MODEL = Contract(
    Shelf.INSIGHT,
    "value_spend_model",
    "one row: the model of spending in use",
    ("as_of",),
    (
        _AS_OF,
        Column("model", "string", "one of domain.value.SpendModel"),
        Column("choice", "string", "one of domain.value.Choice: why it is in use"),
        _optional("average", "float64", "mean revenue of an order day over all customers; null where nobody has paid anything"),
        _optional(
            "correlation", "float64", "of order days and average revenue of repeat buyers, -1..1; null where it is not known"
        ),
        *_estimated("p", "shape of the revenue of an order day; null for the average of all"),
        *_estimated("q", "shape of the customers' scales of revenue"),
        *_estimated("gamma", "scale of these scales, money"),
        _optional("log_likelihood", "float64", "of the data under the model; null for the average of all"),
        _optional("customers", "int64", "customers whom it was fitted on; null for the average of all"),
    ),
    "analyze/value/model_rows.py",
)

VALUE_CONTRACT_MODEL = Contract(
    Shelf.INSIGHT,
    "value_contract_model",
    "one row per plan whose contracts a shifted-beta-geometric curve could be fitted to",
    ("as_of", "plan"),
    (
        _AS_OF,
        Column("plan", "string", "plan of the contract; all: every contract together"),
        *_estimated("alpha", "first shape of the probabilities to end in a month"),
        *_estimated("beta", "second shape of these probabilities"),
        Column("log_likelihood", "float64", "of the data under the curve"),
        Column("contracts", "int64", "contracts that it was fitted on"),
    ),
    "analyze/value/model_rows.py",
)

VALUE_SUMMARY = Contract(
    Shelf.INSIGHT,
    "value_summary",
    "one row: all customers together, the lines between the classes, and what checks of data and models found",
    ("as_of",),
    (
        _AS_OF,
        Column("buyers", "int64", "customers who have ever ordered"),
        Column("repeat_buyers", "int64", "of them, those with orders on several days"),
        *_estimated(
            "expected_orders_12m", "repeat order days expected of all together in the next twelve months, chance included"
        ),
        _optional("spend_error_share", "float64", "standard error of the average revenue of an order day, as a share of it"),
        *_estimated("expected_revenue_12m", "revenue expected of all together in the next twelve months", MONEY),
        _optional("clv", MONEY, "the sum of their discounted lifetime values"),
        _optional(
            "known_cost_share_12m", "float64", "share of the sales of twelve months whose cost is known, 0..1; null without sales"
        ),
        _optional("current_high", _LINE, "value from which the class of current value is high; null where nobody has any"),
        _optional("current_middle", _LINE, "from which it is middle"),
        _optional("potential_high", _LINE, "value from which the class of potential value is high; null where nobody has any"),
        _optional("potential_middle", _LINE, "from which it is middle"),
        Column("rhythm", "string", "one of domain.value.Rhythm: whether orders come as the models assume"),
        *_estimated(
            "rhythm_spread", "spread of the split of the first two intervals of customers: 1 is chance, 0 is like a clock"
        ),
        Column("rhythm_customers", "int64", "customers with three orders, from whom that is judged"),
        _optional(
            "beginning_share",
            "float64",
            "share of the customers whose first order lies in the first four weeks of the data, 0..1",
        ),
        Column(
            "beginning_share_at_an_even_pace", "float64", "the share that would lie there if they had come at an even pace, 0..1"
        ),
        Column("holdout_weeks", "int64", "last weeks that the models were tried on; 0: the history is too short"),
        _optional("holdout_model", "string", "one of domain.value.OrderModel: the model that was tried; null without a trial"),
        _optional("holdout_customers", "int64", "customers with an order before these weeks"),
        _optional("holdout_actual", "int64", "their orders in these weeks"),
        _optional("holdout_expected", "float64", "those expected of them"),
        _optional("holdout_before", "int64", "their repeat orders in as many weeks before"),
        _optional("holdout_error_share", "float64", "by what share too many were expected; below 0 too few"),
        _optional("holdout_before_error_share", "float64", "by what share as many as before would have been too many"),
        _optional("trials", "int64", "past days on which the model and the simple rules were tried; null in runs of before"),
        _optional("trial_days", "int64", "how far each trial looked ahead; null without trials"),
        _optional("trial_model", "string", "one of domain.value.OrderModel: the model that was tried; null where none was"),
        _optional("trial_error", "float64", "its mean error on revenue: the size of the logarithm of actual / expected"),
        _optional("trial_baseline", "string", "one of domain.value.OrderModel: the simple rule that came nearest"),
        _optional("trial_baseline_error", "float64", "its mean error on the same days"),
        _optional(
            "orders_widening", "float64", "by what factor the interval of orders was widened for the trials; null without one"
        ),
        _optional("revenue_widening", "float64", "the same of revenue"),
        _optional(
            "believed",
            "string",
            "one of domain.churn.Believed: whose probability of an order was nearer on past customers, of churn or of the order model in use; churn: expectations follow it. Null where they were not compared",
        ),
        _optional("believed_days", "int64", "days within which that order was to come"),
        _optional("believed_customers", "int64", "customers on whom both were measured"),
        _optional("churn_brier", "float64", "mean squared error of churn's probabilities"),
        _optional("value_brier", "float64", "the same of the order model's"),
        Column("contract_customers", "int64", "customers with a contract in force"),
        _optional("contracts", "int64", "contracts in force; null without any"),
        _optional("monthly_fee", MONEY, "their fees of one month; null where none is known"),
        _optional("contracts_12m", "float64", "how many of them are expected to be in force twelve months later"),
        _optional("expected_fees_12m", MONEY, "fees expected of the next twelve months"),
        _optional("fee_clv", MONEY, "fees expected of the coming months (clv_months), each discounted to the as-of date"),
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

VALUE_TRIAL = Contract(
    Shelf.INSIGHT,
    "value_trial",
    "one row per past day and contender, a model or a simple rule: what customers brought after it, beside what was expected",
    ("as_of", "on", "contender"),
    (
        _AS_OF,
        Column("on", "date", "the last day that the contender knew"),
        Column("days", "int64", "how far it looked ahead"),
        Column("contender", "string", "one of domain.value.OrderModel"),
        Column("customers", "int64", "customers with an order by then; of a sample where there are many"),
        Column("actual_orders", "int64", "their order days within that time"),
        Column("expected_orders", "float64", "those expected"),
        Column("orders_error", "float64", "standard error of the logarithm of those expected, by its own reckoning"),
        Column("actual_revenue", "float64", "their revenue within that time"),
        Column("expected_revenue", "float64", "that expected"),
        Column("revenue_error", "float64", "standard error of its logarithm, by its own reckoning"),
    ),
    "analyze/value/rolling.py",
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
