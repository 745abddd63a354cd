"""What is answered to the question what customers are worth, and will be worth?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeVar

from fenji.answers.frames import Answer
from fenji.domain.churn import Believed
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy
from fenji.domain.telling import AS_IT_IS, COUNT, HIDDEN, PERSONAL, Named
from fenji.domain.value import Choice, OrderModel, Rhythm, SpendModel, ValueClass, ValueRules
from fenji.domain.words import Spoken
from fenji.errors import Problem


@dataclass(frozen=True)
class FittedOrders:
    """A model of orders that was fitted, chosen or not; each parameter with the ends of its 95 % interval, null where the data do not tell."""

    model: OrderModel
    """Who orders how often, and until when."""
    is_chosen: bool
    """Whether it is the one in use."""
    choice: Choice
    """Why it is in use or not."""
    customers: int
    """Customers with an order, whom it was fitted on."""
    r: float | None
    """Shape of the order rates of customers; null for the average rate."""
    r_lower: float | None
    """Lower end of its 95 % interval."""
    r_upper: float | None
    """Upper end of it."""
    alpha: float | None
    """Scale of the order rates, weeks."""
    alpha_lower: float | None
    """Lower end of its 95 % interval."""
    alpha_upper: float | None
    """Upper end of it."""
    a: float | None
    """First shape of the probabilities to leave after an order."""
    a_lower: float | None
    """Lower end of its 95 % interval."""
    a_upper: float | None
    """Upper end of it."""
    b: float | None
    """Second shape of these probabilities."""
    b_lower: float | None
    """Lower end of its 95 % interval."""
    b_upper: float | None
    """Upper end of it."""
    orders_per_week: float | None
    """Repeat orders of a customer in a week; only of the average rate."""
    orders_per_week_lower: float | None
    """Lower end of its 95 % interval."""
    orders_per_week_upper: float | None
    """Upper end of it."""
    log_likelihood: float | None
    """Of the data under the model; null for the average rate."""


@dataclass(frozen=True)
class FittedSpending:
    """The model of spending in use; each parameter with the ends of its 95 % interval."""

    model: SpendModel
    """How much an order day brings."""
    choice: Choice
    """Why it is in use."""
    average: float | None
    """Mean revenue of an order day; null: nobody has paid anything."""
    correlation: float | None
    """Of order days and average revenue of repeat buyers, -1..1."""
    p: float | None
    """Shape of the revenue of an order day; null for the average of all."""
    p_lower: float | None
    """Lower end of its 95 % interval."""
    p_upper: float | None
    """Upper end of it."""
    q: float | None
    """Shape of the customers' scales of revenue."""
    q_lower: float | None
    """Lower end of its 95 % interval."""
    q_upper: float | None
    """Upper end of it."""
    gamma: float | None
    """Scale of these scales, money."""
    gamma_lower: float | None
    """Lower end of its 95 % interval."""
    gamma_upper: float | None
    """Upper end of it."""
    log_likelihood: float | None
    """Of the data under the model."""
    customers: int | None
    """Customers whom it was fitted on; null for the average of all."""


@dataclass(frozen=True)
class FittedContracts:
    """The curve of renewal of one plan; both parameters with the ends of their 95 % intervals."""

    plan: str
    """``all``: every contract together."""
    alpha: float | None
    """First shape of the probabilities to end in a month."""
    alpha_lower: float | None
    """Lower end of its 95 % interval."""
    alpha_upper: float | None
    """Upper end of it."""
    beta: float | None
    """Second shape of these probabilities."""
    beta_lower: float | None
    """Lower end of its 95 % interval."""
    beta_upper: float | None
    """Upper end of it."""
    log_likelihood: float
    """Of the data under the curve."""
    contracts: int
    """Contracts that it was fitted on."""


@dataclass(frozen=True)
class ValueSummary:
    """All customers together, the lines between the classes, and what checks of data and models found."""

    buyers: int
    """Customers who have ever ordered."""
    repeat_buyers: int
    """Of them, those with orders on several days."""
    expected_orders_12m: float | None
    """Repeat order days expected in the next twelve months. Null: nothing is expected of anybody."""
    expected_orders_12m_lower: float | None
    """Lower end of its 95 % interval, with chance and what trials on past days have shown. Null: nothing could be tried."""
    expected_orders_12m_upper: float | None
    """Upper end of it."""
    spend_error_share: float | None
    """Standard error of the average revenue of an order day, as a share of it."""
    expected_revenue_12m: Decimal | None
    """Revenue expected in the next twelve months."""
    expected_revenue_12m_lower: Decimal | None
    """Lower end of its 95 % interval, with the scatter of amounts in it."""
    expected_revenue_12m_upper: Decimal | None
    """Upper end of it."""
    clv: Decimal | None
    """The sum of the discounted lifetime values."""
    known_cost_share_12m: float | None
    """Share of the sales of twelve months whose cost is known. Null: no sales."""
    current_high: Decimal | None
    """Value from which the class of current value is high. Null: nobody has any."""
    current_middle: Decimal | None
    """Value from which it is middle."""
    potential_high: Decimal | None
    """Value from which the class of potential value is high. Null: nobody has any."""
    potential_middle: Decimal | None
    """Value from which it is middle."""
    rhythm: Rhythm
    """Whether orders come by chance, as the models assume."""
    rhythm_spread: float | None
    """1 is chance, 0 is like a clock; with the ends of its 95 % interval."""
    rhythm_spread_lower: float | None
    """Lower end of its 95 % interval."""
    rhythm_spread_upper: float | None
    """Upper end of it."""
    rhythm_customers: int
    """Customers with three orders, from whom that is judged."""
    beginning_share: float | None
    """Share of the customers whose first order lies in the first four weeks of the data."""
    beginning_share_at_an_even_pace: float
    """The share that would lie there if they had come at an even pace."""
    holdout_weeks: int
    """Last weeks that the models were tried on. 0: the history is too short, and the other holdout fields are null."""
    holdout_model: OrderModel | None
    """The model that was tried."""
    holdout_customers: int | None
    """Customers with an order before these weeks."""
    holdout_actual: int | None
    """Their orders in these weeks."""
    holdout_expected: float | None
    """The orders that were expected of them."""
    holdout_before: int | None
    """Their repeat orders in as many weeks before."""
    holdout_error_share: float | None
    """By what share too many were expected; below 0 too few."""
    holdout_before_error_share: float | None
    """By what share as many as before would have been too many."""
    trials: int | None
    """Past days on which the model of orders and the simple rules were tried. Null: a run of before trials."""
    trial_days: int | None
    """How far each trial looked ahead. Null: no trials."""
    trial_model: OrderModel | None
    """The model that was tried. Null: none was."""
    trial_error: float | None
    """Its mean error on revenue over the trials: the size of the logarithm of actual / expected, 0.1 is about a tenth."""
    trial_baseline: OrderModel | None
    """The simple rule that came nearest."""
    trial_baseline_error: float | None
    """Its mean error on the same days. Where it is smaller than that of the model, the rule is in use."""
    orders_widening: float | None
    """By what factor the interval of orders was widened for what the trials have shown. Null: no interval is given."""
    revenue_widening: float | None
    """The same of revenue."""
    believed: Believed | None
    """Whose probability of an order was nearer on past customers: of churn, which expectations then follow, or of the order model. Null: not compared."""
    believed_days: int | None
    """Days within which that order was to come. Null: not compared, as below."""
    believed_customers: int | None
    """Customers on whom both were measured."""
    churn_brier: float | None
    """Mean squared error of churn's probabilities."""
    value_brier: float | None
    """The same of the order model's."""
    contract_customers: int
    """Customers with a contract in force."""
    contracts: int | None
    """Contracts in force. Null, as the fields below: none."""
    monthly_fee: Decimal | None
    """Their fees of one month."""
    contracts_12m: float | None
    """How many of them are expected to be in force twelve months later."""
    expected_fees_12m: Decimal | None
    """Fees expected of the next twelve months."""
    fee_clv: Decimal | None
    """Fees expected of the coming months (``rules.clv_months``), discounted."""


@dataclass(frozen=True)
class ValueCell:
    """The customers of one tier, one class of current and one of potential value."""

    tier: str | None
    """Null: lost."""
    current_class: ValueClass | None
    """Null: not known."""
    potential_class: ValueClass | None
    """Null: not known."""
    customers: Annotated[int, COUNT]
    buyers: Annotated[int, COUNT]
    """Of them, those who have ever ordered."""
    net_revenue_12m: Decimal
    margin_12m: Decimal | None
    """Their margin where cost is known."""
    alive: float | None
    """How many of them are expected to be customers still."""
    expected_orders_12m: float | None
    """Order days expected in the next twelve months."""
    expected_revenue_12m: Decimal | None
    """Revenue expected in the next twelve months."""
    clv: Decimal | None
    """Their discounted lifetime value."""


@dataclass(frozen=True)
class TrackedWeek:
    """Repeat orders of one week, beside those that a model expected which knew nothing after the split."""

    week: int
    """0: the first week after the split; earlier weeks are negative."""
    starts_on: date
    """First day of the week."""
    is_holdout: bool
    """Whether the week lies after the split."""
    actual: int
    """Repeat orders of the customers who had come by the split."""
    expected: float
    """Those expected."""
    actual_cumulative: int
    """Up to the end of the week."""
    expected_cumulative: float
    """Up to the end of the week."""


@dataclass(frozen=True)
class HeldOut:
    """What customers with equally many repeat orders before the split ordered after it."""

    repeats: Annotated[int, AS_IT_IS]
    """Orders after the first, up to the split; 10 stands for ten and more."""
    customers: Annotated[int, COUNT]
    actual: int
    """Their orders after the split."""
    expected: float
    """Those expected at the split."""
    before: int
    """Their repeat orders in as many weeks before it."""


@dataclass(frozen=True)
class PastTrial:
    """What a model or a simple rule, knowing a past day and nothing later, expected of the time after it, and what came."""

    on: date
    """The last day that it knew."""
    days: int
    """How far it looked ahead."""
    contender: OrderModel
    """The model or rule."""
    customers: int
    """Customers with an order by that day; of a sample where there are many."""
    actual_orders: int
    """Their order days within that time."""
    expected_orders: float
    """Those expected."""
    actual_revenue: float
    """Their revenue within that time."""
    expected_revenue: float
    """That expected."""


@dataclass(frozen=True)
class ContractSurvival:
    """The share of contracts that is still running after so many months."""

    plan: str
    """``all``: every contract together."""
    period: int
    """Whole months since the contract's start."""
    at_risk: int
    """Contracts that were running at the beginning of the month and seen in it."""
    ended: int
    """Contracts that ended in it."""
    survival: float
    """Share that is still running after it (Kaplan-Meier)."""
    lower: float | None
    """Lower end of its 95 % interval."""
    upper: float | None
    """Upper end of it."""
    expected: float | None
    """Share by the fitted curve. Null: none could be fitted."""


@dataclass(frozen=True)
class CustomerValue:
    """What one customer brought, and is expected to bring. Who has never ordered has no expectations."""

    customer_key: int
    """Our number of the customer."""
    customer_id: Annotated[str, PERSONAL]
    tier: str | None
    """Null: lost."""
    order_days: int
    """Days with an order, ever."""
    orders_12m: int
    """Orders of twelve months."""
    categories_12m: int
    """Different categories bought in twelve months."""
    net_revenue_12m: Decimal
    net_revenue_total: Decimal
    """Revenue ever."""
    margin_12m: Decimal | None
    """Revenue less cost of twelve months, where cost is known."""
    known_cost_share_12m: float | None
    """Share of the sales of twelve months whose cost is known. Null: no sales."""
    p_alive: float | None
    """Probability that the customer still is one. Null: no model."""
    p_alive_12m: float | None
    """Probability that it still is one twelve months later."""
    order_probability_12m: float | None
    """Probability of an order in the next twelve months."""
    order_probability_in_limit: float | None
    """Probability of an order within the days after which a customer has left. Null: churn does not go by days, or there is no model."""
    expected_orders_12m: float | None
    """Order days expected in the next twelve months."""
    expected_orders_12m_lower: float | None
    """Lower end of the 95 % interval of the expectation."""
    expected_orders_12m_upper: float | None
    """Upper end of it."""
    expected_order_value: Decimal | None
    """Revenue expected of an order day."""
    expected_revenue_12m: Decimal | None
    """Revenue expected in the next twelve months."""
    expected_revenue_12m_lower: Decimal | None
    """Lower end of the 95 % interval of the expectation."""
    expected_revenue_12m_upper: Decimal | None
    """Upper end of it."""
    clv: Decimal | None
    """Revenue expected of the coming months (``rules.clv_months``), discounted."""
    current_class: ValueClass | None
    """Null: its measure is not known."""
    potential_class: ValueClass | None
    """Null: its measure is not known."""


@dataclass(frozen=True)
class ContractValue:
    """A customer's contracts in force."""

    customer_key: int
    """Our number of the customer."""
    contracts: int
    """Contracts in force."""
    monthly_fee: Decimal | None
    """Their fees of one month. Null: none is known."""
    contracts_12m: float | None
    """How many of them are expected to be in force twelve months later."""
    expected_fees_12m: Decimal | None
    """Fees expected of the next twelve months."""
    fee_clv: Decimal | None
    """Fees expected of the coming months (``rules.clv_months``), discounted."""


Part = TypeVar("Part")


def _there(part: Part | None) -> Part:
    if part is None:
        message = "of the whole company, which is not told here"
        raise AssertionError(message)
    return part


@dataclass(frozen=True)
class ValueResult(Answer):
    """What customers are worth today, what they will be worth, and how sure that is."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: str
    version: int
    currency: str
    rules: ValueRules
    """What ``analyses/value.yaml`` says, or the defaults."""
    company: Annotated[ValueSummary | None, Named("summary")]
    """All customers together, and what checks found; null for whoever sees only some customers."""
    order_models: tuple[FittedOrders, ...]
    """The one in use first, the average rate last."""
    spending: Annotated[FittedSpending | None, Named("spend_model")]
    """The one in use; null for whoever sees only some customers."""
    contract_models: tuple[FittedContracts, ...]
    """Per plan; empty without contracts."""
    grid: tuple[ValueCell, ...]
    """Per tier, class of current and class of potential value that occurs."""
    tracking: tuple[TrackedWeek, ...]
    """Per week: what came, and what a model fitted earlier expected."""
    holdout: tuple[HeldOut, ...]
    """Per number of repeat orders: what came, and what a model fitted earlier expected."""
    trials: tuple[PastTrial, ...]
    """Per past day, of the model and of each simple rule; empty where the history is too short."""
    survival: tuple[ContractSurvival, ...]
    """Empty without contracts."""
    top: Annotated[tuple[CustomerValue, ...], Named("customers")]
    """The highest lifetime value first."""
    customer: CustomerValue | None
    """The one that was asked for. Null: none was."""
    customer_contracts: ContractValue | None
    """Its contracts. Null: none in force, or no customer was asked for."""
    tier_policy: Annotated[Policy, HIDDEN]
    measures: Annotated[Mapping[str, Metric], HIDDEN]
    """Everything that classes can be cut by, by name, for its words and units."""
    conditions: tuple[Spoken[str], ...] = ()
    """The grid and the list are of customers alone who meet all of these, everything else of all; none: all customers."""
    warnings: tuple[Problem, ...] = ()

    @property
    def summary(self) -> ValueSummary:
        """All customers together; only where they are told."""
        return _there(self.company)

    @property
    def spend_model(self) -> FittedSpending:
        """The model of spending; only where it is told."""
        return _there(self.spending)

    @property
    def order_model(self) -> FittedOrders:
        """The model of orders in use."""
        return next(each for each in self.order_models if each.is_chosen)

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.top
