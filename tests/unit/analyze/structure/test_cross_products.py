"""Tiers by category beside the average, worked by hand; world: six customers, four categories, at 2026-06-30."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from scipy import stats

from fenji.analyze.structure.bands import ColumnGroups
from fenji.analyze.structure.cross_products import (
    GroupKey,
    attribute_structure,
    buyers_by_tier,
    composition_structure,
    sales_by,
    sales_structure,
)
from fenji.analyze.structure.cross_tables import Cell, cross_table, cross_tiers
from fenji.domain.policies import Policy, Tier
from fenji.domain.words import Words
from fenji.engines.duck import DuckEngine

AS_OF = date(2026, 6, 30)
TIERS = ("low", "high")
STANDING = {1: "low", 2: "low", 3: "low", 4: "high", 5: "high", 6: "low"}
# customer, day, category, revenue, kind; 6 buys nothing, 7 stands in no tier.
LINES = [
    (1, date(2026, 1, 1), "tea", "10.00", "sale"),
    (1, date(2026, 1, 2), "tea", "10.00", "sale"),
    (1, date(2026, 1, 2), "cup", "5.00", "sale"),
    (2, date(2025, 7, 1), "tea", "20.00", "sale"),  # the first day of the window
    (2, date(2025, 6, 30), "cup", "99.00", "sale"),  # the day before it
    (3, date(2026, 2, 1), None, "15.00", "sale"),
    (3, date(2026, 2, 2), "cup", "-5.00", "return"),  # of a cup bought long ago
    (4, date(2026, 3, 1), "pot", "100.00", "sale"),
    (4, date(2026, 3, 1), "cup", "40.00", "sale"),
    (5, AS_OF, "cup", "60.00", "sale"),
    (5, date(2026, 7, 1), "tea", "99.00", "sale"),  # after the as-of day
    (7, date(2026, 3, 1), "tea", "99.00", "sale"),
    (None, date(2026, 3, 1), "tea", "99.00", "sale"),
]


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def lines(rows):
    return pa.table(
        {
            "customer_key": pa.array([each[0] for each in rows], pa.int64()),
            "ordered_on": pa.array([each[1] for each in rows], pa.date32()),
            "category": pa.array([each[2] for each in rows], pa.string()),
            "net_revenue": pa.array([Decimal(each[3]) for each in rows], pa.decimal128(18, 2)),
            "kind": [each[4] for each in rows],
        }
    )


def structure(engine, rows=LINES, **options):
    standing = engine.from_arrow(pa.table({"customer_key": pa.array(STANDING, pa.int64()), "tier": list(STANDING.values())}))
    table = engine.from_arrow(lines(rows))
    found = engine.fetch(sales_by(standing, table, column="category", as_of=AS_OF, **options)).to_pylist()
    totals = engine.fetch(buyers_by_tier(standing, table, as_of=AS_OF)).to_pylist()
    return sales_structure(found, totals, tiers=TIERS)


def figures(found):
    return [(line.key, *((cell.customers, cell.net_revenue_12m) for cell in line.cells)) for line in found.lines]


def test_customers_and_revenue_of_every_category_and_tier(engine):
    found = structure(engine)
    assert figures(found) == [
        (GroupKey("cup"), (1, Decimal("0.00")), (2, Decimal("100.00"))),
        (GroupKey("pot"), (0, Decimal(0)), (1, Decimal("100.00"))),
        (GroupKey("tea"), (2, Decimal("40.00")), (0, Decimal(0))),
        (GroupKey(None), (1, Decimal("15.00")), (0, Decimal(0))),
    ]
    assert found.totals == (Cell(3, Decimal("55.00")), Cell(2, Decimal("200.00")))
    assert found.is_overlapping
    assert sum((line.total.net_revenue_12m for line in found.lines), Decimal(0)) == found.total.net_revenue_12m


def test_the_index_is_observed_by_expected(engine):
    cup = structure(engine).lines[0]
    # Three of five buyers bought cups: of three low ones 1.8 are expected, of two high ones 1.2.
    low, high = cup.cells
    assert (low.customers, low.expected_customers, low.customer_share) == (1, 1.8, pytest.approx(1 / 3))
    assert (low.customer_index, high.customer_index) == (pytest.approx(100 / 1.8), pytest.approx(200 / 1.2))
    # Cups are 100 of all 255, half of the revenue of high and none of that of low.
    assert (low.revenue_index, high.revenue_index) == (0.0, pytest.approx(100 * 0.5 / (100 / 255)))
    assert low.is_small
    assert (cup.total.customer_index, cup.total.revenue_index) == (100.0, pytest.approx(100.0))


def test_the_test_of_one_category_counts_everyone_once(engine):
    cup = structure(engine).lines[0]
    wanted = stats.chi2_contingency([[1, 2], [2, 0]], correction=False)
    assert (cup.test.chi_square, cup.test.p_value) == (pytest.approx(wanted.statistic), pytest.approx(wanted.pvalue))
    whole = stats.chi2_contingency([[1, 2], [0, 1], [2, 0], [1, 0]], correction=False)
    assert structure(engine).test.p_value == pytest.approx(whole.pvalue)


def test_values_beyond_the_largest_stand_together_and_count_their_customers_once(engine):
    found = structure(engine, most=1)
    # By revenue cup and pot are equal: the name decides. The rest is pot and tea; customer 1 bought both cup and tea.
    assert figures(found) == [
        (GroupKey("cup"), (1, Decimal("0.00")), (2, Decimal("100.00"))),
        (GroupKey(None, is_rest=True), (2, Decimal("40.00")), (1, Decimal("100.00"))),
        (GroupKey(None), (1, Decimal("15.00")), (0, Decimal(0))),
    ]


def test_rows_after_the_date_and_the_order_of_rows_change_nothing(engine):
    assert structure(engine, [each for each in reversed(LINES) if each[1] <= AS_OF]) == structure(engine)


def test_without_lines_there_is_nothing_to_compare(engine):
    found = structure(engine, [(7, AS_OF, "tea", "1.00", "sale")])
    assert (found.lines, found.total, found.test) == ((), Cell(0, Decimal(0)), None)


def test_the_composition_by_an_attribute_equals_its_cross_table(engine):
    keys = list(STANDING)
    standing = engine.from_arrow(
        pa.table(
            {
                "customer_key": pa.array(keys, pa.int64()),
                "tier": list(STANDING.values()),
                "net_revenue_12m": pa.array([Decimal(each) for each in keys], pa.decimal128(18, 2)),
            }
        )
    )
    people = engine.from_arrow(
        pa.table({"customer_key": pa.array(keys, pa.int64()), "region": ["GD", "GD", "HK", "HK", "HK", None]})
    )
    grouping = ColumnGroups("region")
    rows = engine.fetch(cross_tiers(standing, people, grouping=grouping)).to_pylist()
    policy = Policy("two", 1, AS_OF, "me", "a test", tuple(Tier(each, Words(each, each), None) for each in TIERS))
    found = attribute_structure(rows, tiers=TIERS)
    assert found == composition_structure(cross_table(rows, grouping=grouping, policy=policy))
    assert [(line.key.value, line.total.customers, line.cells[1].customer_index) for line in found.lines] == [
        ("HK", 3, 200.0),
        ("GD", 2, 0.0),
        (None, 1, 0.0),
    ]
    assert not found.is_overlapping
    assert found.test.p_value == pytest.approx(stats.chi2_contingency([[1, 2], [2, 0], [1, 0]], correction=False).pvalue)
