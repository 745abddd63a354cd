"""On a million real order lines the panel says what plain SQL over the raw rows says, at three dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import ibis
import pytest

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import builtin_metrics
from fenji.domain.metrics import Fact
from fenji.tables import clean

PROJECT = Path(__file__).parents[4]
SHARED = PROJECT.parent / "shared" / "data" / "online_retail_2" / "online_retail_ii.parquet"
DATA = SHARED if SHARED.exists() else PROJECT / "src" / "fenji" / "demo_data" / "online_retail_ii.parquet"

# Invoices that begin with C are returns. Three characters of the stock code stand for a category (more of them than a
# mask has bits), the country for a channel.
RAW = f"""
create table raw as
  select Invoice as invoice, "Customer ID" as customer, InvoiceDate::date as day, left(StockCode, 3) as category, Country as channel,
         Quantity as quantity, round(Quantity * Price::decimal(18, 4), 2)::decimal(18, 2) as amount, Invoice[1] = 'C' as is_return,
         min(InvoiceDate) over (partition by Invoice) as moment
  from '{DATA}' where Price >= 0 and (Quantity > 0) = (Invoice[1] <> 'C');
update raw set day = moment::date;
"""

CLEAN_LINES = """
with numbered as (
  select *, row_number() over (partition by invoice order by rowid) as line_number from raw
), days as (
  select customer, day, day - lag(day) over (partition by customer order by day) as gap, invoice
  from (select customer, day, min(invoice) as invoice from raw where not is_return and customer is not null group by all)
), values_ as (
  select invoice, sum(amount) as order_revenue from raw where not is_return group by all
)
select 'retail' as source, n.invoice as order_id, n.line_number, n.customer as customer_key, n.moment::timestamptz as ordered_at,
       n.day as ordered_on, null::varchar as product_id, n.category, n.channel, n.quantity::decimal(18, 3) as quantity,
       n.amount as net_revenue, 'GBP' as currency, if(n.is_return, 'return', 'sale') as kind,
       if(n.line_number = 1, d.gap, null) as days_since_previous_order,
       if(n.line_number = 1, v.order_revenue, null)::decimal(18, 2) as order_revenue
from numbered n
left join days d on not n.is_return and d.customer = n.customer and d.day = n.day and d.invoice = n.invoice
left join values_ v on not n.is_return and v.invoice = n.invoice
"""

OPENS_AFTER = """
create macro opens_after(as_of, months) as
  if(as_of = last_day(as_of), last_day((as_of - to_months(months))::date), (as_of - to_months(months))::date)
"""
"""Windows of months; at the end of a month they are whole months."""

WHOLE_YEARS = """
create macro whole_years(joined, day) as
  year(day) - year(joined) - if(month(day) * 100 + day(day) < month(joined) * 100 + day(joined), 1, 0)
"""

PLAIN = """
with gaps as (
  select customer, day - lag(day) over (partition by customer order by day) as gap
  from (select distinct customer, day from raw where not is_return and day <= $as_of)
), rhythm as (
  select customer, avg(gap) as mean, if(count(gap) > 1, stddev_pop(gap), null) as deviation from gaps group by all
), sizes as (
  select customer, max(value) filter (day > opens_after($as_of, 12)) as largest_12m, max(value) as largest
  from (select customer, invoice, min(day) as day, sum(amount) as value from raw where not is_return and day <= $as_of group by all) group by all
)
select customer as customer_key,
  coalesce(sum(amount) filter (day > opens_after($as_of, 3)), 0) as net_revenue_3m,
  coalesce(sum(amount) filter (day > opens_after($as_of, 12)), 0) as net_revenue_12m,
  sum(amount) as net_revenue_total,
  count(distinct invoice) filter (not is_return and day > opens_after($as_of, 3)) as orders_3m,
  count(distinct invoice) filter (not is_return and day > opens_after($as_of, 12)) as orders_12m,
  count(distinct invoice) filter (not is_return) as orders_total,
  coalesce(sum(quantity) filter (day > opens_after($as_of, 12)), 0) as units_12m,
  count(distinct category) filter (not is_return and day > opens_after($as_of, 3)) as categories_3m,
  count(distinct category) filter (not is_return and day > opens_after($as_of, 12)) as categories_12m,
  count(distinct category) filter (not is_return) as categories_total,
  count(distinct channel) filter (not is_return) as channels_total,
  largest_12m as largest_order_value_12m, largest as largest_order_value_total,
  if(nullif(sum(amount) filter (not is_return and day > opens_after($as_of, 12)), 0) is null, null,
   list_min([1.0, -coalesce(sum(amount) filter (is_return and day > opens_after($as_of, 12)), 0)
    / nullif(sum(amount) filter (not is_return and day > opens_after($as_of, 12)), 0)::double])) as refund_rate_12m,
  date_diff('day', min(day) filter (not is_return), $as_of) as days_since_first_order,
  date_diff('day', max(day) filter (not is_return), $as_of) as days_since_last_order,
  coalesce(sum(amount) filter (year(day) = year($as_of)), 0) as net_revenue_this_year,
  coalesce(sum(amount) filter (year(day) = year($as_of) - 1), 0) as net_revenue_last_year,
  count(distinct invoice) filter (not is_return and year(day) = year($as_of) - 1) as orders_last_year,
  -- Everybody joined on the first day with an order: whole years since then are counted forward, as a person would.
  coalesce(sum(amount) filter (whole_years(joined, day) = whole_years(joined, $as_of)), 0) as net_revenue_this_membership_year,
  count(distinct invoice) filter (not is_return and whole_years(joined, day) = whole_years(joined, $as_of))
    as orders_this_membership_year,
  coalesce(sum(amount) filter (whole_years(joined, day) = whole_years(joined, $as_of) - 1), 0) as net_revenue_last_membership_year,
  any_value(mean) as mean_days_between_orders, any_value(deviation / mean) as order_interval_variation
from raw left join rhythm using (customer) left join sizes using (customer)
left join (select customer, min(day) as joined from raw group by all) using (customer)
where customer is not null and day <= $as_of group by customer, largest_12m, largest order by customer
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("retail")


@pytest.fixture(scope="module")
def plain(folder):
    if not DATA.exists():
        pytest.skip("Online Retail II is neither beside the project nor in it")
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(RAW).fetchall()
    connection.execute(OPENS_AFTER)
    connection.execute(WHOLE_YEARS)
    people = "select customer as customer_key, null::date as registered_on, min(day) as first_seen_on from raw where customer is not null group by all"
    for name, sql in (("lines", CLEAN_LINES), ("people", people)):
        connection.execute(f"copy ({sql}) to '{folder}/{name}.parquet'").fetchall()
    yield connection
    connection.close()


@pytest.mark.parametrize("as_of", [date(2010, 12, 9), date(2011, 2, 28), date(2011, 12, 9)])
def test_the_panel_equals_plain_sql(duck, plain, folder, as_of):
    lines = duck.read_parquet([folder / "lines.parquet"], clean.ORDER_LINE.schema)
    names = ibis.schema({"customer_key": "int64", "registered_on": "date", "first_seen_on": "date"})
    people = duck.read_parquet([folder / "people.parquet"], names)
    panel = customer_metric({Fact.ORDER_LINE: lines}, people, metrics=builtin_metrics(), as_of=as_of)
    wanted = plain.sql(PLAIN, params={"as_of": as_of}).to_arrow_table().to_pylist()
    assert len(wanted) > 4000
    slugs = list(wanted[0])
    found = sorted(duck.fetch(panel.select(slugs)).to_pylist(), key=lambda row: row["customer_key"])
    for slug in slugs:
        ours, theirs = [row[slug] for row in found], [row[slug] for row in wanted]
        assert ours == [pytest.approx(each, rel=1e-12) if isinstance(each, float) else each for each in theirs], slug
