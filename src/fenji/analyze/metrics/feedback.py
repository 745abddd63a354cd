"""What do customers say, and whom do they bring? Satisfaction, recommendation, complaints and referrals."""

from __future__ import annotations

from fenji.domain.metrics import Aggregate, Better, Fact, Metric, RowFilter, Unit
from fenji.domain.periods import Window
from fenji.domain.words import Words

_YEAR = Window.parse("12m")
_COMPLAINT = (RowFilter("kind", ("complaint",)),)

FEEDBACK_METRICS: tuple[Metric, ...] = (
    Metric(
        "satisfaction_12m",
        Words("近12个月满意度", "satisfaction of twelve months"),
        Words("近12个月满意度评分的平均值，0到100分。", "Mean of the satisfaction scores of twelve months, 0 to 100."),
        Unit.SCORE,
        Aggregate.MEAN,
        _YEAR,
        Fact.FEEDBACK,
        "score",
        (RowFilter("kind", ("satisfaction",)),),
    ),
    Metric(
        "nps_12m",
        Words("近12个月净推荐值", "net promoter score of twelve months"),
        Words(
            "近12个月推荐评分中推荐者（90分及以上）占比减去贬损者（60分及以下）占比，乘以100，-100到100。",
            "Share of promoters (90 and more) less share of detractors (60 and less) among the recommendation scores of twelve "
            "months, times 100: -100 to 100.",
        ),
        Unit.SCORE,
        Aggregate.NET_PROMOTER,
        _YEAR,
        Fact.FEEDBACK,
        "score",
        (RowFilter("kind", ("nps",)),),
        source="Reichheld 2003, The One Number You Need to Grow",
    ),
    Metric(
        "complaints_12m",
        Words("近12个月投诉数", "complaints of twelve months"),
        Words("近12个月的投诉次数。", "Number of complaints of twelve months."),
        Unit.COUNT,
        Aggregate.COUNT,
        _YEAR,
        Fact.FEEDBACK,
        None,
        _COMPLAINT,
        better=Better.LOWER,
        adds_up=True,
    ),
    Metric(
        "complaint_rate_12m",
        Words("近12个月投诉率", "complaint rate of twelve months"),
        Words(
            "近12个月投诉次数除以订单数，即每笔订单的投诉次数；没有订单时无值。",
            "Complaints per order of twelve months; no value without orders.",
        ),
        Unit.RATIO,
        Aggregate.RATIO,
        _YEAR,
        ratio_of=("complaints_12m", "orders_12m"),
        better=Better.LOWER,
    ),
    Metric(
        "complaint_hours_to_resolution_12m",
        Words("近12个月投诉平均解决时长", "hours to resolution of complaints of twelve months"),
        Words(
            "近12个月投诉从提出到解决的平均小时数，统计日后才解决的不计。",
            "Mean hours from complaint to resolution, for complaints of twelve months that were resolved by the as-of day.",
        ),
        Unit.HOURS,
        Aggregate.MEAN,
        _YEAR,
        Fact.FEEDBACK,
        "hours_to_resolution",
        _COMPLAINT,
        better=Better.LOWER,
    ),
)

REFERRAL_METRICS: tuple[Metric, ...] = (
    Metric(
        "referrals_total",
        Words("累计推荐人数", "referrals in total"),
        Words("累计推荐来的客户数。", "Number of customers brought in total."),
        Unit.COUNT,
        Aggregate.COUNT,
        Window.parse("total"),
        Fact.REFERRAL,
        adds_up=True,
    ),
    Metric(
        "referred_revenue_12m",
        Words("近12个月推荐带来净收入", "referred revenue of twelve months"),
        Words(
            "推荐来的客户近12个月的净收入，不论何时推荐。",
            "Net revenue of twelve months of the customers brought, whenever they were brought.",
        ),
        Unit.MONEY,
        Aggregate.SUM,
        _YEAR,
        Fact.REFERRAL,
        "net_revenue",
        adds_up=True,
    ),
)
