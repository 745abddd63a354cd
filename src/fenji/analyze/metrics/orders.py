"""What do orders say of a customer? How much, how many, how broad, how large, how often and how lately."""

from __future__ import annotations

from dataclasses import dataclass

from fenji.domain.metrics import Aggregate, Better, Fact, Metric, RowFilter, Unit
from fenji.domain.periods import Window
from fenji.domain.words import Words

SALE = RowFilter("kind", ("sale",))
RETURN = RowFilter("kind", ("return",))
ORDER = (SALE, RowFilter("line_number", (1,)))
"""The first sale line stands for its order."""


@dataclass(frozen=True)
class _Span:
    """A window and how both languages say it."""

    slug: str
    zh: str
    en: str


_QUARTER = _Span("3m", "近3个月", "last three months")
_YEAR = _Span("12m", "近12个月", "last twelve months")
_TOTAL = _Span("total", "累计", "in total")


_YEARS = (_Span("this_year", "本年度", "this year"), _Span("last_year", "上一年度", "last year"))
_MEMBERSHIP_YEARS = (
    _Span("this_membership_year", "本会员年度", "this membership year"),
    _Span("last_membership_year", "上一会员年度", "last membership year"),
)
"""They begin with the day on which the customer joined."""


def _over(
    span: _Span,
    slug: str,
    *,
    name: Words,
    sentence: Words,
    unit: Unit,
    aggregate: Aggregate,
    column: str | None = None,
    where: tuple[RowFilter, ...] = (),
    better: Better = Better.HIGHER,
    adds_up: bool = False,
    ratio_of: tuple[str, str] | None = None,
    source: str = "",
) -> Metric:
    """A metric of order lines over a span; name and sentence are completed by it."""
    return Metric(
        f"{slug}_{span.slug}",
        Words(f"{span.zh}{name.zh}", f"{name.en}, {span.en}"),
        Words(f"{span.zh}：{sentence.zh}", f"{span.en.capitalize()}: {sentence.en}"),
        unit,
        aggregate,
        Window.of_metric(span.slug),
        None if ratio_of else Fact.ORDER_LINE,
        column,
        where,
        ratio_of,
        better,
        adds_up,
        source,
    )


def _spend(span: _Span) -> tuple[Metric, ...]:
    return (
        _over(
            span,
            "net_revenue",
            name=Words("净收入", "net revenue"),
            sentence=Words(
                "实付金额减去退款，退款计入退款当日。", "what was paid less what was refunded, refunds on their own day."
            ),
            unit=Unit.MONEY,
            aggregate=Aggregate.SUM,
            column="net_revenue",
            adds_up=True,
        ),
        _over(
            span,
            "orders",
            name=Words("订单数", "orders"),
            sentence=Words("已付款的订单数，退货不减少订单数。", "number of paid orders; a return takes none away."),
            unit=Unit.COUNT,
            aggregate=Aggregate.COUNT,
            where=ORDER,
            adds_up=True,
        ),
    )


def _amounts(span: _Span) -> tuple[Metric, ...]:
    return (
        *_spend(span),
        _over(
            span,
            "units",
            name=Words("购买件数", "units"),
            sentence=Words("购买件数减去退货件数。", "pieces bought less pieces returned."),
            unit=Unit.COUNT,
            aggregate=Aggregate.SUM,
            column="quantity",
            adds_up=True,
        ),
    )


def _breadth(span: _Span) -> tuple[Metric, ...]:
    return (
        _over(
            span,
            "categories",
            name=Words("购买品类数", "categories"),
            sentence=Words("购买过的不同商品品类数。", "number of different product categories bought."),
            unit=Unit.COUNT,
            aggregate=Aggregate.COUNT_DISTINCT,
            column="category",
            where=(SALE,),
        ),
        _over(
            span,
            "channels",
            name=Words("购买渠道数", "channels"),
            sentence=Words("下过单的不同渠道数。", "number of different channels bought through."),
            unit=Unit.COUNT,
            aggregate=Aggregate.COUNT_DISTINCT,
            column="channel",
            where=(SALE,),
        ),
        _over(
            span,
            "active_months",
            name=Words("活跃月数", "active months"),
            sentence=Words(
                "有订单的月数，月份从统计日往前推算。", "number of months with an order, counted back from the as-of day."
            ),
            unit=Unit.COUNT,
            aggregate=Aggregate.COUNT_DISTINCT,
            column="month_before_as_of",
            where=ORDER,
        ),
    )


def _sizes(span: _Span) -> tuple[Metric, ...]:
    return (
        _over(
            span,
            "sale_revenue",
            name=Words("销售额", "gross sales"),
            sentence=Words("实付金额，不扣除退款。", "what was paid, refunds not taken off."),
            unit=Unit.MONEY,
            aggregate=Aggregate.SUM,
            column="net_revenue",
            where=(SALE,),
            adds_up=True,
        ),
        _over(
            span,
            "average_order_value",
            name=Words("平均订单金额", "average order value"),
            sentence=Words("销售额除以订单数，没有订单时无值。", "gross sales divided by orders; no value without orders."),
            unit=Unit.MONEY,
            aggregate=Aggregate.RATIO,
            ratio_of=(f"sale_revenue_{span.slug}", f"orders_{span.slug}"),
        ),
        _over(
            span,
            "largest_order_value",
            name=Words("最大订单金额", "largest order value"),
            sentence=Words("金额最大的一笔订单，不扣除退款。", "value of the largest order, refunds not taken off."),
            unit=Unit.MONEY,
            aggregate=Aggregate.MAXIMUM,
            column="order_revenue",
            where=ORDER,
        ),
    )


_REFUNDS = (
    _over(
        _YEAR,
        "returned_revenue",
        name=Words("退款金额", "returned revenue"),
        sentence=Words("退款金额，计入退款当日。", "what was refunded, on the day of the refund."),
        unit=Unit.MONEY,
        aggregate=Aggregate.SUM,
        column="returned_revenue",
        where=(RETURN,),
        better=Better.LOWER,
        adds_up=True,
    ),
    _over(
        _YEAR,
        "refund_rate",
        name=Words("退款率", "refund rate"),
        sentence=Words(
            "退款金额除以同期销售额；此前订单的退款也计入，最高为1。",
            "returned revenue divided by gross sales of the same time; refunds of earlier orders count, at most 1.",
        ),
        unit=Unit.SHARE,
        aggregate=Aggregate.RATIO,
        ratio_of=("returned_revenue_12m", "sale_revenue_12m"),
        better=Better.LOWER,
    ),
)

_ALL_TIME = Window.parse("total")

_RHYTHM = (
    Metric(
        "days_since_first_order",
        Words("距首次下单天数", "days since first order"),
        Words("首次下单到统计日的天数。", "Days from the first order to the as-of day."),
        Unit.DAYS,
        Aggregate.DAYS_SINCE_FIRST,
        _ALL_TIME,
        Fact.ORDER_LINE,
        where=ORDER,
        better=Better.NEITHER,
    ),
    Metric(
        "days_since_last_order",
        Words("距最近下单天数", "days since last order"),
        Words("最近一次下单到统计日的天数。", "Days from the last order to the as-of day."),
        Unit.DAYS,
        Aggregate.DAYS_SINCE_LAST,
        _ALL_TIME,
        Fact.ORDER_LINE,
        where=ORDER,
        better=Better.LOWER,
    ),
    Metric(
        "mean_days_between_orders",
        Words("平均购买间隔天数", "mean days between orders"),
        Words(
            "相邻下单日之间的平均天数，同一天的多笔订单算一次。",
            "Mean number of days from one order day to the next; several orders of a day are one.",
        ),
        Unit.DAYS,
        Aggregate.MEAN,
        _ALL_TIME,
        Fact.ORDER_LINE,
        "days_since_previous_order",
        better=Better.LOWER,
    ),
    Metric(
        "deviation_of_days_between_orders",
        Words("购买间隔标准差", "deviation of days between orders"),
        Words(
            "相邻下单日间隔天数的标准差；不足两个间隔时无值。",
            "Population standard deviation of the days between order days; no value with fewer than two gaps.",
        ),
        Unit.DAYS,
        Aggregate.DEVIATION,
        _ALL_TIME,
        Fact.ORDER_LINE,
        "days_since_previous_order",
        better=Better.LOWER,
    ),
    Metric(
        "order_interval_variation",
        Words("购买周期波动系数", "variation of the order interval"),
        Words(
            "购买间隔的标准差除以平均间隔：越小，购买周期越稳定；不足两个间隔时无值。",
            "Deviation of the days between order days divided by their mean: the smaller, the steadier the purchase cycle; "
            "no value with fewer than two gaps.",
        ),
        Unit.RATIO,
        Aggregate.RATIO,
        _ALL_TIME,
        ratio_of=("deviation_of_days_between_orders", "mean_days_between_orders"),
        better=Better.LOWER,
        source="coefficient of variation (Pearson 1896)",
    ),
)

ORDER_METRICS: tuple[Metric, ...] = (
    *(metric for span in (_QUARTER, _YEAR, _TOTAL) for metric in (*_amounts(span), *_breadth(span))),
    *_sizes(_YEAR),
    *_sizes(_TOTAL),
    *_REFUNDS,
    *_RHYTHM,
)
"""All built-in metrics of order lines, in the order of the panel's columns."""

YEAR_METRICS: tuple[Metric, ...] = tuple(metric for span in _YEARS for metric in _spend(span))
"""How much and how many over years instead of rolling months; metrics.yaml has all others over the same windows."""

MEMBERSHIP_METRICS: tuple[Metric, ...] = tuple(metric for span in _MEMBERSHIP_YEARS for metric in _spend(span))
"""The same over each customer's own years. They take a pass of their own over the lines, so they are measured where they are asked for."""
