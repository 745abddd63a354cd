"""When has a customer left, how likely is that to come, and why? Leaving is silence for too long or the end of a contract; not the fall to a lower tier."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ChurnBy(StrEnum):
    """What tells that a customer has left."""

    DAYS = "days"
    """More than so many days without an order."""
    RHYTHM = "rhythm"
    """More than so many of the customer's own intervals without an order, within bounds."""
    CONTRACT = "contract"
    """No contract is in force any more."""


class Target(StrEnum):
    """What is foretold of a customer."""

    CHURN = "churn"
    PURCHASE_30D = "purchase_30d"
    PURCHASE_90D = "purchase_90d"


class ScoreModel(StrEnum):
    """What makes the probability; the simplest first."""

    RECENCY = "recency_rule"
    """The time since the last order alone."""
    LOGISTIC = "logistic_regression"
    LIGHTGBM = "lightgbm"
    BLEND = "blend"
    """The mean of the log odds of the last two."""
    ORDERS = "order_model"
    """The order model of value, measured beside the others; never in use here."""


class Lack(StrEnum):
    """Why nothing could be learned, so that the recency rule stands alone."""

    HISTORY_TOO_SHORT = "history_too_short"
    TOO_FEW_CUSTOMERS = "too_few_customers"
    NO_SUCH_OUTCOME = "no_such_outcome"
    """Too few did what is foretold, such as leaving."""
    NO_OTHER_OUTCOME = "no_other_outcome"
    """Too few did anything else."""


class State(StrEnum):
    """Where a customer stands at a date."""

    ACTIVE = "active"
    LEFT = "left"
    NEVER_BOUGHT = "never_bought"
    """No order, or no contract, up to the date."""


class RiskClass(StrEnum):
    """How likely it is that a customer leaves; the highest risk first."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


class Driver(StrEnum):
    """What raises a customer's risk, in words; each stands for one or more features of the model."""

    LONGER_SILENCE = "longer_silence"
    FALLING_FREQUENCY = "falling_frequency"
    RARE_ORDERS = "rare_orders"
    FALLING_SPEND = "falling_spend"
    LOW_SPEND = "low_spend"
    FEWER_CATEGORIES = "fewer_categories"
    NARROW_RANGE = "narrow_range"
    COMPLAINTS = "complaints"
    LOWER_SATISFACTION = "lower_satisfaction"
    REFUNDS = "refunds"
    NEW_CUSTOMER = "new_customer"
    IRREGULAR_RHYTHM = "irregular_rhythm"
    LESS_ACTIVITY = "less_activity"
    SHORT_CONTRACT = "short_contract"
    HIGH_FEE = "high_fee"
    PLAN = "plan"


class Weakness(StrEnum):
    """Why no names are taken from a ranking."""

    CHANCE = "chance"
    """Within its interval it ranks no better than chance."""
    RECENCY = "recency"
    """Within its interval it ranks no better than the days since the last order."""


class Believed(StrEnum):
    """Whose probability of another order was nearer to what came."""

    CHURN = "churn"
    VALUE = "value"


@dataclass(frozen=True)
class Belief:
    """Which of churn and value to believe about the same customers, and by which figures."""

    believed: Believed
    days: int
    """Within which an order was to come."""
    customers: int
    """On whom both were measured, on the date of evaluation."""
    churn_brier: float
    """Mean squared error of churn's probabilities."""
    value_brier: float
    """The same of value's order model."""


class Part(StrEnum):
    """What a past date was used for."""

    TRAIN = "train"
    CALIBRATE = "calibrate"
    SEASON = "season"
    """The day a year before, whose outcome sets the level of the probabilities."""
    TRIAL_TRAIN = "trial_train"
    """For the model that is tried on a later date."""
    TRIAL_CALIBRATE = "trial_calibrate"
    TRIAL_SEASON = "trial_season"
    EVALUATE = "evaluate"


@dataclass(frozen=True)
class ChurnRules:
    """What the company has chosen: analyses/churn.yaml."""

    by: ChurnBy
    days: int
    """By days: more than so many without an order. By rhythm: for customers without an interval of their own."""
    intervals: Decimal
    """By rhythm: more than so many of the customer's mean intervals."""
    least_days: int
    most_days: int
    """By rhythm: never fewer and never more days than these."""
    contract_days: int
    """By contract: how far ahead its end is foretold."""
    high: Decimal
    middle: Decimal
    """Probability from which the risk is high, and middle."""
    dates: int
    """Past dates to learn from."""
    customers: int
    """Customers to learn from at each date: a sample where there are more."""
    seed: int
    is_declared: bool = False
    """Whether the file names the definition; where it does not, a workspace with contracts goes by these."""

    @property
    def horizon_days(self) -> int:
        """How far ahead is looked: the longest silence that is allowed, or the time in which a contract may end."""
        return {ChurnBy.DAYS: self.days, ChurnBy.RHYTHM: self.most_days, ChurnBy.CONTRACT: self.contract_days}[self.by]


DEFAULT_RULES = ChurnRules(
    by=ChurnBy.DAYS,
    days=180,
    intervals=Decimal(3),
    least_days=30,
    most_days=180,
    contract_days=90,
    high=Decimal("0.6"),
    middle=Decimal("0.3"),
    dates=3,
    customers=100_000,
    seed=7,
)

PURCHASE_DAYS = {Target.PURCHASE_30D: 30, Target.PURCHASE_90D: 90}
"""How far ahead a purchase is foretold."""
