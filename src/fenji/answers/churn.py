"""What is answered to the question who is about to leave, or to order, and how good is that knowledge?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.analyze.churn.figures import auc_lower
from fenji.answers.frames import Answer
from fenji.domain.churn import Believed, ChurnBy, Driver, Lack, Part, RiskClass, ScoreModel, State, Target, Weakness
from fenji.domain.policies import Policy
from fenji.domain.telling import AS_IT_IS, COUNT, HIDDEN, PERSONAL, SPREAD
from fenji.domain.words import Spoken
from fenji.errors import Problem

LEAST_SHARE = 0.005
"""Of all contributions: drivers below it are not worth a line."""


@dataclass(frozen=True)
class ChurnDefinition:
    """When a customer has left."""

    by: ChurnBy
    """What tells it."""
    days: int
    """By days: more than so many without an order."""
    intervals: Decimal
    """By rhythm: more than so many of the customer's mean intervals."""
    least_days: int
    """By rhythm: never fewer days than these."""
    most_days: int
    """By rhythm: never more days than these."""
    contract_days: int
    """By contract: how far ahead its end is looked for."""
    horizon_days: int
    """How far ahead is looked."""
    high: Decimal
    """Probability from which the risk is high."""
    middle: Decimal
    """Probability from which it is middle."""
    sentence: Spoken[str]


@dataclass(frozen=True)
class ChurnModel:
    """The model that gives the probabilities of one target."""

    target: Target
    """What is forecast."""
    definition: ChurnBy
    """What tells that a customer has left."""
    horizon_days: int
    """How far ahead is looked."""
    model: ScoreModel | None
    """What makes the probabilities. Null: not even the recency rule has a probability."""
    believed: Believed | None
    """Whose probability, of churn or of value's order model, was nearer to what came on the date of evaluation (Brier score). Null: value's was not measured."""
    lack: Lack | None
    """What was missing to learn more than recency. Null: nothing."""
    days_missing: int
    """Days of orders that are missing for a back-test; 0: none."""
    seed: int
    """Of the sample and of the training."""
    sampled_share: float
    """Share of the customers learned from."""
    trees: int
    """Trees of the gradient boosting; 0: not used."""
    calibration: str | None
    """``isotonic`` or ``platt``."""


@dataclass(frozen=True)
class PastDate:
    """A past date, and what it was used for."""

    part: Part
    """What it was used for."""
    on: date
    """Features up to it, outcomes after it."""
    customers: int
    """Customers of the sample who could leave, or buy."""
    outcomes: int
    """Of them, those who did."""


@dataclass(frozen=True)
class QualityFigure:
    """One measure of one model on one past date."""

    model: ScoreModel
    """What made the probabilities."""
    is_used: bool
    """Whether the probabilities come from this model."""
    part: Part
    """``evaluate``: a date that nothing was learned from; ``calibrate``, ``trial_calibrate``: the date of choice."""
    on: date
    """The past date."""
    measure: str
    """auc, average_precision, lift_10, brier or base_rate."""
    value: float | None
    """Null: all customers did the same."""
    customers: int


@dataclass(frozen=True)
class CalibratedTenth:
    """A tenth of the customers by probability, on the date of evaluation."""

    tenth: int
    """1: the lowest probabilities."""
    on: date
    """The past date."""
    customers: int
    outcomes: int
    """Of them, those who left, or bought."""
    expected_share: float
    """Mean probability."""
    observed_share: float
    """Outcomes by customers."""
    lower: float
    """Lower end of its 95 % interval (Wilson)."""
    upper: float
    """Upper end of it."""


@dataclass(frozen=True)
class TargetForecast:
    """How one target is forecast, and how well that would have worked before."""

    model: ChurnModel | None = None
    """Null: nobody can leave, or buy again."""
    samples: tuple[PastDate, ...] = ()
    """Per use and past date."""
    quality: tuple[QualityFigure, ...] = ()
    """Per model, date and measure."""
    calibration: tuple[CalibratedTenth, ...] = ()
    """The lowest probabilities first."""

    @property
    def used(self) -> ScoreModel | None:
        """The model that gives the probabilities; None where there are none."""
        return None if self.model is None else self.model.model

    @property
    def lack(self) -> Lack | None:
        """What was missing to learn more than recency."""
        return None if self.model is None else self.model.lack

    @property
    def shown_part(self) -> Part | None:
        """The date whose figures are shown: that of the evaluation where there was one."""
        parts = {each.part for each in self.quality}
        return next((each for each in (Part.EVALUATE, Part.CALIBRATE) if each in parts), None)

    @property
    def weakness(self) -> Weakness | None:
        """Why no names are taken from the ranking, by the past date whose figures are shown. Null: it ranks better, or was not tried."""
        if self.used is None:
            return None
        auc, rate = self.figure(self.used, "auc"), self.figure(self.used, "base_rate")
        customers = next((each.customers for each in self.quality if each.part is self.shown_part), 0)
        if auc is None or rate is None:
            return None
        lower = auc_lower(auc, positives=rate * customers, negatives=(1 - rate) * customers)
        if lower <= 0.5:  # noqa: PLR2004 - of two customers, chance finds the one who leaves in half of all cases
            return Weakness.CHANCE
        recency = None if self.used is ScoreModel.RECENCY else self.figure(ScoreModel.RECENCY, "auc")
        return Weakness.RECENCY if recency is not None and lower <= recency else None

    def figure(self, model: ScoreModel, measure: str, part: Part | None = None) -> float | None:
        """One measure of one model, on the date of evaluation where no other is asked for."""
        wanted = (part or self.shown_part, model, measure)
        found = (each.value for each in self.quality if (each.part, each.model, each.measure) == wanted)
        return next(found, None)


@dataclass(frozen=True)
class RiskDriver:
    """What raises or lowers the risk of customers."""

    driver: Driver
    """It stands for one or more features of the model."""
    name: Spoken[str]
    mean_contribution: float
    """Mean absolute contribution to the log odds over active customers."""
    share: float
    """Of all contributions."""
    customers: Annotated[int, COUNT]
    """Active customers of whom it is true."""
    contribution_where_true: float | None
    """Mean contribution where it is true; above 0 raises the risk. Null: of nobody."""
    reasons: Annotated[int, COUNT]
    """Customers for whom it is one of the three reasons."""


@dataclass(frozen=True)
class TierSurvival:
    """The share of a tier's customers who have not left after so many days."""

    from_on: date
    """The past date: tiers of that day, active customers only."""
    tier: str
    rank: Annotated[int, AS_IT_IS]
    """0: the lowest tier."""
    days: Annotated[int, AS_IT_IS]
    """Days since then."""
    customers: Annotated[int, COUNT]
    """Active customers of the tier at the beginning."""
    staying: float
    """Share that has not left by then (Kaplan-Meier)."""
    lower: float | None
    """Lower end of its 95 % interval. Null: nobody or everybody has left."""
    upper: float | None
    """Upper end of it."""


@dataclass(frozen=True)
class TierRisk:
    """The customers of one tier."""

    tier: str | None
    """Null: lost under the policy's rule."""
    active: Annotated[int, COUNT]
    """Customers who can leave."""
    high: Annotated[int, COUNT]
    """Of them, those at high risk."""
    middle: Annotated[int, COUNT]
    """Of them, those at middle risk."""
    low: Annotated[int, COUNT]
    """Of them, those at low risk."""
    left: Annotated[int, COUNT]
    """Customers who have left."""
    expected: float | None
    """How many of the active are expected to leave. Null: no probabilities."""
    net_revenue_12m_at_high: Decimal
    """Revenue of twelve months of those at high risk."""


@dataclass(frozen=True)
class RiskReason:
    """One reason why a customer may leave."""

    driver: Driver
    """What raises the risk."""
    sentence: Spoken[str]


@dataclass(frozen=True)
class CustomerRisk:
    """One customer's risk of leaving."""

    customer_key: int
    """Our number of the customer."""
    customer_id: Annotated[str | None, PERSONAL]
    tier: str | None
    """Null: lost under the policy's rule."""
    state: State
    """Where the customer stands."""
    probability: float | None
    """That the customer leaves within the horizon. Null: not active, or nothing could be learned."""
    risk_class: RiskClass | None
    """Null: not active."""
    limit_days: float | None
    """Days without an order after which the customer has left. Null: by contract."""
    reasons: tuple[RiskReason, ...]
    """What raises the risk most, at most three."""
    facts: Mapping[str, int | float | Decimal | None]
    """Metric: value; the numbers that reasons speak of."""
    expected_loss: float | None
    """Probability times revenue of twelve months. Null: no probability."""


@dataclass(frozen=True)
class ChurnResult(Answer):
    """The risk of leaving, by tier and customer."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: str
    version: int
    currency: str
    definition: ChurnDefinition
    """When a customer has left."""
    forecast: Annotated[TargetForecast, SPREAD]
    drivers: tuple[RiskDriver, ...]
    """The heaviest first."""
    survival: tuple[TierSurvival, ...]
    """Per tier, lowest first, and 30 days."""
    tiers: tuple[TierRisk, ...]
    """Highest tier first, the lost last."""
    top: tuple[CustomerRisk, ...]
    """The most revenue at stake first."""
    customer: CustomerRisk | None
    """The one that was asked for. Null: none was."""
    tier_policy: Annotated[Policy, HIDDEN]
    warnings: tuple[Problem, ...] = ()

    @property
    def main_drivers(self) -> tuple[RiskDriver, ...]:
        """The drivers that are worth a line."""
        return tuple(each for each in self.drivers if each.share >= LEAST_SHARE)

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.top


@dataclass(frozen=True)
class PurchaseChance:
    """How likely one customer is to order soon."""

    customer_key: int
    """Our number of the customer."""
    customer_id: Annotated[str | None, PERSONAL]
    purchase_probability_30d: float | None
    """Of an order within 30 days. Null: no order so far, or nothing could be learned."""
    purchase_probability_90d: float | None
    """Of an order within 90 days. Null likewise."""


@dataclass(frozen=True)
class PropensityResult(Answer):
    """The chances of an order within 30 and 90 days."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: str
    version: int
    customers: int
    expected: Mapping[Target, float | None]
    """Target: how many customers will order. Null: nothing could be learned."""
    targets: Mapping[Target, TargetForecast]
    """Target: how it is forecast; empty where nobody ever ordered."""
    top: tuple[PurchaseChance, ...]
    """The likeliest within 30 days first."""
    customer: PurchaseChance | None
    """The one that was asked for. Null: none was."""
    warnings: tuple[Problem, ...] = ()

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.top
