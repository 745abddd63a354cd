"""What is put together from cells is what the panel says, to the last bit: every metric that periods add up to, at every review.

World: forty customers with orders, returns, visits and scores over three years, around month ends and leap days.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.reviews.by_cells import decide_cells
from fenji.analyze.reviews.cells import cells_of, plan_cells
from fenji.analyze.reviews.values import Values, values_of
from fenji.analyze.reviews.windows import Cells, Windows
from fenji.documents.policies import policy_from_text
from fenji.domain.metrics import Aggregate, Fact, Metric, RowFilter, Unit
from fenji.domain.periods import Window
from fenji.domain.reviews import NEVER_LOST, LostRule, ReviewOn
from fenji.domain.words import Words
from fenji.engines.engine import Engine
from fenji.tables.insight import metric_type
from worlds import World, came_back, sale, world

POLICY = policy_from_text("""
policy: spend
version: 1
effective_on: 2020-01-01
author: me
why: a test
tiers:
  - {tier: low, name: Low}
  - {tier: good, name: Good, qualify: net_revenue_12m >= 300}
review: {every: month}
""")
# Windows of three months open on the 30th or 31st, on 29 February and on a day within a month; the last two reviews are a day apart.
DAYS = [date(2024, 2, 29), date(2024, 5, 31), date(2024, 11, 30), date(2025, 2, 28), date(2025, 3, 15), date(2025, 3, 16)]
REVIEWS = [ReviewOn(each, POLICY) for each in DAYS]


def own(slug: str, unit: Unit, aggregate: Aggregate, of: tuple[Fact, str | None], **more) -> Metric:
    window, (fact, column) = slug.partition("__")[2], of
    return Metric(slug, Words(slug, slug), Words(slug, slug), unit, aggregate, Window.of_metric(window), fact, column, **more)


LINE, VOICE, EVENT = Fact.ORDER_LINE, Fact.FEEDBACK, Fact.EVENT
OWN = (
    own("points__12m", Unit.COUNT, Aggregate.SUM, (LINE, "net_revenue"), per=Decimal(30)),
    own("tea__45d", Unit.MONEY, Aggregate.SUM, (LINE, "net_revenue"), where=(RowFilter("category", ("tea",)),)),
    own("smallest__90d", Unit.MONEY, Aggregate.MINIMUM, (LINE, "net_revenue")),
    own("mean_line__6m", Unit.MONEY, Aggregate.MEAN, (LINE, "net_revenue"), where=(RowFilter("kind", ("sale",)),)),
    own("most_pieces__3m", Unit.RATIO, Aggregate.MAXIMUM, (LINE, "quantity")),
    own("mean_pieces__total", Unit.RATIO, Aggregate.MEAN, (LINE, "quantity")),
    own("without_channel__12m", Unit.COUNT, Aggregate.COUNT, (LINE, None), where=(RowFilter("channel"),)),
    own("gap_spread__12m", Unit.DAYS, Aggregate.DEVIATION, (LINE, "days_since_previous_order")),
    own("last_tea__12m", Unit.DAYS, Aggregate.DAYS_SINCE_LAST, (LINE, None), where=(RowFilter("category", ("tea",)),)),
    own("lines__last_year", Unit.COUNT, Aggregate.COUNT, (LINE, None)),
    own("largest_line__this_year", Unit.MONEY, Aggregate.MAXIMUM, (LINE, "net_revenue")),
    own("first_visit__6m", Unit.DAYS, Aggregate.DAYS_SINCE_FIRST, (EVENT, None)),
    own("promoters__12m", Unit.SCORE, Aggregate.NET_PROMOTER, (VOICE, "score")),
)
KNOWN = Registry.of(["visit"], OWN)


def town() -> World:
    chance = random.Random(23)
    near = [each - timedelta(days=away) for each in (*DAYS, date(2023, 2, 28), date(2024, 8, 30)) for away in (-1, 0, 1)]

    def on() -> date:
        return chance.choice(near) if chance.random() < 0.5 else date(2022, 6, 1) + timedelta(days=chance.randint(0, 1050))

    def line() -> tuple[Decimal, str | None, int]:
        return Decimal(chance.randint(-50, 20000)) / 100, chance.choice(["tea", "cake", None]), chance.randint(1, 4)

    people = range(1, 41)
    orders = [
        sale(key, on(), *(line() for _ in range(chance.randint(1, 3))), channel=chance.choice(["web", None]))
        for key in people
        for _ in range(chance.choice([0, 1, 3, 8]))
    ]
    orders += [came_back(key, on(), line()) for key in people if key % 3 == 0]
    events = [(chance.choice(people), on(), "visit", chance.random()) for _ in range(60)]
    voices = [
        {"customer_key": chance.choice(people), "on": on(), "kind": kind, "score": chance.choice([None, 0.0, 59.9, 90.0, 97.3])}
        for kind in ("satisfaction", "nps", "complaint")
        for _ in range(20)
    ]
    later = {"customer_key": 50, "first_seen_on": date(2024, 6, 1)}
    return world(*orders, sale(None, DAYS[0], 5), customers=[later, {"customer_key": 60}], events=events, feedback=voices)


def with_parts(metric: Metric) -> tuple[Metric, ...]:
    return KNOWN.needed_for([metric.slug])


def planned(metrics, facts, customer, reviews=REVIEWS, lost=NEVER_LOST):
    return plan_cells(reviews, [metrics] * len(reviews), facts, customer, lost)


def exact(value: Values, place: int) -> object:
    """The value as the panel holds it."""
    if value.missing is not None and value.missing[place]:
        return None
    number = value.numbers[place].item()
    return Decimal(number).scaleb(-value.decimals) if value.decimals else number


@pytest.fixture
def asked(duck: Engine):
    facts, customer = town().on(duck)
    metrics = tuple(each for each in KNOWN.metrics if planned(with_parts(each), facts, customer) is not None)
    return facts, customer, metrics


def test_every_metric_at_every_review_is_the_panel_s_to_the_last_bit(duck: Engine, asked) -> None:
    facts, customer, metrics = asked
    plan = planned(metrics, facts, customer)
    cells = Cells.of(duck.fetch(cells_of(facts, customer, plan)), plan)
    windows = Windows(plan, cells)
    for day in DAYS:
        found = values_of(metrics, windows.at(day), size=len(cells.keys), as_of=day)
        panel = duck.fetch(customer_metric(facts, customer, metrics=metrics, as_of=day)).to_pylist()
        assert len(panel) > 30
        for row in panel:
            place = int(np.searchsorted(cells.keys, row["customer_key"]))
            assert {each.slug: exact(found[each.slug], place) for each in metrics} == {
                each.slug: row[each.slug] for each in metrics
            }
        kinds = {each.slug: found[each.slug].numbers.dtype.kind for each in metrics}
        assert kinds == {each.slug: "f" if metric_type(each) == "float64" else "i" for each in metrics}


def test_what_periods_do_not_add_up_to_is_decided_from_panels(asked) -> None:
    _facts, _customer, metrics = asked
    exact_ones = {each.slug for each in metrics}
    for each in KNOWN.metrics:
        is_counted_by_value = each.aggregate is Aggregate.COUNT_DISTINCT
        is_restated = each.column == "hours_to_resolution"
        of_an_event = each.fact is EVENT and each.column == "value"
        if is_counted_by_value or is_restated or of_an_event or each.window.is_personal:
            assert each.slug not in exact_ones
        elif each.aggregate is not Aggregate.RATIO:
            assert each.slug in exact_ones
    assert {each.slug for each in OWN} <= exact_ones
    assert {"refund_rate_12m", "average_order_value_12m", "order_interval_variation", "net_revenue_last_year"} <= exact_ones


TOP = """
policy: spend
version: 2
effective_on: 2024-05-01
author: me
why: a test
tiers:
  - {tier: low, name: Low}
  - {tier: top, name: Top, qualify: net_revenue_12m in top 5%}
"""
SCORED = TOP.replace("net_revenue_12m in top 5%", "score >= 50") + "score: {net_revenue_12m: {weight: 1, scale: percentile}}\n"


@pytest.mark.parametrize("text", [TOP, SCORED])
def test_who_is_compared_with_everybody_is_decided_from_panels(asked, text: str) -> None:
    facts, customer, _metrics = asked
    revenue = with_parts(KNOWN.named("net_revenue_12m"))
    assert planned(revenue, facts, customer) is not None
    reviews = [ReviewOn(DAYS[0], POLICY), ReviewOn(DAYS[1], policy_from_text(text))]
    assert planned(revenue, facts, customer, reviews) is None


def test_a_history_without_any_customer_is_empty_tables(duck: Engine, asked) -> None:
    facts, customer, _metrics = asked
    plan = planned(with_parts(KNOWN.named("net_revenue_12m")), facts, customer, lost=LostRule())
    empty = duck.fetch(cells_of(facts, customer, plan)).slice(0, 0)
    assert [each.num_rows for each in decide_cells(plan, [None] * len(DAYS))(empty)] == [0] * len(DAYS)
