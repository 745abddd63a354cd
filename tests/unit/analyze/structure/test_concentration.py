"""Concentration worked by hand, and equal to plain Python for any revenues; equal values at a cut need no order."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.analyze.structure.concentration import CURVE_PERCENTS, TOP_PERCENTS, best_count, concentrate, concentration_of
from fenji.engines.duck import DuckEngine


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def concentration(engine, amounts):
    values = pa.array([Decimal(each) for each in amounts], pa.decimal128(18, 2))
    table = pa.table({"customer_key": pa.array(range(len(amounts)), pa.int64()), "net_revenue_12m": values})
    return concentration_of(engine.fetch(concentrate(engine.from_arrow(table))).to_pylist()[0])


def test_one_whale_worked_by_hand(engine):
    # Ten customers: a whale of 700, three of 100, four with nothing, two with refunds of 25 in all.
    found = concentration(engine, ["100", "0", "700", "100", "0", "-20", "100", "-5", "0", "0"])
    assert (found.customers, found.positive, found.zero, found.negative) == (10, 4, 4, 2)
    assert (found.positive_revenue_12m, found.negative_revenue_12m) == (Decimal("1000.00"), Decimal("-25.00"))
    # Among the four buyers every percentage up to 25 is one customer; 30 % are two.
    assert [(each.percent, each.customers, each.revenue_share) for each in found.buyers.top] == [
        (1, 1, 0.7), (5, 1, 0.7), (10, 1, 0.7), (20, 1, 0.7),
    ]  # fmt: skip
    curve = {each.percent: (each.customers, each.net_revenue_12m) for each in found.buyers.curve}
    assert [curve[each] for each in (25, 30, 50, 75, 80, 100)] == [
        (1, Decimal("700.00")), (2, Decimal("800.00")), (2, Decimal("800.00")),
        (3, Decimal("900.00")), (4, Decimal("1000.00")), (4, Decimal("1000.00")),
    ]  # fmt: skip
    # Among all ten, 20 % are two customers.
    assert [(each.customers, each.revenue_share) for each in found.everyone.top] == [(1, 0.7), (1, 0.7), (1, 0.7), (2, 0.8)]
    # Buyers: 2 (1*100 + 2*100 + 3*100 + 4*700) / (4 * 1000) - 5/4 = 0.45; all: 2 (7+8+9)*100 + 2*10*700 over 10000, - 11/10 = 0.78.
    assert (found.buyers.gini, found.everyone.gini) == (0.45, 0.78)


def test_all_equal_is_a_straight_line(engine):
    found = concentration(engine, ["3.33"] * 100).buyers
    assert found.gini == 0
    assert [each.revenue_share for each in found.curve] == pytest.approx([each / 100 for each in CURVE_PERCENTS])


@pytest.mark.parametrize("amounts", [[], ["0", "0"], ["-1", "0"]])
def test_without_revenue_there_is_no_curve(engine, amounts):
    found = concentration(engine, amounts)
    assert (found.buyers, found.everyone, found.positive) == (None, None, 0)
    assert found.customers == len(amounts)


@given(st.lists(st.integers(-500, 2000), min_size=1, max_size=60).filter(lambda cents: any(each > 0 for each in cents)))
def test_it_equals_plain_python(cents):
    engine = DuckEngine(threads=1)
    found = concentration(engine, [Decimal(each) / 100 for each in cents])
    engine.close()
    buyers = sorted((each for each in cents if each > 0), reverse=True)
    everyone = [*buyers, *[0] * (len(cents) - len(buyers))]
    for ours, values in ((found.buyers, buyers), (found.everyone, everyone)):
        wanted = {percent: sum(values[: best_count(len(values), percent)]) for percent in {*CURVE_PERCENTS, *TOP_PERCENTS}}
        assert {each.percent: each.net_revenue_12m * 100 for each in (*ours.curve, *ours.top)} == wanted
        # Half the mean absolute difference of all pairs, by the mean: another road to the same number.
        differences = sum(abs(one - other) for one in values for other in values)
        assert ours.gini == pytest.approx(differences / (2 * len(values) * sum(values)), abs=1e-6)
    assert found.negative_revenue_12m * 100 == sum(each for each in cents if each < 0)
