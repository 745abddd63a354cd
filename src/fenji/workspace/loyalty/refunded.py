"""Which vouchers come back after a posting? Those of orders of which the data says that nothing is left."""

from __future__ import annotations

from datetime import date, datetime

import ibis
import pyarrow as pa

from fenji.domain.loyalty.records import OrderKey
from fenji.domain.metrics import Fact
from fenji.state.loyalty.retrying import retried
from fenji.state.transaction import Transaction
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.dates import today
from fenji.workspace.loyalty.offers import offers_in
from fenji.workspace.loyalty.posting import MOST_ROWS, OrderPosting
from fenji.workspace.loyalty.vouchers import Vouchers

_ORDERS = pa.schema([("source", pa.string()), ("order_id", pa.string()), ("posted", pa.bool_())])


def give_back_vouchers(posting: OrderPosting) -> int:
    """Gives back vouchers of orders that were refunded whole, or had earned points and no longer stand in the data; twice is once.

    Args:
        posting: whose orders are posted.

    Returns:
        How many uses were given back.
    """
    session, program = posting.session, posting.program.slug
    with session.workspace.state.reading() as t:
        redeemed = t.loyalty.voucher_uses.redeemed_orders(program)
    return sum(_given_back(posting, key) for key in _without_rest(posting, redeemed)) if redeemed else 0


def _without_rest(posting: OrderPosting, redeemed: dict[OrderKey, bool]) -> list[OrderKey]:
    """The orders of which nothing is left; those that no file has told yet are not among them."""
    engine, facts = posting.session.engine, clean_base_of(posting.session, posting.run).facts
    if Fact.ORDER_LINE not in facts:
        return []
    lines = facts[Fact.ORDER_LINE]
    lines = lines.filter(lines["ordered_on"] <= posting.as_of)
    rows = [{"source": key.source, "order_id": key.order_id, "posted": posted} for key, posted in redeemed.items()]
    asked = engine.from_arrow(pa.Table.from_pylist(rows, _ORDERS))
    left = lines.group_by(order_source="source", told_order="order_id").aggregate(left=lines["net_revenue"].sum())
    told = asked.left_join(left, [asked["source"] == left["order_source"], asked["order_id"] == left["told_order"]])
    still = told.semi_join(lines.select("source").distinct(), "source")
    is_gone = ibis.ifelse(still["told_order"].isnull(), still["posted"], still["left"] <= 0)
    found = engine.fetch(still.filter(is_gone).select("source", "order_id"), limit=MOST_ROWS).to_pylist()
    return sorted(OrderKey(each["source"], each["order_id"]) for each in found)


def _given_back(posting: OrderPosting, key: OrderKey) -> int:
    zone = posting.session.workspace.settings.time_zone

    def work(t: Transaction) -> int:
        now = t.clock()
        offers = next(each for each in offers_in(t).values() if each.program == posting.program.slug)
        return len(Vouchers(t, offers, today(zone, now=now), now, lambda moment: _day(moment, zone)).give_back(key))

    return retried(posting.session.workspace.state, posting.session.principal, work)


def _day(moment: datetime, zone: str) -> date:
    return today(zone, now=moment)
