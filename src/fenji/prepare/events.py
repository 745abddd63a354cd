"""What did customers do apart from buying? Visits, searches, clicks, lessons, nights, miles.

Reads   raw.event as typed and attributed rows
Writes  clean.event: one row per event
Units   value as the source counts it; moments UTC, days of the workspace's zone
Keeps   every row that has a moment, a kind and a customer; of rows with one event id the newest
Source  decision of the file's names: a file that sorts later is newer, and so is a later row
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare.attribution import kept
from fenji.prepare.rows import Check, leave_out
from fenji.tables.clean import EVENT

_KINDS: dict[str, tuple[str, ...]] = {
    "visit": ("visit", "visits", "访问", "浏览", "来访"),
    "checkin": ("checkin", "check-in", "check in", "签到", "打卡", "到店", "进店"),
    "search": ("search", "searches", "搜索", "检索"),
    "click": ("click", "clicks", "点击"),
    "login": ("login", "logins", "log in", "sign in", "登录", "登陆"),
    "cart": ("cart", "add_to_cart", "add to cart", "加购", "加入购物车"),
    "favorite": ("favorite", "favorites", "favourite", "收藏"),
    "share": ("share", "shares", "分享", "转发"),
    "lesson": ("lesson", "lessons", "上课", "课程", "课时", "听课"),
    "night": ("night", "nights", "入住", "间夜", "房晚"),
    "mile": ("mile", "miles", "里程", "飞行里程"),
    "flight": ("flight", "flights", "航班", "乘机", "航段"),
}
"""Our word -> the words for it; every other kind stays as the source calls it, in lower case."""


def judge_events(rows: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """Typed event rows with kinds in our words; of several rows with one event id all but the newest are rejected.

    Grain: one row per row given.
    Keeps: every row; see ``reason``.
    """
    words = rows["kind"].lower()
    kind = ibis.cases(*((words.isin(known), ours) for ours, known in _KINDS.items()), else_=words)
    return supersede(rows.mutate(kind=kind), Feed.EVENT, "event_id", sources)


def make_events(rows: ir.Table) -> ir.Table:
    """clean.event of judged, attributed rows."""
    rows = kept(rows)
    rows = rows.mutate(event_id=qualified_id(rows, "event_id"))
    return rows.select(EVENT.schema.names).cast(EVENT.schema)


def qualified_id(rows: ir.Table, column: str) -> ir.StringValue:
    """An id that no other source uses: source and id, or source, file and row number where the row has none."""
    place = rows["file"].concat(":", rows["row_number"].cast("string"))
    return rows["source"].concat(":", ibis.coalesce(rows[column], place))


def supersede(rows: ir.Table, feed: Feed, column: str, sources: Sequence[Source], *newest_first: ir.Value) -> ir.Table:
    """The rows, all but the newest of those with the same id rejected.

    Args:
        rows: rows with provenance and verdict.
        feed: whose sources to ask whether they have ids at all.
        column: the id; rows without one replace nothing.
        sources: the entries of sources.yaml.
        newest_first: what makes a row newer than another before file name and row number are asked.
    """
    if not any(column in source.columns for source in sources if source.feed is feed):
        return rows
    # Rows without id and rows that are out already are groups of their own, so that no group grows beyond one id's rows.
    alone = rows["file"].concat(":", rows["row_number"].cast("string"))
    counts = rows["reason"].isnull() & rows[column].notnull()
    group = [rows["source"], counts, ibis.ifelse(counts, rows[column], alone)]
    order = [*newest_first, rows["file"].desc(), rows["row_number"].desc()]
    placed = rows.mutate(place=ibis.row_number().over(group_by=group, order_by=order))
    return leave_out(placed, [Check(placed["place"] > 0, Reason.SUPERSEDED, column)]).drop("place")
