"""Cross tables put every customer into one cell and add up; bands include their lower edge; world: five customers in two tiers."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.structure.bands import CUSTOMER_COLUMNS, ColumnGroups, MetricBands, parse_grouping
from fenji.analyze.structure.cross_tables import Cell, cross_table, cross_tiers
from fenji.domain.conditions import parse_condition
from fenji.domain.metrics import Aggregate, Fact, Metric, Unit
from fenji.domain.periods import Window
from fenji.domain.policies import Policy, Tier
from fenji.domain.words import Words
from fenji.engines.duck import DuckEngine
from fenji.errors import InvalidArgument
from fenji.language import Language
from fenji.wording.groups import group_label, grouping_name
from fenji.wording.rules import Wording

AS_OF = date(2026, 6, 30)
POLICY = Policy(
    "two", 1, AS_OF, "me", "a test",
    (
        Tier("low", Words("低", "Low"), None),
        Tier("high", Words("高", "High"), parse_condition("net_revenue_12m >= 500")),
    ),
)  # fmt: skip


def metric(slug, unit, aggregate=Aggregate.SUM):
    return Metric(
        slug, Words(slug, slug.replace("_", " ")), Words(slug, slug), unit, aggregate, Window.parse("12m"), Fact.ORDER_LINE
    )


METRICS = {
    each.slug: each
    for each in (
        metric("net_revenue_12m", Unit.MONEY),
        metric("orders_12m", Unit.COUNT, Aggregate.COUNT),
        metric("satisfaction_12m", Unit.SCORE, Aggregate.MEAN),
    )
}
ENGLISH = Wording(METRICS, Language.EN)
STANDING = pa.table(
    {
        "customer_key": pa.array([1, 2, 3, 4, 5], pa.int64()),
        "tier": ["low", "high", "high", "low", "low"],
        "net_revenue_12m": pa.array([Decimal(n) for n in ("100.00", "500.00", "900.50", "0.00", "-5.00")], pa.decimal128(18, 2)),
        "orders_12m": pa.array([1, 5, 4, 0, 1], pa.int64()),
        "satisfaction_12m": pa.array([None, 80.0, 79.9, None, 100.0], pa.float64()),
    }
)
CUSTOMERS = pa.table(
    {
        "customer_key": pa.array([1, 2, 3, 4, 5, 6], pa.int64()),
        "region": ["GD", "GD", "HK", None, "HK", "HK"],
        "registered_on": pa.array([date(2025, 1, 1), date(2025, 12, 31), None, date(2026, 1, 1), None, None], pa.date32()),
        "consent_marketing": [True, False, True, None, None, True],
    }
)


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def cross(engine, by):
    grouping = parse_grouping(by, metrics=METRICS, policy=POLICY)
    table = cross_tiers(engine.from_arrow(STANDING), engine.from_arrow(CUSTOMERS), grouping=grouping)
    return cross_table(engine.fetch(table).to_pylist(), grouping=grouping, policy=POLICY)


def counts(engine, by):
    found = cross(engine, by)
    labels = [
        (group_label(found.grouping, group.group, ENGLISH), *(cell.customers for cell in group.cells)) for group in found.groups
    ]
    assert found.total == Cell(5, Decimal("1495.50"))
    assert [cell.customers for cell in found.totals] == [3, 2]
    assert sum(group.total.customers for group in found.groups) == 5
    return labels


def test_groups_of_a_column_stand_by_size_and_no_value_is_a_group(engine):
    assert counts(engine, "region") == [("GD", 1, 1), ("HK", 1, 1), ("(no value)", 1, 0)]
    assert counts(engine, "registered_on") == [("2025", 1, 1), ("2026", 1, 0), ("(no value)", 1, 1)]
    assert counts(engine, "consent_marketing") == [("true", 1, 1), ("false", 0, 1), ("(no value)", 2, 0)]


def test_money_adds_up_to_the_cent(engine):
    found = cross(engine, "region")
    assert [group.total for group in found.groups] == [
        Cell(2, Decimal("600.00")),
        Cell(2, Decimal("895.50")),
        Cell(1, Decimal("0.00")),
    ]
    assert found.totals == (Cell(3, Decimal("95.00")), Cell(2, Decimal("1400.50")))


def test_bands_include_their_lower_edge(engine):
    assert counts(engine, "orders_12m:0,1,5,10") == [("0", 1, 0), ("1 to 4", 2, 1), ("5 to 9", 0, 1)]
    assert counts(engine, "net_revenue_12m:0,500") == [("under 0", 1, 0), ("0 to under 500", 2, 0), ("500 or more", 0, 2)]


def test_customers_without_a_value_are_the_last_band(engine):
    assert counts(engine, "satisfaction_12m") == [
        ("70 to under 80", 0, 1),
        ("80 to under 90", 0, 1),
        ("95 or more", 1, 0),
        ("(no value)", 2, 0),
    ]


def test_bands_default_to_the_policys_own_thresholds():
    assert parse_grouping("net_revenue_12m", metrics=METRICS, policy=POLICY) == MetricBands("net_revenue_12m", (Decimal(500),))
    assert parse_grouping("orders_12m", metrics=METRICS, policy=POLICY).edges[:4] == (0, 1, 2, 5)


@pytest.mark.parametrize("edges", ["", "a", "1,1", "5,1", "1,,2", "NaN", ",".join(map(str, range(101)))])
def test_edges_must_be_ascending_numbers(edges):
    with pytest.raises(InvalidArgument):
        parse_grouping(f"orders_12m:{edges}", metrics=METRICS, policy=POLICY)


@pytest.mark.parametrize(("by", "guess"), [("regoin", "region"), ("order_12m", "orders_12m"), ("name", "gender")])
def test_an_unknown_name_or_a_personal_column_is_refused(by, guess):
    with pytest.raises(InvalidArgument) as caught:
        parse_grouping(by, metrics=METRICS, policy=POLICY)
    assert caught.value.problems[0].values["name"] == by
    if by != "name":
        assert caught.value.problems[0].values["guess"] == guess


def test_every_column_has_a_name_in_both_languages():
    for column in CUSTOMER_COLUMNS:
        assert grouping_name(ColumnGroups(column), ENGLISH)
        assert grouping_name(ColumnGroups(column), Wording(METRICS, Language.ZH))
    assert grouping_name(ColumnGroups("region"), Wording(METRICS, Language.ZH)) == "地区"
