"""Points of real shops come to what plain SQL counts: a grocer's year for every household, and a gift shop's orders with all their refunds.

World: Complete Journey (1.47 million lines of 2,469 households) and Online Retail II, beside the project.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from fenji.documents.offers import offers_document_from_text
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.loyalty.records import OrderKey
from fenji.domain.loyalty.vouchers import Basket
from fenji.language import Language
from fenji.state.loyalty.retrying import retried
from fenji.state.transaction import Transaction
from fenji.workflow.initiating import init_workspace
from fenji.workflow.loyalty.points_figures import check_points, points_flow, points_liability
from fenji.workflow.loyalty.points_post import post_points
from fenji.workflow.loyalty.points_rules import publish_program
from fenji.workflow.persons_erase import erase_person
from fenji.workflow.running import run_all
from fenji.workspace.folder import open_workspace
from fenji.workspace.loyalty.offers import offers_of
from fenji.workspace.loyalty.programs import program_of
from fenji.workspace.loyalty.vouchers import Vouchers
from fixtures.ledgers import TILL

pytestmark = [pytest.mark.proof, pytest.mark.slow]
SHARED = Path(__file__).parents[3] / "shared" / "data"
GROCER = SHARED / "completejourney" / "transactions.parquet"
GIFTS = SHARED / "online_retail_2" / "online_retail_ii.parquet"

TIERS = """
policy: shop
version: 1
effective_on: 2009-01-01
author: a test
why: months of baskets
tiers:
  - {tier: member, name: Member}
  - {tier: silver, name: Silver, qualify: net_revenue_3m >= 300}
  - {tier: gold, name: Gold, qualify: net_revenue_3m >= 700}
review: {every: month}
"""
PROGRAM = """
program: points
version: 1
effective_on: 2009-01-01
author: a test
why: to count again
earn: {per: 10, points: 1, multiply: {of: last_review, factors: {member: 1, silver: 2, gold: 3}}}
pending: 7d
expire: {after: 3m, at_end_of: month}
redeem: {points: 1, worth: 0.10}
cost_per_point: 0.08
"""


def shop(root: Path, source: str, rows: str, currency: str) -> Path:
    """A workspace whose only table is made by a query."""
    init_workspace(root, template="spend", language=Language.EN)
    (root / "policies" / "spend.yaml").write_text(TIERS, "utf-8")
    (root / "sources.yaml").write_text(source, "utf-8")
    (root / "loyalty.yaml").write_text(PROGRAM, "utf-8")
    settings = root / "fenji.toml"
    kept = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith(("time_zone", "currency"))]
    settings.write_text("\n".join(['time_zone = "UTC"', f'currency = "{currency}"', *kept]) + "\n", "utf-8")
    duckdb.execute(f"copy ({rows}) to '{root}/lines.parquet'").fetchall()
    return root


def ledger(root: Path, query: str) -> list[tuple]:
    """What plain SQL finds in the state database."""
    connection = sqlite3.connect(root / "fenji.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def broken(root: Path, day: date) -> tuple:
    with open_workspace(root).state.reading() as t:
        return t.loyalty.laws.broken("points", program_of(t).rules, today=day)


@pytest.fixture(scope="module")
def grocer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not GROCER.exists():
        pytest.skip("Complete Journey is not beside the project")
    source = """
sources:
  - source: grocer
    feed: order_line
    files: lines.parquet
    time_zone: UTC
    columns: {order_id: basket, customer_id: household, ordered_at: at, line_amount: amount, product_id: product}
"""
    rows = f"""select basket_id::varchar as basket, household_id::varchar as household, transaction_timestamp as at,
        product_id::varchar as product, sales_value::decimal(18, 2) as amount from '{GROCER}'"""
    root = shop(tmp_path_factory.mktemp("grocer") / "shop", source, rows, "USD")
    run_all(root, as_of=date(2017, 12, 31), history=13)
    publish_program(root, root / "loyalty.yaml")
    return root


def test_points_of_every_household_are_those_of_plain_sql_and_a_second_posting_changes_nothing(grocer: Path) -> None:
    """The multiplier is the tier of the last review before the day of the basket; 10 dollars a point, each basket floored."""
    posted = post_points(grocer)
    tiers = f"read_parquet('{grocer}/store/insight.tier_assignment/**/*.parquet')"
    ours = ledger(
        grocer,
        "select customer_id, sum(points_now) from order_earning join member_id_link using (member_id) group by 1 order by 1",
    )
    asked = f"""
        with baskets as (select household_id, basket_id, min(transaction_timestamp)::date as day,
                sum((sales_value * 100)::decimal(18, 0))::bigint as cents from '{GROCER}' group by all),
        standing as (select i.source_customer_id::int as household_id, t.as_of, t.tier from {tiers} t
            join read_parquet('{grocer}/store/clean.identity/**/*.parquet') i using (customer_key)),
        last as (select b.*, (select max(s.as_of) from standing s where s.as_of < b.day) as review from baskets b)
        select last.household_id::varchar, sum(floor(cents / 1000)::bigint *
            case tier when 'silver' then 2 when 'gold' then 3 else 1 end)::bigint
        from last left join standing on standing.household_id = last.household_id and standing.as_of = last.review
        where last.day <= '2017-12-31' group by all order by 1"""
    theirs = duckdb.execute(asked).fetchall()
    assert (len(ours), posted.orders_new) == (2469, 155_762)
    assert ours == theirs
    assert broken(grocer, posted.as_of) == ()
    before = ledger(grocer, "select count(*), sum(points) from transfer")
    again = post_points(grocer)
    assert (again.orders_new, again.orders_changed, again.orders_vanished, again.members_settled) == (0, 0, 0, 0)
    assert (again.orders_unchanged, again.points_outstanding) == (155_762, posted.points_outstanding)
    assert ledger(grocer, "select count(*), sum(points) from transfer") == before


OFFERS = """
offers: grocer
version: 1
effective_on: 2009-01-01
author: a test
why: coupons of campaigns
program: points
list:
  - offer: coupon
    name: Coupon
    discount: {amount: 1.00}
    limits: {per_code: any, total: 1000000}
"""


def test_coupon_redemptions_are_voucher_uses_and_facts_come_to_the_ledger(grocer: Path) -> None:
    """Every redemption of the grocer is a use of its campaign's code by its household; what the next run says of it is plain SQL."""
    post_points(grocer)
    rows = duckdb.execute(
        f"""select row_number() over (order by household_id, coupon_upc, campaign_id, redemption_date)::varchar,
        household_id::varchar, campaign_id::varchar, redemption_date::date from '{GROCER.with_name("coupon_redemptions.parquet")}'"""
    ).fetchall()
    codes = {campaign: f"CAMPAIGN{campaign}" for _number, _household, campaign, _on in rows}
    workspace, first, last = open_workspace(grocer), date(2017, 1, 1), date(2017, 12, 31)

    def used(t: Transaction) -> None:
        offers = offers_of(t)
        for campaign, code in codes.items():
            Vouchers(t, offers, first, datetime(2017, 1, 1, 4, tzinfo=UTC), datetime.date).issue(
                "coupon", [None], [code], campaign
            )
        vouchers = Vouchers(t, offers, last, datetime(2017, 12, 31, 4, tzinfo=UTC), datetime.date)
        for number, household, campaign, on in rows:
            who = t.loyalty.members.open("points", "workspace", household).member_id
            vouchers.use(codes[campaign], Basket(OrderKey("till", number), 100_00), who, on, f"use:{number}", is_reserved=False)

    with workspace.state.transaction(TILL) as t:
        t.loyalty.documents.publish(DocumentKind.OFFERS, offers_document_from_text(OFFERS).offers.heading, OFFERS)
    retried(workspace.state, TILL, used)
    run = run_all(grocer, as_of=last, history=13).run_id
    told = {name: f"read_parquet('{grocer}/store/clean.{name}/run={run}/*.parquet')" for name in ("voucher_use", "points_entry")}
    ids = f"read_parquet('{grocer}/store/clean.identity/**/*.parquet')"
    asked = f"""select source_customer_id, count(*), sum(discount)::double from {told["voucher_use"]}
        join (select distinct customer_key, source_customer_id from {ids}) using (customer_key) group by 1 order by 1"""
    by_sql: dict[str, int] = {}
    for _number, household, _campaign, _on in rows:
        by_sql[household] = by_sql.get(household, 0) + 1
    assert duckdb.execute(asked).fetchall() == [(each, number, float(number)) for each, number in sorted(by_sql.items())]
    assert len(rows) == 2102
    sums = ledger(grocer, "select sum(available + pending + held - owed), sum(qualifying_total) from member")
    assert (
        duckdb.execute(f"select sum(points)::bigint, sum(qualifying_points)::bigint from {told['points_entry']}").fetchall()
        == sums
    )
    assert post_points(grocer).orders_new == 0


def test_erasing_a_household_leaves_every_sum(grocer: Path) -> None:
    before = points_flow(grocer).months, points_liability(grocer).months, check_points(grocer).outstanding
    erase_person(grocer, "2375")
    assert (points_flow(grocer).months, points_liability(grocer).months, check_points(grocer).outstanding) == before
    run_all(grocer, as_of=date(2017, 12, 31), history=13)
    again = post_points(grocer)
    assert (again.orders_new, again.orders_changed, again.orders_vanished, again.members_opened) == (0, 0, 0, 0)
    assert broken(grocer, again.as_of) == ()


@pytest.fixture(scope="module")
def gifts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not GIFTS.exists():
        pytest.skip("Online Retail II is not beside the project")
    source = """
sources:
  - source: gifts
    feed: order_line
    files: lines.parquet
    time_zone: UTC
    columns: {order_id: invoice, customer_id: customer, ordered_at: moment, line_amount: amount, product_id: product}
"""
    # A cancellation is an invoice of its own, C and a number; it is told as a return of the newest earlier order of the same
    # customer that holds the same product, which is what the shop's clerks do.
    rows = f"""with lines as (select Invoice as invoice, "Customer ID"::varchar as customer, InvoiceDate as moment, StockCode as product,
            Quantity as pieces, (Quantity * Price)::decimal(18, 2) as amount from '{GIFTS}' where "Customer ID" is not null),
        sold as (select * from lines where pieces > 0), back as (select * from lines where pieces < 0),
        orders as (select customer, product, invoice, min(moment) as moment from sold group by all)
        select invoice, customer, moment, product, amount from sold
        union all select o.invoice, b.customer, b.moment, b.product, b.amount from back b asof join orders o
            on b.customer = o.customer and b.product = o.product and b.moment >= o.moment"""
    root = shop(tmp_path_factory.mktemp("gifts") / "shop", source, rows, "GBP")
    run_all(root, as_of=date(2011, 12, 9), history=25)
    publish_program(root, root / "loyalty.yaml")
    return root


def test_refunds_of_a_gift_shop_leave_no_order_with_wrong_points(gifts: Path) -> None:
    """R1 by plain SQL over the clean lines: each order has earned the rule of what is left of it."""
    posted = post_points(gifts)
    found = duckdb.connect()
    rows = ledger(gifts, "select order_id, points_now, multiplier from order_earning")
    earned = pd.DataFrame(rows, columns=["order_id", "points_now", "multiplier"])
    found.register("earned", earned)
    left = f"""select order_id, sum(case kind when 'sale' then net_revenue else 0 end) as sold, sum(net_revenue) as net
        from read_parquet('{gifts}/store/clean.order_line/**/*.parquet') where customer_key is not null group by order_id"""
    wrong = found.execute(
        f"""select count(*) from earned o full join ({left}) l using (order_id)
        where o.points_now is distinct from (floor(greatest(0, least(net, sold)) / 10)::bigint * (o.multiplier // 1000))"""
    ).fetchone()
    refunded = ledger(gifts, "select count(distinct order_id) from ledger_transaction where kind = 'refund'")[0]
    assert wrong == (0,)
    assert refunded[0] > 1000
    assert broken(gifts, posted.as_of) == ()
    late = duckdb.execute(f"select invoice from '{gifts}/lines.parquet' order by moment desc, invoice limit 1").fetchone()[0]
    duckdb.execute(
        f"""copy (select invoice, customer, moment, product, case invoice when '{late}' then amount * 2 else amount end as amount
        from '{gifts}/lines.parquet') to '{gifts}/later.parquet'"""
    ).fetchall()
    (gifts / "later.parquet").replace(gifts / "lines.parquet")
    run_all(gifts, as_of=date(2011, 12, 9), history=25)
    again = post_points(gifts)
    assert (again.orders_new, again.orders_changed, again.orders_vanished) == (0, 1, 0)
    assert broken(gifts, again.as_of) == ()
