"""What is answered to the question which groups there are among the customers, and what tells them apart?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.segments.cluster_names import Difference
from fenji.analyze.segments.clustering import Verdict
from fenji.analyze.segments.tree_growing import Growth
from fenji.answers.frames import Answer
from fenji.domain.conditions import Condition
from fenji.domain.segments import LifecycleStage, RfmSegment, Segmentation, SegmentPlan, Target
from fenji.domain.telling import COUNT, HIDDEN, PERSONAL, SPREAD
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem


@dataclass(frozen=True)
class SegmentRow:
    """One segment of a segmentation."""

    segment: str | None
    """Null: the customers who are in none."""
    name: Spoken[str]
    customers: Annotated[int, COUNT]
    share: float
    net_revenue_12m: Decimal
    revenue_share: float | None
    """Of all customers' revenue; null where that is not positive."""
    tiers: Annotated[Mapping[str, int], COUNT]
    """Tier: customers of the segment who stand in it, lowest tier first."""
    in_no_tier: Annotated[int, COUNT]
    """Customers of the segment who are lost."""


@dataclass(frozen=True)
class CutRow:
    """One cut between two scores or classes, or the population's rhythm."""

    measure: str
    """What is cut: a score, a class, or rhythm_days."""
    position: int
    """1: between the two lowest scores or classes."""
    metric: str
    """The metric that is cut."""
    per: str | None
    """The metric that it is divided by; null: none."""
    threshold: float | None
    """The value from which on (recency_score: up to which) the next one begins; null: nobody reaches it."""
    customers: int
    """Customers whose values drew the cut; 0 where it is declared."""


@dataclass(frozen=True)
class ClusterRow:
    """One cluster and what sets it apart."""

    cluster: str
    """The same group of customers keeps it from run to run."""
    among: str
    """Among whom it was looked for: everyone who ordered, or a lifecycle stage."""
    name: Words
    description: Spoken[tuple[str, ...]]
    """What sets it apart, the largest difference first."""
    customers: Annotated[int, COUNT]
    share: float
    silhouette: float | None
    """How well it is separated, -1 to 1; null where the sample has none of its members."""
    stability: float | None
    """How well it is found again in other samples, 0 to 1; null where that was not tried."""
    kept_from: str | None
    """The run in which it already had this number; null: it is new."""
    metrics: tuple[Difference, ...]
    """Beside all customers, in the order in which the metrics were asked for."""


@dataclass(frozen=True)
class ChoiceRow:
    """One number of clusters that was tried, or why none was."""

    among: str
    """Everyone who ordered, or a lifecycle stage."""
    clusters: int
    """How many; 0 where none were tried."""
    customers: int
    sample: int
    """Of the customers, those who were looked at."""
    aside: int
    """Of the sample, those too unlike all others to fit clusters on; they are put into the nearest."""
    silhouette: float | None
    """How well the clusters are separated, -1 to 1; below 0.25 they run into one another."""
    cloud_silhouette: float | None
    """The same of customers without any groups."""
    stability: float | None
    """How well the clusters are found again in other samples, at most 1."""
    smallest_share: float | None
    """Of the sample, in the smallest cluster."""
    verdict: Verdict
    """What became of the number."""


@dataclass(frozen=True)
class RuleRow:
    """One rule of a tree; every customer meets exactly one."""

    outcome: str
    """The tier or cluster that most of the customers who meet it have."""
    sentence: Spoken[str]
    conditions: str
    """The lines as a policy takes them, as a JSON list; all must hold."""
    customers: Annotated[int, COUNT]
    hits: int
    """Of the customers who meet it, those who have the outcome."""
    share: float
    precision: float | None
    """Hits of the customers who meet it; null where nobody does."""
    coverage: float | None
    """Hits of all customers who have the outcome; null where nobody has it."""
    condition: Annotated[Condition, HIDDEN]


@dataclass(frozen=True)
class TreeRow:
    """A tree that explains tiers or clusters."""

    target: Target
    """What it explains."""
    verdict: Growth
    """What became of it."""
    customers: int
    sample: int
    """Of the customers, those on whom it was grown."""
    metrics: tuple[str, ...]
    """The metrics that it could ask for."""
    accuracy: float | None
    """Share of the customers whom the rules put right; null without rules."""
    held_out_accuracy: float | None
    """The same of customers that the tree had not seen."""
    largest_share: float | None
    """What naming the largest outcome for everybody would put right."""
    rules: tuple[RuleRow, ...]
    """Those that cover most customers first."""


@dataclass(frozen=True)
class CustomerPlace:
    """One customer's place in every segmentation: its row of insight.segment."""

    customer_key: int
    """As fenji numbers the customer."""
    as_of: date
    lifecycle_stage: LifecycleStage | None
    """Null where no orders are known at all."""
    rhythm_days: float | None
    """Days between order days: the customer's own, or the population's; null for a prospect."""
    has_own_rhythm: bool | None
    """Whether rhythm_days is the customer's own; null for a prospect."""
    recency_score: int | None
    """1 to 5, 5: ordered last; null for who never ordered."""
    frequency_score: int | None
    """1 to 5, 5: most orders; null for who never ordered."""
    money_score: int | None
    """1 to 5, 5: most revenue; null for who never ordered."""
    rfm_segment: RfmSegment | None
    """Null for who never ordered."""
    frequency_class: str | None
    """High or low; null without an order in the metric's window."""
    order_size_class: str | None
    """Large, middle or small; null without an order in the metric's window."""
    recency_class: str | None
    """Recent, a_while, long or very_long; null for who never ordered."""
    spending_power: str | None
    """High, middle or low; null without an order in the metric's window."""
    main_category: str | None
    """The category with the largest sales; null without any."""
    main_category_share: float | None
    """Of the sales with a category; null without any."""
    counted_categories: int | None
    """Categories that reach the declared share of the sales; null without any."""
    interest_class: str | None
    """Focused, mixed or broad; null without sales with a category."""
    region: str | None
    """Null where it is not known."""
    cluster: str | None
    """Null for who never ordered, and where no clusters were found."""


@dataclass(frozen=True)
class CustomerSegments:
    """The customer that was asked for."""

    customer_id: Annotated[str, PERSONAL]
    segments: CustomerPlace
    """Its place in every segmentation."""


@dataclass(frozen=True)
class InSegmentation:
    """A segment beside the name of its segmentation."""

    segmentation: Segmentation
    row: Annotated[SegmentRow, SPREAD]


@dataclass(frozen=True)
class SegmentsResult(Answer):
    """The segments of a date."""

    run_id: str
    as_of: date
    is_as_of_defaulted: Annotated[bool, HIDDEN]
    policy: str
    version: int
    currency: str
    customers: int
    segmentations: Mapping[Segmentation, tuple[SegmentRow, ...]]
    """Segmentation: its segments, fixed ones in their order, others largest first; the customers in none last."""
    cuts: tuple[CutRow, ...]
    """Between scores and classes."""
    clusters: tuple[ClusterRow, ...]
    """Customers who resemble one another."""
    cluster_choices: tuple[ChoiceRow, ...]
    """Every number of clusters that was tried."""
    trees: tuple[TreeRow, ...]
    """What tells tiers, and clusters, apart."""
    customer: CustomerSegments | None
    """The one that was asked for; null: nobody was, or the customer was not known on that day."""
    plan: Annotated[SegmentPlan, HIDDEN]
    """The choices behind the segments."""
    registry: Annotated[Registry, HIDDEN]
    """Every metric of the workspace at this run, for names and units."""
    tier_names: Annotated[Mapping[str, Words], HIDDEN]
    """Tier: its name, lowest first."""
    policy_metrics: Annotated[tuple[str, ...], HIDDEN]
    """The metrics that the policy itself asks for."""
    warnings: tuple[Problem, ...] = ()

    def main_rows(self) -> Sequence[object]:
        """See answers.frames: the segments of every segmentation."""
        return [InSegmentation(name, row) for name, rows in self.segmentations.items() for row in rows]
