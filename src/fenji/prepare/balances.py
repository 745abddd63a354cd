"""What has a customer spent, where a company knows it only as a total? A total is no order; it answers what it covers.

Reads   raw.balance as typed and attributed rows
Writes  clean.balance: one row per source and customer
Units   total in the workspace's currency, by the rate of the latest month that has one; days of the workspace's zone
Keeps   every row that has a customer; totals of several rows of one list and customer add up, of several files the last counts
Source  decision 0032
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare.attribution import kept
from fenji.prepare.currencies import RATE, converted, currency_of, month_of
from fenji.prepare.duplicates import with_place
from fenji.prepare.rows import Check, leave_out
from fenji.tables.clean import BALANCE


def judge_balances(rows: ir.Table, places: ir.Table | None = None) -> ir.Table:
    """Attributed balance rows, those left out of which a later file of their source tells the customer's totals anew.

    Grain: one row per row given.
    Keeps: every row; see ``reason``.
    """
    filed = with_place(rows, places).view()
    stands = filed["reason"].isnull() & filed["customer_key"].notnull()
    told = ibis.ifelse(stands, filed["place"], ibis.null(filed["place"].type()))
    whole = ibis.window(group_by=["source", "customer_key"])
    latest = filed.mutate(latest=told.max().over(whole)).view()
    older = leave_out(latest, [Check(latest["place"] < latest["latest"], Reason.SUPERSEDED, "customer_id")])
    return older.select(*rows.columns)


def make_balances(rows: ir.Table, sources: Sequence[Source], *, rates: ir.Table | None, workspace: str, as_of: date) -> ir.Table:
    """clean.balance of judged rows.

    Args:
        rows: from ``judge_balances``; rejected ones are passed over.
        sources: the entries of sources.yaml.
        rates: as ``rate_table`` gives them; None where all money is in the workspace's currency.
        workspace: the workspace's currency.
        as_of: the day of totals whose source does not say when they were taken: that of the run.
    """
    rows = kept(rows)
    valued = _in_workspace_money(rows, sources, rates=rates, workspace=workspace)
    summed = valued.group_by("source", "customer_key").aggregate(
        total=valued["worth"].sum().cast("decimal(18, 2)"),
        # A row that does not tell leaves the sum unknown.
        orders=ibis.ifelse(
            valued["orders"].count() == valued.count(),
            valued["orders"].sum().cast("decimal(18, 0)").cast("int64"),
            ibis.null("int64"),
        ),
        first_on=valued["first_on"].min(),
        last_on=valued["last_on"].max(),
    )
    own = [source for source in sources if source.feed is Feed.BALANCE]
    periods = [(source.name, str(source.period)) for source in own if source.period is not None]
    days = [(source.name, ibis.literal(source.as_of, type="date")) for source in own if source.as_of is not None]
    today = ibis.literal(as_of, type="date")
    told = summed.mutate(
        period=summed["source"].cases(*periods, else_=ibis.null("string")) if periods else ibis.null("string"),
        as_of=summed["source"].cases(*days, else_=today) if days else today,
    )
    return told.select(BALANCE.schema.names).cast(BALANCE.schema)


def needed_rates(rows: ir.Table, sources: Sequence[Source], *, workspace: str, as_of: date) -> ir.Table:
    """Currencies of kept totals, each with the month of the totals: what ``require_rates`` is to be asked.

    Grain: one row per distinct (currency, month).

    Args:
        rows: typed rows of the feed.
        sources: the entries of sources.yaml.
        workspace: the workspace's currency.
        as_of: the day of totals whose source does not say when they were taken.
    """
    rows = kept(rows)
    days = [(each.name, ibis.literal(each.as_of, type="date")) for each in sources if each.as_of is not None]
    today = ibis.literal(as_of, type="date")
    day = rows["source"].cases(*days, else_=today) if days else today
    told = rows.mutate(day=day)
    return told.select(currency=currency_of(told, sources, workspace=workspace), month=month_of(told["day"])).distinct()


def _in_workspace_money(rows: ir.Table, sources: Sequence[Source], *, rates: ir.Table | None, workspace: str) -> ir.Table:
    """The rows with ``worth``: a total is as it stands now, so the latest rate counts."""
    told = rows.mutate(currency=currency_of(rows, sources, workspace=workspace))
    one = ibis.literal("1").cast(RATE)
    if rates is None:
        return told.mutate(worth=converted(told["total"], one)).view()
    latest = rates.group_by("currency").aggregate(month=rates["month"].max())
    latest = latest.join(rates, ["currency", "month"]).select(rate_currency="currency", latest_rate="rate")
    met = told.left_join(latest, told["currency"] == latest["rate_currency"]).view()
    rate = ibis.ifelse(met["currency"] == workspace, one, met["latest_rate"])
    return met.mutate(worth=converted(met["total"], rate)).view()
