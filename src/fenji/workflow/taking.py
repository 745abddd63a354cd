"""How is the list of customers behind an analysis taken along? The stored table of a published run, with the customers' own ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import ibis.expr.types as ir

from fenji.analyze.metrics.registry import builtin_metrics
from fenji.analyze.movements.movements import paired_tiers
from fenji.choices import EngineName
from fenji.domain.churn import Target
from fenji.domain.lists import UNIT_OF, ColumnUnit, ListColumn, ListSource
from fenji.domain.words import Words
from fenji.tables import clean, insight, insight_baskets, insight_churn, insight_priority, insight_segments, insight_value
from fenji.tables.contract import Column, Contract
from fenji.workspace.churn_ranking import check_ranking
from fenji.workspace.customer_columns import FIXED
from fenji.workspace.folder import open_workspace
from fenji.workspace.listing import Listing, written_down
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.session import Session

_KEY = "customer_key"


class StoredList(StrEnum):
    """The analyses whose customers can be taken along, by their commands."""

    MOVES = "moves"
    PRIORITY = "priority"
    CHURN = "churn"
    PROPENSITY = "churn --propensity"
    VALUE = "value"
    SEGMENTS = "segments"
    RECOMMEND = "recommend"


@dataclass(frozen=True)
class _Kept:
    """Where a list is kept, and in which order it is told."""

    contract: Contract
    by: tuple[str, ...] = ()
    """Columns, the smallest first; with a minus the largest first; then by customer_key."""


_KEPT: Mapping[StoredList, _Kept] = {
    StoredList.PRIORITY: _Kept(insight_priority.PRIORITY, ("position",)),
    StoredList.CHURN: _Kept(insight_churn.CHURN_RISK, ("-churn_probability",)),
    StoredList.PROPENSITY: _Kept(insight_churn.PURCHASE_PROPENSITY, ("-purchase_probability_30d",)),
    StoredList.VALUE: _Kept(insight_value.CUSTOMER_VALUE, ("-clv", "-net_revenue_12m")),
    StoredList.SEGMENTS: _Kept(insight_segments.SEGMENT),
    StoredList.RECOMMEND: _Kept(insight_baskets.RECOMMENDATION, (_KEY, "position")),
}

_RANKED = {StoredList.CHURN: Target.CHURN, StoredList.PROPENSITY: Target.PURCHASE_30D}
"""What is forecast by the lists that are rankings of a model."""

_NAMES: Mapping[str, Words] = {
    "score": Words("得分", "score"),
    "position": Words("次序", "place"),
    "points_value": Words("当前价值得分", "points of value"),
    "points_potential": Words("潜在价值得分", "points of potential"),
    "points_tier": Words("等级得分", "points of the tier"),
    "points_churn_risk": Words("流失风险得分", "points of the risk of leaving"),
    "points_satisfaction": Words("满意度得分", "points of satisfaction"),
    "value": Words("当前价值", "value"),
    "potential": Words("潜在价值", "potential"),
    "churn_risk": Words("流失概率", "probability of leaving"),
    "satisfaction": Words("满意度", "satisfaction"),
    "pareto_value": Words("ABC 依据的数值", "what the mark goes by"),
    "is_within_capacity": Words("在服务能力之内", "can be served"),
    "state": Words("状态", "state"),
    "is_at_risk_set": Words("是否活跃", "is active"),
    "silent_days": Words("未下单天数", "days without an order"),
    "limit_days": Words("视为流失的天数", "days until the customer counts as having left"),
    "risk_class": Words("流失风险", "risk of leaving"),
    "fading_probability": Words("流失概率（衔接流失界限）", "probability of leaving, without a step at the limit"),
    "reason_1": Words("首要原因", "first reason"),
    "reason_2": Words("第二原因", "second reason"),
    "reason_3": Words("第三原因", "third reason"),
    "purchase_probability_30d": Words("30天内下单概率", "probability of an order within 30 days"),
    "purchase_probability_90d": Words("90天内下单概率", "probability of an order within 90 days"),
    "order_days": Words("下单天数", "days with an order"),
    "margin_12m": Words("近12个月毛利", "margin of twelve months"),
    "known_cost_share_12m": Words("已知成本的销售占比", "share of sales with a known cost"),
    "p_alive": Words("仍为客户的概率", "probability of still being a customer"),
    "p_alive_12m": Words("12个月后仍为客户的概率", "probability of still being one in twelve months"),
    "order_probability_in_limit": Words("流失期限内下单概率", "probability of an order within the limit of leaving"),
    "order_probability_12m": Words("未来12个月下单概率", "probability of an order in twelve months"),
    "expected_orders_12m": Words("未来12个月预期下单天数", "expected order days of twelve months"),
    "expected_orders_12m_lower": Words("预期下单天数下限", "expected order days, lower end"),
    "expected_orders_12m_upper": Words("预期下单天数上限", "expected order days, upper end"),
    "expected_order_value": Words("预期每次下单金额", "expected revenue of an order day"),
    "expected_revenue_12m": Words("未来12个月预期收入", "expected revenue of twelve months"),
    "expected_revenue_12m_lower": Words("预期收入下限", "expected revenue, lower end"),
    "expected_revenue_12m_upper": Words("预期收入上限", "expected revenue, upper end"),
    "clv": Words("客户终身价值", "lifetime value"),
    "current_class": Words("当前价值档次", "class by value"),
    "potential_class": Words("潜在价值档次", "class by potential"),
    "rhythm_days": Words("下单间隔天数", "days between orders"),
    "has_own_rhythm": Words("间隔为客户自己的", "the rhythm is the customer's own"),
    "recency_score": Words("最近消费得分", "recency score"),
    "frequency_score": Words("消费频率得分", "frequency score"),
    "money_score": Words("消费金额得分", "money score"),
    "main_category_share": Words("主要品类占比", "share of the main category"),
    "counted_categories": Words("品类数", "categories that count"),
    "product_id": Words("商品编码", "product"),
    "reason": Words("原因", "reason"),
    "because_product_id": Words("依据的商品", "because of the product"),
    "from_tier": Words("原等级", "tier before"),
    "to_tier": Words("现等级", "tier after"),
    "cause": Words("变动原因", "cause"),
}
"""Columns that no metric and no column of ``fenji customers`` names; a test holds that every column has a name."""

_SHARES = ("probability", "p_alive", "_share", "churn_risk")


@contextmanager
def open_stored_list(
    root: Path,
    what: StoredList,
    *,
    run_id: str,
    as_of: date,
    earlier_on: date | None = None,
    engine: EngineName | None = None,
) -> Iterator[Listing]:
    """The customers of a published analysis, ready to be written to a file.

    Args:
        root: the workspace.
        what: which analysis.
        run_id: the published run that keeps it.
        as_of: its date; of movements the later review.
        earlier_on: of movements the earlier review.
        engine: None: the one of the settings.

    Raises:
        NotFound: no such run.
        Conflict: a ranking of churn or of coming purchases was no better in the back-test than chance or recency.
    """
    with open_question(open_workspace(root), engine=engine) as session:
        if what in _RANKED:
            check_ranking(session, run_id, _RANKED[what], as_of=as_of)
        run = session.runs.published(run_id)
        table, told = _moved(session, run_id, earlier_on, as_of) if earlier_on else _stored(session, run_id, what, as_of)
        people = session.read(run_id, clean.CUSTOMER).select("customer_id", person_key=_KEY)
        named = table.left_join(people, table[_KEY] == people["person_key"])
        by = () if what is StoredList.MOVES else _KEPT[what].by
        ordered = named.order_by([_direction(named, each) for each in dict.fromkeys((*by, _KEY))])
        columns = (FIXED["customer_id"].column, *(list_column(each) for each in told))
        with written_down(session, ordered.select([each.slug for each in columns])) as (files, rows):
            policy = run.new.policy
            source = ListSource(
                title=what.value,
                run_id=run_id,
                as_of=as_of,
                policy=None if policy is None else policy.slug,
                version=None if policy is None else policy.version,
                currency=PastRun(session, run).currency,
                rows=rows,
                made_at=datetime.now(UTC),
                columns_of=(insight.TIER_ASSIGNMENT if what is StoredList.MOVES else _KEPT[what].contract).full_name,
                earlier_on=earlier_on,
            )
            yield Listing(columns, source, {}, files)


def list_column(column: Column) -> ListColumn:
    """The column of a list that shows a stored column: its unit, and its name in both languages."""
    metrics = {each.slug: each for each in builtin_metrics()}
    if column.name in metrics:
        metric = metrics[column.name]
        return ListColumn(column.name, metric.name, UNIT_OF[metric.unit])
    known = FIXED.get(column.name)
    name = _NAMES.get(column.name) or (known.column.name if known else Words(column.name, column.name))
    return ListColumn(column.name, name, _unit(column))


def _unit(column: Column) -> ColumnUnit:
    if column.type == insight.MONEY:
        return ColumnUnit.MONEY
    if any(each in column.name for each in _SHARES) and column.type == "float64":
        return ColumnUnit.SHARE
    units = {"string": ColumnUnit.TEXT, "date": ColumnUnit.DATE, "boolean": ColumnUnit.YES_NO, "int64": ColumnUnit.COUNT}
    return units.get(column.type, ColumnUnit.NUMBER)


def _stored(session: Session, run_id: str, what: StoredList, as_of: date) -> tuple[ir.Table, tuple[Column, ...]]:
    contract = _KEPT[what].contract
    table = session.read(run_id, contract, as_of=as_of)
    return table, tuple(each for each in contract.columns if each.name not in (_KEY, "as_of"))


def _moved(session: Session, run_id: str, earlier_on: date, as_of: date) -> tuple[ir.Table, tuple[Column, ...]]:
    """Those who stand elsewhere at the later review than at the earlier one, or at only one of them."""
    before, after = (session.read(run_id, insight.TIER_ASSIGNMENT, as_of=day) for day in (earlier_on, as_of))
    pairs = paired_tiers(before, after, earlier_on=earlier_on, as_of=as_of)
    stays = (pairs["from_tier"] == pairs["to_tier"]).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
    columns = {each.name: each for each in insight.TIER_MOVEMENT.columns}
    return pairs.filter(~stays), tuple(columns[name] for name in ("from_tier", "to_tier", "cause", "net_revenue_12m"))


def _direction(table: ir.Table, by: str) -> ir.Value:
    column = table[by.removeprefix("-")]
    return column.desc(nulls_first=False) if by.startswith("-") else column.asc(nulls_first=False)
