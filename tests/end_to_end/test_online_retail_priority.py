"""On the customers of Online Retail II, scores, order, marks and lists are those of plain SQL, written here on its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import ibis.expr.types as ir
import pytest

from fenji.analyze.priority.downgrades import downgrade_watch
from fenji.analyze.priority.frequent import frequent_candidates
from fenji.analyze.priority.ladder import ladder_of
from fenji.analyze.priority.measures import measured_customers
from fenji.analyze.priority.points import order_of_attention
from fenji.analyze.priority.upgrades import upgrade_candidates
from fenji.domain.conditions import parse_condition
from fenji.domain.policies import Policy, Tier
from fenji.domain.priority import DEFAULT_RULES
from fenji.domain.words import Words
from fenji.engines.duck import DuckEngine

pytestmark = pytest.mark.proof

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared" / "data" / "online_retail_2" / "online_retail_ii.parquet"
DATA = SHARED if SHARED.exists() else PROJECT / "src" / "fenji" / "demo_data" / "online_retail_ii.parquet"
AS_OF = date(2011, 6, 30)
RULES = replace(DEFAULT_RULES, capacity=500)
STEPS = (("registered", None), ("entry", 500), ("middle", 2000), ("high", 5000), ("vip", 10000))
POLICY = Policy(
    "spend",
    1,
    AS_OF,
    "me",
    "a test",
    tuple(
        Tier(slug, Words(slug, slug), None if least is None else parse_condition(f"net_revenue_12m >= {least}"))
        for slug, least in STEPS
    ),
)

# What is expected and what is risked need not be right here, only given: four times the last quarter, and silence by 400 days.
PEOPLE = f"""
create table people as
with lines as (
  select distinct Invoice as invoice, InvoiceDate::date as day, "Customer ID"::bigint as key,
         round(Quantity * Price::decimal(18, 4), 2)::decimal(18, 2) as amount, StockCode, InvoiceDate
  from '{DATA}' where "Customer ID" is not null and Price >= 0 and InvoiceDate < date '{AS_OF}' + 1
)
select key as customer_key, date '{AS_OF}' as as_of,
  coalesce(sum(amount) filter (day > date '2010-06-30'), 0)::decimal(18, 2) as net_revenue_12m,
  coalesce(sum(amount) filter (day > date '2010-07-31'), 0)::decimal(18, 2) as revenue_at_review,
  count(distinct invoice) filter (day > date '2010-06-30' and invoice[1] <> 'C') as orders_12m,
  date_diff('day', min(day), date '{AS_OF}') as days_since_first_order,
  case when key % 5 = 0 then (key % 101)::double end as satisfaction_12m,
  (4 * coalesce(sum(amount) filter (day > date '2011-03-31'), 0))::decimal(18, 2) as expected_revenue_12m,
  4.0::double * count(distinct day) filter (day > date '2011-03-31' and invoice[1] <> 'C') as expected_orders_12m,
  case when date_diff('day', max(day), date '{AS_OF}') <= 400
       then date_diff('day', max(day), date '{AS_OF}') / 400.0::double end as churn_probability
from lines group by key;
create table placed as
select *, case when net_revenue_12m >= 10000 then 4 when net_revenue_12m >= 5000 then 3 when net_revenue_12m >= 2000 then 2
               when net_revenue_12m >= 500 then 1 else 0 end as place, [0, 500, 2000, 5000, 10000] as least
from people;
"""

# percent_rank is the share of the other rows that are smaller.
SCORES = """
with parts as (
  select customer_key, place,
    35 * percent_rank() over (order by net_revenue_12m) as value, 25 * percent_rank() over (order by expected_revenue_12m) as potential,
    15 * place / 4.0 as tier, 15 * coalesce(churn_probability, 0) as churn_risk, 10 * (1 - satisfaction_12m / 100) as satisfaction,
    sum(greatest(net_revenue_12m, 0)) over (order by net_revenue_12m desc rows between unbounded preceding and current row)
      as until_here, net_revenue_12m
  from placed
), shared as (
  select *, max(until_here) over (partition by net_revenue_12m) as until_equal,
    sum(greatest(net_revenue_12m, 0)) over () as everything,
    sum(greatest(net_revenue_12m, 0)) over (partition by net_revenue_12m) as own
  from parts
)
select customer_key, (value + potential + tier + churn_risk + coalesce(satisfaction, 0)) / if(satisfaction is null, 0.9, 1) as score,
  case when net_revenue_12m <= 0 then 'C' when until_equal - own < 0.8 * everything then 'A'
       when until_equal - own < 0.95 * everything then 'B' else 'C' end as mark
from shared order by customer_key
"""

UPGRADES = """
select customer_key, gap, expected_gap from (
  select customer_key, (least[place + 2] - net_revenue_12m) / least[place + 2]::double as gap,
    greatest(least[place + 2] - expected_revenue_12m, 0) / least[place + 2]::double as expected_gap
  from placed where place < 4)
where gap > 0 and gap <= 0.5 and expected_gap <= 0.2 order by gap, expected_gap, customer_key
"""

WATCHED = """
select customer_key, case when revenue_at_review < least[place + 1] then 'unless' when net_revenue_12m <= 1.1 * least[place + 1] then 'nearly'
  else 'expected' end as watch
from placed where place > 0
  and (revenue_at_review < least[place + 1] or net_revenue_12m <= 1.1 * least[place + 1] or expected_revenue_12m < least[place + 1])
order by customer_key
"""

FREQUENT = """
select customer_key from people
where (orders_12m <= 2 or days_since_first_order <= 90) and expected_orders_12m > (select min(expected_orders_12m) from people)
  and expected_orders_12m >= (select list_sort(list(expected_orders_12m), 'desc')[ceil(count(*) * 0.2)::int] from people)
order by expected_orders_12m desc, customer_key
"""


@pytest.fixture(scope="module")
def plain() -> Iterator[duckdb.DuckDBPyConnection]:
    if not DATA.exists():
        pytest.skip("Online Retail II is neither beside the project nor in it")
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(PEOPLE).fetchall()
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    opened = DuckEngine(threads=2)
    yield opened
    opened.close()


def people(plain: duckdb.DuckDBPyConnection, engine: DuckEngine) -> tuple[ir.Table, ir.Table]:
    """The customers, and the tier of each."""
    everybody = engine.stage(engine.from_arrow(plain.sql("from people").to_arrow_table()))
    slugs = "case place " + " ".join(f"when {place} then '{slug}'" for place, (slug, _least) in enumerate(STEPS)) + " end"
    decided = f"""select customer_key, {slugs} as tier, {slugs} as qualified_tier, {slugs} as kept_tier, 'kept' as cause,
                         0::bigint as grace_left, 0::bigint as hold_left from placed"""
    return everybody, engine.stage(engine.from_arrow(plain.sql(decided).to_arrow_table()))


def test_scores_order_and_marks_are_those_of_plain_sql(plain: duckdb.DuckDBPyConnection, engine: DuckEngine) -> None:
    everybody, assignment = people(plain, engine)
    panel = everybody.drop("expected_revenue_12m", "expected_orders_12m", "churn_probability")
    measured = measured_customers(panel, everybody, everybody, assignment, policy=POLICY, measures=RULES.measures)
    table = order_of_attention(engine.stage(measured), rules=RULES, as_of=AS_OF)
    found = engine.fetch(table.order_by("customer_key")).to_pylist()
    expected = plain.execute(SCORES).fetchall()
    assert len(found) == len(expected) > 5000
    # Five parts are each rounded to a millionth.
    off = [row for row, (_key, score, _mark) in zip(found, expected, strict=True) if abs(float(row["score"]) - score) > 3e-6]
    assert off == []
    assert [(row["customer_key"], row["mark"]) for row in found] == [(key, mark) for key, _score, mark in expected]
    in_order = sorted(found, key=lambda row: (-row["score"], row["customer_key"]))
    assert [row["position"] for row in in_order] == list(range(1, len(found) + 1))
    assert sum(row["is_within_capacity"] for row in found) == 500


def test_the_three_lists_are_those_of_plain_sql(plain: duckdb.DuckDBPyConnection, engine: DuckEngine) -> None:
    everybody, assignment = people(plain, engine)
    ladder = ladder_of(everybody, everybody, assignment, everybody, policy=POLICY, as_of=AS_OF)
    upgrades = upgrade_candidates(ladder, policy=POLICY, rules=RULES, as_of=AS_OF)
    found = engine.fetch(upgrades.order_by("place")).to_pylist()
    expected = plain.execute(UPGRADES).fetchall()
    assert [row["customer_key"] for row in found] == [key for key, _gap, _expected in expected]
    assert [(row["gap"], row["expected_gap"]) for row in found] == [
        (pytest.approx(gap), pytest.approx(later)) for _key, gap, later in expected
    ]
    at_review = everybody.mutate(net_revenue_12m=everybody.revenue_at_review)
    watch = downgrade_watch(ladder, at_review, policy=POLICY, rules=RULES, as_of=AS_OF)
    watched = engine.fetch(watch.order_by("customer_key")).to_pylist()
    assert [(row["customer_key"], row["watch"]) for row in watched] == plain.execute(WATCHED).fetchall()
    assert {row["falls_on"] for row in watched} == {date(2011, 7, 31)}
    frequent = frequent_candidates(everybody, everybody, assignment, rules=RULES, as_of=AS_OF)
    keys = engine.fetch(frequent.order_by("place"))["customer_key"].to_pylist()
    assert keys == [key for (key,) in plain.execute(FREQUENT).fetchall()]
    assert min(len(expected), len(watched), len(keys)) > 20
