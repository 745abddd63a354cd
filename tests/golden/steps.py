"""Which steps have their SQL on file? A set that holds every kind of measure, rule and join; compiled for both engines without a session.

The world: no rows, only ibis tables of the contracts' schemas, so that nothing but the expression can change the SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import builtin_metrics
from fenji.analyze.movements.flows import count_flows
from fenji.analyze.movements.movements import count_movements
from fenji.analyze.priority.points import order_of_attention
from fenji.analyze.reviews.tier_counts import count_tiers, profile_tiers
from fenji.analyze.reviews.tiers import standing_at, tier_thresholds
from fenji.analyze.whatif.cells import count_cells
from fenji.documents.policies import policy_from_text
from fenji.domain.feeds import Feed
from fenji.domain.metrics import Aggregate, Fact, Metric
from fenji.domain.priority import DEFAULT_RULES, Part
from fenji.domain.reviews import LostRule
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.functions import DUCKDB, SPARK, Functions
from fenji.prepare.identity import find_ties
from fenji.prepare.orders.lines import document_rows, make_order_lines, price_lines
from fenji.prepare.rows import typed_rows
from fenji.tables import clean, insight
from fenji.tables.contract import Contract
from fenji.tables.raw import RAW

WIDTH = 130
FILES = Path(__file__).parent / "sql"
AS_OF, EARLIER_ON = date(2025, 3, 31), date(2025, 2, 28)
ENGINES: dict[str, tuple[str, Functions]] = {"duckdb": ("duckdb", DUCKDB), "spark": ("pyspark", SPARK)}
"""Name of the engine -> dialect of Ibis and functions of ours."""

POLICY = policy_from_text(
    """
policy: golden
version: 2
effective_on: 2025-01-01
author: tests
why: every kind of condition
tiers:
  - {tier: entry, name: {zh: 初级, en: Entry}}
  - tier: high
    name: {zh: 高级, en: High}
    qualify: {all: [net_revenue_12m >= 2000, orders_12m >= 10, {any: [satisfaction_12m >= 80.5, satisfaction_12m is null]}]}
    keep: {any: [net_revenue_12m >= 1600, orders_12m >= 8]}
  - tier: vip
    name: {zh: VIP, en: VIP}
    qualify: {all: [net_revenue_12m in top 5%, days_since_last_order < 60]}
caps: [{when: complaints_12m > 3, at_most: high, why: unhappy}]
variants:
  - {where: {city: [上海]}, scale: {net_revenue_12m: 1.5}}
review: {every: month, downgrade: one_step, grace_reviews: 1, hold_reviews: 3}
"""
)
LOST = LostRule(after_days=365, after_intervals=Decimal(4))
OVERRIDES = ibis.table({"customer_key": "int64", "tier": "string", "begins_on": "date", "ends_on": "date"}, name="overrides")

CUTS = {
    "net_revenue_12m": tuple((Decimal(each), False) for each in (0, 500, 2000, 5000)),
    "satisfaction_12m": ((Decimal("80.5"), False), (Decimal("80.5"), True)),
}
"""Few steps: more of them are the same comparison again."""

FACTS = {
    Fact.ORDER_LINE: clean.ORDER_LINE,
    Fact.EVENT: clean.EVENT,
    Fact.FEEDBACK: clean.FEEDBACK,
    Fact.REFERRAL: clean.REFERRAL,
    Fact.CONTRACT: clean.CONTRACT,
    Fact.POINTS_ENTRY: clean.POINTS_ENTRY,
    Fact.VOUCHER_USE: clean.VOUCHER_USE,
}
SOURCE = Source(
    "shop",
    Feed.ORDER_LINE,
    FileLocation(("orders.csv",)),
    {
        name: ColumnMapping((name,))
        for name in ("order_id", "customer_id", "ordered_at", "order_amount", "quantity", "unit_price")
    },
)
"""The least that an order file says; typed rows of more columns are the same readings again."""

PANELS = {
    "orders": (
        (Fact.ORDER_LINE,),
        (
            "net_revenue_12m",
            "orders_3m",
            "units_total",
            "average_order_value_12m",
            "refund_rate_12m",
            "largest_order_value_total",
        ),
    ),
    "different_values": ((Fact.ORDER_LINE,), ("categories_3m", "categories_total", "active_months_12m", "active_months_total")),
    "rhythm": (
        (Fact.ORDER_LINE,),
        ("days_since_first_order", "days_since_last_order", "mean_days_between_orders", "deviation_of_days_between_orders"),
    ),
    "spread": ((Fact.ORDER_LINE,), ("deviation_of_order_value_12m", "smallest_order_value_12m")),
    "years": ((Fact.ORDER_LINE,), ("net_revenue_last_year", "orders_this_membership_year")),
    "feedback_and_events": (
        (Fact.FEEDBACK, Fact.EVENT),
        ("satisfaction_12m", "nps_12m", "complaint_hours_to_resolution_12m", "event_visit_30d", "event_visit_value_12m"),
    ),
    "contracts": ((Fact.CONTRACT,), ("contracts_running", "monthly_fee_running", "days_under_contract")),
    "points": (
        (Fact.POINTS_ENTRY, Fact.VOUCHER_USE),
        ("points_balance", "qualifying_points_12m", "points_earned_12m", "points_redeemed_12m", "vouchers_used_12m"),
    ),
    "referrals": ((Fact.ORDER_LINE, Fact.REFERRAL), ("referrals_total", "referred_revenue_12m")),
}
"""Name -> the facts that have rows, and the metrics."""


def all_metrics() -> dict[str, Metric]:
    """The metrics of the registry, and two of kinds that it does not have."""
    found = {each.slug: each for each in builtin_metrics(["visit"])}
    largest = found["largest_order_value_12m"]
    own = (
        replace(largest, slug="smallest_order_value_12m", aggregate=Aggregate.MINIMUM),
        replace(largest, slug="deviation_of_order_value_12m", aggregate=Aggregate.DEVIATION),
    )
    return found | {each.slug: each for each in own}


def panel_metrics(name: str) -> tuple[Metric, ...]:
    """The metrics of a panel, and those that its ratios are made from."""
    known = all_metrics()
    asked = [known[slug] for slug in PANELS[name][1]]
    parts = [known[slug] for each in asked for slug in each.ratio_of or ()]
    return tuple({each.slug: each for each in (*parts, *asked)}.values())


def _of(contract: Contract) -> ir.Table:
    return ibis.table(contract.schema, name=contract.full_name.replace(".", "_"))


def _panel(name: str) -> ir.Table:
    facts = {fact: _of(FACTS[fact]) for fact in PANELS[name][0]}
    return customer_metric(facts, _of(clean.CUSTOMER), metrics=panel_metrics(name), as_of=AS_OF)


def _rules() -> dict[str, ir.Table]:
    known = all_metrics()
    slugs = ("net_revenue_12m", "orders_12m", "satisfaction_12m", "days_since_last_order", "complaints_12m")
    metrics = [known[slug] for slug in (*slugs, "days_since_last_event", "mean_days_between_orders")]
    panel, customer = _of(insight.customer_metric(metrics)), _of(clean.CUSTOMER)
    given = {"policy": POLICY, "as_of": AS_OF, "lost": LOST, "overrides": OVERRIDES}
    assignment = _of(insight.TIER_ASSIGNMENT)
    profiled = panel.select("customer_key", "net_revenue_12m", "satisfaction_12m", tier=ibis.literal("high"))
    return {
        "tiers_standing_at_a_review": standing_at(panel, customer, **given, review=3),
        "tiers_thresholds": tier_thresholds(panel, policy=POLICY, as_of=AS_OF),
        "tiers_counted": count_tiers(assignment, policy=POLICY, as_of=AS_OF),
        "tiers_profiled": profile_tiers(profiled, metrics=("satisfaction_12m",), policy=POLICY, as_of=AS_OF),
        "whatif_cells": count_cells(panel, CUTS, POLICY, as_of=AS_OF),
        "movements": count_movements(assignment, assignment, earlier_on=EARLIER_ON, as_of=AS_OF),
        "flows": count_flows(_of(insight.TIER_COUNT), _of(insight.TIER_MOVEMENT), _ladders()),
    }


def _ladders() -> ir.Table:
    columns = {"as_of": "date", "earlier_on": "date", "policy": "string", "version": "int64", "tier": "string", "rank": "int64"}
    return ibis.table(columns, name="ladders")


def _priority() -> ir.Table:
    money, share = "decimal(18, 2)", "float64"
    rules = replace(
        DEFAULT_RULES, parts=tuple(each for each in DEFAULT_RULES.parts if each.part in (Part.VALUE, Part.SATISFACTION))
    )
    columns = {
        "customer_key": "int64",
        "tier": "string",
        "tier_position": share,
        "net_revenue_12m": money,
        "expected_revenue_12m": money,
        "churn_probability": share,
        "satisfaction_12m": share,
    }
    return order_of_attention(ibis.table(columns, name="measured"), rules=rules, as_of=AS_OF)


def _ties() -> ir.Table:
    texts = ("source", "source_customer_id", "node", "phone", "email", "union_id")
    return find_ties(ibis.table(dict.fromkeys(texts, "string"), name="named"), link_by=("phone", "email"), shared_by_many=50)


def _moments(functions: Functions) -> ir.Table:
    local = ibis.table({"local_at": "timestamp", "moment_at": "timestamp('UTC')"}, name="moments")
    utc, here = functions.to_utc(local.local_at, "Asia/Shanghai"), functions.to_local(local.moment_at, "Asia/Shanghai")
    return local.select(utc_at=utc, here_at=here, here_on=here.date())


def _orders(functions: Functions) -> dict[str, ir.Table]:
    """What the lines of an order cost, and the order lines; reading raw cells is 250 kB of SQL, and left to the tests of its rows."""
    typed = typed_rows(
        _of(RAW[Feed.ORDER_LINE]), Feed.ORDER_LINE, [SOURCE], calendar=functions, zone="Asia/Shanghai", currency="CNY"
    )
    attributed = ibis.table({**typed.schema(), "customer_key": "int64"}, name="attributed")
    documents = document_rows(attributed, None, [SOURCE], workspace="CNY")
    priced = price_lines(ibis.table(documents.schema(), name="documents"), None, [SOURCE], workspace="CNY")
    return {
        "orders_priced": priced,
        "orders_as_lines": make_order_lines(ibis.table(priced.schema(), name="priced")),
    }


PARTS: tuple[Callable[[Functions], dict[str, ir.Table]], ...] = (
    lambda _functions: {f"panel_{name}": _panel(name) for name in PANELS},
    lambda _functions: _rules(),
    lambda _functions: {"priority": _priority()},
    lambda functions: {"moments": _moments(functions)},
    lambda _functions: {"identity_ties": _ties()},
    _orders,
)


def written() -> dict[str, str]:
    """The SQL of every step for every engine, under the name of its file."""
    _ = ibis.pyspark  # Ibis knows the dialect's options only once the backend has been touched.
    found = {}
    for engine, (dialect, functions) in ENGINES.items():
        for part in PARTS:
            for name, table in part(functions).items():
                found[f"{name}.{engine}.sql"] = _readable(str(ibis.to_sql(functions.written(table), dialect=dialect))) + "\n"
    return found


def _readable(sql: str) -> str:
    """Without the quotes of names, half as deep, and with what fits on one line on one line, so that a change is one line too."""
    sql = re.sub(r"""["`](\w+)["`]""", r"\1", sql)
    # Ibis keeps the columns that are left out as a set, whose order is another one in each process.
    sql = re.sub(r"EXCLUDE \(([^()]*)\)", lambda out: f"EXCLUDE ({', '.join(sorted(out[1].split(', ')))})", sql)
    lines = [" " * ((len(line) - len(line.lstrip())) // 2) + line.lstrip() for line in sql.splitlines()]
    while (packed := _packed(lines)) != lines:
        lines = "\n".join(packed)
        lines = re.sub(r"\(\n *([^()\n]{1,90}(?:\([^()\n]{0,60}\)[^()\n]{0,30}){0,4})\n *\)", r"(\1)", lines).splitlines()
    return "\n".join(lines)


def _packed(lines: list[str]) -> list[str]:
    """Columns that are only handed on, conditions and cases: several on a line."""
    packed: list[str] = []
    for line in lines:
        text = line.strip()
        goes_on = re.match(r"(AND|OR|THEN|ELSE|END|WHEN)\b", text) or (
            re.fullmatch(r"t[0-9]+\.\w+,?", text) and packed and _is_list(packed[-1])
        )
        if goes_on and len(packed[-1]) + len(text) < WIDTH and not packed[-1].endswith("WHERE"):
            packed[-1] += f" {text}"
        else:
            packed.append(line)
    return packed


def _is_list(line: str) -> bool:
    return re.fullmatch(r" *(t[0-9]+\.\w+, ?)+", line) is not None


def accept() -> None:
    """Writes the files anew."""
    FILES.mkdir(exist_ok=True)
    for old in FILES.glob("*.sql"):
        old.unlink()
    for name, text in written().items():
        (FILES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    accept()
