"""Contacts and redeemed coupons, with money by the rate of its month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

from fenji.domain.feeds import FEEDS, Cell, Feed
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.engine import Engine
from fenji.prepare.campaigns import judge_redemptions, make_contacts, make_redemptions, needed_rates
from fenji.prepare.currencies import rate_table
from fenji.tables.clean import CAMPAIGN_CONTACT, REDEMPTION

TYPES = {Cell.MONEY: pa.decimal128(18, 4), Cell.MOMENT: pa.timestamp("us", tz="UTC")}
SOURCES = [
    Source("sms", Feed.CAMPAIGN_CONTACT, FileLocation(("s",)), {}),
    Source("ads", Feed.CAMPAIGN_CONTACT, FileLocation(("a",)), {}, currency="USD"),
    Source("till", Feed.REDEMPTION, FileLocation(("t",)), {"redemption_id": ColumnMapping("核销编号")}),
]
AT, ON = datetime(2026, 1, 31, 17, tzinfo=UTC), date(2026, 2, 1)


def _table(engine: Engine, feed: Feed, day: str, rows: Sequence[Mapping[str, object]]) -> object:
    fields = [(each.name, TYPES.get(each.cell, pa.string())) for each in FEEDS[feed]]
    place = [
        ("source", pa.string()),
        ("file", pa.string()),
        ("row_number", pa.int64()),
        ("customer_key", pa.int64()),
        (day, pa.date32()),
    ]
    schema = pa.schema([*place, *fields, *((name, pa.string()) for name in ("reason", "field", "came"))])
    return engine.from_arrow(pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema))


def _contact(source: str, number: int, **more: object) -> dict[str, object]:
    return {
        "source": source,
        "file": "c.csv",
        "row_number": number,
        "customer_key": 1,
        "campaign_id": "spring",
        "contacted_at": AT,
        "contacted_on": ON,
        **more,
    }


def test_contacts_keep_their_campaign_and_cost_in_the_workspaces_currency(engine: Engine) -> None:
    rows = [
        _contact("sms", 2, channel="短信", variant="B", cost=Decimal("0.0450")),
        _contact("ads", 2, cost=Decimal(2)),
        _contact("ads", 3),
        _contact("ads", 4, reason="missing_customer", contacted_on=date(2025, 1, 1), cost=Decimal(1)),
    ]
    typed = _table(engine, Feed.CAMPAIGN_CONTACT, "contacted_on", rows)
    needed = engine.fetch(needed_rates(typed, Feed.CAMPAIGN_CONTACT, SOURCES, workspace="CNY")).to_pylist()
    assert sorted((row["currency"], row["month"]) for row in needed) == [("CNY", "2026-02"), ("USD", "2026-02")]
    rates = engine.from_arrow(rate_table({"USD": {"2026-01": Decimal(1), "2026-02": Decimal("7.005")}}, workspace="CNY"))
    contacts = make_contacts(typed, SOURCES, rates=rates, workspace="CNY")
    assert contacts.schema() == CAMPAIGN_CONTACT.schema
    shared = {"file": "c.csv", "campaign_id": "spring", "customer_key": 1, "contacted_at": AT, "contacted_on": ON}
    assert sorted(engine.fetch(contacts).to_pylist(), key=lambda row: (row["source"], row["row_number"])) == [
        {**shared, "source": "ads", "row_number": 2, "channel": None, "variant": None, "cost": Decimal("14.01")},
        {**shared, "source": "ads", "row_number": 3, "channel": None, "variant": None, "cost": None},
        {**shared, "source": "sms", "row_number": 2, "channel": "短信", "variant": "B", "cost": Decimal("0.05")},
    ]


def test_a_coupon_is_redeemed_once_per_redemption_id(engine: Engine) -> None:
    row = {"source": "till", "file": "t.csv", "customer_key": 7, "redeemed_at": AT, "redeemed_on": ON, "value": Decimal(5)}
    rows = [
        {**row, "row_number": 2, "redemption_id": "r1", "coupon_id": "first"},
        {**row, "row_number": 3, "redemption_id": "r1", "coupon_id": "second", "campaign_id": "spring", "order_id": "o1"},
        {**row, "row_number": 4},
    ]
    judged = judge_redemptions(_table(engine, Feed.REDEMPTION, "redeemed_on", rows), SOURCES)
    redemptions = make_redemptions(judged, SOURCES, rates=None, workspace="CNY")
    assert redemptions.schema() == REDEMPTION.schema
    shared = {"customer_key": 7, "redeemed_at": AT, "redeemed_on": ON, "value": Decimal("5.00")}
    assert sorted(engine.fetch(redemptions).to_pylist(), key=lambda found: found["redemption_id"]) == [
        {**shared, "redemption_id": "till:r1", "coupon_id": "second", "campaign_id": "spring", "order_id": "o1"},
        {**shared, "redemption_id": "till:t.csv:4", "coupon_id": None, "campaign_id": None, "order_id": None},
    ]
