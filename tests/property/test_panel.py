"""The laws of the panel: the future changes nothing, the order of rows is irrelevant, parts sum to the whole, plain Python says the same."""

from __future__ import annotations

import calendar
import statistics
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as some

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import builtin_metrics
from fenji.domain.metrics import Fact
from fenji.engines.duck import DuckEngine
from fixtures.laws import law
from worlds import Line, Order, World, world

METRICS = builtin_metrics(["visit", "search"])
FEW = law(6, phases=set(Phase) - {Phase.shrink})
"""Every example compiles and runs a whole panel, a quarter of a second: fewer examples, each with many orders, and no
minutes of shrinking."""

CENT = Decimal("0.01")
DAYS = some.dates(date(2023, 1, 1), date(2025, 6, 30))
CUSTOMERS = some.integers(1, 4)
LINES = some.builds(
    Line,
    some.decimals(Decimal("0.01"), Decimal("999.99"), places=2),
    some.integers(1, 9).map(Decimal),
    some.sampled_from([None, "tea", "cake", "cups"]),
)
ORDERS = some.lists(
    some.builds(
        Order,
        some.one_of(some.none(), CUSTOMERS),
        DAYS,
        some.lists(LINES, min_size=1, max_size=3).map(tuple),
        some.sampled_from([None, "shop", "web"]),
        some.booleans(),
    ),
    max_size=30,
)
EVENTS = some.lists(some.tuples(CUSTOMERS, DAYS, some.sampled_from(["visit", "search"]), some.floats(0, 1000)), max_size=5)
VOICES = some.lists(
    some.fixed_dictionaries(
        {
            "customer_key": CUSTOMERS,
            "on": DAYS,
            "kind": some.sampled_from(["satisfaction", "nps", "complaint"]),
            "score": some.integers(0, 100).map(float),
        }
    ),
    max_size=6,
)
AS_OF = some.dates(date(2024, 1, 1), date(2025, 6, 30))


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    opened = DuckEngine(tmp_path_factory.mktemp("panel"), threads=2)
    yield opened
    opened.close()


def panel(engine: DuckEngine, told: World, as_of: date) -> dict[int, dict[str, object]]:
    facts, customer = told.on(engine)
    rows = engine.fetch(customer_metric(facts, customer, metrics=METRICS, as_of=as_of)).to_pylist()
    return {row["customer_key"]: row for row in rows}


def those_until(as_of: date, told: World) -> World:
    """The world without anything that happened later, customers included."""
    days = {
        Fact.ORDER_LINE: "ordered_on",
        Fact.EVENT: "on",
        Fact.FEEDBACK: "on",
        Fact.REFERRAL: "referred_on",
        Fact.CONTRACT: "started_on",
    }

    def until(table: pa.Table, day: str) -> pa.Table:
        return table.filter(pa.array([each is None or each <= as_of for each in table[day].to_pylist()], pa.bool_()))

    return World(until(told.customer, "first_seen_on"), {fact: until(table, days[fact]) for fact, table in told.facts.items()})


@FEW
@given(ORDERS, EVENTS, VOICES, AS_OF)
def test_rows_after_as_of_change_nothing(engine, orders, events, feedback, as_of):
    told = world(*orders, events=events, feedback=feedback)
    assert panel(engine, told, as_of) == panel(engine, those_until(as_of, told), as_of)


@FEW
@given(ORDERS, EVENTS, VOICES, some.randoms())
def test_the_order_of_rows_is_irrelevant(engine, orders, events, feedback, chance):
    told = world(*orders, events=events, feedback=feedback)

    def shuffled(table):
        order = list(range(table.num_rows))
        chance.shuffle(order)
        return table.take(pa.array(order, pa.int64()))

    mixed = World(shuffled(told.customer), {fact: shuffled(table) for fact, table in told.facts.items()})
    assert panel(engine, told, date(2025, 3, 31)) == panel(engine, mixed, date(2025, 3, 31))


@FEW
@given(ORDERS, AS_OF)
def test_what_adds_up_sums_to_the_attributed_whole(engine, orders, as_of):
    rows = panel(engine, world(*orders), as_of).values()
    opens = same_day_before(as_of, 12)
    mine = [(-1 if each.is_return else 1, each) for each in orders if each.customer is not None and opens < each.on <= as_of]
    assert sum(row["net_revenue_12m"] for row in rows) == sum(sign * line.amount for sign, each in mine for line in each.lines)
    assert sum(row["units_12m"] for row in rows) == sum(sign * line.quantity for sign, each in mine for line in each.lines)
    assert sum(row["orders_12m"] for row in rows) == sum(sign == 1 for sign, _ in mine)


@FEW
@given(ORDERS, AS_OF)
def test_plain_python_finds_the_same(engine, orders, as_of):
    for key, row in panel(engine, world(*orders), as_of).items():
        mine = [each for each in orders if each.customer == key and each.on <= as_of]
        told = {**_totals(mine, as_of), **_sizes(mine, as_of), **_rhythm(mine, as_of)}
        found = {slug: row[slug] for slug in told}
        assert found == {
            slug: pytest.approx(value, rel=1e-12) if isinstance(value, float) else value for slug, value in told.items()
        }


def same_day_before(day: date, months: int) -> date:
    """That many months earlier: at a month's end that month's end, else the same day, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 - months
    last = calendar.monthrange(index // 12, index % 12 + 1)[1]
    is_end = (day + timedelta(days=1)).day == 1
    return date(index // 12, index % 12 + 1, last if is_end else min(day.day, last))


def _within(orders: list[Order], as_of: date, months: int | None) -> list[Order]:
    return [each for each in orders if months is None or each.on > same_day_before(as_of, months)]


def _totals(mine: list[Order], as_of: date) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, months in (("3m", 3), ("12m", 12), ("total", None)):
        inside = _within(mine, as_of, months)
        sales = [each for each in inside if not each.is_return]
        signed = [(-1 if each.is_return else 1, line) for each in inside for line in each.lines]
        active = {next(k for k in range(60) if same_day_before(as_of, k + 1) < each.on) for each in sales}
        found |= {
            f"net_revenue_{name}": sum((sign * line.amount for sign, line in signed), Decimal(0)),
            f"orders_{name}": len(sales),
            f"units_{name}": sum((sign * line.quantity for sign, line in signed), Decimal(0)),
            f"categories_{name}": len({line.category for each in sales for line in each.lines if line.category}),
            f"channels_{name}": len({each.channel for each in sales if each.channel}),
            f"active_months_{name}": len(active),
        }
    return found


def _sizes(mine: list[Order], as_of: date) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, months in (("12m", 12), ("total", None)):
        values = [sum(line.amount for line in each.lines) for each in _within(mine, as_of, months) if not each.is_return]
        mean = (sum(values) / len(values)).quantize(CENT, ROUND_HALF_UP) if values else None
        found |= {f"average_order_value_{name}": mean, f"largest_order_value_{name}": max(values, default=None)}
    inside = _within(mine, as_of, 12)
    sold = sum((line.amount for each in inside if not each.is_return for line in each.lines), Decimal(0))
    back = sum((line.amount for each in inside if each.is_return for line in each.lines), Decimal(0))
    return {**found, "returned_revenue_12m": back, "refund_rate_12m": min(float(back / sold), 1.0) if sold else None}


def _rhythm(mine: list[Order], as_of: date) -> dict[str, object]:
    days = sorted({each.on for each in mine if not each.is_return})
    gaps = [(late - early) / timedelta(days=1) for early, late in pairwise(days)]
    spread = statistics.pstdev(gaps) if len(gaps) > 1 else None
    return {
        "days_since_first_order": (as_of - days[0]).days if days else None,
        "days_since_last_order": (as_of - days[-1]).days if days else None,
        "mean_days_between_orders": statistics.fmean(gaps) if gaps else None,
        "deviation_of_days_between_orders": spread,
        "order_interval_variation": spread / statistics.fmean(gaps) if spread is not None else None,
    }
