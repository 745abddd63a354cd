"""Real public tables are understood: what they are, which columns matter, and what they lack. World: the data folder beside the project."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fenji.collect.reading.samples import Sample
from fenji.collect.understanding.proposal import ProposedSource
from fenji.domain.feeds import Feed
from fenji.domain.sources import Format
from fixtures.cell_reader import propose

DATA = Path(__file__).parents[4] / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not beside the project (../shared/data)")

UNDERSTOOD = {
    "online_retail_2/online_retail_ii": (
        Feed.ORDER_LINE,
        {
            "order_id": "Invoice",
            "customer_id": "Customer ID",
            "region": "Country",
            "ordered_at": "InvoiceDate",
            "product_id": "StockCode",
            "product_name": "Description",
            "quantity": "Quantity",
            "unit_price": "Price",
        },
    ),
    "completejourney/transactions": (
        Feed.ORDER_LINE,
        {
            "order_id": "basket_id",
            "customer_id": "household_id",
            "ordered_at": "transaction_timestamp",
            "product_id": "product_id",
            "quantity": "quantity",
            "line_amount": "sales_value",
        },
    ),
    "completejourney/demographics": (Feed.CUSTOMER, {"customer_id": "household_id", "income_band": "income"}),
    "completejourney/products": (Feed.PRODUCT, {"product_id": "product_id", "category": "product_category", "brand": "brand"}),
    "completejourney/coupon_redemptions": (
        Feed.REDEMPTION,
        {
            "customer_id": "household_id",
            "redeemed_at": "redemption_date",
            "coupon_id": "coupon_upc",
            "campaign_id": "campaign_id",
        },
    ),
    "telco_churn/telco": (Feed.CUSTOMER, {"customer_id": "customerID", "gender": "gender"}),
    "splink/fake_1000": (
        Feed.CUSTOMER,
        {"customer_id": "unique_id", "email": "email", "name": "first_name", "birth_on": "dob", "city": "city"},
    ),
}
LACKING = {
    # Neither names a date of contact; complaints name no customer.
    "completejourney/campaigns": (Feed.CAMPAIGN_CONTACT, ["contacted_at"]),
    "cfpb_complaints/complaints_sample": (Feed.FEEDBACK, []),
}
NOT_OURS = ("completejourney/coupons", "hotel_bookings/hotel_bookings", "uci_bank_marketing/bank_full", "splink/fake_1000_labels")


def proposed(name: str) -> ProposedSource:
    file = DATA / f"{name}.parquet"
    batch = next(pq.ParquetFile(file).iter_batches(200))
    rows = tuple(tuple(None if value is None else str(value) for value in row.values()) for row in batch.to_pylist())
    headers = tuple(batch.schema.names)
    sources = propose([Sample(str(file), None, Format.PARQUET, None, None, 0, headers, rows)], root=DATA).sources
    assert len(sources) == 1
    assert sources[0].paths == (f"{name}.parquet",)
    return sources[0]


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_a_real_table_is_mapped(name: str) -> None:
    source, (feed, columns) = proposed(name), UNDERSTOOD[name]
    assert (source.feed, source.blocking) == (feed, ())
    assert {column.field: column.column for column in source.columns} == columns


@pytest.mark.parametrize("name", LACKING)
def test_a_real_table_that_lacks_something_says_what(name: str) -> None:
    source, (feed, fields) = proposed(name), LACKING[name]
    assert (source.feed, source.is_usable) == (feed, False)
    assert [remark.values["field"] for remark in source.blocking if "field" in remark.values] == fields


@pytest.mark.parametrize("name", NOT_OURS)
def test_a_real_table_that_is_none_of_ours_is_not_forced_into_one(name: str) -> None:
    source = proposed(name)
    assert (source.feed, source.columns) == (None, ())


def test_online_retail_brings_its_sheets_returns_and_codes() -> None:
    source = proposed("online_retail_2/online_retail_ii")
    assert (source.part_column, source.return_order_pattern) == ("sheet", "^C")
    assert [drop.rule.reason for drop in source.drop] == ["postage", "fees", "adjustments", "tests"]
