"""Which points does a customer have, earn and spend, and how often are vouchers used? Only in companies with a points program, or where a policy asks."""

from __future__ import annotations

from fenji.domain.loyalty.kinds import PointsKind
from fenji.domain.metrics import Aggregate, Fact, Metric, RowFilter, Unit
from fenji.domain.periods import Window
from fenji.domain.words import Words

_YEAR = Window.parse("12m")
_EARNED = (PointsKind.EARN, PointsKind.BONUS, PointsKind.REFUND, PointsKind.REFUND_UNDO)


def _of_entries(slug: str, name: Words, sentence: Words, window: Window, column: str, *kinds: PointsKind) -> Metric:
    where = (RowFilter("kind", tuple(map(str, kinds))),) if kinds else ()
    return Metric(slug, name, sentence, Unit.COUNT, Aggregate.SUM, window, Fact.POINTS_ENTRY, column, where, adds_up=True)


POINTS_METRICS: tuple[Metric, ...] = (
    _of_entries(
        "points_balance",
        Words("积分余额", "points balance"),
        Words(
            "统计日的积分余额，包括待到账和预留的，减去欠款；会员计划不止一个时为各计划之和。",
            "Points on the as-of day, those that wait or are held included, less what is owed; of several programs together.",
        ),
        Window.parse("total"),
        "points",
    ),
    _of_entries(
        "qualifying_points_12m",
        Words("近12个月定级积分", "qualifying points of twelve months"),
        Words(
            "近12个月获得的定级积分，退款扣回的已减去；兑换和过期不影响它。",
            "Points of twelve months that count for a tier, refunds taken off; redeeming and expiry never lower them.",
        ),
        _YEAR,
        "qualifying_points",
    ),
    _of_entries(
        "points_earned_12m",
        Words("近12个月获得积分", "points earned in twelve months"),
        Words(
            "近12个月因消费和奖励获得的积分，退款扣回的已减去；人工调整不计。",
            "Points of twelve months for orders and bonuses, refunds taken off; adjustments by hand do not count.",
        ),
        _YEAR,
        "points",
        *_EARNED,
    ),
    _of_entries(
        "points_redeemed_12m",
        Words("近12个月兑换积分", "points redeemed in twelve months"),
        Words(
            "近12个月兑换掉的积分，撤销的兑换已减去。",
            "Points spent in twelve months, redemptions that were undone taken off.",
        ),
        _YEAR,
        "redeemed_points",
    ),
    Metric(
        "vouchers_used_12m",
        Words("近12个月用券次数", "vouchers used in twelve months"),
        Words(
            "近12个月用掉的优惠券次数，整单退款退回的不计。",
            "Uses of vouchers in twelve months; those given back for a refunded order do not count.",
        ),
        Unit.COUNT,
        Aggregate.COUNT,
        _YEAR,
        Fact.VOUCHER_USE,
        adds_up=True,
    ),
)
"""Sums of whole numbers: histories with tiers by points are decided from cells."""
