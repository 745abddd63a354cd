"""Both engines score the same customers alike: features, outcomes, probabilities, reasons, drivers and times to leaving."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pyarrow as pa
import pytest

from fenji.analyze.churn.dates import Schedule, Split
from fenji.analyze.churn.drivers import churn_driver
from fenji.analyze.churn.examples import Recipe, examples_of, rows_of_customers
from fenji.analyze.churn.features import metrics_used
from fenji.analyze.churn.learning import learn
from fenji.analyze.churn.outcomes import contracts_at, next_orders
from fenji.analyze.churn.predicting import Fitted
from fenji.analyze.churn.ranking import most_at_stake, risk_by_tier, with_facts
from fenji.analyze.churn.sampling import sampled
from fenji.analyze.churn.scoring import Scorer, churn_risk, scored_by, scored_schema
from fenji.analyze.churn.staying import contracts_later, times_to_leaving
from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.domain.churn import DEFAULT_RULES, Target
from fenji.domain.metrics import Fact
from fenji.engines.engine import Engine
from worlds import World, sale, world

AS_OF, HORIZON = date(2025, 12, 31), 60
RULES = DEFAULT_RULES.__class__(**{**vars(DEFAULT_RULES), "days": HORIZON})
METRICS = Registry.of().needed_for(
    ["orders_3m", "orders_12m", "days_since_first_order", "net_revenue_12m", "mean_days_between_orders", "days_since_last_order"]
)
USED = tuple(each for each in metrics_used([each.slug for each in METRICS]))
RECIPE = Recipe(USED, (), has_contracts=False, span_days=300.0)
DATES = [AS_OF - timedelta(days=HORIZON * each) for each in (1, 2, 3)]
PLAN = Schedule(Split((DATES[1],), DATES[0]), Split((DATES[2],), DATES[1]), evaluate=DATES[0], days_missing=0, history_days=500)


def shop() -> World:
    """Five hundred customers, half of them slow: these leave sooner."""
    chance = random.Random(5)
    orders = []
    for key in range(1, 501):
        day, gap = date(2024, 9, 1) + timedelta(days=chance.randrange(430)), 12 if key % 2 else 35
        while day <= AS_OF and chance.random() > (0.03 if key % 2 else 0.2):
            orders.append(sale(key, day, chance.choice((10, 20))))
            day += timedelta(days=max(1, round(chance.gauss(gap, 3))))
    return world(*orders)


def rows_at(engine: Engine, day: date) -> pa.Table:
    """What is learned from at a past date."""
    facts, people = shop().on(engine)
    panel = customer_metric(facts, people, metrics=METRICS, as_of=day)
    following = next_orders(facts[Fact.ORDER_LINE], as_of=day, horizon_days=HORIZON)
    return engine.fetch(rows_of_customers(panel, metrics=USED, following=following)).sort_by("customer_key")


def answers(engine: Engine, fitted: Fitted) -> dict[str, list[dict[str, object]]]:
    facts, people = shop().on(engine)
    orders = facts[Fact.ORDER_LINE]
    panel = engine.stage(customer_metric(facts, people, metrics=METRICS, as_of=AS_OF))
    scorer = Scorer(RECIPE, RULES, fitted)
    scored = engine.map_customers(rows_of_customers(panel, metrics=USED), scored_by(scorer), scored_schema(scorer))
    risk = engine.stage(churn_risk(scored, as_of=AS_OF))
    tiers = {"customer_key": pa.array(range(1, 501), pa.int64()), "tier": ["ab"[key % 2] for key in range(1, 501)]}
    revenue = panel.select("customer_key", "net_revenue_12m")
    given = engine.from_arrow(pa.table(tiers))
    assignment = given.join(revenue, "customer_key").select("customer_key", "tier", "net_revenue_12m")
    past = customer_metric(facts, people, metrics=METRICS, as_of=DATES[2])
    contract = engine.from_arrow(
        pa.table(
            {
                "customer_key": pa.array([1, 1, 2, 3], pa.int64()),
                "started_on": [date(2025, 1, 1), date(2025, 5, 1), date(2025, 2, 1), date(2025, 10, 1)],
                "ended_on": [date(2025, 9, 1), None, date(2025, 11, 1), None],
                "plan": ["gold", "tin", None, "tin"],
                "monthly_fee": pa.array([10, 5, None, 1], pa.decimal128(18, 2)),
            }
        )
    )
    facts_of = with_facts(risk, panel, people, assignment, metrics=["net_revenue_12m", "orders_3m"])
    tables = {
        "sample": sampled(people.select("customer_key"), share=0.3, seed=7),
        "risk": risk,
        "drivers": churn_driver(scored, drivers=scorer.drivers, as_of=AS_OF),
        "tiers": risk_by_tier(risk, assignment),
        "top": most_at_stake(facts_of, most=5),
        "times": times_to_leaving(past, orders, assignment, from_on=DATES[2], rules=RULES, as_of=AS_OF),
        "contracts": contracts_at(contract, as_of=date(2025, 6, 30), horizon_days=90),
        "ends": contracts_later(contract, assignment, from_on=date(2025, 6, 30), ends=[30, 90, 150]),
    }
    return {name: sorted(engine.fetch(table).to_pylist(), key=str) for name, table in tables.items()}


@pytest.mark.proof
@pytest.mark.spark
def test_the_engines_agree_on_who_leaves_and_why(duck: Engine, spark: Engine) -> None:
    past = {day: rows_at(duck, day) for day in DATES}
    # What is learned from is the same, so that the model is; it is fitted once.
    assert rows_at(spark, DATES[1]).equals(past[DATES[1]])
    learned = learn({day: examples_of(each, RECIPE, RULES, Target.CHURN) for day, each in past.items()}, PLAN, seed=7)
    assert learned.lack is None
    assert learned.fitted is not None
    expected, found = answers(duck, learned.fitted), answers(spark, learned.fitted)
    assert all(expected.values())
    assert {each["reason_1"] for each in expected["risk"]} > {None}
    for name, answer in expected.items():
        assert found[name] == answer, name
