"""Whom did campaigns reach, and who used a coupon?

Reads   raw.campaign_contact and raw.redemption as typed and attributed rows
Writes  clean.campaign_contact: one row per contact; clean.redemption: one row per redeemed coupon
Units   money in the workspace's currency; moments UTC, days of the workspace's zone
Keeps   every row that has its ids, a moment and a customer; of rows with one redemption id the newest
Source  money is converted by the rate of the month of the contact or redemption
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.sources import Source
from fenji.prepare.attribution import kept
from fenji.prepare.currencies import converted, currency_of, month_of, with_rate
from fenji.prepare.events import qualified_id, supersede
from fenji.tables.clean import CAMPAIGN_CONTACT, REDEMPTION

MONEY: dict[Feed, tuple[str, str]] = {Feed.CAMPAIGN_CONTACT: ("cost", "contacted_on"), Feed.REDEMPTION: ("value", "redeemed_on")}
"""Feed -> its amount and the day whose rate counts."""


def needed_rates(rows: ir.Table, feed: Feed, sources: Sequence[Source], *, workspace: str) -> ir.Table:
    """Currency and month of every amount: what ``require_rates`` is to be asked.

    Grain: one row per distinct (currency, month).
    """
    amount, day = MONEY[feed]
    paid = _with_currency(kept(rows), sources, workspace)
    paid = paid.filter(paid[amount].notnull() & paid[day].notnull())
    return paid.select("currency", month=month_of(paid[day])).distinct()


def judge_redemptions(rows: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """Typed redemption rows; of several rows with one redemption id all but the newest are rejected.

    Grain: one row per row given.
    Keeps: every row; see ``reason``.
    """
    return supersede(rows, Feed.REDEMPTION, "redemption_id", sources)


def make_contacts(rows: ir.Table, sources: Sequence[Source], *, rates: ir.Table | None, workspace: str) -> ir.Table:
    """clean.campaign_contact of attributed rows.

    Args:
        rows: attributed rows of the feed; rejected ones are passed over.
        sources: the entries of sources.yaml.
        rates: as ``rate_table`` gives them; None where all money is in the workspace's currency.
        workspace: the workspace's currency.
    """
    rows = _in_workspace_currency(rows, Feed.CAMPAIGN_CONTACT, sources, rates, workspace)
    return rows.select(CAMPAIGN_CONTACT.schema.names).cast(CAMPAIGN_CONTACT.schema)


def make_redemptions(rows: ir.Table, sources: Sequence[Source], *, rates: ir.Table | None, workspace: str) -> ir.Table:
    """clean.redemption of judged, attributed rows; arguments as in ``make_contacts``."""
    rows = _in_workspace_currency(rows, Feed.REDEMPTION, sources, rates, workspace)
    rows = rows.mutate(redemption_id=qualified_id(rows, "redemption_id"))
    return rows.select(REDEMPTION.schema.names).cast(REDEMPTION.schema)


def _with_currency(rows: ir.Table, sources: Sequence[Source], workspace: str) -> ir.Table:
    silent = rows.mutate(currency=ibis.null("string"))
    return silent.mutate(currency=currency_of(silent, sources, workspace=workspace))


def _in_workspace_currency(
    rows: ir.Table, feed: Feed, sources: Sequence[Source], rates: ir.Table | None, workspace: str
) -> ir.Table:
    amount, day = MONEY[feed]
    rated = with_rate(_with_currency(kept(rows), sources, workspace), rates, day=day, workspace=workspace)
    return rated.mutate(**{amount: converted(rated[amount], rated["rate"])})
