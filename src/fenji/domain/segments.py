"""Which groups are told apart in the data, and by which cuts? A segment is found, not decided: for what a policy decides see tiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fenji.domain.periods import Window, WindowUnit
from fenji.domain.words import Words


class LifecycleStage(StrEnum):
    """How far a customer has come, by the customer's own rhythm."""

    PROSPECT = "prospect"
    """Known, and has never ordered."""
    NEW = "new"
    ACTIVE = "active"
    WON_BACK = "won_back"
    """Was silent for so long that it counted as lost, and has ordered again lately."""
    AT_RISK = "at_risk"
    LOST = "lost"


class RfmSegment(StrEnum):
    """The ten usual names of recency, frequency and money together."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    POTENTIAL_LOYALISTS = "potential_loyalists"
    NEW = "new"
    PROMISING = "promising"
    NEEDING_ATTENTION = "needing_attention"
    ABOUT_TO_SLEEP = "about_to_sleep"
    CANNOT_LOSE = "cannot_lose"
    AT_RISK = "at_risk"
    HIBERNATING = "hibernating"


class Segmentation(StrEnum):
    """A way of telling customers apart; each puts a customer into one segment or none. Values are columns of insight.segment."""

    LIFECYCLE = "lifecycle_stage"
    RFM = "rfm_segment"
    FREQUENCY = "frequency_class"
    ORDER_SIZE = "order_size_class"
    RECENCY = "recency_class"
    SPENDING_POWER = "spending_power"
    INTEREST = "interest_class"
    MAIN_CATEGORY = "main_category"
    REGION = "region"
    CLUSTER = "cluster"


class RhythmMeasure(StrEnum):
    """What stands for a customer's own interval between order days."""

    MEDIAN = "median"
    MEAN = "mean"


class Within(StrEnum):
    """Among whom clusters are looked for."""

    EVERYONE = "everyone"
    LIFECYCLE = "lifecycle"


class Target(StrEnum):
    """What a decision tree explains."""

    TIERS = "tiers"
    CLUSTERS = "clusters"


YEAR = Window(WindowUnit.MONTHS, 12)

BINS = 5
"""Scores of recency, frequency and money run from 1 to 5, 5 being the best."""

_R = RfmSegment
RFM_NAMES: tuple[tuple[RfmSegment, ...], ...] = (
    (_R.NEW, _R.POTENTIAL_LOYALISTS, _R.POTENTIAL_LOYALISTS, _R.CHAMPIONS, _R.CHAMPIONS),
    (_R.PROMISING, _R.POTENTIAL_LOYALISTS, _R.POTENTIAL_LOYALISTS, _R.LOYAL, _R.LOYAL),
    (_R.ABOUT_TO_SLEEP, _R.ABOUT_TO_SLEEP, _R.NEEDING_ATTENTION, _R.LOYAL, _R.LOYAL),
    (_R.HIBERNATING, _R.HIBERNATING, _R.AT_RISK, _R.AT_RISK, _R.CANNOT_LOSE),
    (_R.HIBERNATING, _R.HIBERNATING, _R.AT_RISK, _R.AT_RISK, _R.CANNOT_LOSE),
)
"""Rows: recency score 5 to 1; columns: frequency and money together, 1 to 5 (their mean, halves rounded up)."""


@dataclass(frozen=True)
class LifecyclePlan:
    """When a customer counts as new, at risk, lost or won back."""

    rhythm: RhythmMeasure = RhythmMeasure.MEDIAN
    least_intervals: int = 3
    """Own intervals that a rhythm of one's own takes; with fewer the population's counts."""
    least_days: int = 14
    """No rhythm is shorter: somebody who orders weekly is not lost after a month's holiday."""
    fallback_days: int = 90
    """The population's rhythm where nobody has ordered on two days."""
    at_risk_after: Decimal = Decimal(2)
    """Intervals of silence."""
    lost_after: Decimal = Decimal(4)
    """Intervals of silence."""
    new_days: int = 90
    """From the first order on."""
    won_back_days: int = 90
    """From the order on that ended the silence."""


@dataclass(frozen=True)
class ScorePlan:
    """How one of the three scores is read off a metric."""

    metric: str
    edges: tuple[Decimal, ...] | None = None
    """Ascending, four; a value at an edge belongs above it. None: fifths of the customers, equal values alike."""
    is_less_better: bool = False
    """For recency: few days are good, and an edge is the last day of the better score."""


@dataclass(frozen=True)
class RfmPlan:
    """The three scores, and the names of their combinations."""

    recency: ScorePlan = ScorePlan("days_since_last_order", is_less_better=True)
    frequency: ScorePlan = ScorePlan("orders_total")
    money: ScorePlan = ScorePlan("net_revenue_total")
    names: tuple[tuple[RfmSegment, ...], ...] = RFM_NAMES


@dataclass(frozen=True)
class ClassPlan:
    """How a metric puts customers into two, three or four classes."""

    metric: str
    classes: tuple[str, ...]
    """Smallest values first."""
    per: str | None = None
    """The metric that it is divided by."""
    edges: tuple[Decimal, ...] | None = None
    """Ascending, one fewer than classes; a value at an edge belongs above it."""
    top_shares: tuple[Decimal, ...] | None = None
    """Instead of edges, descending: (0.5, 0.2) cuts off the upper half, and of it the best fifth of the customers who have a value."""


@dataclass(frozen=True)
class InterestPlan:
    """When a customer's purchases are about one thing, and when about many."""

    window: Window = YEAR
    focused_share: Decimal = Decimal("0.6")
    """Of the sales, in the main category, from which interest is focused."""
    broad_share: Decimal = Decimal("0.3")
    """Below it interest is broad."""
    counted_share: Decimal = Decimal("0.1")
    """Of the sales, from which a category counts for breadth."""


@dataclass(frozen=True)
class ClusterPlan:
    """By what customers are held to be alike, and how many groups there may be."""

    metrics: tuple[str, ...] = (
        "net_revenue_12m",
        "orders_12m",
        "average_order_value_total",
        "days_since_last_order",
        "days_since_first_order",
        "categories_12m",
    )
    within: Within = Within.EVERYONE
    least_clusters: int = 2
    most_clusters: int = 8
    sample: int = 50_000
    """Customers on whom clusters are fitted; everyone is put into one."""
    least_customers: int = 50
    """Below that no clusters are looked for: they would be anecdotes."""
    least_stability: Decimal = Decimal("0.8")
    """Mean adjusted Rand index between samples drawn again, from which a number of clusters counts as found rather than made."""
    least_found: Decimal = Decimal("0.6")
    """Mean Jaccard index that every single cluster reaches; below 0.6 none is to be trusted (Hennig 2007)."""
    least_share: Decimal = Decimal("0.02")
    """Of the customers, that every cluster holds."""
    redraws: int = 8
    seed: int = 20260101


@dataclass(frozen=True)
class ExplainPlan:
    """How large the tree may be whose branches become rules."""

    metrics: tuple[str, ...] = ()
    """Empty: those of the clusters."""
    depth: int = 5
    """Conditions that a rule may ask for."""
    most_rules: int = 12
    least_share: Decimal = Decimal("0.01")
    """Of the customers, that every rule covers."""
    without_policy_metrics: bool = False
    """Whether the metrics that the policy itself asks for are left out: what else tells the tiers apart?"""
    sample: int = 50_000


@dataclass(frozen=True)
class SegmentPlan:
    """Every choice behind the segments of a company."""

    lifecycle: LifecyclePlan = LifecyclePlan()
    rfm: RfmPlan = RfmPlan()
    frequency: ClassPlan = ClassPlan("orders_12m", ("low", "high"), top_shares=(Decimal("0.3"),))
    order_size: ClassPlan = ClassPlan(
        "average_order_value_12m", ("small", "middle", "large"), top_shares=(Decimal("0.8"), Decimal("0.2"))
    )
    recency: ClassPlan = ClassPlan(
        "days_since_last_order",
        ("recent", "a_while", "long", "very_long"),
        edges=(Decimal(31), Decimal(91), Decimal(366)),
    )
    spending_power: ClassPlan = ClassPlan(
        "sale_revenue_12m", ("low", "middle", "high"), per="active_months_12m", top_shares=(Decimal("0.5"), Decimal("0.2"))
    )
    interest: InterestPlan = InterestPlan()
    clusters: ClusterPlan = ClusterPlan()
    explain: ExplainPlan = ExplainPlan()

    @property
    def classes(self) -> Mapping[Segmentation, ClassPlan]:
        """The segmentations that one metric decides."""
        return {
            Segmentation.FREQUENCY: self.frequency,
            Segmentation.ORDER_SIZE: self.order_size,
            Segmentation.RECENCY: self.recency,
            Segmentation.SPENDING_POWER: self.spending_power,
        }


INTEREST_CLASSES = ("focused", "mixed", "broad")

SEGMENT_ORDER: Mapping[Segmentation, tuple[str, ...]] = {
    Segmentation.LIFECYCLE: tuple(LifecycleStage),
    Segmentation.RFM: tuple(RfmSegment),
    Segmentation.FREQUENCY: ("high", "low"),
    Segmentation.ORDER_SIZE: ("large", "middle", "small"),
    Segmentation.RECENCY: ("recent", "a_while", "long", "very_long"),
    Segmentation.SPENDING_POWER: ("high", "middle", "low"),
    Segmentation.INTEREST: INTEREST_CLASSES,
}
"""The segments that have a place of their own; those of the others are listed largest first."""

SEGMENTATION_NAMES: Mapping[Segmentation, Words] = {
    Segmentation.LIFECYCLE: Words("生命周期阶段", "lifecycle stage"),
    Segmentation.RFM: Words("RFM分群", "RFM segment"),
    Segmentation.FREQUENCY: Words("购买频次", "order frequency"),
    Segmentation.ORDER_SIZE: Words("客单价", "order size"),
    Segmentation.RECENCY: Words("最近购买", "last order"),
    Segmentation.SPENDING_POWER: Words("消费能力", "spending power"),
    Segmentation.INTEREST: Words("兴趣集中度", "breadth of interest"),
    Segmentation.MAIN_CATEGORY: Words("主要品类", "main category"),
    Segmentation.REGION: Words("地区", "region"),
    Segmentation.CLUSTER: Words("聚类群体", "cluster"),
}

SEGMENT_NAMES: Mapping[Segmentation, Mapping[str, Words]] = {
    Segmentation.LIFECYCLE: {
        LifecycleStage.PROSPECT: Words("潜在客户", "prospect"),
        LifecycleStage.NEW: Words("新客户", "new"),
        LifecycleStage.ACTIVE: Words("活跃客户", "active"),
        LifecycleStage.WON_BACK: Words("挽回客户", "won back"),
        LifecycleStage.AT_RISK: Words("流失风险客户", "at risk"),
        LifecycleStage.LOST: Words("流失客户", "lost"),
    },
    Segmentation.RFM: {
        RfmSegment.CHAMPIONS: Words("重要价值客户", "champions"),
        RfmSegment.LOYAL: Words("忠诚客户", "loyal"),
        RfmSegment.POTENTIAL_LOYALISTS: Words("潜力忠诚客户", "potential loyalists"),
        RfmSegment.NEW: Words("新客户", "new"),
        RfmSegment.PROMISING: Words("有望客户", "promising"),
        RfmSegment.NEEDING_ATTENTION: Words("需要关注客户", "needing attention"),
        RfmSegment.ABOUT_TO_SLEEP: Words("即将沉睡客户", "about to sleep"),
        RfmSegment.CANNOT_LOSE: Words("不能失去客户", "cannot lose them"),
        RfmSegment.AT_RISK: Words("流失风险客户", "at risk"),
        RfmSegment.HIBERNATING: Words("沉睡客户", "hibernating"),
    },
    Segmentation.FREQUENCY: {"high": Words("高频", "high"), "low": Words("低频", "low")},
    Segmentation.ORDER_SIZE: {
        "large": Words("大额订单", "large orders"),
        "middle": Words("中额订单", "middling orders"),
        "small": Words("小额订单", "small orders"),
    },
    Segmentation.RECENCY: {
        "recent": Words("近期购买", "recent"),
        "a_while": Words("有一段时间未购买", "a while ago"),
        "long": Words("久未购买", "long ago"),
        "very_long": Words("长期未购买", "very long ago"),
    },
    Segmentation.SPENDING_POWER: {
        "high": Words("消费能力高", "high"),
        "middle": Words("消费能力中", "middling"),
        "low": Words("消费能力低", "low"),
    },
    Segmentation.INTEREST: {
        "focused": Words("兴趣集中", "focused"),
        "mixed": Words("兴趣适中", "mixed"),
        "broad": Words("兴趣广泛", "broad"),
    },
}
"""What segments with fixed names are called; regions and categories have the company's own names, clusters those of their description."""
