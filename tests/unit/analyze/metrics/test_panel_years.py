"""Years instead of rolling months: calendar years and membership years, by hand, and for every day against plain dates."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.plan import measures_of
from fenji.analyze.metrics.registry import Registry, builtin_metrics
from fenji.analyze.metrics.rows import YEAR_BEGAN, with_membership_years
from fenji.analyze.reviews.tiers import assign_tiers
from fenji.documents.policies import policy_from_text
from fenji.domain.metrics import Aggregate, Fact, Metric, Unit
from fenji.domain.periods import Window
from fenji.domain.policies import Policy
from fenji.domain.reviews import ReviewOn
from fenji.domain.words import Words
from fenji.engines.engine import Engine
from fixtures.membership_years import membership_year_began_on
from histories import history
from worlds import World, came_back, sale, world

YEARS = ("this_year", "last_year", "this_membership_year", "last_membership_year")


def shop() -> World:
    """1 Ann registered in 2023 after a first order as a guest, 2 Leo joined on a leap day, 3 Gus never registered, 4 Eve registers tomorrow."""
    ann = {"2023-01-05": 1, "2023-03-10": 2, "2024-03-09": 4, "2024-03-10": 8, "2024-12-31": 16}
    ann |= {"2025-01-01": 32, "2025-03-09": 64, "2025-03-10": 128, "2025-04-01": 1000}
    return world(
        *(sale(1, on, amount) for on, amount in ann.items()),
        came_back(1, "2025-03-20", 28),
        *(sale(2, on, amount) for on, amount in {"2024-02-29": 1, "2025-02-27": 2, "2025-02-28": 4}.items()),
        *(sale(3, on, amount) for on, amount in {"2024-06-15": 1, "2025-03-31": 2}.items()),
        *(sale(4, on, amount) for on, amount in {"2024-05-01": 1, "2025-03-31": 2}.items()),
        customers=[
            {"customer_key": 1, "registered_on": date(2023, 3, 10)},
            {"customer_key": 2, "registered_on": date(2024, 2, 29)},
            {"customer_key": 4, "registered_on": date(2025, 4, 1)},
        ],
    )


def panel(
    engine: Engine, told: World, as_of: date, metrics: tuple[Metric, ...] = builtin_metrics()
) -> dict[int, dict[str, object]]:
    facts, customer = told.on(engine)
    rows = engine.fetch(customer_metric(facts, customer, metrics=metrics, as_of=as_of)).to_pylist()
    return {row.pop("customer_key"): row for row in rows}


def test_revenue_and_orders_of_years_by_hand(duck: Engine) -> None:
    found = panel(duck, shop(), date(2025, 3, 31))
    revenue = {key: tuple(row[f"net_revenue_{year}"] for year in YEARS) for key, row in found.items()}
    assert revenue == {
        # This year 32 + 64 + 128 - 28; last year 4 + 8 + 16. Since 10 March 2025: 128 - 28; the year before it: 8 + 16 + 32 + 64.
        1: (196, 28, 100, 120),
        # Leo's second year began on 28 February 2025.
        2: (6, 1, 4, 3),
        3: (2, 1, 3, 0),
        4: (2, 1, 3, 0),
    }
    orders = {key: tuple(row[f"orders_{year}"] for year in YEARS) for key, row in found.items()}
    assert orders == {1: (3, 3, 1, 4), 2: (2, 1, 1, 2), 3: (1, 1, 2, 0), 4: (1, 1, 2, 0)}


def test_the_day_before_and_the_day_of_the_anniversary(duck: Engine) -> None:
    before, on = (panel(duck, shop(), day)[1] for day in (date(2025, 3, 9), date(2025, 3, 10)))
    assert (before["net_revenue_this_membership_year"], before["net_revenue_last_membership_year"]) == (120, 6)
    assert (on["net_revenue_this_membership_year"], on["net_revenue_last_membership_year"]) == (128, 120)


def test_a_registration_that_is_still_to_come_changes_nothing(duck: Engine) -> None:
    late, never = (
        world(sale(1, "2024-05-01", 1), customers=[{"customer_key": 1, "registered_on": on}]) for on in (date(2025, 4, 1), None)
    )
    assert panel(duck, late, date(2025, 3, 31)) == panel(duck, never, date(2025, 3, 31))


def test_every_day_of_joining_and_every_date_begin_the_year_that_plain_dates_say(duck: Engine) -> None:
    joined = [date(2019, 12, 30) + timedelta(days=number) for number in range(370)]
    people = pa.table(
        {"customer_key": range(len(joined)), "registered_on": joined, "first_seen_on": [date(2019, 1, 1)] * len(joined)}
    )
    rows = duck.from_arrow(pa.table({"customer_key": range(len(joined))}))
    last = Metric(
        "m", Words("x", "x"), Words("x", "x"), Unit.COUNT, Aggregate.COUNT, Window.of_metric("last_membership_year"), Fact.EVENT
    )
    for as_of in (
        date(2023, 2, 27),
        date(2023, 2, 28),
        date(2024, 2, 28),
        date(2024, 2, 29),
        date(2024, 12, 31),
        date(2025, 1, 1),
    ):
        found = duck.fetch(with_membership_years(rows, duck.from_arrow(people), measures_of(last), as_of=as_of)).to_pylist()
        assert len(found) == len(joined)
        for row in found:
            for back in (0, 1):
                expected = membership_year_began_on(joined[row["customer_key"]], as_of, years_back=back)
                assert row[YEAR_BEGAN.format(back)] == expected, (as_of, joined[row["customer_key"]])


def own(slug: str, aggregate: Aggregate, window: str, **values: object) -> Metric:
    unit, fact = values.pop("unit", Unit.COUNT), values.pop("fact", Fact.ORDER_LINE)
    return Metric(slug, Words("x", "x"), Words("x", "x"), unit, aggregate, Window.of_metric(window), fact, **values)


def test_a_companys_own_metrics_go_by_years_too(duck: Engine) -> None:
    told = world(
        *(sale(1, on, (1, category)) for on, category in (("2024-03-01", "tea"), ("2024-06-01", "cups"), ("2025-01-02", "tea"))),
        events=[(1, "2024-04-30", "visit"), (1, "2024-05-01", "visit"), (1, "2025-02-01", "visit")],
        referrals=[(1, 2, "2024-05-02"), (1, 3, None)],
        customers=[{"customer_key": 1, "registered_on": date(2020, 5, 1)}],
    )
    metrics = (
        own("kinds", Aggregate.COUNT_DISTINCT, "this_membership_year", column="category"),
        own("kinds_before", Aggregate.COUNT_DISTINCT, "last_year", column="category"),
        own("visits", Aggregate.COUNT, "this_membership_year", fact=Fact.EVENT),
        own("brought", Aggregate.COUNT, "this_membership_year", fact=Fact.REFERRAL),
        own("first", Aggregate.DAYS_SINCE_FIRST, "this_year", unit=Unit.DAYS),
    )
    row = panel(duck, told, date(2025, 3, 31), metrics)[1]
    assert (row["kinds"], row["kinds_before"], row["visits"], row["brought"], row["first"]) == (2, 2, 2, 1, 88)


def test_old_values_beyond_a_mask_do_not_change_what_a_window_counts(duck: Engine) -> None:
    # Eighty categories of old days fill the first mask; in the window there are seventy others, some of them old ones again.
    old = [sale(1, "2022-01-01", (1, f"a{number:02d}")) for number in range(80)]
    new = [sale(1, "2025-03-01", (1, f"{'a' if number % 3 else 'b'}{number:02d}")) for number in range(70)]
    metrics = Registry.of().needed_for(["categories_12m"])
    assert panel(duck, world(*old, *new), date(2025, 3, 31), metrics)[1]["categories_12m"] == 70


POLICY = """
policy: years
version: 1
effective_on: 2020-01-01
author: a test
why: windows that are no rolling months
tiers:
  - {tier: entry, name: Entry}
  - {tier: silver, name: Silver, qualify: net_revenue_this_year >= 100}
  - {tier: gold, name: Gold, qualify: {any: [net_revenue_last_year >= 300, orders_last_membership_year >= 3]}}
  - {tier: vip, name: VIP, qualify: net_revenue_this_membership_year >= 400}
review: {every: month, downgrade: requalify}
"""


@pytest.fixture
def policy() -> Policy:
    return policy_from_text(POLICY)


def test_reviews_follow_rules_over_years(duck: Engine, policy: Policy) -> None:
    told = world(
        sale(1, "2024-12-31", 300),
        sale(1, "2025-01-01", 100),
        sale(2, "2025-02-10", 250),
        sale(2, "2025-02-20", 200),
        *(sale(3, f"2024-{month}-01", 10) for month in ("04", "06", "08")),
        customers=[
            {"customer_key": 1, "registered_on": date(2024, 2, 1), "first_seen_on": date(2024, 2, 1)},
            {"customer_key": 2, "registered_on": date(2024, 2, 15), "first_seen_on": date(2024, 2, 15)},
            {"customer_key": 3, "registered_on": date(2024, 3, 10), "first_seen_on": date(2024, 3, 10)},
        ],
    )
    facts, customer = told.on(duck)
    reviews = [ReviewOn(day, policy) for day in (date(2024, 12, 31), date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31))]
    found = history(duck, facts, customer, reviews)
    assert {key: [row["tier"] for row in found if row["customer_key"] == key] for key in (1, 2, 3)} == {
        # 300 in 2024 make silver; in January the membership year has brought 400; in February it has begun anew, and 2024 counts.
        1: ["silver", "vip", "gold", "gold"],
        # 250 came in the first membership year, 200 in the second.
        2: ["entry", "entry", "silver", "silver"],
        # Three orders in the first year count once it is over.
        3: ["entry", "entry", "entry", "gold"],
    }
    # Reviews may be decided by another way than panels; both must say the same.
    panels = {
        (row["customer_key"], each.as_of): row["qualified_tier"]
        for each in reviews
        for row in duck.fetch(
            assign_tiers(
                customer_metric(facts, customer, metrics=builtin_metrics(), as_of=each.as_of),
                customer,
                policy=policy,
                as_of=each.as_of,
            )
        ).to_pylist()
    }
    assert {(row["customer_key"], row["as_of"]): row["qualified_tier"] for row in found} == panels


def test_money_of_years_is_exact(duck: Engine) -> None:
    row = panel(duck, world(sale(1, "2025-01-01", "0.10", "0.20")), date(2025, 1, 1))[1]
    assert row["net_revenue_this_year"] == Decimal("0.30")
