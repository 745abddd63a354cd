"""The newest order and the revenue of nobody; world: six lines, two of them of nobody, one after the date."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.reviews.order_summary import order_summary
from fenji.engines.duck import DuckEngine

LINES = pa.table(
    {
        "customer_key": pa.array([1, None, None, None, 2, None], pa.int64()),
        "ordered_on": [
            date(2025, 6, 30),
            date(2025, 6, 30),
            date(2025, 7, 1),
            date(2026, 6, 30),
            date(2026, 1, 1),
            date(2026, 7, 1),
        ],
        "net_revenue": pa.array(
            [Decimal(each) for each in ("1.00", "2.00", "4.00", "8.50", "16.00", "32.00")], pa.decimal128(18, 2)
        ),
    }
)


@pytest.fixture
def duck(tmp_path):
    engine = DuckEngine(tmp_path, threads=1)
    yield engine
    engine.close()


def test_only_what_lies_in_the_twelve_months_up_to_the_date_counts(duck):
    (row,) = duck.fetch(order_summary(duck.from_arrow(LINES), as_of=date(2026, 6, 30))).to_pylist()
    assert row == {"as_of": date(2026, 6, 30), "newest_on": date(2026, 6, 30), "unattributed_net_revenue_12m": Decimal("12.50")}


def test_before_the_first_order_there_is_none(duck):
    (row,) = duck.fetch(order_summary(duck.from_arrow(LINES), as_of=date(2020, 1, 31))).to_pylist()
    assert row == {"as_of": date(2020, 1, 31), "newest_on": None, "unattributed_net_revenue_12m": Decimal("0.00")}
