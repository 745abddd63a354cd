"""On two real shops the models, fitted on the past, foretell the orders since better than "as many as before" does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.analyze.value.fitting import choose_purchases, purchase_counts, rhythm_of
from fenji.analyze.value.order_histories import interval_ratios, order_histories, purchase_cells
from fenji.analyze.value.tracking import Split, holdout_by_repeats, holdout_rows
from fenji.domain.value import OrderModel, Rhythm
from fenji.engines.engine import Engine

PROJECT = Path(__file__).parents[4]
SHARED = PROJECT.parent / "shared" / "data"
GIFTS = SHARED / "online_retail_2" / "online_retail_ii.parquet"
GIFTS = GIFTS if GIFTS.exists() else PROJECT / "src" / "fenji" / "demo_data" / "online_retail_ii.parquet"
GROCER = SHARED / "completejourney" / "transactions.parquet"

# Order days of the customers: all that the models of ordering read of an order line.
DAYS = """
select customer_key, ordered_on, 'sale' as kind, 0::decimal(18, 2) as net_revenue,
       ordered_on - lag(ordered_on) over (partition by customer_key order by ordered_on) as days_since_previous_order
from ({days})
"""
GIFT_DAYS = f"""select distinct "Customer ID" as customer_key, InvoiceDate::date as ordered_on from '{GIFTS}'
                where "Customer ID" is not null and Invoice[1] <> 'C' and Quantity > 0"""
GROCER_DAYS = f"select distinct household_id as customer_key, transaction_timestamp::date as ordered_on from '{GROCER}'"


@pytest.mark.parametrize(
    ("days", "split", "kind", "rhythm", "expected"),
    [
        # Figures of these very data: orders that came, by what share the model was off, and by what "as many as before" would be.
        (GIFT_DAYS, Split(date(2009, 12, 1), date(2011, 6, 10), date(2011, 12, 9)), OrderModel.MBG_NBD, Rhythm.REGULAR, (7780, -0.0134, -0.2506)),
        (GROCER_DAYS, Split(date(2017, 1, 1), date(2017, 7, 2), date(2017, 12, 31)), OrderModel.MBG_NBD, Rhythm.RANDOM, (62_994, 0.0089, -0.0362)),
    ],
    ids=["gift shop", "grocer"],
)  # fmt: skip
def test_the_orders_since_are_foretold(duck: Engine, days, split, kind, rhythm, expected):  # noqa: PLR0917 - the columns above
    if str(GROCER) in days and not GROCER.exists():
        pytest.skip("the shared data of Complete Journey are not here")
    duck.connection.raw_sql(f"create temp table lines as {DAYS.format(days=days)}")
    lines = duck.connection.table("lines")
    known = duck.stage(order_histories(lines, as_of=split.split_on))
    counts = purchase_counts(duck.fetch(purchase_cells(known, scale=None)))
    (ratios,) = duck.fetch(interval_ratios(lines, as_of=split.split_on)).to_pylist()
    found = rhythm_of(ratios).kind
    model, _other, _choice = choose_purchases(counts, found)
    assert (model.kind, found) == (kind, rhythm)
    rows = holdout_rows(model, counts, duck.fetch(holdout_by_repeats(lines, known, split)).to_pylist(), split).to_pylist()
    actual, said, before = (sum(each[name] for each in rows) for name in ("actual", "expected", "before"))
    came, off, off_before = expected
    assert (actual, said / actual - 1, before / actual - 1) == (
        came,
        pytest.approx(off, abs=0.0005),
        pytest.approx(off_before, abs=0.0005),
    )
