"""What do the heads of orders say for their lines? Whose the order is, when it was, whether it was paid; and which have no lines.

Reads   typed rows of the order and order_line feeds, with the numbers of their orders
Writes  nothing stored: order rows as order_lines needs them, and what became of every head
Units   as typed rows
Keeps   every line once; every head once, as the head of its lines or, where it has none, as an order of one row
Source  decision 0031; a file that sorts later is newer, and so is a later row
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import ColumnMapping, Source
from fenji.prepare.currencies import currency_of
from fenji.prepare.duplicates import with_place
from fenji.prepare.orders.numbers import MOST_DAYS_APART, PERSON
from fenji.prepare.rows import VERDICT, Check, leave_out

_INHERITED = (
    *(*PERSON, "customer_name", "region", "city"),
    *("ordered_at", "ordered_on", "paid_at", "paid_on", "status", "channel"),
    *("order_amount", "refund_amount", "refunded_at", "refunded_on", "kind"),
)
"""What lines take from their head where they do not say it themselves; the currency goes with the money."""

_DATES = (Reason.MISSING_DATE, Reason.INVALID_DATE)


def families(sources: Sequence[Source]) -> Mapping[str, str]:
    """Source -> the source that holds the heads of its orders: itself, the one it belongs to, or the one that this belongs to."""
    by_name = {source.name: source for source in sources}
    found = {}
    for source in sources:
        head = source
        # Returns may belong to lines, and these to heads: two steps are all there are.
        for _step in range(2):
            head = by_name.get(head.belongs_to or "", head)
        found[source.name] = head.name
    return found


def family_of(source: ir.StringValue, sources: Sequence[Source]) -> ir.StringValue:
    """The source of a row's order, from the row's own."""
    others = [(name, family) for name, family in families(sources).items() if name != family]
    return source.cases(*others, else_=source) if others else source


def with_order(rows: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """The rows with the source of their order, its number and what was found of it, where no step before has told these.

    Grain: one row per row given.
    """
    told = {
        "order_source": family_of(rows["source"], sources),
        "order_number": rows["order_id"],
        "conflict": ibis.null("string"),
    }
    return rows.mutate(**{name: value for name, value in told.items() if name not in rows.columns})


def as_order_sources(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The sources as whole order rows fill them: lines say what their heads and the payments say, and heads are order rows too."""
    by_name, family = {source.name: source for source in sources}, families(sources)
    paid = {family[source.name] for source in sources if source.feed is Feed.PAYMENT}
    return tuple(
        _as_order_source(source, by_name[family[source.name]], has_payments=family[source.name] in paid)
        if source.feed in (Feed.ORDER, Feed.ORDER_LINE)
        else source
        for source in sources
    )


def settle_heads(heads: ir.Table, places: ir.Table | None = None) -> ir.Table:
    """Heads, all but the newest of an order left out; which numbers stand for several orders is told.

    Grain: one row per row given.
    Keeps: every row. An older head is left out even where the newer one is too: the order was closed since.

    Args:
        heads: typed rows of the order feed, with ``order_number``.
        places: from ``duplicates.file_places``; None: files are in the order of their names.

    Returns:
        The rows with ``filed`` (larger for later files), ``is_current``, and ``is_shared`` where a number has heads of several persons or far days.
    """
    alone = heads["file"].concat(":", heads["row_number"].cast("string"))
    filed = with_place(heads, places).rename(filed="place")
    known = filed.mutate(
        person=ibis.coalesce(*(heads[name] for name in PERSON)),
        on=ibis.coalesce(heads["ordered_on"], heads["paid_on"]),
        thing=ibis.coalesce(heads["order_id"], alone),
    ).view()
    whole = ibis.window(group_by=["source", "thing"])
    # By the strongest field that any of them tells: a download that masks the customer id names no other person.
    lowest, highest = ([each(known[name]).over(whole) for name in PERSON] for each in (_min, _max))
    told_by = [(high.notnull(), low != high) for low, high in zip(lowest, highest, strict=True)]
    persons_differ = ibis.cases(*told_by, else_=ibis.literal(value=False))
    days = known["on"].max().over(whole).delta(known["on"].min().over(whole), unit="day")
    told = known.mutate(is_shared=(persons_differ | (days > MOST_DAYS_APART)).fill_null(False)).view()  # noqa: FBT003 - Ibis takes it alone
    apart = [
        ibis.ifelse(told["is_shared"], told["person"], ibis.null("string")),
        ibis.ifelse(told["is_shared"], told["on"], ibis.null("date")),
    ]
    newest = ibis.window(
        group_by=[told["source"], told["thing"], *apart], order_by=[told["filed"].desc(), told["row_number"].desc()]
    )
    placed = told.mutate(place=ibis.row_number().over(newest)).view()
    settled = leave_out(placed, [Check(placed["place"] > 0, Reason.SUPERSEDED, "order_id")])
    return settled.mutate(is_current=settled["place"] == 0).select(*heads.columns, "filed", "is_current", "is_shared")


def inherit(lines: ir.Table, heads: ir.Table, sources: Sequence[Source], *, workspace: str) -> ir.Table:
    """Lines with what their heads say for them; lines without a head, and of heads that are left out, are left out too.

    Grain: one row per line given.
    Keeps: every line; one that belongs to no other source stays as it is.

    Args:
        lines: typed rows of the order_line feed, with ``order_number``.
        heads: from ``settle_heads``, computed once.
        sources: the entries of sources.yaml.
        workspace: the workspace's currency.
    """
    parts = [source for source in sources if source.feed is Feed.ORDER_LINE and source.belongs_to is not None]
    if not parts:
        return lines
    made = [source.name for source in parts if _is_made(source)]
    told = _told_by_heads(heads, sources, workspace=workspace, is_made=bool(made))
    key = ibis.literal("n:").concat(lines["order_number"])
    if made:
        key = ibis.ifelse(lines["source"].isin(made), ibis.literal("m:").concat(lines["order_id"]), key)
    asked = lines.mutate(
        is_part=lines["source"].isin([source.name for source in parts]), family=family_of(lines["source"], sources), key=key
    ).view()
    met = asked.left_join(told, [asked["family"] == told["head_source"], asked["key"] == told["head_key"]]).view()
    has_money = [source.name for source in parts if source.currency is not None]
    knows_currency = met["currency"].notnull() | (met["source"].isin(has_money) if has_money else ibis.literal(value=False))
    by_head = met["head_source"].notnull() & (
        ~knows_currency | (met["head_order_amount"].notnull() & met["line_amount"].isnull())
    )
    inherited = {name: ibis.coalesce(met[name], met[f"head_{name}"]) for name in _INHERITED}
    found = met.mutate(
        **inherited,
        currency=ibis.ifelse(by_head, met["head_currency"], met["currency"]),
        order_id=ibis.coalesce(met["head_order_id"], met["order_id"]),
        order_number=ibis.coalesce(met["head_order_number"], met["order_number"]),
    ).view()
    checks = [
        Check(found["is_part"] & found["head_source"].isnull(), Reason.MISSING_HEAD, "order_id", "order_id"),
        Check(found["is_part"] & found["head_is_shared"], Reason.AMBIGUOUS_ORDER, "order_id", "order_id"),
    ]
    judged = leave_out(found, checks).view()
    has_date = ibis.coalesce(judged["ordered_on"], judged["paid_on"]).notnull()
    takes_along = judged["reason"].isnull() & judged["head_reason"].notnull()
    takes_along &= ~(judged["head_reason"].isin(_DATES) & has_date)
    verdict = {name: ibis.ifelse(takes_along, judged[f"head_{name}"], judged[name]) for name in VERDICT[:3]}
    undated = judged["is_part"] & ~has_date
    dated = judged.mutate(**verdict, undated=undated).view()
    return leave_out(dated, [Check(dated["undated"], Reason.MISSING_DATE, "ordered_at")]).select(*lines.columns)


def heads_as_orders(heads: ir.Table, lines: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """Heads that are orders of one row: those without any line, and those whose lines cannot tell to which of several they belong.

    Grain: one row per such head, with the columns of ``lines``.

    Args:
        heads: from ``settle_heads``, computed once.
        lines: from ``inherit``.
        sources: the entries of sources.yaml.
    """
    usable = heads.filter(heads["is_current"] & heads["reason"].isnull())
    lined = _lined(lines, sources).select("head_source", "head_order_id")
    met = usable.left_join(lined, [usable["source"] == lined["head_source"], usable["order_id"] == lined["head_order_id"]])
    alone = met.filter(met["head_source"].isnull() | (met["is_shared"] & met["order_amount"].notnull()))
    nothing = {name: ibis.null(kind) for name, kind in lines.schema().items() if name not in alone.columns}
    # Bits of unread fields count the fields of another feed.
    return alone.mutate(**nothing, unread_fields=ibis.literal(0, "int64")).select(*lines.columns).cast(lines.schema())


def judge_heads(heads: ir.Table, orders: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """What became of the heads that are no order rows themselves: kept with a kept line, or left out as all their lines are.

    Grain: one row per such head.

    Args:
        heads: from ``settle_heads``, computed once.
        orders: judged order rows, computed once: lines, and the rows of ``heads_as_orders``.
        sources: the entries of sources.yaml.
    """
    names = [source.name for source in sources if source.feed is Feed.ORDER]
    is_head = orders["source"].isin(names) if names else ibis.literal(value=False)
    here = orders.filter(is_head).select("source", "file", "row_number")
    rest = heads.anti_join(here, ["source", "file", "row_number"])
    lined = _lined(orders.filter(~is_head), sources)
    met = rest.left_join(lined, [rest["source"] == lined["head_source"], rest["order_id"] == lined["head_order_id"]])
    loses_all = met["reason"].isnull() & ~met["has_kept"].fill_null(True)  # noqa: FBT003
    return met.select(
        *(name for name in heads.columns if name not in ("reason", "filed", "is_current", "is_shared")),
        reason=ibis.ifelse(loses_all, met["lines_reason"], met["reason"]),
    )


def _min(value: ir.Value) -> ir.Value:
    return value.min()


def _max(value: ir.Value) -> ir.Value:
    return value.max()


def _as_order_source(source: Source, head: Source, *, has_payments: bool) -> Source:
    told = {name: head.columns[name] for name in (*_INHERITED, "currency") if name in head.columns}
    if has_payments:
        told |= {name: ColumnMapping(column=name) for name in ("order_amount", "paid_at", "currency")}
    return replace(
        source,
        feed=Feed.ORDER_LINE,
        columns={**told, **source.columns},
        shares_ids_with=source.shares_ids_with or head.shares_ids_with,
        return_order_pattern=source.return_order_pattern or head.return_order_pattern,
    )


def _is_made(source: Source) -> bool:
    return "order_id" in source.columns and bool(source.columns["order_id"].made_of)


def _told_by_heads(heads: ir.Table, sources: Sequence[Source], *, workspace: str, is_made: bool) -> ir.Table:
    """One row for each key by which lines may ask: the newest head that has it, and whether there are others."""
    current = heads.filter(heads["is_current"] & heads["order_id"].notnull())
    current = current.mutate(resolved=currency_of(current, sources, workspace=workspace))
    columns = {f"head_{name}": current[name] for name in (*_INHERITED, "source", "order_id", "order_number", *VERDICT[:3])}
    columns |= {"head_currency": current["resolved"], "head_is_shared": current["is_shared"]}
    columns |= {"head_file": current["filed"], "head_row": current["row_number"]}
    told = current.select(head_key=ibis.literal("n:").concat(current["order_number"]), **columns)
    if is_made:
        told = told.union(current.select(head_key=ibis.literal("m:").concat(current["order_id"]), **columns))
    told = told.view()
    whole = ibis.window(group_by=["head_source", "head_key"])
    newest = ibis.window(group_by=["head_source", "head_key"], order_by=[told["head_file"].desc(), told["head_row"].desc()])
    placed = told.mutate(place=ibis.row_number().over(newest), heads=told.count().over(whole)).view()
    first = placed.mutate(head_is_shared=placed["head_is_shared"] | (placed["heads"] > 1)).view()
    return first.filter(first["place"] == 0).drop("place", "heads", "head_file", "head_row")


def _lined(lines: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """The orders that have lines: whether any is kept, and if none, why."""
    placed = lines.mutate(head_source=family_of(lines["source"], sources)).view()
    return placed.group_by("head_source", head_order_id=placed["order_id"]).aggregate(
        has_kept=placed["reason"].isnull().any(), lines_reason=placed["reason"].min()
    )
